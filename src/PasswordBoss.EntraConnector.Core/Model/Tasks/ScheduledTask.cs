using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A task as the scheduler knows it.</summary>
public sealed record ScheduledTask
{
    /// <summary>What it is called there.</summary>
    public required string Name { get; init; }
    /// <summary>The time between two runs; zero where the schedule was changed by hand to something that is none.</summary>
    public TimeSpan Interval { get; init; }
    /// <summary>The command line, as it stands in the definition.</summary>
    public string Command { get; init; } = "";
    /// <summary>The account that it runs as.</summary>
    public string Account { get; init; } = "";
    /// <summary>Whether the scheduler runs it.</summary>
    public bool IsEnabled { get; init; }
    /// <summary>A time from which the intervals are counted; null when they count from the last run.</summary>
    public DateTimeOffset? CountsFrom { get; init; }
    /// <summary>Whether it runs only while its user is signed in.</summary>
    public bool NeedsSignIn { get; init; }
}
