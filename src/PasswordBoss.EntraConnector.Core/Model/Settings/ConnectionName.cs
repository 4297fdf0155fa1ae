using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The valid names of connections, and the matching of name patterns.</summary>
internal static class ConnectionName
{
    private const int Longest = 100;

    /// <summary>Compares names for sets, dictionaries and sorting.</summary>
    public static StringComparer Comparer => StringComparer.OrdinalIgnoreCase;

    /// <summary>Whether two names refer to the same connection.</summary>
    public static bool Same(string? stored, string? given) => string.Equals(stored, given?.Trim(), StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses invalid names. A name with a wildcard is invalid, because no command could refer to it.</summary>
    public static string Validate(string name)
    {
        var trimmed = name.Trim();
        if (trimmed.Length is 0 or > Longest || IsPattern(trimmed) || trimmed.Any(char.IsControl))
            throw new ConnectorException(Problems.ConnectionNameInvalid(name));
        return trimmed;
    }

    public static bool IsPattern(string text) => text.IndexOfAny(new[] { '*', '?', '[', ']' }) >= 0;

    /// <summary>A function that tests whether a name, or any text, matches a PowerShell wildcard pattern, ignoring case. A backtick makes the next character literal.</summary>
    public static Func<string, bool> Matcher(string pattern)
    {
        var parts = PartsOf(pattern);
        return text => IsMatch(parts, text);
    }

    // Each part matches one character; null stands for "*".
    private static List<Func<char, bool>?> PartsOf(string pattern)
    {
        var parts = new List<Func<char, bool>?>();
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            var end = c == '[' ? pattern.IndexOf(']', i + 1) : -1;
            if (c == '*')
            {
                parts.Add(null);
            }
            else if (c == '?')
            {
                parts.Add(_ => true);
            }
            else if (end > i + 1)
            {
                var set = pattern.Substring(i + 1, end - i - 1);
                parts.Add(given => IsInSet(set, char.ToUpperInvariant(given)) || IsInSet(set, char.ToLowerInvariant(given)));
                i = end;
            }
            else
            {
                if (c == '`' && i + 1 < pattern.Length)
                    i++;
                var wanted = char.ToUpperInvariant(pattern[i]);
                parts.Add(given => char.ToUpperInvariant(given) == wanted);
            }
        }

        return parts;
    }

    // After a failure, only the last "*" must take one more character, so the number of steps is at most that of the parts times that of the characters.
    private static bool IsMatch(List<Func<char, bool>?> parts, string text)
    {
        var (part, at, star, taken) = (0, 0, -1, 0);
        while (at < text.Length)
        {
            if (part < parts.Count && parts[part] is null)
            {
                (star, taken) = (part++, at);
            }
            else if (part < parts.Count && parts[part] is { } fits && fits(text[at]))
            {
                part++;
                at++;
            }
            else if (star >= 0)
            {
                (part, at) = (star + 1, ++taken);
            }
            else
            {
                return false;
            }
        }

        return parts.Skip(part).All(p => p is null);
    }

    // Characters, and ranges of them. A range that ends before it begins contains nothing.
    private static bool IsInSet(string set, char given)
    {
        for (var i = 0; i < set.Length; i++)
        {
            var isRange = i + 2 < set.Length && set[i + 1] == '-';
            if (given >= set[i] && given <= set[isRange ? i + 2 : i])
                return true;
            if (isRange)
                i += 2;
        }

        return false;
    }
}
