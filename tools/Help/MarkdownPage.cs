using System.Collections.Generic;
using System.IO;
using System.Linq;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>A Markdown file divided at its headings, and its text without Markdown.</summary>
internal sealed class MarkdownPage
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();
    private readonly MarkdownDocument document;
    private readonly Problems problems;

    private MarkdownPage(string file, Problems problems)
    {
        File = file;
        this.problems = problems;
        document = Markdown.Parse(System.IO.File.ReadAllText(file), Pipeline);
        Title = Cut(document, 1).FirstOrDefault() ?? new Section("", 0, [], []);
    }

    public string File { get; }

    /// <summary>The title with its sections.</summary>
    public Section Title { get; }

    public IEnumerable<ListItemBlock> Items => document.Descendants<ListItemBlock>();

    /// <summary>The links, without those within the page.</summary>
    public IEnumerable<LinkInline> Links => document.Descendants<LinkInline>().Where(link => link.Url is { Length: > 0 } url && url[0] != '#');

    /// <summary>Reads a file, and reports links to missing files.</summary>
    public static MarkdownPage Read(string file, Problems problems)
    {
        var page = new MarkdownPage(file, problems);
        foreach (var link in page.Links.Where(link => !link.Url!.Contains("://", System.StringComparison.Ordinal)))
        {
            if (!Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, link.Url!.Split('#')[0])))
                page.Report(link.Line, $"The link to '{link.Url}' leads nowhere.");
        }

        return page;
    }

    /// <summary>The paragraphs of a text. A list or a table is one paragraph with a line for each item or row.</summary>
    public IReadOnlyList<string> TextOf(IEnumerable<Block> blocks)
    {
        var paragraphs = new List<string>();
        foreach (var block in blocks)
        {
            if (PlainText.Of(block) is { } text)
                paragraphs.Add(text);
            else
                Report(block.Line, "Get-Help has no form for this: write paragraphs, lists, tables and fenced code.");
        }

        return paragraphs;
    }

    public void Report(int line, string text) => problems.Add(File, line, text);

    private static List<Section> Cut(IReadOnlyList<Block> blocks, int level)
    {
        var sections = new List<Section>();
        for (var start = 0; start < blocks.Count; start++)
        {
            if (blocks[start] is not HeadingBlock heading || heading.Level != level)
                continue;
            var inside = blocks.Skip(start + 1).TakeWhile(block => !(block is HeadingBlock next && next.Level <= level)).ToList();
            sections.Add(new Section(PlainText.Of(heading.Inline) ?? "", heading.Line, inside.TakeWhile(block => block is not HeadingBlock).ToList(), Cut(inside, level + 1)));
        }

        return sections;
    }

    /// <summary>A heading with its content, up to the next heading of its level.</summary>
    /// <param name="Title">The text of the heading.</param>
    /// <param name="Line">The line of the heading, counted from 0.</param>
    /// <param name="Blocks">The content before the first heading of the next level.</param>
    /// <param name="Parts">The headings of the next level.</param>
    internal sealed record Section(string Title, int Line, IReadOnlyList<Block> Blocks, IReadOnlyList<Section> Parts);
}
