using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The data for the status of connections: of one, found by indexes, or of all, in one pass over each table.</summary>
internal static class SummaryRows
{
    private const string Heads =
        "SELECT key, id, health, pause, (SELECT duration FROM runs WHERE connection = key AND mode <> 2 ORDER BY started_at DESC, sequence DESC LIMIT 1), "
        + NotActivatedConnections.RestoredProgress + " FROM connections";

    private const string Links = "SELECT connection, known_state, SUM(kind = $1), COUNT(delete_since), COUNT(*) FROM links WHERE kind <> $2";

    private const string Retries = "SELECT connection, COUNT(*) FROM open_matters";

    /// <summary>The data of all connections, by id. A connection whose health or pause cannot be read is missing.</summary>
    /// <param name="database">The database.</param>
    public static IReadOnlyDictionary<Guid, ConnectionSummary> ReadAll(SqliteConnection database)
    {
        var counts = new Counts(
            database.Query(Links + " GROUP BY connection, known_state", ReadLinks, (int)LinkKind.Current, (int)LinkKind.Retired),
            database.Query(Retries + " GROUP BY connection", ReadRetries));
        var summaries = new Dictionary<Guid, ConnectionSummary>();
        foreach (var head in database.Query(Heads, ReadHead))
        {
            try
            {
                if (Guid.TryParse(head.Id, out var id))
                    summaries[id] = counts.Summarize(head);
            }
            catch (ConnectorException exception) when (exception.Id == ErrorId.StoredTextDamaged)
            {
                // Its journal reports the damage to the command that needs this connection.
            }
        }

        return summaries;
    }

    /// <summary>The data of one connection. Throws <see cref="ErrorId.StoredTextDamaged"/> if its health or pause cannot be read.</summary>
    /// <param name="database">The database.</param>
    /// <param name="key">The key of the connection, which exists.</param>
    public static ConnectionSummary Read(SqliteConnection database, long key) => new Counts(
        database.Query(Links + " AND connection = $3 GROUP BY known_state", ReadLinks, (int)LinkKind.Current, (int)LinkKind.Retired, key),
        database.Query(Retries + " WHERE connection = $1 GROUP BY connection", ReadRetries, key))
        .Summarize(database.Query(Heads + " WHERE key = $1", ReadHead, key)[0]);

    /// <summary>The number of users that currently have an account.</summary>
    /// <param name="database">The database.</param>
    /// <param name="key">The key of the connection.</param>
    public static int CountManaged(SqliteConnection database, long key) =>
        (int)database.Number("SELECT COUNT(*) FROM links WHERE connection = $1 AND kind = $2", key, (int)LinkKind.Current);

    private static Head ReadHead(SqliteDataReader row) => new(row.GetInt64(0), row.GetString(1), row.Text(2), row.Text(3), row.Number(4), row.Text(5));

    private static LinkCount ReadLinks(SqliteDataReader row) => new(row.GetInt64(0), (AccountState)row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4));

    private static (long Key, int Count) ReadRetries(SqliteDataReader row) => (row.GetInt64(0), row.GetInt32(1));

    private sealed record Head(long Key, string Id, string? Health, string? Pause, long? LastDuration, string? RestoredProgress);

    private sealed record LinkCount(long Key, AccountState State, int Current, int Deletions, int All);

    private sealed class Counts(IEnumerable<LinkCount> links, IEnumerable<(long Key, int Count)> retries)
    {
        private readonly ILookup<long, LinkCount> linksOf = links.ToLookup(row => row.Key);
        private readonly Dictionary<long, int> retriesOf = retries.ToDictionary(row => row.Key, row => row.Count);

        public ConnectionSummary Summarize(Head head) => new()
        {
            Health = StoredDocuments.Health.ReadOrNull(head.Health) ?? ConnectionHealth.New,
            Pause = StoredDocuments.Pause.ReadOrNull(head.Pause),
            ManagedUsers = linksOf[head.Key].Sum(row => row.Current),
            PendingDeletes = linksOf[head.Key].Sum(row => row.Deletions),
            PendingRetries = retriesOf.TryGetValue(head.Key, out var count) ? count : 0,
            LastDuration = head.LastDuration is { } ticks ? TimeSpan.FromTicks(ticks) : null,
            Restored = SyncJournal.ReadProgress(head.RestoredProgress).Restored,
            Accounts = linksOf[head.Key].ToDictionary(row => row.State, row => row.All),
        };
    }
}
