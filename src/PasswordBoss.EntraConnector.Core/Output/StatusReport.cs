using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>The status of a connection, from the stored data.</summary>
internal static class StatusReport
{
    public static PBConnectorStatus Of(ConnectionSettings connection, ConnectionSummary summary, DateTimeOffset? nextSync, bool isOverdue)
    {
        var health = summary.Health;
        var notActivated = NotActivatedState.Refusal(connection.Name, summary.Restored);
        var status = notActivated is not null ? ConnectorStatus.NotActivated
            : health.NotAuthorized ? ConnectorStatus.NotAuthorized
            : summary.Pause is not null ? ConnectorStatus.Paused
            : health.FirstSuccessAt is null ? ConnectorStatus.PendingConnection
            : ConnectorStatus.Connected;
        var messages = new List<Message>(health.Messages);
        if (health.Recommendation is { } recommendation)
            messages.Insert(Math.Min(1, messages.Count), recommendation);
        // A later run that fails for another reason does not end the pause, so the status still shows why removals are paused and how to allow them.
        if (summary.Pause is { } pause && !messages.Contains(pause.Reason))
            messages.InsertRange(0, new[] { pause.Reason, pause.Recommendation }.OfType<Message>());
        if (health.LockHeld is { } lockHeld)
            messages.InsertRange(0, new[] { lockHeld, Texts.FixAlreadyRunning });
        if (notActivated is not null)
            messages.InsertRange(0, new[] { notActivated.Text, notActivated.Recommendation });
        if (messages.Count == 0)
            messages.Add(health.LastSync is null ? Texts.StatusNeverRun : health.LastOutcome is SyncOutcome.Succeeded or SyncOutcome.NoChange ? Texts.StatusOk : Texts.StatusLeftOpen);
        return new PBConnectorStatus
        {
            Connection = connection.Name,
            TenantId = connection.TenantId,
            Status = status,
            UserGroup = connection.UserGroup?.DisplayName,
            ManagedUsers = summary.ManagedUsers,
            LastSync = health.LastSync,
            LastOutcome = health.LastOutcome,
            NextSync = nextSync,
            ConsecutiveFailures = health.ConsecutiveFailures,
            Message = string.Join(" ", messages.Select(m => m.RenderFor(connection.Name))),
            PendingDeletes = summary.PendingDeletes,
            SecretExpires = connection.SecretExpires,
            FailingSince = health.FailingSince,
            LastSuccess = health.LastSuccess,
            Overdue = isOverdue,
        };
    }

    /// <summary>The status of a connection whose settings cannot be read.</summary>
    /// <param name="connection">The connection.</param>
    public static PBConnectorStatus Of(DamagedConnection connection) => Damaged(connection.Name, connection.ToError(), null);

    /// <summary>The status of a connection whose settings can be read, but not how its last run ended.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="damage">What cannot be read.</param>
    public static PBConnectorStatus Of(ConnectionSettings connection, Problem damage) => Damaged(connection.Name, damage, connection);

    private static PBConnectorStatus Damaged(string name, Problem damage, ConnectionSettings? settings) => new()
    {
        Connection = name,
        TenantId = settings?.TenantId ?? "",
        Status = ConnectorStatus.Damaged,
        UserGroup = settings?.UserGroup?.DisplayName,
        SecretExpires = settings?.SecretExpires,
        Message = damage.Render() + " " + damage.Recommendation.RenderFor(name),
    };
}
