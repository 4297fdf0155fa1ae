using System;
using System.Text;

namespace PasswordBoss.EntraConnector.Clients.Reports;

/// <summary>A cell of a CSV file (RFC 4180) that a spreadsheet shows as text.</summary>
internal static class CsvCell
{
    private static readonly char[] Separators = [';', '\r', '\n'];

    /// <summary>
    /// The cell. A text that a spreadsheet could run as a formula gets an apostrophe in front (https://owasp.org/www-community/attacks/CSV_Injection).
    /// </summary>
    /// <param name="text">The text; null for an empty cell.</param>
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var safe = Defused(text!);
        return safe.IndexOfAny(['"', ',', '\r', '\n']) < 0 && safe.Trim().Length == safe.Length ? safe : new StringBuilder(safe).Replace("\"", "\"\"").Insert(0, '"').Append('"').ToString();
    }

    // Where decimals have a comma, as in France, spreadsheets separate cells by semicolons, and quotes in the middle of a cell do not count: what follows a semicolon
    // or a line break is a cell of its own.
    private static string Defused(string text)
    {
        StringBuilder? defused = null;
        for (var start = 0; start >= 0; start = NextStart(text, start))
        {
            if (!IsFormula(text, start))
                continue;
            defused ??= new StringBuilder(text);
            defused.Insert(start + defused.Length - text.Length, '\'');
        }

        return defused?.ToString() ?? text;
    }

    private static int NextStart(string text, int from)
    {
        var separator = text.IndexOfAny(Separators, from);
        return separator < 0 || separator + 1 == text.Length ? -1 : separator + 1;
    }

    // Some programs ignore leading whitespace, and treat full-width forms like the plain characters.
    private static bool IsFormula(string text, int start)
    {
        if (start == 0 && text[0] is '\t' or '\r' or '\n')
            return true;
        while (start < text.Length && (text[start] == '"' || (char.IsWhiteSpace(text[start]) && Array.IndexOf(Separators, text[start]) < 0)))
            start++;
        return start < text.Length && text[start] is '=' or '+' or '-' or '@' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20';
    }
}
