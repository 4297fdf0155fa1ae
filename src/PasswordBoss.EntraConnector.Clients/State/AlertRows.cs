using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Alerts;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>Alerts, what they have reported, and their events as rows.</summary>
internal static class AlertRows
{
    private const string SelectAlerts =
        """
        SELECT a.key, a.id, c.id, c.name, a.tag, a.settings, a.delivered_at, a.dropped, a.dropped_at, a.failure,
            (SELECT COUNT(*) FROM alert_events AS e WHERE e.alert = a.key)
        FROM alerts AS a LEFT JOIN connections AS c ON c.key = a.connection
        """;

    /// <summary>All alerts with their keys, in the order in which they were registered.</summary>
    /// <param name="connection">The connection.</param>
    public static List<(long Key, AlertRegistration Alert)> Read(SqliteConnection connection) => connection.Query(SelectAlerts + " ORDER BY a.key", ReadAlert);

    /// <summary>Stores an event for each change of one connection. Called in the transaction that saves its condition, so that no change is lost.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="now">The time.</param>
    public static void RecordChanges(SqliteConnection connection, long key, DateTimeOffset now)
    {
        var alerts = connection.Query(SelectAlerts + " WHERE a.connection = $1 OR a.connection IS NULL ORDER BY a.key", ReadAlert, key);
        if (alerts.Count > 0)
        {
            var condition = ReadConditions(connection, " WHERE key = $1", key);
            Save(connection, FindChanges(alerts, condition, ReadMemories(connection, " WHERE connection = $1", key), now));
        }
    }

    /// <summary>
    /// Changes of all connections that their alerts have not reported. A connection that is not activated reports nothing: the machine that made the backup may still sync it.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="alerts">The alerts with their keys.</param>
    /// <param name="now">The time.</param>
    public static List<Change> FindChanges(SqliteConnection connection, List<(long Key, AlertRegistration Alert)> alerts, DateTimeOffset now) =>
        FindChanges(alerts, ReadConditions(connection, " WHERE " + NotActivatedConnections.AreExcluded), ReadMemories(connection, ""), now);

    /// <summary>Stores changes with their events.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="changes">The changes.</param>
    public static void Save(SqliteConnection connection, IEnumerable<Change> changes)
    {
        foreach (var change in changes)
        {
            if (change.After == ReportedConditions.None)
            {
                connection.Run("DELETE FROM alert_memories WHERE connection = $1 AND alert = $2", change.Connection, change.Alert);
            }
            else
            {
                connection.Run(
                    "INSERT INTO alert_memories (connection, alert, memory) VALUES ($1, $2, $3) ON CONFLICT (connection, alert) DO UPDATE SET memory = $3",
                    change.Connection,
                    change.Alert,
                    StoredDocuments.ReportedConditions.Write(change.After));
            }

            foreach (var notice in change.Notices)
            {
                connection.Run(
                    "INSERT INTO alert_events (id, connection, alert, notice) VALUES ($1, $2, $3, $4)",
                    Guid.NewGuid().ToByteArray(),
                    change.Connection,
                    change.Alert,
                    StoredDocuments.AlertNotice.Write(notice));
            }
        }
    }

    /// <summary>The undelivered events, oldest first.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="alerts">The alerts with their keys.</param>
    public static List<PendingAlert> ReadEvents(SqliteConnection connection, List<(long Key, AlertRegistration Alert)> alerts)
    {
        var byKey = alerts.ToDictionary(alert => alert.Key, alert => alert.Alert);
        return connection.Query(
            "SELECT id, alert, notice, first_attempt FROM alert_events ORDER BY sequence",
            row => TryRead(StoredDocuments.AlertNotice, row.GetString(2)) is { } notice ? new PendingAlert(row.Id(0), byKey[row.GetInt64(1)], notice, row.TimeOrNone(3)) : null)
            .OfType<PendingAlert>().ToList();
    }

