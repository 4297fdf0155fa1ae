using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>Converts the engine's reports to progress, warning and verbose records.</summary>
internal sealed class StreamObserver : IRunObserver, IDisposable
{
    // A host draws each record, so more than a few per second only waste time.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private readonly Cmdlet command;
    private readonly PipelinePump pump;
    private readonly Dictionary<string, Line> lines = new(StringComparer.OrdinalIgnoreCase);

    internal StreamObserver(Cmdlet command, PipelinePump pump)
    {
        this.command = command;
        this.pump = pump;
    }

    public void Progress(string connection, Message activity, int done, int total)
    {
        int id;
        lock (lines)
        {
            if (!lines.TryGetValue(connection, out var line))
                lines.Add(connection, line = new Line(lines.Count + 1));
            var isNewPhase = !activity.Equals(line.Activity);
            if (!isNewPhase && done != total && line.SinceShown.Elapsed < Interval)
                return;
            line.Activity = activity;
            line.SinceShown.Restart();
            id = line.Id;
        }

        pump.Post(() => command.WriteProgress(new ProgressRecord(id, InertText.Of(connection), activity.Render())
        {
            PercentComplete = total > 0 ? (int)Math.Min(100, done * 100L / total) : -1,
            CurrentOperation = total > 0
                ? done.ToString(CultureInfo.CurrentCulture) + " / " + total.ToString(CultureInfo.CurrentCulture)
                : done.ToString(CultureInfo.CurrentCulture),
        }));
    }

    public void Warning(string connection, Message warning) => pump.Post(() => command.WriteWarning(Of(connection, warning)));

    public void Detail(string connection, Message detail) => pump.Post(() => command.WriteVerbose(Of(connection, detail)));

    /// <summary>Removes the progress bars. Called on the pipeline thread after the work has ended.</summary>
    public void Dispose()
    {
        foreach (var line in lines)
        {
            try
            {
                command.WriteProgress(new ProgressRecord(line.Value.Id, InertText.Of(line.Key), line.Value.Activity!.Render()) { RecordType = ProgressRecordType.Completed });
            }
            catch (PipelineStoppedException)
            {
                // A stopped pipeline removes its progress bars itself.
                return;
            }
        }
    }

    private static string Of(string connection, Message message) => InertText.Of(connection) + ": " + message.Render();

    private sealed class Line
    {
        internal Line(int id) => Id = id;

        internal int Id { get; }
        internal Message? Activity { get; set; }
        internal Stopwatch SinceShown { get; } = Stopwatch.StartNew();
    }
}
