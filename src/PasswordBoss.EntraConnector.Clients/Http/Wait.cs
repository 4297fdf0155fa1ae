using System;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>Waits by a clock, in the one way that both frameworks have.</summary>
internal static class Wait
{
    /// <summary>Waits.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="delay">How long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task ForAsync(TimeProvider time, TimeSpan delay, CancellationToken cancellationToken) =>
#if NET8_0_OR_GREATER
        Task.Delay(delay, time, cancellationToken);
#else
        time.Delay(delay, cancellationToken);
#endif
}
