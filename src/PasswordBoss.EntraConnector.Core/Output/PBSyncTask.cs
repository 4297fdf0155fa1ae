using System;

namespace PasswordBoss.EntraConnector;

/// <summary>A scheduled task that syncs.</summary>
public sealed class PBSyncTask
{
    /// <summary>The connection; <c>*</c> when the task syncs all that are stored when it runs.</summary>
    public string Connection { get; init; } = "";
    /// <summary>What the scheduler calls the task.</summary>
    public string Name { get; init; } = "";
    /// <summary>The time between two runs.</summary>
    public TimeSpan Interval { get; init; }
    /// <summary>The command line, as it stands in the scheduler's definition.</summary>
    public string Command { get; init; } = "";
    /// <summary>The account that it runs as.</summary>
    public string Account { get; init; } = "";
    /// <summary>Whether the scheduler runs it.</summary>
    public bool Enabled { get; init; }
    /// <summary>When it runs next, UTC, by its schedule; null when it is not enabled.</summary>
    public DateTimeOffset? NextRun { get; init; }
    /// <summary>When the last run of the connection ended, UTC, no matter who started it.</summary>
    public DateTimeOffset? LastRun { get; init; }
    /// <summary>The scheduler.</summary>
    public string Scheduler { get; init; } = "";
}
