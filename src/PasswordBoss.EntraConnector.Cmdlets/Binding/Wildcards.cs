using System;
using System.Linq;
using System.Management.Automation;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>A filter of several wildcard patterns; without any, everything fits.</summary>
internal sealed class Wildcards
{
    private readonly WildcardPattern[] patterns;

    internal Wildcards(string[]? patterns) =>
        this.patterns = (patterns ?? Array.Empty<string>()).Select(pattern => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase)).ToArray();

    internal bool Fit(params string?[] texts) =>
        patterns.Length == 0 || texts.Any(text => text is not null && Array.Exists(patterns, pattern => pattern.IsMatch(text)));
}
