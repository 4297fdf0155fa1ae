using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>A filter of several wildcard patterns; without patterns, everything matches. Addresses and patterns match in each form of the address.</summary>
internal sealed class Wildcards
{
    private readonly WildcardPattern[] patterns;

    /// <summary>Creates the filter. Throws <see cref="ErrorId.PatternInvalid"/> if a pattern is not valid.</summary>
    /// <param name="patterns">The patterns; null for no filter.</param>
    internal Wildcards(string[]? patterns) => this.patterns = (patterns ?? Array.Empty<string>()).SelectMany(EmailAddress.Forms).Select(Read).ToArray();

    /// <summary>Throws <see cref="ErrorId.PatternInvalid"/> if a pattern is not valid.</summary>
    /// <param name="patterns">The patterns; null for none.</param>
    internal static void Require(IEnumerable<string>? patterns)
    {
        foreach (var pattern in patterns ?? Array.Empty<string>())
            _ = Read(pattern);
    }

    internal bool Fit(params string?[] texts) =>
        patterns.Length == 0 || texts.Any(text => text is not null && EmailAddress.Forms(text).Any(form => Array.Exists(patterns, pattern => pattern.IsMatch(form))));

    // PowerShell parses a pattern only when it first compares a text with it.
    private static WildcardPattern Read(string text)
    {
        var pattern = WildcardPattern.Get(text, WildcardOptions.IgnoreCase);
        try
        {
            _ = pattern.IsMatch("");
            return pattern;
        }
        catch (WildcardPatternException)
        {
            throw new ConnectorException(Problems.PatternInvalid(text).About(text));
        }
    }
}
