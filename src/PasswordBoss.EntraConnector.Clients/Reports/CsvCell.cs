using System.Text;

namespace PasswordBoss.EntraConnector.Clients.Reports;

/// <summary>A cell of a CSV file (RFC 4180) that a spreadsheet shows as text.</summary>
internal static class CsvCell
{
    /// <summary>
    /// The cell. A text that a spreadsheet could run as a formula gets an apostrophe in front (https://owasp.org/www-community/attacks/CSV_Injection).
    /// </summary>
    /// <param name="text">The text; null for an empty cell.</param>
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var safe = IsFormula(text!) ? "'" + text : text!;
        return safe.IndexOfAny(['"', ',', '\r', '\n']) < 0 && safe.Trim().Length == safe.Length ? safe : new StringBuilder(safe).Replace("\"", "\"\"").Insert(0, '"').Append('"').ToString();
    }

    // Some programs ignore leading whitespace, and treat full-width forms like the plain characters.
    private static bool IsFormula(string text) => text[0] is '\t' or '\r' or '\n' || text.TrimStart() is { Length: > 0 } rest && rest[0] is '=' or '+' or '-' or '@' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20';
}
