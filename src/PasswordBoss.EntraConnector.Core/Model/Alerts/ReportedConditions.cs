using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What an alert has reported about a connection and what still holds, so that each change is reported once.</summary>
public sealed record ReportedConditions
{
    /// <summary>Nothing was reported.</summary>
    public static ReportedConditions None { get; } = new();

    /// <summary>Whether a problem with syncing was reported, and no recovery since.</summary>
    public bool Unrecovered { get; init; }
    /// <summary>Whether <see cref="AlertEvent.NotAuthorized"/> was reported and still holds.</summary>
    public bool NotAuthorized { get; init; }
    /// <summary>Whether <see cref="AlertEvent.Paused"/> was reported and still holds.</summary>
    public bool Paused { get; init; }
    /// <summary>Whether <see cref="AlertEvent.Failing"/> was reported and still holds.</summary>
    public bool Failing { get; init; }
    /// <summary>The last success for which <see cref="AlertEvent.NoSuccess"/> was reported; null if it does not hold.</summary>
    public DateTimeOffset? NoSuccessSince { get; init; }
    /// <summary>The expiry for which <see cref="AlertEvent.SecretExpires"/> was reported; null if it does not hold.</summary>
    public DateTimeOffset? SecretExpires { get; init; }
}
