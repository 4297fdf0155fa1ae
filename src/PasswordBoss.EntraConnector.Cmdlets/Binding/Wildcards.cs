using System;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Matching;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>A filter of several wildcard patterns; without patterns, everything matches. Addresses and patterns match in each form of the address.</summary>
internal sealed class Wildcards
{
    private readonly WildcardPattern[] patterns;

    internal Wildcards(string[]? patterns) =>
        this.patterns = (patterns ?? Array.Empty<string>()).SelectMany(EmailAddress.Forms).Select(pattern => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase)).ToArray();

    internal bool Fit(params string?[] texts) =>
        patterns.Length == 0 || texts.Any(text => text is not null && EmailAddress.Forms(text).Any(form => Array.Exists(patterns, pattern => pattern.IsMatch(form))));
}
