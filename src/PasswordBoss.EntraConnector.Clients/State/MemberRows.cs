using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// Known members as rows. The columns' collation compares ids without case. Addresses may hold more than ASCII, so they have a separate key.
/// </summary>
internal static class MemberRows
{
    // SQLite limits the number of parameters, so a list is passed as one JSON text, which SQLite turns into rows.
    private const int IdsAtOnce = 2000;

    private const string Save = """
        INSERT OR REPLACE INTO members (connection, entra_id, group_id, address, address_key)
        SELECT $1, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM jsonb_each($2)
        """;

    private const string Delete = "DELETE FROM members WHERE connection = $1 AND (entra_id, group_id) IN (SELECT value ->> 0, value ->> 1 FROM jsonb_each($2) AS asked)";

    // CROSS JOIN fixes SQLite's join order: the list is the outer loop, the index lookup the inner one.
    private const string SelectPeople = """
        SELECT m.group_id, m.entra_id, m.address FROM json_each($2) AS asked CROSS JOIN members AS m
        WHERE m.connection = $1 AND m.entra_id = asked.value
        """;

    // Without the hint SQLite uses the primary key, where only the connection would narrow the search.
    private const string SelectAddresses = """
        SELECT m.group_id, m.entra_id, m.address FROM json_each($2) AS asked CROSS JOIN members AS m INDEXED BY members_by_address
        WHERE m.connection = $1 AND m.address_key = asked.value
        """;

    private const string SelectKnown = """
        SELECT asked.value FROM json_each($2) AS asked
        WHERE EXISTS (SELECT 1 FROM members WHERE connection = $1 AND entra_id = asked.value)
            OR EXISTS (SELECT 1 FROM links WHERE connection = $1 AND entra_id = asked.value COLLATE NOCASE AND kind <> $3)
        """;

    private const string CountGroup = "SELECT COUNT(*) FROM members WHERE connection = $1 AND group_id = $2";

    /// <summary>The lookup queries, for a test that checks SQLite's query plan.</summary>
    internal static IReadOnlyList<string> Lookups { get; } = new[] { SelectPeople, SelectAddresses, SelectKnown, CountGroup, Delete };

    /// <summary>Replaces the known members. Only differences are written.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="members">All members.</param>
    public static void Replace(SqliteConnection connection, long key, IReadOnlyList<KnownMember> members)
    {
        var wanted = new Dictionary<KnownMember, int>(members.Count, MembershipComparer.Instance);
        for (var i = 0; i < members.Count; i++)
            wanted[members[i]] = i;

        // Unchanged rows are dropped while reading; deletes run afterwards because SQLite must not modify a table under an open reader.
        var gone = new List<KnownMember>();
        connection.ForEach(
            "SELECT group_id, entra_id, address FROM members WHERE connection = $1",
            row =>
            {
                var known = Read(row);
                if (!wanted.TryGetValue(known, out var place))
                    gone.Add(known);
                else if (string.Equals(members[place].Address, known.Address, StringComparison.Ordinal))
                    wanted.Remove(known);
            },
            key);
        Forget(connection, key, gone);
        // Insert in the order of the table, so that pages fill one after the other.
        Put(connection, key, wanted.Values.Select(place => members[place]).OrderBy(member => member.EntraId, EntraId.Comparer));
    }

    /// <summary>Inserts members, or replaces what is stored about them.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="members">The members.</param>
    public static void Put(SqliteConnection connection, long key, IEnumerable<KnownMember> members) => connection.RunForEach(
        Save,
        members,
        static (row, member) =>
        {
            row.WriteStartArray();
            row.WriteStringValue(member.EntraId);
            row.WriteStringValue(member.GroupId);
            row.WriteStringValue(member.Address);
            row.WriteStringValue(KeyOf(member.Address));
            row.WriteEndArray();
        },
        key);

    /// <summary>Forgets members.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="members">The members.</param>
    public static void Forget(SqliteConnection connection, long key, IEnumerable<KnownMember> members) => connection.RunForEach(
        Delete,
        members,
        static (row, member) =>
        {
            row.WriteStartArray();
            row.WriteStringValue(member.EntraId);
            row.WriteStringValue(member.GroupId);
            row.WriteEndArray();
        },
        key);

    /// <summary>Filters users: those that are members or have a link that is not retired. Returns each id as the caller wrote it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="entraIds">Object ids.</param>
    public static HashSet<string> FindKnown(SqliteConnection connection, long key, IEnumerable<string> entraIds)
    {
        var known = new HashSet<string>(EntraId.Comparer);
        foreach (var list in Lists(entraIds.Distinct(EntraId.Comparer)))
            connection.ForEach(SelectKnown, row => known.Add(row.GetString(0)), key, list, (int)LinkKind.Retired);
        return known;
    }

    /// <summary>The memberships of these users.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="entraIds">Object ids.</param>
    public static IReadOnlyList<KnownMember> Find(SqliteConnection connection, long key, IEnumerable<string> entraIds) =>
        Find(connection, key, SelectPeople, entraIds.Distinct(EntraId.Comparer));

    /// <summary>The members at these addresses.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="addresses">Addresses.</param>
    public static IReadOnlyList<KnownMember> FindAt(SqliteConnection connection, long key, IEnumerable<string> addresses) =>
        Find(connection, key, SelectAddresses, addresses.Select(address => KeyOf(address)!).Distinct(StringComparer.OrdinalIgnoreCase));

    /// <summary>The number of known members of a group.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="groupId">The group.</param>
    public static int Count(SqliteConnection connection, long key, string groupId) =>
        (int)connection.Number(CountGroup, key, groupId);

    private static List<KnownMember> Find(SqliteConnection connection, long key, string select, IEnumerable<string> values)
    {
        var found = new List<KnownMember>();
        foreach (var list in Lists(values))
            connection.ForEach(select, row => found.Add(Read(row)), key, list);
        return found;
    }

    private static KnownMember Read(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), row.Text(2));

    /// <summary>The key of an address.</summary>
    /// <param name="address">The address; null if there is none.</param>
    internal static string? KeyOf(string? address) => address is null ? null : EmailAddress.KeyOf(address);

    private static IEnumerable<string> Lists(IEnumerable<string> values) => values.InChunksOf(IdsAtOnce).Select(JsonParameters.WriteList);

    /// <summary>Two members are equal if they name the same user in the same group.</summary>
    private sealed class MembershipComparer : IEqualityComparer<KnownMember>
    {
        public static readonly MembershipComparer Instance = new();

        public bool Equals(KnownMember? x, KnownMember? y) =>
            EntraId.Same(x?.EntraId, y?.EntraId) && EntraId.Same(x?.GroupId, y?.GroupId);

        public int GetHashCode(KnownMember obj) =>
            unchecked((EntraId.Comparer.GetHashCode(obj.EntraId) * 397) ^ EntraId.Comparer.GetHashCode(obj.GroupId));
    }
}
