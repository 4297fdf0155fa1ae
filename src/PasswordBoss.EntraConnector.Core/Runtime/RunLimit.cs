using System;
using System.Globalization;
using System.Threading;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>How long a run, or a part of it, may take, and why it stopped when it was stopped.</summary>
internal sealed class RunLimit : IDisposable
{
    private readonly IClock clock;
    private readonly CancellationTokenSource source;
    private readonly CancellationToken stop;
    private readonly TimeSpan time;

    /// <param name="clock">Watches the time.</param>
    /// <param name="time">The time.</param>
    /// <param name="isEnforced">Whether the run stops after it; the time that an admin takes to answer must not stop what they have approved.</param>
    /// <param name="stop">Stops the run before that.</param>
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

    /// <summary>Stops what is under way.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Whether the run itself was cancelled, and did not merely take too long.</summary>
    public bool IsCancelled => stop.IsCancellationRequested;

    /// <summary>The time in minutes, for messages.</summary>
    public string Minutes => time.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>The limit of a part of the run; it ends with the run at the latest.</summary>
    /// <param name="partTime">The time of the part.</param>
    public RunLimit OfPart(TimeSpan partTime) => new(clock, partTime, isEnforced: true, stop, source.Token);

    /// <summary>Why the run was stopped.</summary>
    public ConnectorException StoppedBy() => IsCancelled ? new ConnectorException(ErrorId.Cancelled) : new ConnectorException(ErrorId.DeadlineExceeded, Minutes);

    /// <summary>What an exception says of a run.</summary>
    /// <param name="exception">What ended the run.</param>
    public ConnectorException FailureOf(Exception exception) => exception is OperationCanceledException ? StoppedBy() : RunFailure.Of(exception);

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
