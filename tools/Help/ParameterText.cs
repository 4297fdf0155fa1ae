using System.Collections.Generic;
using System.Linq;
using Markdig.Syntax;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>The section of a page about a parameter: its description, and a block of YAML with details that the assembly does not contain.</summary>
internal sealed class ParameterText
{
    public required IReadOnlyList<string> Text { get; init; }

    public string? Default { get; private set; }

    /// <summary>False if the command refuses wildcards although the inherited parameter allows them.</summary>
    public bool TakesWildcards { get; private set; } = true;

    public static ParameterText Read(MarkdownPage page, MarkdownPage.Section section)
    {
        var facts = section.Blocks.OfType<FencedCodeBlock>().Where(block => block.Info == "yaml").ToList();
        var text = new ParameterText { Text = page.TextOf(section.Blocks.Except(facts)) };
        if (text.Text.Count == 0)
            page.Report(section.Line, $"{section.Title} is not explained.");
        foreach (var block in facts)
        {
            var lines = PlainText.Of(block).Split('\n');
            for (var index = 0; index < lines.Length; index++)
            {
                if (!text.TryRead(lines[index].Split(": ", 2)))
                    page.Report(block.Line + 1 + index, $"'{lines[index]}' is neither 'Default: …' nor 'Wildcards: false'.");
            }
        }

        return text;
    }

    private bool TryRead(string[] fact)
    {
        switch (fact)
        {
            case ["Default", { Length: > 0 } value]:
                Default = value;
                return true;
            case ["Wildcards", "false"]:
                TakesWildcards = false;
                return true;
            default:
                return false;
        }
    }
}
