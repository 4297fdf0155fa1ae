using System;
using System.Text;

namespace PasswordBoss.EntraConnector.Matching;

/// <summary>
/// Converts host names with letters beyond ASCII to a single ASCII form (RFC 5891). The mapping in .NET depends on the system and on the version of the
/// standard (IDNA2003, IDNA2008, UTS 46), so one address could have two forms. This class therefore lists the letters that all of them map alike, with their
/// lower-case forms. A host name with any other letter has no ASCII form. It uses one function of the runtime: the canonical composition of listed letters, which
/// no version of Unicode changes.
/// </summary>
/// <remarks>
/// Intentionally not listed: characters that become plain ASCII or another letter by compatibility (<c>ⓒ</c>, full-width letters, <c>ﬁ</c>, the ideographic
/// full stop, the Kelvin sign), characters that the versions map differently (<c>ß</c>, the final <c>ς</c>, joiners), characters with inconsistent lower case
/// (<c>İ</c>), symbols, letters beyond the Basic Multilingual Plane, and scripts that are rare in company domains. Such a domain can still be given in its
/// ASCII form.
/// </remarks>
internal static class HostName
{
    private const string Prefix = "xn--";
    private const int LongestLabel = 63;

    private static readonly Letters[] Accepted =
    {
        // Latin
        Plain('\u00B7', '\u00B7'),
        Capitals('\u00C0', '\u00D6', 0x20), Capitals('\u00D8', '\u00DE', 0x20), Plain('\u00E0', '\u00F6'), Plain('\u00F8', '\u00FF'),
        Pairs('\u0100', '\u012F'), Plain('\u0131', '\u0131'), Pairs('\u0134', '\u0137'), Pairs('\u0139', '\u013E'), Pairs('\u0141', '\u0148'), Pairs('\u014A', '\u0177'),
        Capitals('\u0178', '\u0178', -0x79), Pairs('\u0179', '\u017E'), Capitals('\u018F', '\u018F', 0xCA), Plain('\u0259', '\u0259'),
        Pairs('\u01A0', '\u01A1'), Pairs('\u01AF', '\u01B0'), Pairs('\u0218', '\u021B'), Pairs('\u1E00', '\u1E95'), Pairs('\u1EA0', '\u1EF9'),
        // Greek
        Capitals('\u0386', '\u0386', 0x26), Capitals('\u0388', '\u038A', 0x25), Capitals('\u038C', '\u038C', 0x40), Capitals('\u038E', '\u038F', 0x3F),
        Plain('\u0390', '\u0390'), Capitals('\u0391', '\u03A1', 0x20), Capitals('\u03A3', '\u03AB', 0x20), Plain('\u03AC', '\u03C1'), Plain('\u03C3', '\u03CE'),
        // Cyrillic, Armenian
        Capitals('\u0400', '\u040F', 0x50), Capitals('\u0410', '\u042F', 0x20), Plain('\u0430', '\u045F'),
        Pairs('\u048A', '\u04BF'), Pairs('\u04C1', '\u04CE'), Pairs('\u04D0', '\u04F9'), Capitals('\u0531', '\u0556', 0x30), Plain('\u0561', '\u0586'),
        // Hebrew, Arabic
        Plain('\u05D0', '\u05EA'), Plain('\u0621', '\u063A'), Plain('\u0641', '\u0655'), Plain('\u0660', '\u0669'), Plain('\u0670', '\u0674'), Plain('\u0679', '\u06D3'),
        Plain('\u06F0', '\u06F9'),
        // Devanagari to Sinhala, Thai, Lao, Myanmar, Georgian, Ethiopic, Khmer
        Plain('\u0901', '\u0963'), Plain('\u0966', '\u096F'), Plain('\u0981', '\u0DF3'), Plain('\u0E01', '\u0E32'), Plain('\u0E34', '\u0E3A'), Plain('\u0E40', '\u0E4E'),
        Plain('\u0E50', '\u0E59'), Plain('\u0E81', '\u0EB2'), Plain('\u0EB4', '\u0EDB'), Plain('\u1000', '\u1049'), Plain('\u10D0', '\u10F0'), Plain('\u1200', '\u135A'),
        Plain('\u1780', '\u17B3'), Plain('\u17B6', '\u17D3'), Plain('\u17E0', '\u17E9'),
        // Japanese, Chinese, Korean
        Plain('\u3005', '\u3007'), Plain('\u3041', '\u3096'), Plain('\u309D', '\u309E'), Plain('\u30A1', '\u30FE'), Plain('\u3105', '\u312C'), Plain('\u3400', '\u4DB5'),
        Plain('\u4E00', '\u9FA5'), Plain('\uAC00', '\uD7A3'),
    };

