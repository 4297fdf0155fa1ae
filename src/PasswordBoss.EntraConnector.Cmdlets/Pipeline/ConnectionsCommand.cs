using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>A command that works on many connections at once: those whose names match, and those that have a tag.</summary>
public abstract class ConnectionsCommand : ConnectionCommand
{
    /// <summary>Tags, with wildcards: only connections that have one of them.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ConnectionTagCompleter))]
    public string[]? Tag { get; set; }

    private protected override bool TakesWildcards => true;

    private protected override IReadOnlyList<string>? GivenTags => Tag;
}
