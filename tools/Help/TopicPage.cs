using System;
using System.IO;
using System.Linq;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>The page of a topic that belongs to no single command, as the text that <c>Get-Help about_…</c> shows.</summary>
internal sealed class TopicPage
{
    /// <summary>The prefix of the topic names. Get-Help finds only files that begin with <c>about_</c>.</summary>
    public const string Prefix = "about_PBEntraConnector";

    private const string Short = "SHORT DESCRIPTION";
    private static readonly string[] Headings = [Short, "LONG DESCRIPTION", "SEE ALSO"];
    private readonly MarkdownPage page;

    public TopicPage(MarkdownPage page)
    {
        this.page = page;
        Name = Path.GetFileNameWithoutExtension(page.File);
        if (page.Title.Title != Name)
            page.Report(page.Title.Line, $"The title is not '{Name}'.");
        if (!page.Title.Parts.Select(section => section.Title).SequenceEqual(Headings))
            page.Report(page.Title.Line, $"The headings of a topic are {string.Join(", ", Headings)}, in this order.");
        Synopsis = ReadSynopsis();
        CheckLinks();
        Text = ReadText();
    }

    public string Name { get; }

    public string Synopsis { get; }

    /// <summary>The whole topic, with LF at the end of each line.</summary>
    public string Text { get; }

    public static bool IsTopic(string fileName) => fileName.StartsWith(Prefix, StringComparison.Ordinal);

    // Get-Help takes the fifth line of the file as the synopsis, so it must be one line.
    private string ReadSynopsis()
    {
        var section = page.Title.Parts.FirstOrDefault(part => part.Title == Short);
        var text = section is null ? "" : string.Concat(page.TextOf(section.Blocks));
        if (text.Length is 0 or > TopicText.Columns - TopicText.Indent)
            page.Report(section?.Line ?? page.Title.Line, $"The short description of {Name} has {text.Length} characters. It must fit into one line of {TopicText.Columns - TopicText.Indent}.");
        return text;
    }

    // The other pages are not part of the module, and a text has no links.
    private void CheckLinks()
    {
        foreach (var link in page.Links.Where(link => link.Url!.Contains('/', StringComparison.Ordinal)))
            page.Report(link.Line, $"Get-Help cannot show '{link.Url}': link only to pages in this folder, and write addresses in full.");
    }

    private string ReadText()
    {
        var text = new TopicText(page);
        text.Heading("TOPIC");
        text.Line(TopicText.Indent, Name);
        foreach (var section in page.Title.Parts)
        {
            text.Heading(section.Title);
            text.Blocks(section.Blocks);
            foreach (var part in section.Parts)
            {
                text.SubHeading(part.Title);
                text.Blocks(part.Blocks);
                foreach (var inner in part.Parts)
                    page.Report(inner.Line, $"'{inner.Title}' is a heading of the fourth level. A topic has three.");
            }
        }

        return text.ToString();
    }
}
