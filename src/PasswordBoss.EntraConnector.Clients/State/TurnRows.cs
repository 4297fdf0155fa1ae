using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>What decides when connections run next, read from their rows and their newest runs.</summary>
internal static class TurnRows
{
    // One call reads all connections, so the health is not parsed as a whole; a text that is damaged counts as none. A run of one user (2) postpones no other run.
    private const string Select =
        """
        SELECT c.key, c.name, EXISTS (SELECT 1 FROM run_requests WHERE connection = c.key), r.started_at, r.duration,
            CASE WHEN json_valid(c.health) THEN c.health ->> '$.lastOutcome' END, CASE WHEN json_valid(c.health) THEN CAST(c.health ->> '$.consecutiveFailures' AS INTEGER) END
        FROM connections AS c
        LEFT JOIN runs AS r ON r.sequence = (SELECT sequence FROM runs WHERE connection = c.key AND mode <> 2 ORDER BY started_at DESC, sequence DESC LIMIT 1)
        """;

    /// <summary>All connections, except restored ones that are not activated, by name.</summary>
    /// <param name="connection">The connection to the database.</param>
    public static IReadOnlyList<RunTurn> Read(SqliteConnection connection) => connection.Query(Select + " WHERE " + NotActivatedConnections.AreExcluded + " ORDER BY c.name_key", ReadTurn);

    /// <summary>One connection; null if it was removed.</summary>
    /// <param name="connection">The connection to the database.</param>
    /// <param name="key">The key of the connection.</param>
    public static RunTurn? Find(SqliteConnection connection, long key) => connection.Query(Select + " WHERE c.key = $1", ReadTurn, key).FirstOrDefault();

    /// <summary>Makes a connection due at once.</summary>
    /// <param name="connection">The connection to the database.</param>
    /// <param name="key">The key of the connection.</param>
    public static int Request(SqliteConnection connection, long key) => connection.Run("INSERT OR IGNORE INTO run_requests (connection) VALUES ($1)", key);

    /// <summary>Forgets that a connection is due at once.</summary>
    /// <param name="connection">The connection to the database.</param>
    /// <param name="key">The key of the connection.</param>
    public static int Clear(SqliteConnection connection, long key) => connection.Run("DELETE FROM run_requests WHERE connection = $1", key);

    private static RunTurn ReadTurn(SqliteDataReader row) => new()
    {
        Key = row.GetInt64(0),
        Connection = row.GetString(1),
        IsDueAtOnce = row.GetInt64(2) != 0,
        LastStart = row.TimeOrNone(3),
        LastDuration = TimeSpan.FromTicks(row.Number(4) ?? 0),
        LastOutcome = Enum.TryParse<SyncOutcome>(row.Text(5), out var outcome) ? outcome : null,
        Failures = (int)Math.Min(row.Number(6) ?? 0, int.MaxValue),
    };
}
