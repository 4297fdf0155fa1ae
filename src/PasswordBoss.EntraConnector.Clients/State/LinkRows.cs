using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>Links of users and of groups as rows.</summary>
internal static class LinkRows
{
    // One list for all statements; rows are written and read in this order: first the columns that every link has, then those that only some have.
    private static readonly string[] Columns =
    [
        "account_id", "entra_id", "email", "display_name", "known_state", "origin", "seen_active", "linked_at", "names_written", "names_read",
        "kind", "done", "prior_state", "handled_event", "admin_disable_reported", "absent_reads", "seen_done", "asked", "asked_event", "is_held",
        "waiting_event", "waiting_since", "delete_event", "delete_since", "last_seen_at",
    ];

    private static readonly string InsertLinks = "INSERT OR REPLACE INTO links (connection, " + string.Join(", ", Columns) + ") SELECT $1, ";

    private static readonly string SaveLinks = InsertLinks + Elements(Columns.Length) + " FROM jsonb_each($2)";

    // A first run saves thousands of new links that all hold default values; leaving those out is faster.
    private static readonly string SaveNewLinks = InsertLinks + Elements(10) + ", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, NULL, NULL FROM jsonb_each($2)";

    private static readonly string SelectLinks = "SELECT " + string.Join(", ", Columns) + " FROM links WHERE connection = $1";

    // Without the hint SQLite uses the primary key and scans every link.
    private const string SelectDue = "SELECT DISTINCT entra_id FROM links INDEXED BY links_by_deletion WHERE connection = $1 AND delete_since <= $2 AND kind <> $3";

    // Sandboxes use the same account ids but are separate companies.
    private const string SelectElsewhere = """
        SELECT l.account_id, l.email FROM connections AS own JOIN connections AS other ON other.tenant_key = own.tenant_key AND other.key <> own.key
        JOIN links AS l ON l.connection = other.key WHERE own.key = $1 AND l.kind <> $2 AND NOT (own.settings ->> '$.isSandbox')
        """;

    /// <summary>Queries of runs that change nothing, for a test that checks SQLite's query plan.</summary>
    internal static IReadOnlyList<string> Lookups { get; } = new[] { SelectDue };

    private const string GroupColumns = "group_id, account_group_id, display_name, not_found_reads, absent_once";

    private const string SaveGroup = "INSERT OR REPLACE INTO group_links (connection, " + GroupColumns + ") VALUES ($1, $2, $3, $4, $5, $6)";

    /// <summary>Inserts links, or replaces what is stored about their accounts. If an account occurs several times, the last link stays.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="links">The links.</param>
    public static void Save(SqliteConnection connection, long key, IReadOnlyList<AccountLink> links)
    {
        if (links.All(IsNew))
            connection.RunForEach(SaveNewLinks, links, static (row, link) => Write(row, link, isNew: true), key);
        else
            connection.RunForEach(SaveLinks, links, static (row, link) => Write(row, link, isNew: false), key);
    }

