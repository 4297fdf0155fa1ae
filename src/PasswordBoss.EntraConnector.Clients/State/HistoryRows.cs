using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The changes of several connections, newest first.</summary>
internal static class HistoryRows
{
    private const string SelectRuns =
        """
        SELECT sequence, connection, run_id, started_at FROM runs
        WHERE connection = $1 AND started_at >= $2 AND EXISTS (SELECT 1 FROM run_changes WHERE run = sequence)
        """;

    private const string SelectChanges = RunRows.SelectChanges + " LIMIT $2";

    // A change of an earlier version has no time of its own.
    private const string CountChanges =
        "SELECT action, outcome, coalesce(ended_at, $2) / $3 AS quarter, COUNT(*) FROM run_changes WHERE run = $1 GROUP BY action, outcome, quarter";

    // Every time zone begins its days at a quarter of an hour of UTC.
    private static readonly long Quarter = TimeSpan.FromMinutes(15).Ticks;

    /// <summary>Passes on the newest changes, one by one, and counts all of them.</summary>
    /// <param name="database">The database.</param>
    /// <param name="connectionIds">The connections.</param>
    /// <param name="since">Only changes of runs that started at or after this time; null for all.</param>
    /// <param name="maximum">The maximum number of changes to pass on.</param>
    /// <param name="take">Receives a change.</param>
    public static IReadOnlyList<ChangeCount> Read(
        SqliteConnection database, IReadOnlyCollection<Guid> connectionIds, DateTimeOffset? since, int maximum, Action<HistoryChange> take)
    {
        var runs = ReadRuns(database, connectionIds, since?.UtcTicks ?? 0);
        runs.Sort((left, right) => (right.StartedAt, right.Sequence).CompareTo((left.StartedAt, left.Sequence)));
        using var changes = new Statement(database, SelectChanges);
        using var counts = new Statement(database, CountChanges);
        var all = new List<ChangeCount>();
        foreach (var run in runs)
        {
            all.AddRange(counts.With(run.Sequence, run.StartedAt.UtcTicks, Quarter).ReadAll(row => new ChangeCount(
                run.Connection, TimeOf(run, row.GetInt64(2)), (SyncAction)row.GetInt32(0), (ChangeOutcome)row.GetInt32(1), row.GetInt32(3))));
            if (maximum == 0)
                continue;
            changes.With(run.Sequence, maximum).ForEach(row =>
            {
                maximum--;
                take(new HistoryChange(run.Connection, run.Id, run.StartedAt, ChangeRows.Read(row) with { At = row.TimeOrNone(13) }));
            });
        }

        return all;
    }

    private static DateTimeOffset TimeOf(Run run, long quarter) => new(Math.Max(quarter * Quarter, run.StartedAt.UtcTicks), TimeSpan.Zero);

    private static List<Run> ReadRuns(SqliteConnection database, IReadOnlyCollection<Guid> connectionIds, long since)
    {
        var keys = database.Query("SELECT key, id FROM connections", row => (Key: row.GetInt64(0), Id: row.GetString(1))).ToLookup(row => row.Id, row => row.Key, StringComparer.OrdinalIgnoreCase);
        using var select = new Statement(database, SelectRuns);
        return connectionIds
            .SelectMany(id => keys[id.ToString("D", CultureInfo.InvariantCulture)]
                .SelectMany(key => select.With(key, since).ReadAll(row => new Run(row.GetInt64(0), id, row.Id(2), row.Time(3)))))
            .ToList();
    }

    private sealed record Run(long Sequence, Guid Connection, Guid Id, DateTimeOffset StartedAt);
}
