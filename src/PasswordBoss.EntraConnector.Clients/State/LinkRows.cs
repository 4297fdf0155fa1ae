using System;
using System.Collections.Generic;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>Links of people and of groups as rows.</summary>
internal static class LinkRows
{
    private const string SaveLinks = """
        INSERT OR REPLACE INTO links (connection, account_id, entra_id, email, display_name, kind, done, prior_state, handled_event,
            admin_disable_reported, absent_reads, linked_at, known_state)
        SELECT $1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11
        FROM jsonb_each($2)
        """;

    private const string SaveGroup = """
        INSERT OR REPLACE INTO group_links (connection, group_id, account_group_id, display_name, not_found_reads, absent_once)
        VALUES ($1, $2, $3, $4, $5, $6)
        """;

    /// <summary>Inserts links, or replaces what was known of their accounts; of several for one account the last stays.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="links">The links.</param>
    public static void Save(SqliteConnection connection, long key, IEnumerable<AccountLink> links) => connection.RunForEach(
        SaveLinks,
        links,
        static (row, link) =>
        {
            row.WriteStartArray();
            row.WriteStringValue(link.AccountId);
            row.WriteStringValue(link.EntraId);
            row.WriteStringValue(link.Email);
            row.WriteStringValue(link.DisplayName);
            row.WriteNumberValue((int)link.Kind);
            row.WriteNumberValue((int)link.Done);
            row.WriteNumberValue((int)link.PriorState);
            row.WriteNumberValue((int)link.HandledEvent);
            row.WriteBooleanValue(link.AdminDisableReported);
            row.WriteNumberValue(link.AbsentReads);
            row.WriteNumberValue(link.LinkedAt.UtcTicks);
            row.WriteNumberValue((int)link.KnownState);
            row.WriteEndArray();
        },
        key);

    /// <summary>Inserts or replaces a link of a group.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="link">The link.</param>
    public static void Save(SqliteConnection connection, long key, GroupLink link) =>
        connection.Run(
            SaveGroup,
            key,
            link.GroupId,
            link.AccountGroupId,
            link.DisplayName,
            link.NotFoundReads,
            link.AbsentOnce.Count == 0 ? null : JsonText.WriteList(link.AbsentOnce));

    /// <summary>Forgets the link of a group.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="groupId">The Entra group.</param>
    public static void Forget(SqliteConnection connection, long key, string groupId) =>
        connection.Run("DELETE FROM group_links WHERE connection = $1 AND group_id = $2", key, groupId);

    /// <summary>All links.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static IReadOnlyList<AccountLink> Read(SqliteConnection connection, long key) => connection.Query(
        """
        SELECT account_id, entra_id, email, display_name, kind, done, prior_state, handled_event, admin_disable_reported, absent_reads, linked_at,
            known_state
        FROM links WHERE connection = $1
        """,
        row => new AccountLink
        {
            AccountId = row.GetString(0),
            EntraId = row.GetString(1),
            Email = row.GetString(2),
            DisplayName = row.Text(3),
            Kind = (LinkKind)row.GetInt32(4),
            Done = (LeaverRule)row.GetInt32(5),
            PriorState = (AccountState)row.GetInt32(6),
            HandledEvent = (LeavingEvent)row.GetInt32(7),
            AdminDisableReported = row.GetBoolean(8),
            AbsentReads = row.GetInt32(9),
            LinkedAt = row.Time(10),
            KnownState = (AccountState)row.GetInt32(11),
        },
        key);

    /// <summary>All links of groups.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static IReadOnlyList<GroupLink> ReadGroups(SqliteConnection connection, long key) => connection.Query(
        "SELECT group_id, account_group_id, display_name, not_found_reads, absent_once FROM group_links WHERE connection = $1",
        row => new GroupLink
        {
            GroupId = row.GetString(0),
            AccountGroupId = row.GetString(1),
            DisplayName = row.GetString(2),
            NotFoundReads = row.GetInt32(3),
            AbsentOnce = row.Text(4) is { } absent ? JsonText.ReadList(absent) : Array.Empty<string>(),
        },
        key);

    /// <summary>How many people have an account that is theirs today.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static int CountCurrent(SqliteConnection connection, long key) =>
        (int)connection.Number("SELECT COUNT(*) FROM links WHERE connection = $1 AND kind = $2", key, (int)LinkKind.Current);
}
