using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts scheduled tasks to the output of a command.</summary>
internal static class TaskViews
{
    /// <summary>A task.</summary>
    /// <param name="target">What the task syncs.</param>
    /// <param name="task">The task as the scheduler returned it.</param>
    /// <param name="nextRun">The time of its next run; null if it has none.</param>
    /// <param name="lastRun">The time of the last run; null if there was none.</param>
    /// <param name="scheduler">The name of the scheduler.</param>
    public static PBSyncTask Render(TaskTarget target, ScheduledTask task, DateTimeOffset? nextRun, DateTimeOffset? lastRun, string scheduler) => new()
    {
        Connection = target.Connection,
        Name = task.Name,
        Interval = task.Interval,
        Command = task.Command,
        Account = task.Account,
        Enabled = task.IsEnabled,
        NextRun = nextRun,
        LastRun = lastRun,
        Scheduler = scheduler,
        MissingFile = task.MissingFile,
        Resident = task.IsResident,
    };
}
