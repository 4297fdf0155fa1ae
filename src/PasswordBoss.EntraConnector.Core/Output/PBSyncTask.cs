using System;

namespace PasswordBoss.EntraConnector;

/// <summary>A scheduled task that syncs.</summary>
public sealed class PBSyncTask
{
    /// <summary>The connection; <c>*</c> for a task that syncs all connections that are stored when it runs.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The name of the task in the scheduler.</summary>
    public string Name { get; init; } = "";
    /// <summary>The time between two runs.</summary>
    public TimeSpan Interval { get; init; }
    /// <summary>The command line in the scheduler's definition.</summary>
    public string Command { get; init; } = "";
    /// <summary>The account that the task runs as.</summary>
    public string Account { get; init; } = "";
    /// <summary>Whether the scheduler runs the task.</summary>
    public bool Enabled { get; init; }
    /// <summary>When the task runs next according to its schedule, UTC; null if it is not enabled.</summary>
    public DateTimeOffset? NextRun { get; init; }
    /// <summary>When the last run of the connection ended (of any connection, for a task for all), UTC, regardless of how it was started.</summary>
    public DateTimeOffset? LastRun { get; init; }
    /// <summary>The name of the scheduler.</summary>
    public string Scheduler { get; init; } = "";
    /// <summary>Whether the task is a process that keeps running; otherwise the scheduler starts one for each sync.</summary>
    public bool Resident { get; init; }
    /// <summary>The file of the command that does not exist any more; null if there is none.</summary>
    internal string? MissingFile { get; init; }
}
