using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Matching;

/// <summary>Chooses a user's address, checks whether it can be used, and compares addresses.</summary>
public static class EmailAddress
{
    // Top-level names that no public mail server has (RFC 6761, RFC 6762, and names common in private networks). The other reserved names are
    // allowed, because documentation and tests use them.
    private static readonly string[] UnroutableTopLevels =
    {
        "local", "localhost", "localdomain", "invalid", "internal", "intranet", "lan", "home", "corp", "arpa",
    };

    /// <summary>Compares addresses in their <see cref="Canonical"/> form, ignoring case.</summary>
    public static IEqualityComparer<string> Comparer { get; } = new AddressComparer();

    /// <summary>The user's address by rule, in its <see cref="Canonical"/> form; null if the attribute is empty.</summary>
    /// <param name="user">The user.</param>
    /// <param name="source">The rule.</param>
    public static string? Choose(DirectoryUser user, EmailSource source)
    {
        return source switch
        {
            EmailSource.Mail => CanonicalOrNull(user.Mail),
            EmailSource.UserPrincipalName => CanonicalOrNull(user.UserPrincipalName),
            _ => CanonicalOrNull(user.Mail) ?? CanonicalOrNull(user.UserPrincipalName),
        };
    }

    /// <summary>
    /// The form in which an address is sent: without surrounding whitespace, with its domain in lower-case ASCII (RFC 5890), and the part before the <c>@</c>
    /// unchanged.
    /// If the domain has no ASCII form, only the whitespace is removed, and the address is not routable.
    /// </summary>
    /// <param name="address">The address.</param>
    public static string Canonical(string address)
    {
        var text = address.Trim();
        var host = text.IndexOf('@') + 1;
        if (host == 0)
            return text;
        var isLower = true;
        for (var i = host; i < text.Length; i++)
        {
            if (text[i] >= 0x80)
                return Mapped(text, host);
            isLower &= text[i] is not (>= 'A' and <= 'Z');
        }

        return isLower ? text : text.Substring(0, host) + text.Substring(host).ToLowerInvariant();
    }

    /// <summary>
    /// The key under which an address is stored: its <see cref="Canonical"/> form in upper case. Two addresses have the same key exactly if <see
    /// cref="Comparer"/>
    /// treats them as equal.
    /// </summary>
    /// <param name="address">The address.</param>
    public static string KeyOf(string address)
    {
        var key = Canonical(address).ToCharArray();
        for (var i = 0; i < key.Length; i++)
        {
            // Same rule as an ordinal comparison that ignores case. ToUpperInvariant alone would turn some letters beyond ASCII into ASCII ones, such as ſ.
            var upper = char.ToUpperInvariant(key[i]);
            if (key[i] < 0x80 || upper >= 0x80)
                key[i] = upper;
        }

        return new string(key);
    }

    /// <summary>Whether two addresses are the same.</summary>
    /// <param name="left">The first address.</param>
    /// <param name="right">The second address.</param>
    public static bool Same(string? left, string? right) =>
        left is not null && right is not null && (string.Equals(left, right, StringComparison.Ordinal) || Comparer.Equals(left, right));

    /// <summary>
    /// Whether mail to the address can arrive: one <c>@</c>, a dot-atom before it (RFC 5322 section 3.2.3) and a public-looking host name after it.
    /// The user principal name of a guest (<c>#EXT#</c>) is never a mailbox. A domain beyond ASCII must have an ASCII form. A domain that maps to a plain ASCII
    /// name,
    /// such as <c>ⓒontoso.example</c> in a browser, has none.
    /// </summary>
    /// <param name="address">The address, without surrounding whitespace.</param>
    public static bool IsRoutable(string address)
    {
        var at = address.IndexOf('@');
        if (at < 1 || at > 64 || at != address.LastIndexOf('@'))
            return false;
        if (address.IndexOf("#EXT#", StringComparison.OrdinalIgnoreCase) >= 0)
            return false;
        var sent = IsAscii(address, at + 1) ? address : Mapped(address, at + 1);
        return sent.Length <= 254 && IsDotAtom(sent, at) && IsPublicHost(sent, at + 1);
    }

    /// <summary>
    /// Whether the domain of an address has letters beyond ASCII but no ASCII form that all systems agree on, such as <c>faß.example</c>. Such an address is
    /// not
    /// routable; with its domain in an ASCII form it may be.
    /// </summary>
    /// <param name="address">The address, without surrounding whitespace.</param>
    public static bool IsDomainUnmapped(string address)
    {
        var host = address.IndexOf('@') + 1;
        return host > 0 && !IsAscii(address, host) && HostName.ToAscii(address.Substring(host)) is null;
    }

