using System;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>Waits by a given clock, on both frameworks.</summary>
internal static class Delays
{
    /// <summary>Waits until a time has passed on a clock.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="delay">The length of the wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task DelayAsync(TimeProvider time, TimeSpan delay, CancellationToken cancellationToken) =>
#if NET8_0_OR_GREATER
        Task.Delay(delay, time, cancellationToken);
#else
        time.Delay(delay, cancellationToken);
#endif
}
