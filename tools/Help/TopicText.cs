using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>Writes Markdown as a text for a console of 80 columns. Get-Help shows it as it is, so lines must be short and tables aligned.</summary>
internal sealed class TopicText(MarkdownPage page)
{
    /// <summary>The length of the longest line. With 80, a console of 80 columns would add an empty line.</summary>
    public const int Columns = 79;

    /// <summary>The indent of the text below its headings.</summary>
    public const int Indent = 4;

    private const int CodeIndent = 2;
    private const int Gap = 2;
    private const int NarrowestColumn = 24;

    // A command inside a sentence is not broken at its spaces.
    private const char CodeSpace = '\u00A0';
    private readonly StringBuilder text = new();

    public override string ToString() => text.ToString().Replace(CodeSpace, ' ');

    public void Heading(string title)
    {
        BlankLine();
        Line(0, title);
    }

    public void SubHeading(string title)
    {
        BlankLine();
        Line(Indent - 2, title);
    }

    public void Blocks(IEnumerable<Block> blocks)
    {
        var first = true;
        foreach (var block in blocks)
        {
            if (!first)
                BlankLine();
            Write(block, Indent);
            first = false;
        }
    }

    public void Line(int indent, string line) => text.Append(' ', line.Length == 0 ? 0 : indent).Append(line).Append('\n');

    private void BlankLine()
    {
        if (text.Length > 0)
            text.Append('\n');
    }

    private void Write(Block block, int indent)
    {
        switch (block)
        {
            case ParagraphBlock paragraph:
                foreach (var line in Wrapped(paragraph, TextOf(paragraph), Columns - indent))
                    Line(indent, line);
                break;
            case FencedCodeBlock code:
                foreach (var line in PlainText.Of(code).Split('\n'))
                    Line(indent + CodeIndent, Fitting(code, line, Columns - indent - CodeIndent));
                break;
            case ListBlock list:
                Write(list, indent);
                break;
            case Table table:
                Write(table, indent);
                break;
            default:
                page.Report(block.Line, "A topic has no form for this: write paragraphs, lists, tables and fenced code.");
                break;
        }
    }

    private void Write(ListBlock list, int indent)
    {
        var number = 1;
        foreach (var item in list.Cast<ListItemBlock>())
        {
            var mark = list.IsOrdered ? $"{number++}. " : "- ";
            var start = text.Length;
            foreach (var (block, index) in item.Select((block, index) => (block, index)))
            {
                if (index > 0 && block is not ListBlock)
                    BlankLine();
                Write(block, indent + mark.Length);
            }

            // The mark replaces the indent of the first line.
            text.Remove(start + indent, mark.Length).Insert(start + indent, mark);
        }
    }

    // The last column is wrapped; the others are as wide as their longest cell.
    private void Write(Table table, int indent)
    {
        var rows = table.Cast<TableRow>().Select(row => row.Cast<TableCell>().Select(cell => string.Join(' ', cell.Select(TextOf))).ToArray()).ToList();
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var last = Columns - indent - widths[..^1].Sum(width => width + Gap);
        if (last < Math.Min(widths[^1], NarrowestColumn))
        {
            page.Report(table.Line, $"The table leaves {last} columns for its last column. Shorten the others, or write a list.");
            return;
        }

        widths[^1] = Math.Min(widths[^1], last);
        foreach (var (row, index) in rows.Select((row, index) => (row, index)))
        {
            var before = string.Concat(row[..^1].Select((cell, column) => cell.PadRight(widths[column] + Gap)));
            foreach (var line in Wrapped(table, row[^1], last))
            {
                Line(indent, (before + line).TrimEnd());
                before = new string(' ', before.Length);
            }

            if (index == 0)
                Line(indent, string.Join(new string(' ', Gap), widths.Select(width => new string('-', width))));
        }
    }

    private string TextOf(Block block)
    {
        if (block is ParagraphBlock paragraph && PlainText.Of(paragraph.Inline, CodeSpace) is { } found)
            return found;
        page.Report(block.Line, "A topic has no form for this.");
        return "";
    }

    private List<string> Wrapped(Block block, string paragraph, int width)
    {
        var lines = new List<string>();
        foreach (var part in paragraph.Split('\n'))
        {
            var line = new StringBuilder();
            foreach (var word in part.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > width)
                {
                    lines.Add(line.ToString());
                    line.Clear();
                }

                line.Append(line.Length > 0 ? " " : "").Append(Fitting(block, word, width));
            }

            lines.Add(line.ToString());
        }

        return lines;
    }

    private string Fitting(Block block, string piece, int width)
    {
        if (piece.Length > width)
            page.Report(block.Line, $"'{piece.Replace(CodeSpace, ' ')}' has {piece.Length} characters, and there is space for {width}.");
        return piece;
    }
}