    private static List<Change> FindChanges(
        List<(long Key, AlertRegistration Alert)> alerts,
        List<(long Key, ConnectionCondition Condition)> conditions,
        Dictionary<(long Connection, long Alert), ReportedConditions> memories,
        DateTimeOffset now)
    {
        var changes = new List<Change>();
        foreach (var (key, condition) in conditions)
        {
            foreach (var (alertKey, alert) in alerts.Where(alert => alert.Alert.Scope.Covers(condition.ConnectionId, condition.Tags)))
            {
                var before = memories.TryGetValue((key, alertKey), out var memory) ? memory : ReportedConditions.None;
                var (notices, after) = AlertChanges.Of(alert.Settings, before, condition, now);
                if (after != before || notices.Count > 0)
                    changes.Add(new Change(key, alertKey, after, notices));
            }
        }

        return changes;
    }

    private static List<(long Key, ConnectionCondition Condition)> ReadConditions(SqliteConnection connection, string where, params object?[] values) => connection.Query(
        """
        SELECT key, id, name, settings, health, pause,
            (SELECT error_id FROM runs WHERE connection = connections.key AND mode <> 2 ORDER BY started_at DESC, sequence DESC LIMIT 1)
        FROM connections
        """ + where + " ORDER BY key",
        row =>
        {
            var health = row.Text(4) is { } text ? TryRead(StoredDocuments.Health, text) : ConnectionHealth.New;
            var pause = row.Text(5) is { } paused ? TryRead(StoredDocuments.Pause, paused) : null;
            var stored = StateStore.Parse(new StateStore.Row(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3)));
            return (row.GetInt64(0), ConnectionCondition.Of(stored, health, pause, row.Text(6)));
        },
        values);

    // If the record of what was reported cannot be read, conditions that still hold are reported again.
    private static Dictionary<(long Connection, long Alert), ReportedConditions> ReadMemories(SqliteConnection connection, string where, params object?[] values) => connection.Query(
        "SELECT connection, alert, memory FROM alert_memories" + where,
        row => (Key: (row.GetInt64(0), row.GetInt64(1)), Memory: TryRead(StoredDocuments.ReportedConditions, row.GetString(2)) ?? ReportedConditions.None),
        values).ToDictionary(row => row.Key, row => row.Memory);

    // Null if the text is damaged. That must not fail the transaction, which also saves the end of the run.
    private static T? TryRead<T>(StoredDocument<T> document, string text)
        where T : class
    {
        try
        {
            return document.Read(text);
        }
        catch (ConnectorException exception) when (exception.Id == ErrorId.StoredTextDamaged)
        {
            return null;
        }
    }

    // An alert whose settings cannot be read reports nothing. It is listed, so that it can be removed.
    private static (long Key, AlertRegistration Alert) ReadAlert(SqliteDataReader row) => (row.GetInt64(0), new AlertRegistration
    {
        Id = Guid.TryParse(row.GetString(1), out var id) ? id : Guid.Empty,
        Scope = new AlertScope(Guid.TryParse(row.Text(2), out var connection) ? connection : null, row.Text(3), row.Text(4)),
        Settings = TryRead(StoredDocuments.Alert, row.GetString(5)) ?? new AlertSettings { Host = "?", Events = [] },
        Deliveries = new AlertDeliveries
        {
            LastDelivered = row.TimeOrNone(6),
            Dropped = row.GetInt32(7),
            LastDropped = row.TimeOrNone(8),
            Failure = row.Text(9) is { } failure ? TryRead(StoredDocuments.Message, failure) : null,
            Pending = row.GetInt32(10),
        },
    });

    /// <summary>A change of a connection that an alert reports.</summary>
    /// <param name="Connection">The key of the connection.</param>
    /// <param name="Alert">The key of the alert.</param>
    /// <param name="After">What the alert has reported once the events are stored.</param>
    /// <param name="Notices">The events.</param>
    internal sealed record Change(long Connection, long Alert, ReportedConditions After, IReadOnlyList<AlertNotice> Notices);
}
