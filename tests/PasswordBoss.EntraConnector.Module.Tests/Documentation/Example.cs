using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Module.Tests.Documentation;

/// <summary>A block of code in a page, with the output that the page shows for it.</summary>
/// <param name="Page">The path of the page in the repository, with slashes.</param>
/// <param name="Line">The line of the code, counted from 1.</param>
/// <param name="Heading">The heading above the block.</param>
/// <param name="Code">The code.</param>
/// <param name="Output">The output in the next block, if this is a block of text; null otherwise.</param>
internal sealed partial record Example(string Page, int Line, string Heading, string Code, string? Output)
{
    private const string Fence = "```";

    /// <summary>The pages that a user reads: the README, the guides and the help. Translated pages are left out, because they show the same code.</summary>
    public static IEnumerable<string> Pages() =>
        new[] { Repository.PathOf("docs"), Repository.PathOf("docs", "en-US") }.SelectMany(folder => Directory.EnumerateFiles(folder, "*.md")).Prepend(Repository.PathOf("README.md"))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal);

    /// <summary>The blocks of PowerShell of a page.</summary>
    /// <param name="page">The path of the page in the repository.</param>
    public static IEnumerable<Example> In(string page) => Blocks(page).Where(block => block.Language == "powershell").Select(block => block.Example);

    /// <summary>The commands of the module, with arguments, inside the sentences of a page.</summary>
    /// <param name="page">The path of the page in the repository.</param>
    public static IEnumerable<Example> Inside(string page) =>
        File.ReadLines(Repository.PathOf(page.Split('/'))).SelectMany((line, index) => InlineCommand().Matches(line).Select(match => new Example(page, index + 1, "", match.Groups[1].Value, null)));

    /// <summary>The blocks of text of a page, such as transcripts.</summary>
    /// <param name="page">The path of the page in the repository.</param>
    public static IEnumerable<string> TextsIn(string page) => Blocks(page).Where(block => block.Language == "text").Select(block => block.Example.Code);

    public override string ToString() => $"{Page}({Line}), {Heading}";

    private static List<(string Language, Example Example)> Blocks(string page)
    {
        var blocks = new List<(string Language, Example Example)>();
        var heading = "";
        var lines = File.ReadAllLines(Repository.PathOf(page.Split('/')));
        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index].Trim();
            if (line.StartsWith(Fence, StringComparison.Ordinal))
            {
                var start = index + 1;
                while (lines[++index].Trim() != Fence)
                {
                }

                var code = string.Join('\n', lines[start..index]);
                if (line == Fence + "text" && blocks is [.., ("powershell", { Output: null } last)] && last.Heading == heading)
                    blocks[^1] = ("powershell", last with { Output = code });
                blocks.Add((line[Fence.Length..], new Example(page, start + 1, heading, code, null)));
            }
            else if (line.StartsWith('#'))
            {
                heading = line.TrimStart('#', ' ');
            }
        }

        return blocks;
    }

    [GeneratedRegex(@"(?<!`)`(\w+-PB\w+ [^`]+)`(?!`)")]
    private static partial Regex InlineCommand();
}
