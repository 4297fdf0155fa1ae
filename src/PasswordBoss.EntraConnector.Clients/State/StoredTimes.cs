using System;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>Corrects the stored times of a connection: a run on a machine with a wrong clock may have written times in the future.</summary>
internal static class StoredTimes
{
    /// <summary>Sets every time after this one back to it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="now">The time.</param>
    public static void SetBack(SqliteConnection connection, long key, DateTimeOffset now)
    {
        // In SQLite, min() with a null argument is null, so missing times stay missing.
        foreach (var statement in new[]
        {
            """
            UPDATE links SET linked_at = min(linked_at, $2), delete_since = min(delete_since, $2), waiting_since = min(waiting_since, $2), last_seen_at = min(last_seen_at, $2)
            WHERE connection = $1 AND (linked_at > $2 OR delete_since > $2 OR waiting_since > $2 OR last_seen_at > $2)
            """,
            "UPDATE removals SET at = $2 WHERE connection = $1 AND at > $2",
            """
            UPDATE runs SET started_at = min(started_at, $2), duration = max(0, min(duration, $2 - started_at))
            WHERE connection = $1 AND (started_at > $2 OR started_at + duration > $2)
            """,
            "UPDATE run_changes SET ended_at = $2 WHERE ended_at > $2 AND run IN (SELECT sequence FROM runs WHERE connection = $1)",
            "UPDATE open_matters SET not_before = $2 WHERE connection = $1 AND not_before > $2",
            "UPDATE intents SET created_at = $2 WHERE connection = $1 AND created_at > $2",
            "UPDATE alert_events SET first_attempt = $2 WHERE connection = $1 AND first_attempt > $2",
        })
        {
            connection.Run(statement, key, now.UtcTicks);
        }

        var (settings, health, pause, progress) = connection.Query(
            "SELECT settings, health, pause, progress FROM connections WHERE key = $1",
            row => (row.GetString(0), row.Text(1), row.Text(2), row.Text(3)),
            key)[0];
        connection.Run(
            "UPDATE connections SET settings = $2, health = $3, pause = $4, progress = $5 WHERE key = $1",
            key,
            SetBackSettings(settings, now),
            health is null ? null : SetBackHealth(health, now),
            StoredDocuments.Pause.ReadOrNull(pause) is { } paused && paused.At > now ? StoredDocuments.Pause.Write(paused with { At = now }) : pause,
            progress is null ? null : SetBackProgress(progress, now));
    }

    private static string SetBackSettings(string text, DateTimeOffset now)
    {
        var settings = StoredDocuments.Connection.Read(text);
        return settings.Rules.DeleteAfterDaysChangedAt > now
            ? StoredDocuments.Connection.Write(settings with { Rules = settings.Rules with { DeleteAfterDaysChangedAt = now } })
            : text;
    }

    private static string SetBackHealth(string text, DateTimeOffset now)
    {
        var health = StoredDocuments.Health.Read(text);
        return StoredDocuments.Health.Write(health with
        {
            FirstSuccessAt = Earlier(health.FirstSuccessAt, now),
            LastSync = Earlier(health.LastSync, now),
            LastSuccess = Earlier(health.LastSuccess, now),
            FailingSince = Earlier(health.FailingSince, now),
        });
    }

    private static string SetBackProgress(string text, DateTimeOffset now)
    {
        var progress = StoredDocuments.Progress.Read(text);
        return StoredDocuments.Progress.Write(progress with
        {
            LastFullAt = Earlier(progress.LastFullAt, now),
            AccountsListedAt = Earlier(progress.AccountsListedAt, now),
            Doubts = progress.Doubts.Select(doubt => doubt.Since > now ? doubt with { Since = now } : doubt).ToList(),
        });
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? time, DateTimeOffset now) => time > now ? now : time;
}
