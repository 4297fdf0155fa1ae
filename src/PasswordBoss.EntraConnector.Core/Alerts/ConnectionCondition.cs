using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Alerts;

/// <summary>The condition of a connection, as far as alerts report it.</summary>
public sealed record ConnectionCondition
{
    /// <summary>The id of the connection; null if it cannot be read.</summary>
    public Guid? ConnectionId { get; init; }
    /// <summary>Its name.</summary>
    public required string Connection { get; init; }
    /// <summary>Its tenant; null if it cannot be read.</summary>
    public string? TenantId { get; init; }
    /// <summary>Its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = Array.Empty<string>();
    /// <summary>Whether Microsoft refused access in the last run that reached it.</summary>
    public bool NotAuthorized { get; init; }
    /// <summary>Whether the last run failed or could not use what it read. A pause alone does not count.</summary>
    public bool IsFailing { get; init; }
    /// <summary>When the first failed run ended, UTC; null if it is not known.</summary>
    public DateTimeOffset? FailingSince { get; init; }
    /// <summary>When a safety limit refused the last run, UTC; null if nothing is paused.</summary>
    public DateTimeOffset? PausedAt { get; init; }
    /// <summary>When the last successful run ended, UTC; null if none is known.</summary>
    public DateTimeOffset? LastSuccess { get; init; }
    /// <summary>Since when no run has succeeded, UTC: the last success, otherwise the time when the connection was stored; null if neither is known.</summary>
    public DateTimeOffset? WithoutSuccessSince { get; init; }
    /// <summary>When the client secret or the certificate expires, UTC; null if not known.</summary>
    public DateTimeOffset? SecretExpires { get; init; }
    /// <summary>The id of the error of the last run; null if it had none.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The condition of a connection.</summary>
    /// <param name="stored">The connection, readable or not.</param>
    /// <param name="health">Its health; null if it cannot be read.</param>
    /// <param name="pause">Its pause; null if nothing is paused.</param>
    /// <param name="errorId">The id of the error of its last run; null if it had none.</param>
    public static ConnectionCondition Of(StoredConnection stored, ConnectionHealth? health, PauseRecord? pause, string? errorId)
    {
        if (stored.Damage is { } damage)
            return new ConnectionCondition { ConnectionId = damage.Id, Connection = damage.Name, IsFailing = true, ErrorId = nameof(Errors.ErrorId.ConnectionDamaged) };
        var connection = stored.Settings;
        var condition = new ConnectionCondition
        {
            ConnectionId = connection.Id,
            Connection = connection.Name,
            TenantId = connection.TenantId,
            Tags = connection.Tags,
            SecretExpires = connection.SecretExpires,
        };
        if (health is null)
            return condition with { IsFailing = true, ErrorId = nameof(Errors.ErrorId.StoredTextDamaged) };
        // Earlier versions did not store these two times.
        var lastSuccess = health.LastSuccess ?? (health.LastOutcome is SyncOutcome.Succeeded or SyncOutcome.NoChange or SyncOutcome.Partial ? health.LastSync : null);
        return condition with
        {
            NotAuthorized = health.NotAuthorized,
            IsFailing = !WasOnlyStopped(health, errorId) && (health.ConsecutiveFailures > 0 || (health.LastOutcome == SyncOutcome.Refused && pause is null)),
            FailingSince = health.FailingSince ?? health.LastSync,
            PausedAt = pause?.At,
            LastSuccess = lastSuccess,
            WithoutSuccessSince = lastSuccess ?? health.FirstSuccessAt ?? (connection.CreatedAt == default ? null : connection.CreatedAt),
            // A blocked run has no record of its own.
            ErrorId = health.LockHeld is null ? errorId : nameof(Errors.ErrorId.AlreadyRunning),
        };
    }

    // An admin who stops a run knows about it, so it counts as no failure. Earlier failures still count.
    private static bool WasOnlyStopped(ConnectionHealth health, string? errorId) =>
        errorId == nameof(Errors.ErrorId.Cancelled) && health.LockHeld is null && health.FailingSince is { } since && since == health.LastSync;
}
