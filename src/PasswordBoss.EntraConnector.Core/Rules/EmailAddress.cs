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
    private static readonly HashSet<string> UnroutableTopLevels = new(StringComparer.OrdinalIgnoreCase)
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
        var mail = Trimmed(user.Mail);
        var name = Trimmed(user.UserPrincipalName);
        return source switch
        {
            EmailSource.Mail => mail,
            EmailSource.UserPrincipalName => name,
            _ => mail ?? name,
        };
    }

    /// <summary>Whether two addresses are one.</summary>
    /// <param name="left">An address.</param>
    /// <param name="right">Another.</param>
    public static bool Same(string? left, string? right) =>
        left is not null && right is not null && Comparer.Equals(left, right);

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
        return IsDotAtom(address.Substring(0, at)) && IsPublicHost(address.Substring(at + 1));
    }

    private static bool IsDotAtom(string text)
    {
        var afterDot = true;
        foreach (var c in text)
        {
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

    private static bool IsPublicHost(string host)
    {
        if (ToAscii(host) is not { } ascii)
            return false;
        var labels = ascii.Split('.');
        if (labels.Length < 2)
            return false;
        foreach (var label in labels)
        {
            if (label.Length is 0 or > 63 || label[0] == '-' || label[label.Length - 1] == '-')
                return false;
            foreach (var c in label)
            {
                if (!IsAsciiLetterOrDigit(c) && c != '-')
                    return false;
            }
        }

        var top = labels[labels.Length - 1];
        return top.Length >= 2 && !char.IsDigit(top[0]) && !UnroutableTopLevels.Contains(top);
    }

    // Null for what cannot be an international host name (RFC 5890).
    private static string? ToAscii(string host)
    {
        var isAscii = true;
        foreach (var c in host)
            isAscii &= c < 128;
        if (isAscii)
            return host;
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
