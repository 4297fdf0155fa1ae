using System;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Scheduling;

/// <summary>When a scheduled task next syncs a connection, and whether it keeps its interval.</summary>
internal static class TaskInterval
{
    private const int IntervalsMissed = 3;

    // After failures, a task that runs only what is due waits up to an hour.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly SyncOptions Limits = new();

    /// <summary>Whether the task should have synced a connection again since the connection's last run.</summary>
    /// <param name="task">The task.</param>
    /// <param name="health">The health of the connection. If it has never run, it is not late: when the task was registered is not known.</param>
    /// <param name="now">The time, UTC.</param>
    public static bool IsMissed(PBSyncTask task, ConnectionHealth health, DateTimeOffset now) =>
        task.Enabled && health.LastSync is { } last && now - last > LongestGap(task.Interval, health.ConsecutiveFailures);

    /// <summary>Whether the holder of the run lock is a run within its limit. A run that takes longer than the interval does not miss it.</summary>
    /// <param name="holder">The holder; null if there is none.</param>
    /// <param name="now">The time, UTC.</param>
    public static bool IsUnderWay(RunLockHolder? holder, DateTimeOffset now) =>
        holder is { Mode: not SyncMode.User } && now >= holder.Since && now <= (holder.Until ?? holder.Since + Limits.IncrementalDeadline);

    /// <summary>
    /// When the task next syncs a connection, UTC; null if it does not. After failures a connection waits longer than the interval, if the task runs only what is due.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="turn">What decides when the connection is due; null if its last run did not fail.</param>
    /// <param name="now">The time, UTC.</param>
    public static DateTimeOffset? NextSync(PBSyncTask task, RunTurn? turn, DateTimeOffset now)
    {
        if (task.NextRun is not { } next || turn is null)
            return task.NextRun;
        var due = DueTime.Of(turn, null, task.Interval, now);
        if (task.Resident)
            return due > now ? due : now;
        if (!RunsOnlyDue(task) || due <= next)
            return next;
        // A call also runs what becomes due within half an interval.
        var wait = due - next - TimeSpan.FromTicks(task.Interval.Ticks / 2);
        return next + TimeSpan.FromTicks((long)Math.Ceiling(Math.Max(0, wait.Ticks) / (double)task.Interval.Ticks) * task.Interval.Ticks);
    }

    // Tasks of earlier versions run every connection each time. Each scheduler quotes parameters in its own way.
    private static bool RunsOnlyDue(PBSyncTask task) => new[] { " -Due", "'-Due'", "\"-Due\"" }.Any(parameter => task.Command.IndexOf(parameter, StringComparison.Ordinal) >= 0);

    private static TimeSpan LongestGap(TimeSpan interval, int failures)
    {
        var gap = TimeSpan.FromTicks(interval.Ticks * IntervalsMissed);
        return failures > 0 && gap < LongestWait + interval ? LongestWait + interval : gap;
    }
}
