using System.Text;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>
/// Makes text from outside (names, addresses, responses of servers) safe to show on a terminal and in a log: it stays on one line, starts no escape sequence
/// and does not change the direction of the text around it. Stored and compared values keep the original text.
/// </summary>
public static class InertText
{
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// The text with one space for each run of tabs and line breaks, and without other control characters (including ESC and the C1 set) and direction-changing
    /// characters. Half of a surrogate pair becomes U+FFFD. The views in <c>module/</c> and <c>Sync-AllTenants.ps1</c> do the same with a regular expression.
    /// </summary>
    /// <param name="text">The text.</param>
    public static string Of(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            // Nearly all texts are safe already: return them without an allocation.
            if (BreaksLine(text[i]) || IsControlOrDirection(text[i]) || char.IsSurrogate(text[i]))
                return Rewrite(text, i);
        }

        return text;
    }

    private static string Rewrite(string text, int start)
    {
        var inert = new StringBuilder(text, 0, start, text.Length);
        for (var i = start; i < text.Length; i++)
        {
            var c = text[i];
            if (BreaksLine(c))
            {
                if (i == 0 || !BreaksLine(text[i - 1]))
                    inert.Append(' ');
            }
            else if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]))
            {
                inert.Append(c).Append(text[++i]);
            }
            else if (!IsControlOrDirection(c))
            {
                inert.Append(char.IsSurrogate(c) ? Replacement : c);
            }
        }

        return inert.ToString();
    }

    // Tab, line feed, vertical tab, form feed, carriage return, next line, and the line and paragraph separators.
    private static bool BreaksLine(char c) => c is (>= '\t' and <= '\r') or '\u0085' or '\u2028' or '\u2029';

    // The control characters of ASCII and Latin-1; the marks, embeddings, overrides and isolates of UAX 9, and the deprecated format characters after them.
    private static bool IsControlOrDirection(char c) => c < ' ' || c is (>= '\u007F' and <= '\u009F') or '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u206F');
}
