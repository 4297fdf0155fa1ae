using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Execution;

/// <summary>How a connection is, from what is stored.</summary>
internal static class StatusReport
{
    public static PBConnectorStatus Of(ConnectionSettings connection, ConnectionSummary summary, DateTimeOffset? nextSync)
    {
        var health = summary.Health;
        var status = health.NotAuthorized ? ConnectorStatus.NotAuthorized
            : summary.Pause is not null ? ConnectorStatus.Paused
            : health.FirstSuccessAt is null ? ConnectorStatus.PendingConnection
            : ConnectorStatus.Connected;
        var messages = new List<Message>(health.Messages);
        if (messages.Count == 0)
            messages.Add(new Message(health.LastSync is null ? "Status_NeverRun" : "Status_Ok"));
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
            Message = string.Join(" ", messages.Select(m => m.Render())),
            PendingDeletes = summary.PendingDeletes,
            SecretExpires = connection.SecretExpires,
        };
    }
}
