using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>The Task Scheduler of Windows, controlled through <c>schtasks.exe</c>: tasks of SYSTEM for the machine's store, else of the user.</summary>
internal sealed class WindowsScheduler : ITaskScheduler
{
    private const string Program = "schtasks.exe";

    private readonly ExternalPrograms programs;
    private readonly bool isSystem;
    private readonly Lazy<HashSet<string>> taskNames;
    private ScheduledTask? found;

    /// <summary>Creates the scheduler.</summary>
    /// <param name="programs">Finds <c>schtasks.exe</c>.</param>
    /// <param name="isSystem">Whether tasks run as SYSTEM.</param>
    public WindowsScheduler(ExternalPrograms programs, bool isSystem)
    {
        this.programs = programs;
        this.isSystem = isSystem;
        taskNames = new Lazy<HashSet<string>>(List);
    }

    /// <inheritdoc/>
    public string Name => "Task Scheduler";

    /// <inheritdoc/>
    public ScheduledTask? Find(TaskTarget target)
    {
        // List all tasks at once: a process for each of hundreds of connections would take minutes.
        if (!taskNames.Value.Contains(TaskName(target)))
            return null;
        var result = programs.Run(Program, "", "/Query", "/TN", TaskName(target), "/XML");
        if (result.ExitCode != 0)
            throw new ConnectorException(result.Refusal(Name, Program, Texts.SchedulerRead));
        var task = Parse(result);
        return found = new ScheduledTask
        {
            Name = TaskName(target),
            Interval = WindowsTaskXml.IntervalOf(task),
            IsResident = SyncCommand.ResidentIntervalOf(WindowsTaskXml.CommandOf(task)) is not null,
            Command = WindowsTaskXml.CommandOf(task),
            MissingFile = WindowsTaskXml.FindMissingFile(task),
            Account = WindowsTaskXml.AccountOf(task) is var account && account == WindowsTaskXml.SystemAccount ? "SYSTEM" : WindowsAccount.NameOf(account),
            IsEnabled = WindowsTaskXml.IsEnabled(task),
            CountsFrom = WindowsTaskXml.StartOf(task),
            NeedsSignIn = account != WindowsTaskXml.SystemAccount,
        };
    }

    /// <inheritdoc/>
    public void Register(TaskTarget target, TimeSpan interval, TaskProgram program)
    {
        var account = isSystem ? WindowsTaskXml.SystemAccount : WindowsAccount.Current;
        var task = WindowsTaskXml.Render(SyncCommand.ForThisProcess(program, target.Connection, interval), interval, DateTime.Now.AddMinutes(1), account);
        var former = Find(target);
        if (former is { IsResident: true, IsEnabled: true } && former.Command == WindowsTaskXml.CommandOf(task))
            return;
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, task.Declaration + Environment.NewLine + task, Encoding.Unicode);
            // Replaces the whole task or nothing, and ends no process.
            var result = programs.Run(Program, "", "/Create", "/TN", TaskName(target), "/XML", file, "/F");
            if (result.ExitCode != 0)
                throw new ConnectorException(result.Refusal(Name, Program, Texts.SchedulerWrite));
            taskNames.Value.Add(TaskName(target));
            found = null;
            if (former is { IsResident: true })
                End(target);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public bool Remove(TaskTarget target)
    {
        if (!taskNames.Value.Contains(TaskName(target)))
            return false;
        // End the worker first: without the task, nothing can end it. If the deletion fails, the task starts it again.
        if (IsResident(target))
            End(target);
        var result = programs.Run(Program, "", "/Delete", "/TN", TaskName(target), "/F");
        if (result.ExitCode != 0)
            throw new ConnectorException(result.Refusal(Name, Program, Texts.SchedulerDelete));
        taskNames.Value.Remove(TaskName(target));
        return true;
    }

    private bool IsResident(TaskTarget target)
    {
        try
        {
            return (found?.Name == TaskName(target) ? found : Find(target)) is { IsResident: true };
        }
        catch (ConnectorException e) when (e.Id == ErrorId.SchedulerRefused)
        {
            // A definition that cannot be read can still be deleted.
            return false;
        }
    }

    // The exit code is ignored: /End fails if the task is not running.
    private void End(TaskTarget target) => programs.Run(Program, "", "/End", "/TN", TaskName(target));

    // The root folder, where every user may create tasks.
    private static string TaskName(TaskTarget target) => "\\" + TaskLimits.Prefix + target.Key;

    // "\name","next run","status" without headers: the names are the only part that is the same in every language.
    private HashSet<string> List()
    {
        var result = programs.Run(Program, "", "/Query", "/FO", "CSV", "/NH");
        if (result.ExitCode != 0)
            throw new ConnectorException(result.Refusal(Name, Program, Texts.SchedulerRead));
        var names = result.Output.Split('\n').Where(line => line.StartsWith("\"\\" + TaskLimits.Prefix, StringComparison.OrdinalIgnoreCase)).Select(line => line.Split('"')[1]);
        return new HashSet<string>(names, StringComparer.OrdinalIgnoreCase);
    }

    private XDocument Parse(ExternalPrograms.ProgramResult result)
    {
        try
        {
            return XDocument.Parse(result.Output.Trim().TrimStart('\ufeff'));
        }
        catch (XmlException e)
        {
            throw new ConnectorException(Problems.SchedulerRefused(Name, e.Message), e);
        }
    }
}
