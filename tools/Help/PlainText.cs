using System.Collections.Generic;
using System.Linq;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>Markdown as plain text, because Get-Help shows nothing else. Null for a block that has no such form.</summary>
internal static class PlainText
{
    public static string? Of(Block block) => block switch
    {
        ParagraphBlock paragraph => Of(paragraph.Inline),
        FencedCodeBlock code => Of(code),
        ListBlock list => Joined("\n", list.Select(item => Of(item) is { } text ? "- " + text : null)),
        ListItemBlock item => Joined(" ", item.Select(Of)),
        Table table => Joined("\n", table.Cast<TableRow>().Where(row => !row.IsHeader).Select(Of)),
        _ => null,
    };

    public static string Of(FencedCodeBlock code) => code.Lines.ToString().ReplaceLineEndings("\n").TrimEnd();

    /// <param name="inlines">The content of a paragraph or a heading.</param>
    /// <param name="codeSpace">The character for spaces in code.</param>
    public static string? Of(ContainerInline? inlines, char codeSpace = ' ') => Joined("", (inlines ?? Enumerable.Empty<Inline>()).Select(inline => inline switch
    {
        CodeInline code => code.Content.Replace(' ', codeSpace),
        LiteralInline literal => literal.Content.ToString(),
        LineBreakInline line => line.IsHard ? "\n" : " ",
        HtmlEntityInline entity => entity.Transcoded.ToString(),
        AutolinkInline address => address.Url,
        ContainerInline container => Of(container, codeSpace),
        _ => null,
    }));

    private static string? Of(TableRow row)
    {
        var cells = row.Select(cell => Joined(" ", ((TableCell)cell).Select(Of))).ToList();
        return cells.Contains(null) ? null : $"- {cells[0]}: {string.Join("; ", cells.Skip(1).Where(cell => cell is { Length: > 0 }))}";
    }

    private static string? Joined(string separator, IEnumerable<string?> parts)
    {
        var all = parts.ToList();
        return all.Contains(null) ? null : string.Join(separator, all);
    }
}
