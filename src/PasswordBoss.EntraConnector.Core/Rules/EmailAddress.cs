using System;
using System.Collections.Generic;
using System.Globalization;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Rules;

/// <summary>Which address a person has, whether it can be sent, and when two addresses are one.</summary>
public static class EmailAddress
{
    // Names that no public mail server answers for (RFC 6761, RFC 6762, and what private networks use). The other reserved names are left
    // in, because documentation and rehearsals use them.
    private static readonly string[] UnroutableTopLevels =
    {
        "local", "localhost", "localdomain", "invalid", "internal", "intranet", "lan", "home", "corp", "arpa",
    };

    /// <summary>Compares addresses without case and surrounding blanks.</summary>
    public static IEqualityComparer<string> Comparer { get; } = new AddressComparer();

    /// <summary>The person's address by rule; null when the attribute is empty.</summary>
    /// <param name="user">The person.</param>
    /// <param name="source">The rule.</param>
    public static string? Choose(DirectoryUser user, EmailSource source)
    {
        return source switch
        {
            EmailSource.Mail => Trimmed(user.Mail),
            EmailSource.UserPrincipalName => Trimmed(user.UserPrincipalName),
            _ => Trimmed(user.Mail) ?? Trimmed(user.UserPrincipalName),
        };
    }

    /// <summary>Whether two addresses are one.</summary>
    /// <param name="left">An address.</param>
    /// <param name="right">Another.</param>
    public static bool Same(string? left, string? right) =>
        left is not null && right is not null && (string.Equals(left, right, StringComparison.Ordinal) || Comparer.Equals(left, right));

    /// <summary>
    /// Whether mail to the address can arrive: one <c>@</c>, a dot-atom before it (RFC 5322 section 3.2.3), a public-looking host name after it.
    /// The user principal name of a guest (<c>#EXT#</c>) is never a mailbox.
    /// </summary>
    /// <param name="address">The address, without surrounding blanks.</param>
    public static bool IsRoutable(string address)
    {
        var at = address.IndexOf('@');
        if (at < 1 || at > 64 || address.Length > 254 || at != address.LastIndexOf('@'))
            return false;
        if (address.IndexOf("#EXT#", StringComparison.OrdinalIgnoreCase) >= 0)
            return false;
        return IsDotAtom(address, at) && IsPublicHost(address, at + 1);
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
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] >= 128)
                return ToAscii(text.Substring(start)) is { } ascii && IsPublicHost(ascii, 0);
        }

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

        return true;
    }

    // Null for what cannot be an international host name (RFC 5890).
    private static string? ToAscii(string host)
    {
        try
        {
            return new IdnMapping().GetAscii(host);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsAsciiLetterOrDigit(char c) => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9';

    private static string? Trimmed(string? text)
    {
        var trimmed = text?.Trim();
        return string.IsNullOrEmpty(trimmed) ? null : trimmed;
    }

    private sealed class AddressComparer : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => string.Equals(x?.Trim(), y?.Trim(), StringComparison.OrdinalIgnoreCase);

        public int GetHashCode(string obj) => StringComparer.OrdinalIgnoreCase.GetHashCode(obj.Trim());
    }
}
