using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Xml;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>launchd of macOS: a property list for each task, for the machine if the user is root, else for the user.</summary>
internal sealed class LaunchdScheduler : ITaskScheduler
{
    private const string Program = "launchctl";

    private readonly ExternalPrograms programs;
    private readonly string folder;
    private readonly bool isSystem;

    /// <summary>Creates the scheduler.</summary>
    /// <param name="programs">Finds <c>launchctl</c>.</param>
    /// <param name="folder">The folder of the property lists.</param>
    /// <param name="isSystem">Whether they belong to the machine.</param>
    public LaunchdScheduler(ExternalPrograms programs, string folder, bool isSystem)
    {
        this.programs = programs;
        this.folder = folder;
        this.isSystem = isSystem;
    }

    /// <inheritdoc/>
    public string Name => "launchd";

    private string Domain => isSystem ? "system" : "gui/" + UnixFile.EffectiveUser.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public ScheduledTask? Find(TaskTarget target)
    {
        var list = List(target);
        if (!list.Existed)
            return null;
        try
        {
            var seconds = LaunchdPlist.Find(list.PreviousText, "StartInterval")?.Value;
            var words = LaunchdPlist.Find(list.PreviousText, "ProgramArguments")?.Elements().Select(e => e.Value).ToArray() ?? Array.Empty<string>();
            var command = WindowsCommandLine.Join(words);
            var resident = SyncCommand.ResidentIntervalOf(command);
            return new ScheduledTask
            {
                Name = Label(target),
                Interval = resident ?? (int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var interval) ? TimeSpan.FromSeconds(interval) : TimeSpan.Zero),
                IsResident = resident is not null,
                Command = command,
                MissingFile = TaskFiles.FindMissing(words),
                Account = Environment.UserName,
                IsEnabled = IsLoaded(target),
                NeedsSignIn = !isSystem,
            };
        }
        catch (XmlException e)
        {
            throw new ConnectorException(Problems.SchedulerRefused(Name, e.Message), e);
        }
    }

    /// <inheritdoc/>
    public void Register(TaskTarget target, TimeSpan interval, TaskProgram program)
    {
        var command = SyncCommand.ForThisProcess(program, target.Connection, interval);
        var list = List(target);
        var text = LaunchdPlist.Render(command, interval, Label(target), TaskOutputFile.PathOf(Label(target)));
        if (command.IsResident && list.PreviousText == text && IsLoaded(target))
            return;
        try
        {
            list.Write(text);
            // A loaded job keeps its old property list, so unload it first.
            if (list.Existed)
                Control("bootout", Domain + "/" + Label(target));
            Load(list);
        }
        catch (ConnectorException)
        {
            list.Restore();
            if (list.Existed)
                Control("bootstrap", Domain, list.Path);
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Remove(TaskTarget target)
    {
        var list = List(target);
        if (!list.Existed)
            return false;
        // bootout fails for a job that is not loaded. Then deleting the property list is enough.
        Control("bootout", Domain + "/" + Label(target));
        list.Delete();
        return true;
    }

    private static string Label(TaskTarget target) => TaskLimits.Prefix + target.Key;

    private DefinitionFile List(TaskTarget target) => new(Path.Combine(folder, Label(target) + ".plist"), Name);

    private bool IsLoaded(TaskTarget target) => Control("print", Domain + "/" + Label(target)).ExitCode == 0;

    private void Load(DefinitionFile list)
    {
        var result = Control("bootstrap", Domain, list.Path);
        if (result.ExitCode != 0)
            throw new ConnectorException(result.Refusal(Name, Program, Texts.SchedulerStart(Path.GetFileNameWithoutExtension(list.Path))));
    }

    private ExternalPrograms.ProgramResult Control(params string[] arguments) => programs.Run(Program, "", arguments);
}
