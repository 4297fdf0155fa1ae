using System;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>The time, waits and deadlines.</summary>
public interface IClock
{
    /// <summary>Now, UTC.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>Waits until a time has passed.</summary>
    /// <param name="time">How long.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>.</param>
    Task DelayAsync(TimeSpan time, CancellationToken cancellationToken);

    /// <summary>Sets a deadline: cancels a source after a time, unless the source is disposed before.</summary>
    /// <param name="source">The source to cancel.</param>
    /// <param name="time">The time until the deadline; zero cancels at once.</param>
    void CancelAfter(CancellationTokenSource source, TimeSpan time);
}