    /// <summary>Inserts or replaces the link of a group.</summary>
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
            link.AbsentOnce.Count == 0 ? null : StoredDocuments.Texts.Write(link.AbsentOnce));

    /// <summary>Forgets the link of a group and its known members.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="groupId">The Entra group.</param>
    public static void Forget(SqliteConnection connection, long key, string groupId)
    {
        connection.Run("DELETE FROM group_links WHERE connection = $1 AND group_id = $2", key, groupId);
        GroupMemberRows.Forget(connection, key, groupId);
    }

    /// <summary>All links.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static IReadOnlyList<AccountLink> Read(SqliteConnection connection, long key) => connection.Query(
        SelectLinks,
        row =>
        {
            var column = 0;
            return new AccountLink
            {
                AccountId = row.GetString(column++),
                EntraId = row.GetString(column++),
                Email = row.GetString(column++),
                DisplayName = row.Text(column++),
                KnownState = (AccountState)row.GetInt32(column++),
                Origin = (LinkOrigin)row.GetInt32(column++),
                SeenActive = row.GetBoolean(column++),
                LinkedAt = row.Time(column++),
                NamesWritten = row.Number(column++),
                NamesRead = row.Number(column++),
                Kind = (LinkKind)row.GetInt32(column++),
                AppliedRule = (LeaverRule)row.GetInt32(column++),
                PriorState = (AccountState)row.GetInt32(column++),
                HandledEvent = (LeavingEvent)row.GetInt32(column++),
                AdminChangeReported = row.GetBoolean(column++),
                AbsentReads = row.GetInt32(column++),
                AppliedRuleSeen = row.GetBoolean(column++),
                Unconfirmed = new UnconfirmedWrite((AccountRequest)row.GetInt32(column++), (LeavingEvent)row.GetInt32(column++)),
                NeedsConsent = row.GetBoolean(column++),
                WaitingConversion = ReadWait(row, column),
                WaitingDeletion = ReadWait(row, column + 2),
                LastSeenAt = row.TimeOrNone(column + 4),
            };
        },
        key);

    /// <summary>The accounts that other connections with the same tenant have linked.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static IReadOnlyList<ForeignLink> ReadElsewhere(SqliteConnection connection, long key) =>
        connection.Query(SelectElsewhere, row => new ForeignLink(row.GetString(0), row.GetString(1)), key, (int)LinkKind.Retired);

    /// <summary>The links that other connections of the same tenant have to one account id.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="accountId">The server's id of the account.</param>
    public static IReadOnlyList<ForeignLink> ReadElsewhere(SqliteConnection connection, long key, string accountId) =>
        connection.Query(SelectElsewhere + " AND l.account_id = $3", row => new ForeignLink(row.GetString(0), row.GetString(1)), key, (int)LinkKind.Retired, accountId);

    /// <summary>The users with a pending deletion that began at or before a time.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    /// <param name="registeredUntil">The time.</param>
    public static IReadOnlyList<string> FindDueDeletions(SqliteConnection connection, long key, DateTimeOffset registeredUntil) =>
        connection.Query(SelectDue, row => row.GetString(0), key, registeredUntil.UtcTicks, (int)LinkKind.Retired);

    /// <summary>All links of groups.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of the connection.</param>
    public static IReadOnlyList<GroupLink> ReadGroups(SqliteConnection connection, long key) => connection.Query(
        "SELECT " + GroupColumns + " FROM group_links WHERE connection = $1",
        row => new GroupLink
        {
            GroupId = row.GetString(0),
            AccountGroupId = row.GetString(1),
            DisplayName = row.GetString(2),
            NotFoundReads = row.GetInt32(3),
            AbsentOnce = StoredDocuments.Texts.ReadOrNull(row.Text(4)) ?? [],
        },
        key);

    private static string Elements(int count) =>
        string.Join(", ", Enumerable.Range(0, count).Select(place => "value ->> " + place.ToString(CultureInfo.InvariantCulture)));

    private static bool IsNew(AccountLink link) => link is { Kind: LinkKind.Current, IsWithoutLeaver: true, LastSeenAt: null };

    private static WaitingEvent? ReadWait(SqliteDataReader row, int column) =>
        row.TimeOrNone(column + 1) is { } since ? new WaitingEvent((LeavingEvent)row.GetInt32(column), since) : null;

    private static void WriteWait(Utf8JsonWriter row, WaitingEvent? waiting)
    {
        row.WriteNumberValue((int)(waiting?.Event ?? LeavingEvent.None));
        row.WriteNumberOrNull(waiting?.Since.UtcTicks);
    }

    private static void Write(Utf8JsonWriter row, AccountLink link, bool isNew)
    {
        row.WriteStartArray();
        row.WriteStringValue(link.AccountId);
        row.WriteStringValue(link.EntraId);
        row.WriteStringValue(link.Email);
        row.WriteStringValue(link.DisplayName);
        row.WriteNumberValue((int)link.KnownState);
        row.WriteNumberValue((int)link.Origin);
        row.WriteBooleanValue(link.SeenActive);
        row.WriteNumberValue(link.LinkedAt.UtcTicks);
        row.WriteNumberOrNull(link.NamesWritten);
        row.WriteNumberOrNull(link.NamesRead);
        if (!isNew)
        {
            row.WriteNumberValue((int)link.Kind);
            row.WriteNumberValue((int)link.AppliedRule);
            row.WriteNumberValue((int)link.PriorState);
            row.WriteNumberValue((int)link.HandledEvent);
            row.WriteBooleanValue(link.AdminChangeReported);
            row.WriteNumberValue(link.AbsentReads);
            row.WriteBooleanValue(link.AppliedRuleSeen);
            row.WriteNumberValue((int)link.Unconfirmed.Request);
            row.WriteNumberValue((int)link.Unconfirmed.Event);
            row.WriteBooleanValue(link.NeedsConsent);
            WriteWait(row, link.WaitingConversion);
            WriteWait(row, link.WaitingDeletion);
            row.WriteNumberOrNull(link.LastSeenAt?.UtcTicks);
        }

        row.WriteEndArray();
    }
}
