using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients;

/// <summary>The clock of this machine.</summary>
internal sealed class SystemClock : IClock
{
    private readonly TimeProvider time;

    /// <summary>Creates the clock.</summary>
    /// <param name="time">The time; null for the platform's.</param>
    public SystemClock(TimeProvider? time = null) => this.time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => time.GetUtcNow();

    /// <inheritdoc/>
    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) => Delays.DelayAsync(this.time, time, cancellationToken);

    /// <inheritdoc/>
    public void CancelAfter(CancellationTokenSource source, TimeSpan time) => source.CancelAfter(time);
}
