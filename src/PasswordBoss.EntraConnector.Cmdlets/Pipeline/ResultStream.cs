using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Output;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>
/// Emits the result of each run when the run ends, and keeps the errors, which a command writes after the last result. Results queue in the pump until the pipeline
/// takes them; the runs do not wait.
/// </summary>
internal sealed class ResultStream : IFleetObserver
{
    private readonly Cmdlet command;
    private readonly StreamObserver stream;
    private readonly PipelinePump pump;
    private readonly bool showsTotal;
    private readonly List<SyncReport> failed = new();

    /// <summary>Creates the stream.</summary>
    /// <param name="command">Emits the results.</param>
    /// <param name="stream">Writes progress, warnings and details.</param>
    /// <param name="pump">Posts the results to the pipeline thread.</param>
    /// <param name="connections">The number of connections; a single one has no overall progress bar.</param>
    internal ResultStream(Cmdlet command, StreamObserver stream, PipelinePump pump, int connections)
    {
        this.command = command;
        this.stream = stream;
        this.pump = pump;
        showsTotal = connections > 1;
        if (showsTotal)
            stream.ProgressOfAll(0, connections);
    }

    /// <summary>The errors of the runs that have ended.</summary>
    internal IEnumerable<ErrorRecord> Errors => failed.SelectMany(report => report.Errors.Select(error => ErrorRecords.From(new ConnectorException(error), report.Connection)));

    public void Ended(SyncReport report, int ended, int total)
    {
        if (report.Errors.Count > 0)
            failed.Add(report);
        stream.Complete(report.Connection);
        if (showsTotal)
            stream.ProgressOfAll(ended, total);
        pump.Post(() => command.WriteObject(Shown(report.Result)));
    }

    // A run of one user is shown by its steps.
    private static object Shown(PBSyncResult result)
    {
        if (result.Steps.Count == 0)
            return result;
        var shown = PSObject.AsPSObject(result);
        shown.TypeNames.Insert(0, typeof(PBSyncResult).FullName + "#User");
        return shown;
    }

    public void Progress(string connection, Message activity, int done, int total) => stream.Progress(connection, activity, done, total);

    public void Warning(string connection, Message warning) => stream.Warning(connection, warning);

    public void Detail(string connection, Message detail) => stream.Detail(connection, detail);
}