    /// <summary>
    /// The text to compare addresses by, ignoring case: it is equal for equal addresses. An ASCII address is returned as it is, without an allocation.
    /// With a standard .NET comparer, this is several times as fast as <see cref="Comparer"/>.
    /// </summary>
    /// <param name="address">The address.</param>
    internal static string Comparable(string address)
    {
        var text = address.Trim();
        var host = text.IndexOf('@') + 1;
        return host == 0 || IsAscii(text, host) ? text : Mapped(text, host);
    }

    /// <summary>
    /// The forms in which a server may store an address: the given one without surrounding whitespace, the one with its domain in ASCII, and the one with the
    /// Unicode
    /// letters of its domain. Forms that differ only by case count as one. An address with a plain ASCII domain, or text that is not an address, has one form.
    /// </summary>
    /// <param name="address">The address, in either form.</param>
    public static IReadOnlyList<string> Forms(string address)
    {
        var given = address.Trim();
        var ascii = Canonical(given);
        var forms = new List<string>(3) { given };
        Add(ascii);
        Add(WithUnicodeDomain(ascii));
        return forms;

        void Add(string? form)
        {
            if (form is not null && !forms.Contains(form, StringComparer.OrdinalIgnoreCase))
                forms.Add(form);
        }
    }

    /// <summary>The address with the Unicode letters of its domain, which a server may store instead; null if the domain has none.</summary>
    /// <param name="canonical">An address in its <see cref="Canonical"/> form.</param>
    internal static string? WithUnicodeDomain(string canonical)
    {
        var host = canonical.IndexOf('@') + 1;
        return host > 0 && HostName.ToUnicode(canonical.Substring(host)) is { } domain ? canonical.Substring(0, host) + domain : null;
    }

    private static bool IsDotAtom(string text, int end)
    {
        var afterDot = true;
        for (var i = 0; i < end; i++)
        {
            var c = text[i];
            if (c == '.')
            {
                if (afterDot)
                    return false;
                afterDot = true;
                continue;
            }

            if (!IsAsciiLetterOrDigit(c) && "!#$%&'*+-/=?^_`{|}~".IndexOf(c) < 0)
                return false;
            afterDot = false;
        }

        return !afterDot;
    }

    private static bool IsPublicHost(string text, int start)
    {
        var top = text.LastIndexOf('.') + 1;
        if (top <= start)
            return false;
        for (var label = start; label <= text.Length;)
        {
            var end = text.IndexOf('.', label) is var dot and >= 0 ? dot : text.Length;
            if (!IsLabel(text, label, end))
                return false;
            label = end + 1;
        }

        return text.Length - top >= 2 && !char.IsDigit(text[top]) && !IsUnroutable(text, top);
    }

    private static bool IsUnroutable(string text, int top)
    {
        foreach (var name in UnroutableTopLevels)
        {
            if (name.Length == text.Length - top && string.Compare(text, top, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0)
                return true;
        }

        return false;
    }

    private static bool IsLabel(string text, int start, int end)
    {
        if (end - start is 0 or > 63 || text[start] == '-' || text[end - 1] == '-')
            return false;
        for (var i = start; i < end; i++)
        {
            if (!IsAsciiLetterOrDigit(text[i]) && text[i] != '-')
                return false;
        }

        return end - start < 4 || text[start + 2] != '-' || text[start + 3] != '-' || HostName.IsSound(text.Substring(start, end - start));
    }

    private static string Mapped(string address, int host) =>
        HostName.ToAscii(address.Substring(host)) is { } ascii ? address.Substring(0, host) + ascii : address;

    private static bool IsAscii(string text, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] >= 0x80)
                return false;
        }

        return true;
    }

    private static bool IsAsciiLetterOrDigit(char c) => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9';

    private static string? CanonicalOrNull(string? text) => text is not null && Canonical(text) is { Length: > 0 } address ? address : null;

    private sealed class AddressComparer : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) =>
            x is null || y is null ? x is null && y is null : string.Equals(Comparable(x), Comparable(y), StringComparison.OrdinalIgnoreCase);

        public int GetHashCode(string obj) => StringComparer.OrdinalIgnoreCase.GetHashCode(Comparable(obj));
    }
}
