using System;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>cron: a line for each task in the user's crontab, or in root's for the machine. All other lines stay as they are.</summary>
internal sealed class CronScheduler : ITaskScheduler
{
    private const string Program = "crontab";

    private readonly ExternalPrograms programs;
    private string[]? known;
    private Problem? refusal;

    /// <summary>Creates the scheduler.</summary>
    /// <param name="programs">Finds <c>crontab</c>.</param>
    public CronScheduler(ExternalPrograms programs) => this.programs = programs;

    /// <inheritdoc/>
    public string Name => "cron";

    /// <inheritdoc/>
    public ScheduledTask? Find(TaskTarget target)
    {
        // Cached, so that a command over hundreds of connections starts one process, even if that fails. A change reads the lines again.
        if (refusal is not null)
            throw new ConnectorException(refusal);
        try
        {
            known ??= Read();
        }
        catch (ConnectorException e)
        {
            refusal = e.Problem;
            throw;
        }

        var line = known.FirstOrDefault(l => CronLine.IsMarked(l, Mark(target)));
        return line is null ? null : new ScheduledTask
        {
            Name = Mark(target),
            Interval = CronLine.IntervalOf(line),
            Command = CronLine.CommandOf(line),
            MissingFile = TaskFiles.FindMissing(CronLine.WordsOf(line)),
            Account = Environment.UserName,
            IsEnabled = !CronLine.IsComment(line),
            // cron starts counting again each hour or day.
            CountsFrom = new DateTimeOffset(DateTime.Today),
        };
    }

    /// <inheritdoc/>
    public void Register(TaskTarget target, TimeSpan interval, TaskProgram program)
    {
        if (program.IsResident)
            throw new ConnectorException(Problems.TaskResidentNotSupported(Name));
        var line = CronLine.Render(SyncCommand.ForThisProcess(program, target.Connection, interval), interval, Mark(target), TaskOutputFile.PathOf(Mark(target)));
        Write(Read().Where(l => !CronLine.IsMarked(l, Mark(target))).Concat(new[] { line }).ToArray(), Texts.SchedulerWrite);
    }

    /// <inheritdoc/>
    public bool Remove(TaskTarget target)
    {
        var lines = Read();
        var others = lines.Where(l => !CronLine.IsMarked(l, Mark(target))).ToArray();
        if (others.Length == lines.Length)
            return false;
        Write(others, Texts.SchedulerDelete);
        return true;
    }

    private static string Mark(TaskTarget target) => TaskLimits.Prefix + target.Key;

    private string[] Read()
    {
        var result = programs.Run(Program, "", "-l");
        if (result.ExitCode == 0)
            return result.Output.TrimEnd('\n').Split('\n').Where((line, i) => i > 0 || line.Length > 0).ToArray();
        // crontab also reports an error for a user that has no crontab yet. Any other error must stop here, or the new crontab would contain only our line.
        var hasNone = result.Error.Holds("no crontab")
            || result.Error.Holds("No such file");
        return hasNone ? Array.Empty<string>() : throw new ConnectorException(result.Refusal(Name, Program, Texts.SchedulerRead));
    }

    // crontab replaces the whole file, or changes nothing if it refuses the input.
    private void Write(string[] lines, Message failure)
    {
        (known, refusal) = (null, null);
        var result = programs.Run(Program, string.Concat(lines.Select(line => line + "\n")), "-");
        if (result.ExitCode != 0)
            throw new ConnectorException(result.Refusal(Name, Program, failure));
    }
}
