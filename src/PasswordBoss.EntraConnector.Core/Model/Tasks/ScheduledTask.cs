using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A task as the scheduler reports it.</summary>
public sealed record ScheduledTask
{
    /// <summary>The name of the task in the scheduler.</summary>
    public required string Name { get; init; }
    /// <summary>The time between two runs; zero if the schedule was edited by hand and has no interval any more.</summary>
    public TimeSpan Interval { get; init; }
    /// <summary>Whether the program keeps running and starts the runs itself; otherwise the scheduler starts it for each sync.</summary>
    public bool IsResident { get; init; }
    /// <summary>The command line in the task's definition.</summary>
    public string Command { get; init; } = "";
    /// <summary>The program or script in the command that does not exist any more; null if both exist, or the command is not known.</summary>
    public string? MissingFile { get; init; }
    /// <summary>The account that the task runs as.</summary>
    public string Account { get; init; } = "";
    /// <summary>Whether the scheduler runs the task.</summary>
    public bool IsEnabled { get; init; }
    /// <summary>The start of the intervals; null if they count from the last run.</summary>
    public DateTimeOffset? CountsFrom { get; init; }
    /// <summary>Whether the task runs only while its user is signed in.</summary>
    public bool NeedsSignIn { get; init; }
}
