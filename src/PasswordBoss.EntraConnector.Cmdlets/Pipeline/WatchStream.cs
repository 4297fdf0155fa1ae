using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Output;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>Emits each result, and writes its errors, when its run ends: a command that watches has no end at which errors could be written.</summary>
internal sealed class WatchStream : IWatchObserver
{
    private readonly Cmdlet command;
    private readonly StreamObserver stream;
    private readonly PipelinePump pump;

    /// <summary>Creates the stream.</summary>
    /// <param name="command">Emits the results.</param>
    /// <param name="stream">Writes progress, warnings and details.</param>
    /// <param name="pump">Posts the results to the pipeline thread.</param>
    internal WatchStream(Cmdlet command, StreamObserver stream, PipelinePump pump)
    {
        this.command = command;
        this.stream = stream;
        this.pump = pump;
    }

    public void Ended(SyncReport report, int ended, int total)
    {
        stream.Complete(report.Connection);
        pump.Post(() =>
        {
            command.WriteObject(report.Result);
            foreach (var error in report.Errors)
                command.WriteError(ErrorRecords.From(new ConnectorException(error), report.Connection));
        });
    }

    public void StoreFailed(Problem problem) => pump.Post(() => command.WriteError(ErrorRecords.From(new ConnectorException(problem), null)));

    public void Progress(string connection, Message activity, int done, int total) => stream.Progress(connection, activity, done, total);

    public void Warning(string connection, Message warning) => stream.Warning(connection, warning);

    public void Detail(string connection, Message detail) => stream.Detail(connection, detail);
}
