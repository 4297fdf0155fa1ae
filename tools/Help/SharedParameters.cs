using System;
using System.Collections.Generic;
using System.Linq;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>The parameters that mean the same in several commands. They are documented once, and the pages of the commands link to them.</summary>
internal sealed class SharedParameters
{
    public const string FileName = "common-parameters.md";
    private readonly Dictionary<string, ParameterText> texts = [];

    public SharedParameters(MarkdownPage page)
    {
        foreach (var part in page.Title.Parts.SelectMany(section => section.Parts))
        {
            if (!texts.TryAdd(part.Title, ParameterText.Read(page, part)))
                page.Report(part.Line, $"{part.Title} is explained twice.");
        }
    }

    /// <summary>The shared text of a parameter if the section of a page contains only a link to it; null otherwise.</summary>
    public ParameterText? Find(MarkdownPage page, MarkdownPage.Section section, string title)
    {
        var isLink = section.Blocks is [ParagraphBlock { Inline: { } paragraph }]
            && paragraph.Descendants<LinkInline>().Any(link => link.Url?.StartsWith(FileName, StringComparison.Ordinal) == true);
        if (!isLink)
            return null;
        if (texts.TryGetValue(title, out var text))
            return text;
        page.Report(section.Line, $"{FileName} does not explain {title}.");
        return new ParameterText { Text = [] };
    }
}
