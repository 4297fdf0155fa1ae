using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>Pending retries, as rows.</summary>
internal static class PendingRetryRows
{
    private const string Insert = "INSERT INTO open_matters (" + ChangeRows.Columns + ", connection, position, person_id, group_id, attempts, not_before, leaving_event) SELECT " + ChangeRows.Elements + """
        , $1, value ->> 13, value ->> 14, value ->> 15, value ->> 16, value ->> 17, value ->> 18 FROM jsonb_each($2)
        """;

    private const string Select = "SELECT " + ChangeRows.Columns + ", person_id, group_id, attempts, not_before, leaving_event FROM open_matters WHERE connection = $1 ORDER BY position";

    /// <summary>Replaces all pending retries.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="retries">All pending retries.</param>
    public static void Replace(SqliteConnection connection, long key, IReadOnlyList<PendingRetry> retries)
    {
        connection.Run("DELETE FROM open_matters WHERE connection = $1", key);
        connection.RunForEach(
            Insert,
            retries.Select((retry, position) => (Retry: retry, Position: position)),
            static (row, item) =>
            {
                row.WriteStartArray();
                ChangeRows.Write(row, item.Retry.Change);
                row.WriteNumberValue(item.Position);
                row.WriteStringValue(item.Retry.EntraId);
                row.WriteStringValue(item.Retry.GroupId);
                row.WriteNumberValue(item.Retry.Attempts);
                row.WriteNumberValue(item.Retry.NotBefore.UtcTicks);
                row.WriteNumberValue((int)item.Retry.Leaving);
                row.WriteEndArray();
            },
            key);
    }

    /// <summary>All pending retries, in the order in which they were saved.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static IReadOnlyList<PendingRetry> Read(SqliteConnection connection, long key) => connection.Query(
        Select,
        row => new PendingRetry
        {
            Change = ChangeRows.Read(row),
            EntraId = row.Text(13),
            GroupId = row.Text(14),
            Attempts = row.GetInt32(15),
            NotBefore = row.Time(16),
            Leaving = (LeavingEvent)row.GetInt32(17),
        },
        key);
}
