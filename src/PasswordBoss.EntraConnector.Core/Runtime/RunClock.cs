using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>
/// The time of one run. It goes by this machine's clock, never goes back behind what the state holds, and follows Microsoft Graph's clock where this machine's is
/// more than ten minutes off.
/// </summary>
internal sealed class RunClock : IClock
{
    /// <summary>A difference above this is an error of this machine's clock, and no removal is done.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(10);

    private readonly IClock machine;
    private DateTimeOffset? newest;
    private TimeSpan correction;

    public RunClock(IClock machine) => this.machine = machine;

    /// <summary>How far this machine's clock is ahead of Graph's, where that is an error; null otherwise.</summary>
    public TimeSpan? Error { get; private set; }

    /// <summary>Whether the state holds times that lie in the future by Graph's clock: an earlier run with a wrong clock wrote them.</summary>
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

    /// <summary>Takes the newest time in the state.</summary>
    /// <param name="time">The time, UTC; null when the state holds none.</param>
    public void StartFrom(DateTimeOffset? time) => newest = time;

    /// <summary>Compares this machine's clock, and the newest time in the state, with Graph's.</summary>
    /// <param name="ahead">How far this machine's clock is ahead; null when that is not known.</param>
    public void Compare(TimeSpan? ahead)
    {
        if (ahead is not { } difference)
            return;
        Error = difference.Duration() > Tolerance ? difference : null;
        correction = Error ?? TimeSpan.Zero;
        var graph = machine.UtcNow - difference;
        if (newest is { } time && time - graph > Tolerance)
        {
            StateIsAhead = true;
            newest = graph;
        }
    }

    /// <summary>When something began, by what is known of the clock now.</summary>
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
