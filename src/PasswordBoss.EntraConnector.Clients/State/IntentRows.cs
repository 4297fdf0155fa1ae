using System;
using System.Collections.Generic;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// Intents, open runs and removals as rows. An open run is stored as an intent with its own id and the action Skip, which no write has. Earlier versions
/// find it too.
/// </summary>
internal static class IntentRows
{
    // One list for all statements; rows are written and read in this order.
    private const string Columns = "id, run_id, action, entra_id, account_id, email, group_id, account_group_id, prior_state, event, created_at";

    // Ids are stored as bytes.
    private const string Insert = "INSERT INTO intents (" + Columns + ", connection) SELECT unhex(value ->> 0), unhex(value ->> 1), " + """
        value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, $1 FROM jsonb_each($2)
        """;

    private const string Select = "SELECT " + Columns + " FROM intents WHERE connection = $1 AND action <> $2 ORDER BY sequence";

    private const string Delete = "DELETE FROM intents WHERE connection = $1 AND id IN (SELECT unhex(value) FROM json_each($2))";

    // The sequence is the order of the commits. An account that is still being created has no id yet.
    private const string CountElsewhere = """
        SELECT COUNT(*) FROM intents AS mine JOIN connections AS own ON own.key = mine.connection
        JOIN connections AS other ON other.tenant_key = own.tenant_key AND other.key <> own.key
        JOIN intents AS earlier ON earlier.connection = other.key AND earlier.sequence < mine.sequence
        WHERE mine.connection = $1 AND mine.id = $2 AND NOT (own.settings ->> '$.isSandbox')
            AND (earlier.account_id = $3 AND earlier.action = $4 OR earlier.account_id IS NULL AND earlier.action IN ($5, $6) AND earlier.entra_id = mine.entra_id COLLATE NOCASE)
        """;

    // The id of an open run is in both columns.
    private const string InsertRun = "INSERT INTO intents (connection, id, run_id, action, prior_state, event, created_at) VALUES ($1, $2, $2, $3, $4, $5, $6)";

    private const string SelectNewest = "SELECT max(at) FROM removals WHERE connection = $1";

    /// <summary>Queries of runs that change nothing, for a test that checks SQLite's query plan.</summary>
    internal static IReadOnlyList<string> Lookups { get; } = new[] { SelectNewest };

    /// <summary>Inserts intents.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="intents">The intents.</param>
    public static void Open(SqliteConnection connection, long key, IEnumerable<Intent> intents) => connection.RunForEach(
        Insert,
        intents,
        static (row, intent) =>
        {
            row.WriteStartArray();
            row.WriteHexValue(intent.Id);
            row.WriteHexValue(intent.RunId);
            row.WriteNumberValue((int)intent.Action);
            row.WriteStringValue(intent.EntraId);
            row.WriteStringValue(intent.AccountId);
            row.WriteStringValue(intent.Email);
            row.WriteStringValue(intent.GroupId);
            row.WriteStringValue(intent.AccountGroupId);
            row.WriteNumberValue((int)intent.PriorState);
            row.WriteNumberValue((int)intent.Event);
            row.WriteNumberValue(intent.CreatedAt.UtcTicks);
            row.WriteEndArray();
        },
        key);

    /// <summary>Inserts an open run.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="runId">The run.</param>
    /// <param name="at">The start of the run, UTC.</param>
    public static void OpenRun(SqliteConnection connection, long key, Guid runId, DateTimeOffset at) => connection.Run(
        InsertRun, key, runId.ToByteArray(), (int)SyncAction.Skip, (int)default(AccountState), (int)default(LeavingEvent), at.UtcTicks);

    /// <summary>The open runs, oldest first.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static IReadOnlyList<Guid> ReadRuns(SqliteConnection connection, long key) => connection.Query(
        "SELECT id FROM intents WHERE connection = $1 AND action = $2 ORDER BY sequence", row => row.Id(0), key, (int)SyncAction.Skip);

    /// <summary>Whether any intent is open.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static bool AnyOpen(SqliteConnection connection, long key) =>
        connection.Number("SELECT EXISTS (SELECT 1 FROM intents WHERE connection = $1 AND action <> $2)", key, (int)SyncAction.Skip) != 0;

    /// <summary>Whether another connection of the same tenant began a write that links the same account before this intent.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="intentId">The intent.</param>
    /// <param name="accountId">The server's id of the account.</param>
    public static bool IsBegunElsewhere(SqliteConnection connection, long key, Guid intentId, string accountId) => connection.Number(
        CountElsewhere, key, intentId.ToByteArray(), accountId, (int)SyncAction.Adopt, (int)SyncAction.Create, (int)SyncAction.CreatePending) > 0;

    /// <summary>Deletes intents and open runs. An intent without a row is closed.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="ids">The intents and runs.</param>
    public static void Close(SqliteConnection connection, long key, IEnumerable<Guid> ids) =>
        connection.RunForEach(Delete, ids, static (row, id) => row.WriteHexValue(id), key);

    /// <summary>All open intents, oldest first.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static IReadOnlyList<Intent> Read(SqliteConnection connection, long key) => connection.Query(
        Select,
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
        key,
        (int)SyncAction.Skip);

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

    /// <summary>The removals since a time, oldest first.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="since">The time.</param>
    public static IReadOnlyList<RemovalRecord> ReadRemovals(SqliteConnection connection, long key, DateTimeOffset since) => connection.Query(
        "SELECT at, group_id, forced FROM removals WHERE connection = $1 AND at >= $2 ORDER BY at, sequence",
        row => new RemovalRecord { At = row.Time(0), GroupId = row.Text(1), Forced = row.GetBoolean(2) },
        key,
        since.UtcTicks);

    /// <summary>The time of the newest removal; null if there is none.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static DateTimeOffset? FindNewestRemoval(SqliteConnection connection, long key) => connection.Query(SelectNewest, row => row.TimeOrNone(0), key)[0];

    /// <summary>Forgets the removals that are too old for any window of the limits.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="before">Removals before this time are forgotten.</param>
    public static void PruneRemovals(SqliteConnection connection, long key, DateTimeOffset before) =>
        connection.Run("DELETE FROM removals WHERE connection = $1 AND at < $2", key, before.UtcTicks);
}
