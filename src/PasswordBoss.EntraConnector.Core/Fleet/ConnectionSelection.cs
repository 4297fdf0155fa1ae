using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>The connections that a command is about.</summary>
/// <param name="Names">Their names when the command began.</param>
public sealed record ConnectionSelection(IReadOnlyList<string> Names)
{
    /// <summary>The names and patterns from which they were found; null for none.</summary>
    public IReadOnlyList<string>? Patterns { get; init; }
    /// <summary>The tags from which they were found; null for none.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
    /// <summary>Whether a connection that is stored later can be selected too.</summary>
    public bool IsOpen { get; init; }
}