    // Parts of listed letters in decomposed text, as macOS writes it: accents, the sound marks of kana, and the parts of Korean syllables.
    private static readonly (char First, char Last)[] Parts = { ('\u0300', '\u0328'), ('\u3099', '\u309A'), ('\u1100', '\u1112'), ('\u1161', '\u1175'), ('\u11A8', '\u11C2') };

    /// <summary>The host name in lower-case ASCII; null if it has no such form. Labels that are already ASCII are not checked.</summary>
    /// <param name="host">A host name.</param>
    public static string? ToAscii(string host)
    {
        var labels = host.Split('.');
        for (var i = 0; i < labels.Length; i++)
        {
            if (MapLabel(labels[i]) is not { } mapped)
                return null;
            labels[i] = mapped;
        }

        return string.Join(".", labels);
    }

    /// <summary>The host name with its Unicode letters; null if it has none, or if they do not convert back to the same name.</summary>
    /// <param name="host">A host name in lower-case ASCII.</param>
    public static string? ToUnicode(string host)
    {
        if (host.IndexOf(Prefix, StringComparison.Ordinal) < 0)
            return null;
        var labels = host.Split('.');
        var changed = false;
        for (var i = 0; i < labels.Length; i++)
        {
            if (!labels[i].StartsWith(Prefix, StringComparison.Ordinal) || Punycode.Decode(labels[i].Substring(Prefix.Length)) is not { } decoded || MapLabel(decoded) != labels[i])
                continue;
            labels[i] = decoded;
            changed = true;
        }

        return changed ? string.Join(".", labels) : null;
    }

    /// <summary>
    /// Whether a label with the prefix of an encoded label really encodes letters beyond ASCII, in its only valid form. Letters that are not listed are
    /// accepted, because the encoded form is unambiguous.
    /// </summary>
    /// <param name="label">A label in ASCII; without the prefix it is always valid.</param>
    public static bool IsSound(string label)
    {
        if (!label.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return true;
        var lower = label.ToLowerInvariant();
        return Punycode.Decode(lower.Substring(Prefix.Length)) is { } decoded
            && !IsAscii(decoded)
            && string.Equals(Prefix + Punycode.Encode(decoded), lower, StringComparison.Ordinal)
            && (MapLabel(decoded) is not { } mapped || string.Equals(mapped, lower, StringComparison.Ordinal));
    }

    private static string? MapLabel(string label)
    {
        if (IsAscii(label))
            return label.ToLowerInvariant();
        // The ASCII form is longer than the label. A hyphen is not allowed at the start or the end, nor in both of the places that mark an encoded label (RFC
        // 5891 section 4.2.3.1).
        if (label.Length > LongestLabel || label[0] == '-' || label[label.Length - 1] == '-' || (label.Length >= 4 && label[2] == '-' && label[3] == '-'))
            return null;
        foreach (var c in label)
        {
            if (LowerOf(c) is null && !IsPart(c))
                return null;
        }

        if (Compose(label)?.ToCharArray() is not { } mapped)
            return null;
        for (var i = 0; i < mapped.Length; i++)
        {
            if (LowerOf(mapped[i]) is not { } lower)
                return null;
            mapped[i] = lower;
        }

        return Prefix + Punycode.Encode(new string(mapped));
    }

    private static string? Compose(string label)
    {
        try
        {
            return label.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // A runtime may reject characters that its Unicode version does not know.
            return null;
        }
    }

    private static char? LowerOf(char c)
    {
        if (c < 0x80)
            return c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-' ? c : c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : null;
        foreach (var letters in Accepted)
        {
            if (c >= letters.First && c <= letters.Last)
                return (char)(letters.InPairs ? c + 1 - ((c - letters.First) & 1) : c + letters.ToSmall);
        }

        return null;
    }

    private static bool IsPart(char c)
    {
        foreach (var (first, last) in Parts)
        {
            if (c >= first && c <= last)
                return true;
        }

        return false;
    }

    private static bool IsAscii(string text)
    {
        foreach (var c in text)
        {
            if (c >= 0x80)
                return false;
        }

        return true;
    }

    private static Letters Plain(char first, char last) => new(first, last, 0, InPairs: false);

    private static Letters Capitals(char first, char last, int toSmall) => new(first, last, toSmall, InPairs: false);

    private static Letters Pairs(char first, char last) => new(first, last, 0, InPairs: true);

    // A range of letters: lower case or without case, capitals at a fixed distance from their lower-case letters, or capitals that alternate with them.
    private readonly record struct Letters(char First, char Last, int ToSmall, bool InPairs);
}
