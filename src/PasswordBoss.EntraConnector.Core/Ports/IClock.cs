using System;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>The time, and everything that waits for it.</summary>
public interface IClock
{
    /// <summary>Now, UTC.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>Waits.</summary>
    /// <param name="time">How long.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>.</param>
    Task DelayAsync(TimeSpan time, CancellationToken cancellationToken);

    /// <summary>Sets a deadline: cancels a source when a time has passed, unless the source was disposed before.</summary>
    /// <param name="source">What is cancelled.</param>
    /// <param name="time">How long it has; at zero it is cancelled at once.</param>
    void CancelAfter(CancellationTokenSource source, TimeSpan time);
}
