using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>
/// The time of one run. It follows this machine's clock, or Microsoft Graph's if the two differ by more than ten minutes. It is never earlier than the newest time in
/// the state, unless that time is more than ten minutes ahead of Graph's clock.
/// </summary>
internal sealed class RunClock : IClock
{
    /// <summary>A larger difference counts as a wrong clock, and the run makes no removals.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(10);

    private readonly IClock machine;
    private DateTimeOffset? newest;
    private TimeSpan correction;

    public RunClock(IClock machine) => this.machine = machine;

    /// <summary>How far this machine's clock is ahead of Graph's, if that is above the tolerance; otherwise null.</summary>
    public TimeSpan? ExcessiveDifference { get; private set; }

    /// <summary>Whether the state contains times that are in the future by Graph's clock, written by an earlier run with a wrong clock.</summary>
    public bool StateIsAhead { get; private set; }

    /// <inheritdoc/>
    public DateTimeOffset UtcNow
    {
        get
        {
            var now = machine.UtcNow - correction;
            return newest > now ? newest.Value : now;
        }
    }

    /// <summary>Sets the newest time in the state as the earliest time of the run.</summary>
    /// <param name="time">The time, UTC; null if the state contains none.</param>
    public void StartFrom(DateTimeOffset? time) => newest = time;

    /// <summary>Compares this machine's clock, and the newest time in the state, with Graph's.</summary>
    /// <param name="ahead">How far this machine's clock is ahead; null if unknown.</param>
    public void Compare(TimeSpan? ahead)
    {
        if (ahead is not { } difference)
            return;
        ExcessiveDifference = difference.Duration() > Tolerance ? difference : null;
        correction = ExcessiveDifference ?? TimeSpan.Zero;
        var graph = machine.UtcNow - difference;
        if (newest is { } time && time - graph > Tolerance)
        {
            StateIsAhead = true;
            newest = graph;
        }
    }

    /// <summary>A start time, corrected by what the run has found out about the clock.</summary>
    /// <param name="time">What <see cref="UtcNow"/> was then.</param>
    public DateTimeOffset Began(DateTimeOffset time)
    {
        var corrected = StateIsAhead ? UtcNow : time - correction;
        return corrected < UtcNow ? corrected : UtcNow;
    }

    /// <inheritdoc/>
    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) => machine.DelayAsync(time, cancellationToken);

    /// <inheritdoc/>
    public void CancelAfter(CancellationTokenSource source, TimeSpan time) => machine.CancelAfter(source, time);
}
