using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>systemd: a timer and a service for each task, or a service that keeps running; for the machine if the user is root, else for the user.</summary>
internal sealed class SystemdScheduler : ITaskScheduler
{
    private const string Program = "systemctl";

    private readonly ExternalPrograms programs;
    private readonly string folder;
    private readonly bool isSystem;
    private HashSet<string>? active;

    /// <summary>Creates the scheduler.</summary>
    /// <param name="programs">Finds <c>systemctl</c>.</param>
    /// <param name="folder">The folder of the units.</param>
    /// <param name="isSystem">Whether they belong to the machine.</param>
    public SystemdScheduler(ExternalPrograms programs, string folder, bool isSystem)
    {
        this.programs = programs;
        this.folder = folder;
        this.isSystem = isSystem;
    }

    /// <inheritdoc/>
    public string Name => "systemd";

    /// <summary>Whether systemd runs: many containers have the program without a running systemd.</summary>
    public bool IsRunning()
    {
        if (programs.Find(Program) is null)
            return false;
        var result = Control("is-system-running");
        var state = result.Output.Trim();
        // A degraded system returns exit code 1 and its state. If systemd does not run, the output is "offline" or only an error.
        return state is not ("offline" or "unknown") && (result.ExitCode == 0 || state.Length > 0);
    }

    /// <inheritdoc/>
    public ScheduledTask? Find(TaskTarget target)
    {
        var (service, timer) = (Unit(target, ".service"), Unit(target, ".timer"));
        var command = SystemdUnits.CommandOf(service.PreviousText);
        var resident = timer.Existed ? null : SyncCommand.ResidentIntervalOf(command);
        if (!timer.Existed && resident is null)
            return null;
        var name = NameOf(timer.Existed ? timer : service);
        return new ScheduledTask
        {
            Name = name,
            Interval = resident ?? SystemdUnits.IntervalOf(timer.PreviousText),
            IsResident = resident is not null,
            Command = command,
            MissingFile = TaskFiles.FindMissing(SystemdUnits.WordsOf(command)),
            Account = Environment.UserName,
            IsEnabled = (active ??= ListActive()).Contains(name),
            NeedsSignIn = !isSystem,
        };
    }

    /// <inheritdoc/>
    public void Register(TaskTarget target, TimeSpan interval, TaskProgram program)
    {
        var command = SyncCommand.ForThisProcess(program, target.Connection, interval);
        var former = Find(target);
        var (service, timer) = (Unit(target, ".service"), Unit(target, ".timer"));
        var text = SystemdUnits.Service(command, isSystem);
        if (command.IsResident && former is { IsResident: true, IsEnabled: true } && service.PreviousText == text)
            return;
        active = null;
        var name = NameOf(command.IsResident ? service : timer);
        try
        {
            if (former is not null && former.Name != name)
                Require(Texts.SchedulerStop(former.Name), "disable", "--now", former.Name);
            service.Write(text);
            if (command.IsResident)
                timer.Delete();
            else
                timer.Write(SystemdUnits.Timer(target, interval));
            Require(Texts.SchedulerWrite, "daemon-reload");
            Require(Texts.SchedulerStart(name), "enable", name);
            // A running unit keeps its old definition until it is restarted.
            Require(Texts.SchedulerStart(name), "restart", name);
        }
        catch (ConnectorException)
        {
            if (former?.Name != name)
                Control("disable", "--now", name);
            timer.Restore();
            service.Restore();
            Control("daemon-reload");
            if (former is not null && former.Name != name)
                Control("enable", "--now", former.Name);
            // After a failed restart it is stopped, or still starts with the new definition. A worker may take longer to start than this command may wait.
            else if (former is { IsEnabled: true })
                Control("restart", "--no-block", name);
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Remove(TaskTarget target)
    {
        var (service, timer) = (Unit(target, ".service"), Unit(target, ".timer"));
        if (!timer.Existed && !service.Existed)
            return false;
        active = null;
        if (timer.Existed)
            Require(Texts.SchedulerStop(NameOf(timer)), "disable", "--now", NameOf(timer));
        else if (SyncCommand.ResidentIntervalOf(SystemdUnits.CommandOf(service.PreviousText)) is not null)
            Require(Texts.SchedulerStop(NameOf(service)), "disable", "--now", NameOf(service));
        timer.Delete();
        service.Delete();
        // The task is stopped and its files are deleted, so an error here must not report it as unchanged.
        Control("daemon-reload");
        return true;
    }

    private static string NameOf(DefinitionFile unit) => Path.GetFileName(unit.Path);

    // Cached, so that a command over hundreds of connections starts one process. A worker is "activating" for half a minute before systemd restarts it.
    private HashSet<string> ListActive()
    {
        var result = Control("list-units", "--plain", "--no-legend", "--full", "--state=active,activating", TaskLimits.Prefix + "*.timer", TaskLimits.Prefix + "*.service");
        return new HashSet<string>(result.Output.Split('\n').Select(line => line.Trim().Split(' ')[0]), StringComparer.Ordinal);
    }

    private DefinitionFile Unit(TaskTarget target, string ending) => new(Path.Combine(folder, TaskLimits.Prefix + target.Key + ending), Name);

    private void Require(Message failure, params string[] arguments)
    {
        var result = Control(arguments);
        if (result.ExitCode != 0)
            throw new ConnectorException(result.Refusal(Name, Program, failure));
    }

    private ExternalPrograms.ProgramResult Control(params string[] arguments)
    {
        if (isSystem)
            return programs.Run(Program, "", arguments);
        var all = new string[arguments.Length + 1];
        all[0] = "--user";
        arguments.CopyTo(all, 1);
        return programs.Run(Program, "", all);
    }
}
