using System;
using System.Threading;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>The time limit of a run or a part of it, and the reason if the run was stopped.</summary>
internal sealed class RunLimit : IDisposable
{
    private readonly IClock clock;
    private readonly CancellationTokenSource source;
    private readonly CancellationToken stop;
    private readonly TimeSpan time;

    /// <param name="clock">Measures the time.</param>
    /// <param name="time">The limit.</param>
    /// <param name="isEnforced">Whether the run stops at the limit. False if an admin confirms the changes: the answers may take longer.</param>
    /// <param name="stop">Cancels the run.</param>
    public RunLimit(IClock clock, TimeSpan time, bool isEnforced, CancellationToken stop)
        : this(clock, time, isEnforced, stop, stop)
    {
    }

    private RunLimit(IClock clock, TimeSpan time, bool isEnforced, CancellationToken stop, CancellationToken outer)
    {
        this.clock = clock;
        this.time = time;
        this.stop = stop;
        source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        if (isEnforced)
            clock.CancelAfter(source, time);
    }

    /// <summary>Cancelled at the limit, or when the run is cancelled.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Whether the run was cancelled, as opposed to exceeding its limit.</summary>
    public bool IsCancelled => stop.IsCancellationRequested;

    /// <summary>The limit in minutes, for messages.</summary>
    public MessageArgument Minutes => MessageValue.Rounded(time.TotalMinutes);

    /// <summary>The limit of a part of the run. It never exceeds the limit of the run.</summary>
    /// <param name="partTime">The limit of the part.</param>
    public RunLimit OfPart(TimeSpan partTime) => new(clock, partTime, isEnforced: true, stop, source.Token);

    /// <summary>The error of the stopped run.</summary>
    public Problem StoppedBy() => IsCancelled ? Problems.Cancelled : Problems.DeadlineExceeded(Minutes);

    /// <summary>The error for an exception that ended the run.</summary>
    /// <param name="exception">The exception.</param>
    public Problem FailureOf(Exception exception) => exception is OperationCanceledException ? StoppedBy() : RunFailure.Of(exception);

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
