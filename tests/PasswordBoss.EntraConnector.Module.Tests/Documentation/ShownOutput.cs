using System;
using System.Linq;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Module.Tests.Documentation;

/// <summary>Compares output with a page that shows it. A line of dots in the page matches any lines, and an ellipsis inside a line matches any text.</summary>
internal static partial class ShownOutput
{
    /// <summary>The first difference; null if there is none.</summary>
    /// <param name="shown">The text of the page.</param>
    /// <param name="real">The output.</param>
    public static string? Difference(string shown, string real)
    {
        var lines = Lines(real);
        var next = 0;
        var skips = false;
        foreach (var line in Lines(shown))
        {
            if (line is "…" or "...")
            {
                skips = true;
                continue;
            }

            var at = Array.FindIndex(lines, next, candidate => IsShown(line, candidate));
            if (at < 0 || (at > next && !skips))
                return $"shown: {line}\nreal:  {(next < lines.Length ? lines[next] : "(the end)")}";
            (next, skips) = (at + 1, false);
        }

        return next < lines.Length && !skips ? $"shown: (the end)\nreal:  {lines[next]}" : null;
    }

    // Blank lines, the widths of columns, durations and the numbers of accounts differ between two runs.
    private static string[] Lines(string text) => text.Split('\n').Select(line => Gaps().Replace(Rulers().Replace(Durations().Replace(AccountIds().Replace(line, "pba-0"), "0.0 s"), "--"), " ").Trim())
        .Where(line => line.Length > 0).ToArray();

    private static bool IsShown(string line, string real) =>
        line == real || line.Contains('…', StringComparison.Ordinal) && Regex.IsMatch(real, "^" + Regex.Escape(line).Replace("…", ".*", StringComparison.Ordinal) + "$");

    [GeneratedRegex(@"pba-\d{9}")]
    private static partial Regex AccountIds();

    [GeneratedRegex(@"\b\d+\.\d s\b")]
    private static partial Regex Durations();

    [GeneratedRegex("-{2,}")]
    private static partial Regex Rulers();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Gaps();
}
