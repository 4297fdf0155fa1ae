using System.Collections.Generic;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Binding;
using PasswordBoss.EntraConnector.Completion;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>A command that works on many connections at once, selected by names, by tags, or by both (then both must match).</summary>
public abstract class ConnectionsCommand : ConnectionCommand
{
    /// <summary>Tags, with wildcards: only connections that have one of them.</summary>
    [Parameter]
    [SupportsWildcards]
    [FilledItems]
    [ArgumentCompleter(typeof(ConnectionTagCompleter))]
    public string[]? Tag { get; set; }

    private protected override bool TakesWildcards => true;

    private protected override IReadOnlyList<string>? GivenTags => Tag;
}
