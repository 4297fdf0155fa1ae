using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A completed removal, kept for the 24-hour totals of the safety limits.</summary>
public sealed record RemovalRecord
{
    /// <summary>When the removal was done, UTC.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>Null for an account; the Entra group id for a membership.</summary>
    public string? GroupId { get; init; }
    /// <summary>Whether an admin allowed it with <c>-Force</c>; such removals do not count against the limits.</summary>
    public bool Forced { get; init; }
}
