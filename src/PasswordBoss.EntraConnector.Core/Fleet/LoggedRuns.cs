using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>
/// Writes each report to a log, and passes it on. The log is written in the background: no run and no result waits for the disk or for another process. If the log
/// cannot be written, one warning is reported, and the runs continue.
/// </summary>
internal sealed class LoggedRuns : IFleetObserver
{
    private readonly IFleetObserver observer;
    private readonly IRunLog log;
    private readonly IWorkers workers;
    private readonly object gate = new();
    private List<SyncReport> waiting = new();
    private Task writing = Task.CompletedTask;
    private bool isWriting;
    private bool hasWarned;

    /// <param name="observer">Receives everything.</param>
    /// <param name="log">The log.</param>
    /// <param name="workers">Write the log in the background.</param>
    public LoggedRuns(IFleetObserver observer, IRunLog log, IWorkers workers)
    {
        this.observer = observer;
        this.log = log;
        this.workers = workers;
    }

    /// <inheritdoc/>
    public void Ended(SyncReport report, int ended, int total)
    {
        lock (gate)
        {
            waiting.Add(report);
            if (!isWriting)
            {
                isWriting = true;
                writing = workers.StartAsync(WriteAllAsync);
            }
        }

        observer.Ended(report, ended, total);
    }

    /// <summary>Waits until everything is written. Called after the last report.</summary>
    public Task CompleteAsync()
    {
        lock (gate)
            return writing;
    }

    /// <inheritdoc/>
    public void Progress(string connection, Message activity, int done, int total) => observer.Progress(connection, activity, done, total);

    /// <inheritdoc/>
    public void Warning(string connection, Message warning) => observer.Warning(connection, warning);

    /// <inheritdoc/>
    public void Detail(string connection, Message detail) => observer.Detail(connection, detail);

    private Task WriteAllAsync()
    {
        while (TakeWaiting() is { } reports)
            Write(reports);
        return Task.CompletedTask;
    }

    private List<SyncReport>? TakeWaiting()
    {
        lock (gate)
        {
            isWriting = waiting.Count > 0;
            var taken = waiting;
            waiting = new List<SyncReport>();
            return isWriting ? taken : null;
        }
    }

    private void Write(List<SyncReport> reports)
    {
        try
        {
            log.Write(reports.SelectMany(RunLogLines.Of));
        }
        catch (ConnectorException e)
        {
            if (!hasWarned)
                observer.Warning(reports[0].Connection, Texts.WarningLogNotWritten(log.Path, e.Problem.Reason ?? e.Problem.Sentence));
            hasWarned = true;
        }
    }
}
