using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The history as rows.</summary>
internal static class RunRows
{
    /// <summary>The maximum number of runs that are kept for a connection.</summary>
    public const int MaxRuns = 1000;

    /// <summary>The maximum number of kept runs that changed nothing; there is one every five minutes.</summary>
    public const int MaxRunsWithoutChange = 300;

    /// <summary>How long a run is kept.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(90);

    private const string InsertChanges =
        "INSERT INTO run_changes (" + ChangeRows.Columns + ", position, ended_at, run) SELECT " + ChangeRows.Elements + ", value ->> 13, value ->> 14, $1 FROM jsonb_each($2)";

    /// <summary>The changes of a run, in order. The row ends with the time of the change.</summary>
    public const string SelectChanges = "SELECT " + ChangeRows.Columns + ", ended_at FROM run_changes WHERE run = $1 ORDER BY position";

    // Runs never overlap, so the run that started last also ended last.
    private const string SelectNewest =
        "SELECT started_at + max(duration, 0) FROM runs WHERE connection = $1 ORDER BY started_at DESC, sequence DESC LIMIT 1";

    /// <summary>Queries of runs that change nothing, for a test that checks SQLite's query plan.</summary>
    internal static IReadOnlyList<string> Lookups { get; } = new[] { SelectNewest };

    /// <summary>Inserts a run with its changes, or replaces an earlier version of it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="run">The run.</param>
    public static void Save(SqliteConnection connection, long key, RunRecord run)
    {
        connection.Run("DELETE FROM runs WHERE connection = $1 AND run_id = $2", key, run.RunId.ToByteArray());
        connection.Run(
            """
            INSERT INTO runs (connection, run_id, mode, outcome, started_at, duration, error_id, summary, warnings, unlisted_skips)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            key,
            run.RunId.ToByteArray(),
            (int)run.Mode,
            (int)run.Outcome,
            run.StartedAt.UtcTicks,
            run.Duration.Ticks,
            run.ErrorId,
            StoredDocuments.Message.Write(run.Summary),
            run.Warnings.Count == 0 ? null : StoredDocuments.Messages.Write(run.Warnings),
            run.UnlistedSkips);
        var sequence = connection.Number("SELECT last_insert_rowid()");
        connection.RunForEach(
            InsertChanges,
            run.Changes.Select((change, position) => (Change: change, Position: position)),
            static (row, item) =>
            {
                row.WriteStartArray();
                ChangeRows.Write(row, item.Change);
                row.WriteNumberValue(item.Position);
                if (item.Change.At is { } at)
                    row.WriteNumberValue(at.UtcTicks);
                else
                    row.WriteNullValue();
                row.WriteEndArray();
            },
            sequence);
    }

    /// <summary>Forgets runs that are too old or exceed the maximum number.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="now">The time.</param>
    public static void Prune(SqliteConnection connection, long key, DateTimeOffset now)
    {
        connection.Run("DELETE FROM runs WHERE connection = $1 AND started_at < $2", key, (now - MaxAge).UtcTicks);
        connection.Run(
            """
            DELETE FROM runs WHERE sequence IN (
                SELECT sequence FROM runs WHERE connection = $1 AND outcome IN ($2, $3) AND NOT EXISTS (SELECT 1 FROM run_changes WHERE run = runs.sequence)
                ORDER BY started_at DESC, sequence DESC LIMIT -1 OFFSET $4)
            """,
            key,
            (int)SyncOutcome.NoChange,
            (int)SyncOutcome.Partial,
            MaxRunsWithoutChange);
        connection.Run(
            "DELETE FROM runs WHERE sequence IN (SELECT sequence FROM runs WHERE connection = $1 ORDER BY started_at DESC, sequence DESC LIMIT -1 OFFSET $2)",
            key,
            MaxRuns);
    }

    /// <summary>The keys of the latest runs, newest first.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="last">The maximum number of runs.</param>
    /// <param name="since">Runs that started at or after this time; null for all.</param>
    public static IReadOnlyList<long> List(SqliteConnection connection, long key, int last, DateTimeOffset? since) => connection.Query(
        "SELECT sequence FROM runs WHERE connection = $1 AND started_at >= $2 ORDER BY started_at DESC, sequence DESC LIMIT $3",
        row => row.GetInt64(0),
        key,
        since?.UtcTicks ?? 0,
        Math.Max(last, 0));

    /// <summary>A run with its changes; null if it is no longer stored.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="sequence">The key of the run.</param>
    public static RunRecord? Find(SqliteConnection connection, long key, long sequence) => connection.Query(
        """
        SELECT run_id, mode, outcome, started_at, duration, error_id, summary, warnings, unlisted_skips
        FROM runs WHERE connection = $1 AND sequence = $2
        """,
        row => ReadHead(row) with { Changes = connection.Query(SelectChanges, change => ChangeRows.Read(change) with { At = change.TimeOrNone(13) }, sequence) },
        key,
        sequence).FirstOrDefault();

    /// <summary>The end of the newest run; null if there is none.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static DateTimeOffset? FindNewestEnd(SqliteConnection connection, long key) =>
        connection.Query(SelectNewest, row => row.TimeOrNone(0), key).FirstOrDefault();

    private static RunRecord ReadHead(SqliteDataReader row) => new()
    {
        RunId = row.Id(0),
        Mode = (SyncMode)row.GetInt32(1),
        Outcome = (SyncOutcome)row.GetInt32(2),
        StartedAt = row.Time(3),
        Duration = TimeSpan.FromTicks(row.GetInt64(4)),
        ErrorId = row.Text(5),
        Summary = ChangeRows.ReadMessage(row.GetString(6)),
        Warnings = row.Text(7) is { } warnings ? StoredDocuments.Messages.ReadOr(warnings, [Texts.TextUnreadable]) : [],
        UnlistedSkips = row.GetInt32(8),
    };
}
