using System;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>The time.</summary>
public interface IClock
{
    /// <summary>Now, UTC.</summary>
    DateTimeOffset UtcNow { get; }
}
