using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>Converts the reports of the service to progress, warning and verbose records.</summary>
internal sealed class StreamObserver : IRunObserver, IDisposable
{
    // A host draws each record, so more than a few per second only waste time.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private const int TotalId = 1;
    private readonly Cmdlet command;
    private readonly PipelinePump pump;
    // Reports come from other threads, which need not have the language of the pipeline.
    private readonly CultureInfo language = CultureInfo.CurrentUICulture;
    private readonly Dictionary<string, Line> lines = new(StringComparer.OrdinalIgnoreCase);
    private Line? total;
    private int lastId = TotalId;

    internal StreamObserver(Cmdlet command, PipelinePump pump)
    {
        this.command = command;
        this.pump = pump;
    }

    /// <summary>Shows how many of the connections have ended, above the progress bars of those that are under way.</summary>
    /// <param name="ended">The number of those that have ended.</param>
    /// <param name="all">The number of all.</param>
    public void ProgressOfAll(int ended, int all)
    {
        ProgressRecord record;
        lock (lines)
        {
            total ??= new Line(TotalId, -1, Texts.PhaseConnections.Render(language));
            if (ended > 0 && ended != all && total.SinceShown.Elapsed < Interval)
                return;
            var status = Texts.PhaseConnectionsEnded(Number(ended), Number(all));
            record = total.Show(status, status, language);
        }

        record.PercentComplete = PercentOf(ended, all);
        pump.Post(() => command.WriteProgress(record));
    }

    public void Progress(string connection, Message activity, int done, int total)
    {
        ProgressRecord record;
        lock (lines)
        {
            if (!lines.TryGetValue(connection, out var line))
                lines.Add(connection, line = new Line(++lastId, this.total is null ? -1 : TotalId, InertText.Of(connection)));
            var isNewPhase = !activity.Equals(line.Activity);
            if (!isNewPhase && done != total && line.SinceShown.Elapsed < Interval)
                return;
            record = line.Show(activity, Counted(activity, done, total), language);
        }

        record.PercentComplete = PercentOf(done, total);
        pump.Post(() => command.WriteProgress(record));
    }

    /// <summary>Removes the progress bar of a connection.</summary>
    /// <param name="connection">The connection.</param>
    public void Complete(string connection)
    {
        Line? line;
        lock (lines)
        {
            if (!lines.TryGetValue(connection, out line))
                return;
            lines.Remove(connection);
        }

        pump.Post(() => command.WriteProgress(line.Completed()));
    }

    public void Warning(string connection, Message warning) => pump.Post(() => command.WriteWarning(Of(connection, warning)));

    public void Detail(string connection, Message detail) => pump.Post(() => command.WriteVerbose(Of(connection, detail)));

    /// <summary>Removes the progress bars. Called on the pipeline thread after the work has ended.</summary>
    public void Dispose()
    {
        try
        {
            foreach (var line in lines.Values)
                command.WriteProgress(line.Completed());
            if (total is not null)
                command.WriteProgress(total.Completed());
        }
        catch (PipelineStoppedException)
        {
            // A stopped pipeline removes its progress bars itself.
        }
    }

    private static int PercentOf(int done, int total) => total > 0 ? (int)Math.Min(100, done * 100L / total) : -1;

    // The minimal view of PowerShell 7 shows no current operation and cuts a long status at its end, so the count begins the status.
    private static Message Counted(Message activity, int done, int total)
    {
        if (total > 0)
            return Texts.PhaseCounted(Number(done), Number(total), activity);
        return done > 0 ? Texts.PhaseCountedSoFar(Number(done), activity) : activity;
    }

    private static string Number(int number) => number.ToString(CultureInfo.CurrentCulture);

    private static string Of(string connection, Message message) => InertText.Of(connection) + ": " + message.Render();

    private sealed class Line
    {
        private readonly int id;
        private readonly int parentId;
        private readonly string title;

        internal Line(int id, int parentId, string title)
        {
            this.id = id;
            this.parentId = parentId;
            this.title = title;
        }

        internal Message? Activity { get; private set; }
        internal Stopwatch SinceShown { get; } = Stopwatch.StartNew();

        internal ProgressRecord Show(Message activity, Message status, CultureInfo language)
        {
            Activity = activity;
            SinceShown.Restart();
            return new ProgressRecord(id, title, status.Render(language)) { ParentActivityId = parentId };
        }

        internal ProgressRecord Completed() => new(id, title, Activity!.Render()) { ParentActivityId = parentId, RecordType = ProgressRecordType.Completed };
    }
}
