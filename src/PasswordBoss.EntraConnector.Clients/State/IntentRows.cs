using System;
using System.Collections.Generic;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>Intents and removals as rows.</summary>
internal static class IntentRows
{
    /// <summary>Inserts intents.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="intents">The intents.</param>
    public static void Open(SqliteConnection connection, long key, IReadOnlyList<Intent> intents)
    {
        using var insert = new Statement(
            connection,
            """
            INSERT INTO intents (connection, id, run_id, action, entra_id, account_id, email, group_id, account_group_id, prior_state, event, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """);
        foreach (var intent in intents)
        {
            insert.With(
                key,
                intent.Id.ToByteArray(),
                intent.RunId.ToByteArray(),
                (int)intent.Action,
                intent.EntraId,
                intent.AccountId,
                intent.Email,
                intent.GroupId,
                intent.AccountGroupId,
                (int)intent.PriorState,
                (int)intent.Event,
                intent.CreatedAt.UtcTicks).Execute();
        }
    }

    /// <summary>The statement that <see cref="Close"/> fills.</summary>
    /// <param name="connection">The connection.</param>
    public static Statement PrepareClose(SqliteConnection connection) => new(connection, "DELETE FROM intents WHERE connection = $1 AND id = $2");

    /// <summary>Deletes an intent; one that is gone is closed.</summary>
    /// <param name="statement">The prepared statement.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="intentId">The intent.</param>
    public static void Close(Statement statement, long key, Guid intentId) => statement.With(key, intentId.ToByteArray()).Execute();

    /// <summary>All open intents, oldest first.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static IReadOnlyList<Intent> Read(SqliteConnection connection, long key) => connection.Query(
        """
        SELECT id, run_id, action, entra_id, account_id, email, group_id, account_group_id, prior_state, event, created_at
        FROM intents WHERE connection = $1 ORDER BY sequence
        """,
        row => new Intent
        {
            Id = row.Id(0),
            RunId = row.Id(1),
            Action = (SyncAction)row.GetInt32(2),
            EntraId = row.Text(3),
            AccountId = row.Text(4),
            Email = row.Text(5),
            GroupId = row.Text(6),
            AccountGroupId = row.Text(7),
            PriorState = (AccountState)row.GetInt32(8),
            Event = (LeavingEvent)row.GetInt32(9),
            CreatedAt = row.Time(10),
        },
        key);

    /// <summary>Counts a removal.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="removal">The removal.</param>
    public static void Count(SqliteConnection connection, long key, RemovalRecord removal) => connection.Run(
        "INSERT INTO removals (connection, at, group_id, forced) VALUES ($1, $2, $3, $4)",
        key,
        removal.At.UtcTicks,
        removal.GroupId,
        removal.Forced);

    /// <summary>The removals from a time on, oldest first.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="since">The time.</param>
    public static IReadOnlyList<RemovalRecord> ReadRemovals(SqliteConnection connection, long key, DateTimeOffset since) => connection.Query(
        "SELECT at, group_id, forced FROM removals WHERE connection = $1 AND at >= $2 ORDER BY at, sequence",
        row => new RemovalRecord { At = row.Time(0), GroupId = row.Text(1), Forced = row.GetBoolean(2) },
        key,
        since.UtcTicks);

    /// <summary>Forgets the removals that no window of the limits reaches any more.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="before">The time before which they are forgotten.</param>
    public static void PruneRemovals(SqliteConnection connection, long key, DateTimeOffset before) =>
        connection.Run("DELETE FROM removals WHERE connection = $1 AND at < $2", key, before.UtcTicks);
}
