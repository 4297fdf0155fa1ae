using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>Finds stored addresses by how they start, for tab completion.</summary>
internal static class KnownAddresses
{
    private const string OfLinks = "SELECT email AS address FROM links WHERE connection = $1 AND kind <> $3 AND email LIKE $2 ESCAPE '\\'";

    // Only the newest runs are searched: a first run alone has a change for every user.
    private const string OfUsers = "SELECT address FROM members WHERE connection = $1 AND address LIKE $2 ESCAPE '\\' UNION " + OfLinks + """
         UNION SELECT email FROM run_changes
        WHERE run IN (SELECT sequence FROM runs WHERE connection = $1 ORDER BY started_at DESC, sequence DESC LIMIT 50) AND email LIKE $2 ESCAPE '\'
        """;

    private const string Ordered = " ORDER BY 1 COLLATE NOCASE LIMIT $4";

    /// <summary>The addresses of users.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="start">How they start.</param>
    /// <param name="limit">The maximum number.</param>
    public static IReadOnlyList<string> FindUsers(SqliteConnection connection, long key, string start, int limit) => Find(connection, OfUsers, key, start, limit);

    /// <summary>The addresses of linked accounts.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="start">How they start.</param>
    /// <param name="limit">The maximum number.</param>
    public static IReadOnlyList<string> FindAccounts(SqliteConnection connection, long key, string start, int limit) => Find(connection, OfLinks, key, start, limit);

    private static List<string> Find(SqliteConnection connection, string select, long key, string start, int limit) => connection
        .Query("SELECT DISTINCT address FROM (" + select + ")" + Ordered, row => row.GetString(0), key, Escape(start) + "%", (int)LinkKind.Retired, limit)
        .Distinct(StringComparer.OrdinalIgnoreCase).ToList();

    private static string Escape(string text) => string.Concat(text.Select(c => c is '%' or '_' or '\\' ? "\\" + c.ToString(CultureInfo.InvariantCulture) : c.ToString(CultureInfo.InvariantCulture)));
}
