using System.Globalization;
using System.Text;

namespace PasswordBoss.EntraConnector.Matching;

/// <summary>Cleans the text of a name.</summary>
internal static class NameText
{
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// The name with one space between words and none around them, for any Unicode white space; null if it has no visible character. Control characters and
    /// characters that change the direction of text are removed, because they could falsify what an admin reads. Half of a surrogate pair becomes U+FFFD: it
    /// cannot be sent, and removing it would hide that the name in Entra is damaged.
    /// </summary>
    /// <param name="text">A name from Entra or from Password Boss.</param>
    public static string? Clean(string? text) => text is not { Length: > 0 } ? null : IsClean(text) ? text : Rewrite(text);

    /// <summary>Whether the character separates words.</summary>
    /// <param name="c">The character.</param>
    public static bool IsSpace(char c) => c == ' ' || (c != '\u180E' && char.IsWhiteSpace(c)); // U+180E is white space only in .NET Framework.

    /// <summary>Whether the character is invisible on its own; some such characters shape the letters beside them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">The index of the character's first UTF-16 unit.</param>
    public static bool IsInvisible(string text, int index)
    {
        var c = text[index];
        if (c < 0x80)
            return false;
        switch (c)
        {
            // Grapheme joiner, fillers of Korean syllables, inherent vowels of Khmer, separators of Mongolian, variation selectors.
            case '\u034F' or (>= '\u115F' and <= '\u1160') or (>= '\u17B4' and <= '\u17B5') or (>= '\u180B' and <= '\u180F') or '\u3164' or (>= '\uFE00' and <= '\uFE0F') or '\uFFA0':
                return true;
            // Tags and further variation selectors: U+E0000 to U+E0FFF.
            case >= '\uDB40' and <= '\uDB43':
                return true;
            default:
                return CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format;
        }
    }

    // Nearly all names are clean: return them without an allocation.
    private static bool IsClean(string text)
    {
        var afterSpace = true;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == ' ')
            {
                if (afterSpace)
                    return false;
                afterSpace = true;
                continue;
            }

            afterSpace = false;
            // Fast path: Latin letters and accents, Greek and Cyrillic are always clean.
            if (c is (> ' ' and < '\u007F') or (>= '\u00C0' and < '\u034F') or (>= '\u0370' and < '\u0530'))
                continue;
            if (c < '\u00C0' || IsSpace(c) || char.IsSurrogate(c) || char.IsControl(c) || IsInvisible(text, i))
                return false;
        }

        return !afterSpace;
    }

    private static string? Rewrite(string text)
    {
        var clean = new StringBuilder(text.Length);
        var word = new StringBuilder();
        var isVisible = false;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || IsSpace(text[i]))
            {
                if (isVisible)
                    clean.Append(clean.Length > 0 ? " " : "").Append(word);
                word.Clear();
                isVisible = false;
                continue;
            }

            if (char.IsControl(text[i]) || TurnsDirection(text[i]))
                continue;
            isVisible |= !IsInvisible(text, i);
            if (!char.IsSurrogate(text[i]))
                word.Append(text[i]);
            else if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                word.Append(text[i]).Append(text[++i]);
            else
                word.Append(Replacement);
        }

        return clean.Length > 0 ? clean.ToString() : null;
    }

    // Embeddings, overrides and isolates (UAX 9). The marks U+200E and U+200F are harmless.
    private static bool TurnsDirection(char c) => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
