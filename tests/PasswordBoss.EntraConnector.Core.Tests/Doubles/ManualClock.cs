using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

internal sealed class ManualClock : IClock
{
    public DateTimeOffset UtcNow { get; private set; } = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Whether waiting takes no time either.</summary>
    public bool StandsStill { get; set; }

    public void Advance(TimeSpan time) => UtcNow += time;

    /// <summary>Waiting takes no real time; the clock goes on, unless it stands still.</summary>
    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!StandsStill)
            Advance(time);
        return Task.CompletedTask;
    }
}
