using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What decides when a connection runs next.</summary>
public sealed record RunTurn
{
    /// <summary>The key of the connection in its store; zero if the store could not be read.</summary>
    public long Key { get; init; }
    /// <summary>The name of the connection.</summary>
    public required string Connection { get; init; }
    /// <summary>When the newest run started, UTC; null if there is none.</summary>
    public DateTimeOffset? LastStart { get; init; }
    /// <summary>The duration of the newest run.</summary>
    public TimeSpan LastDuration { get; init; }
    /// <summary>The outcome of its last run; null before the first.</summary>
    public SyncOutcome? LastOutcome { get; init; }
    /// <summary>Failed runs since the last one that did not fail.</summary>
    public int Failures { get; init; }
    /// <summary>Whether it is due at once: an admin changed the connection, or its pause ended.</summary>
    public bool IsDueAtOnce { get; init; }
}
