using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What a safety limit refused, and so what an admin may allow with <c>-Force</c>.</summary>
public sealed record PauseRecord
{
    /// <summary>The run that was refused.</summary>
    public required Guid RunId { get; init; }
    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>The keys of the refused actions (<see cref="PlannedChange.Key"/>).</summary>
    public required IReadOnlyList<string> RefusedKeys { get; init; }
    /// <summary>Why, for the status.</summary>
    public required Message Reason { get; init; }
}
