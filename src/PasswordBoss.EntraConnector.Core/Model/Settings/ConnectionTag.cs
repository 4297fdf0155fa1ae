using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The valid tags of connections. A tag selects several connections at once, such as all customers of one contract.</summary>
internal static class ConnectionTag
{
    private const int Longest = 50;

    /// <summary>The given tags, trimmed, each once. Refuses invalid tags: no command could refer to a tag with a wildcard, and commas and semicolons separate the tags of a list.</summary>
    /// <param name="tags">The tags.</param>
    public static IReadOnlyList<string> Validate(IEnumerable<string> tags)
    {
        var valid = new List<string>();
        foreach (var tag in tags)
        {
            var trimmed = tag.Trim();
            if (trimmed.Length is 0 or > Longest || ConnectionName.IsPattern(trimmed) || trimmed.Any(c => char.IsControl(c) || c is ',' or ';'))
                throw new ConnectorException(Problems.ConnectionTagInvalid(tag).About(tag));
            if (!valid.Contains(trimmed, StringComparer.OrdinalIgnoreCase))
                valid.Add(trimmed);
        }

        return valid;
    }

    /// <summary>Whether two lists hold the same tags, in any order.</summary>
    /// <param name="left">The one list.</param>
    /// <param name="right">The other list.</param>
    public static bool AreSame(IReadOnlyCollection<string> left, IReadOnlyCollection<string> right) =>
        left.Count == right.Count && left.All(tag => right.Contains(tag, StringComparer.OrdinalIgnoreCase));
}
