using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Scheduling;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>Whether a scheduled task syncs the connection, and whether it keeps its interval.</summary>
internal sealed class TaskCheck
{
    private readonly SyncTasks tasks;
    private readonly ConnectionSettings connection;

    public TaskCheck(SyncTasks tasks, ConnectionSettings connection)
    {
        this.tasks = tasks;
        this.connection = connection;
    }

    public void Run(CheckList list)
    {
        try
        {
            if (tasks.FindFor(connection) is { } task)
                Report(task, list);
            else
                list.Add("Task", CheckStatus.Warning, Texts.CheckTaskAbsent, Texts.CheckFixTaskAbsent(connection.Name));
        }
        catch (ConnectorException e)
        {
            list.Add("Task", CheckStatus.Skipped, e.Text, e.Recommendation);
        }
    }

    private void Report(PBSyncTask task, CheckList list)
    {
        var minutes = MessageValue.Rounded(task.Interval.TotalMinutes);
        // A task for all connections may have run without reaching this one, so use the last run of this connection.
        var health = tasks.HealthOf(connection);
        if (!task.Enabled)
            list.Add("Task", CheckStatus.Warning, Texts.CheckTaskDisabled(task.Name, task.Scheduler), Texts.CheckFixTaskDisabled(task.Connection));
        else if (task.MissingFile is { } file)
            list.Add("Task", CheckStatus.Failed, Texts.CheckTaskFileMissing(task.Name, task.Scheduler, file), Texts.CheckFixTaskFileMissing(task.Connection));
        else if (health.LastSync is not { } time)
            list.Add("Task", CheckStatus.Warning, Texts.CheckTaskNeverRan(task.Name, task.Scheduler, minutes), Texts.CheckFixTaskLate(task.Name, task.Scheduler));
        else if (tasks.IsMissed(task, connection, health))
            list.Add("Task", CheckStatus.Warning, Texts.CheckTaskLate(task.Name, task.Scheduler, minutes, MessageValue.Local(time)), Texts.CheckFixTaskLate(task.Name, task.Scheduler));
        else
            list.Add("Task", CheckStatus.Passed, Texts.CheckTask(task.Name, task.Scheduler, minutes, task.Account, MessageValue.Local(time)));
    }
}
