using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The known members of synced groups, as rows.</summary>
internal static class GroupMemberRows
{
    private const string Insert = """
        INSERT OR REPLACE INTO group_members (connection, group_id, account_id, mark)
        SELECT $1, value ->> 0, value ->> 1, value ->> 2 FROM jsonb_each($2)
        """;

    private const string Delete =
        "DELETE FROM group_members WHERE connection = $1 AND (group_id, account_id) IN (SELECT value ->> 0, value ->> 1 FROM jsonb_each($2))";

    /// <summary>All known members.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static IReadOnlyList<GroupMember> Read(SqliteConnection connection, long key) => connection.Query(
        "SELECT group_id, account_id, mark FROM group_members WHERE connection = $1",
        row => new GroupMember(row.GetString(0), row.GetString(1), (GroupMemberMark)row.GetInt32(2)),
        key);

    /// <summary>Inserts or replaces members, and forgets others. If a member occurs several times, the last change counts.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="changes">The members, and whether each is to be forgotten.</param>
    public static void Save(SqliteConnection connection, long key, IReadOnlyList<(GroupMember Member, bool IsForgotten)> changes)
    {
        if (changes.Count == 0)
            return;
        // The keys are those of the table: one GUID in two cases is two rows, which earlier versions may have stored.
        var last = new Dictionary<(string Group, string Account), (GroupMember Member, bool IsForgotten)>();
        foreach (var change in changes)
            last[(change.Member.GroupId.ToUpperInvariant(), change.Member.AccountId)] = change;

        connection.RunForEach(
            Delete,
            last.Values.Where(change => change.IsForgotten).Select(change => change.Member),
            static (row, member) =>
            {
                row.WriteStartArray();
                row.WriteStringValue(member.GroupId);
                row.WriteStringValue(member.AccountId);
                row.WriteEndArray();
            },
            key);
        connection.RunForEach(
            Insert,
            last.Values.Where(change => !change.IsForgotten).Select(change => change.Member),
            static (row, member) =>
            {
                row.WriteStartArray();
                row.WriteStringValue(member.GroupId);
                row.WriteStringValue(member.AccountId);
                row.WriteNumberValue((int)member.Mark);
                row.WriteEndArray();
            },
            key);
    }

    /// <summary>Forgets the members of a group.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="groupId">The Entra group.</param>
    public static void Forget(SqliteConnection connection, long key, string groupId) =>
        connection.Run("DELETE FROM group_members WHERE connection = $1 AND group_id = $2", key, groupId);
}
