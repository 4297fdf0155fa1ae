using System.Globalization;
using System.Text;

namespace PasswordBoss.EntraConnector.Matching;

/// <summary>The text of a name, without what is no part of a name.</summary>
internal static class NameText
{
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// The name with one blank between its words and none around them, whatever white space of Unicode there was; null when it has no visible character.
    /// Control characters and those that turn the direction of text are left out: they could forge what an admin reads. Half of a surrogate pair becomes U+FFFD:
    /// it cannot be sent, and left out it would hide that the name in Entra is damaged.
    /// </summary>
    /// <param name="text">A name from Entra or from Password Boss.</param>
    public static string? Clean(string? text) => string.IsNullOrEmpty(text) ? null : IsClean(text!) ? text : Rewrite(text!);

    /// <summary>Whether the character separates words.</summary>
    /// <param name="c">The character.</param>
    public static bool IsSpace(char c) => c == ' ' || (c != '\u180E' && char.IsWhiteSpace(c)); // U+180E is white space to .NET Framework alone.

    /// <summary>Whether the character shows nothing by itself; some of these shape the letters beside them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">Where the character starts.</param>
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

    // Nearly all names are: for them nothing is built.
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
            // Letters of Latin and their accents, Greek and Cyrillic need no further look.
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

    // Embeddings, overrides and isolates (UAX 9). The marks U+200E and U+200F turn nothing around.
    private static bool TurnsDirection(char c) => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
