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
    public static PBConnectorStatus Of(ConnectionSettings connection, ConnectionSummary summary, DateTimeOffset? nextSync)
    {
        var health = summary.Health;
        var idle = RunRefusal.OfIdle(connection.Name, summary.Restored);
        var status = idle is not null ? ConnectorStatus.NotActivated
            : health.NotAuthorized ? ConnectorStatus.NotAuthorized
            : summary.Pause is not null ? ConnectorStatus.Paused
            : health.FirstSuccessAt is null ? ConnectorStatus.PendingConnection
            : ConnectorStatus.Connected;
        var messages = new List<Message>(health.Messages);
        if (summary.Pause is { } pause && !messages.Contains(pause.Reason))
            messages.InsertRange(0, WhyPaused(pause));
        if (health.Refusal is { } refusal)
            messages.InsertRange(0, new[] { refusal, Texts.FixAlreadyRunning });
        if (idle is not null)
            messages.InsertRange(0, new[] { idle.Text, idle.Recommendation });
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
        };
    }

    public static PBConnectorStatus Of(DamagedConnection connection)
    {
        var error = connection.ToError();
        return new PBConnectorStatus { Connection = connection.Name, Status = ConnectorStatus.Damaged, Message = error.Render() + " " + error.Recommendation.RenderFor(connection.Name) };
    }

    // A later run that fails for another reason does not end the pause, so the status still shows why removals are paused and how to allow them.
    private static IEnumerable<Message> WhyPaused(PauseRecord pause)
    {
        yield return pause.Reason;
        if (StoredTexts.FindRecommendation(pause.Reason) is { } allowing)
            yield return allowing;
    }
}
