using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Scheduling;

/// <summary>Whether a scheduled task keeps its interval.</summary>
internal static class TaskInterval
{
    private const int IntervalsMissed = 3;

    // After failures, a task that runs only what is due waits up to an hour.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Whether the task should have synced a connection again since the connection's last run.</summary>
    /// <param name="task">The task.</param>
    /// <param name="health">The health of the connection. If it has never run, it is not late: when the task was registered is not known.</param>
    /// <param name="now">The time, UTC.</param>
    public static bool IsMissed(PBSyncTask task, ConnectionHealth health, DateTimeOffset now) =>
        task.Enabled && health.LastSync is { } last && now - last > LongestGap(task.Interval, health.ConsecutiveFailures);

    private static TimeSpan LongestGap(TimeSpan interval, int failures)
    {
        var gap = TimeSpan.FromTicks(interval.Ticks * IntervalsMissed);
        return failures > 0 && gap < LongestWait + interval ? LongestWait + interval : gap;
    }
}
