using System;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
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

    /// <summary>A function that tests whether a name, or any text, matches a PowerShell wildcard pattern, ignoring case.</summary>
    public static Func<string, bool> Matcher(string pattern)
    {
        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            var end = c == '[' ? pattern.IndexOf(']', i + 1) : -1;
            if (c == '*')
                regex.Append(".*");
            else if (c == '?')
                regex.Append('.');
            else if (end > i + 1)
            {
                regex.Append('[').Append(pattern.Substring(i + 1, end - i - 1).Replace("\\", "\\\\").Replace("^", "\\^")).Append(']');
                i = end;
            }
            else
                regex.Append(Regex.Escape(c.ToString()));
        }

        var compiled = new Regex(
            regex.Append('$').ToString(), RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return compiled.IsMatch;
    }
}
