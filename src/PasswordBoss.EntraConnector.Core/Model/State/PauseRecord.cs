using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The actions that a safety limit refused. An admin can allow exactly these with <c>-Force</c>.</summary>
public sealed record PauseRecord
{
    /// <summary>The run that was refused.</summary>
    public required Guid RunId { get; init; }
    /// <summary>When the run was refused, UTC.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>The keys of the refused actions (<see cref="PlannedChange.Key"/>).</summary>
    public required IReadOnlyList<string> RefusedKeys { get; init; }
    /// <summary>The reason, for the status.</summary>
    public required Message Reason { get; init; }
    /// <summary>The recommended action; null if none is known.</summary>
    public Message? Recommendation { get; init; }
}
