using System;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>The time.</summary>
public interface IClock
{
    /// <summary>Now, UTC.</summary>
    DateTimeOffset UtcNow { get; }

    /// <summary>Waits.</summary>
    /// <param name="time">How long.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCancelledException"/>.</param>
    Task DelayAsync(TimeSpan time, CancellationToken cancellationToken);
}
