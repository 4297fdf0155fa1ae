using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>SQL functions for schema steps that plain SQL cannot express. Like the steps, they are never edited after a release.</summary>
internal static class SchemaFunctions
{
    /// <summary>Registers the functions for a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="secrets">Rewrites stored secrets.</param>
    public static void Register(SqliteConnection connection, SecretUpgrade secrets)
    {
        connection.CreateFunction<string?, string?, string?>("schema3_scope", NewScope, isDeterministic: true);
        connection.CreateFunction<string?, string?>("schema3_address_key", MemberRows.KeyOf, isDeterministic: true);
        connection.CreateFunction<string, string, byte[], byte[]>("schema4_secrets", secrets.Rewrite);
        connection.CreateFunction<string?, string?>("schema5_clean", WithoutUserInfo, isDeterministic: true);
    }

    /// <summary>
    /// If the stored scope matches the stored settings in the old form, returns it in the new form. Otherwise returns it unchanged, and the next run is full, as it
    /// would have been without the upgrade.
    /// </summary>
    /// <param name="scope">The stored scope.</param>
    /// <param name="settings">The stored settings.</param>
    internal static string? NewScope(string? scope, string? settings)
    {
        try
        {
            return settings is not null && StoredDocuments.Connection.Read(settings) is var connection && scope == OldScopeOf(connection) ? FullSyncPolicy.ScopeOf(connection) : scope;
        }
        catch (ConnectorException)
        {
            // One unreadable connection must not prevent the upgrade of the others.
            return scope;
        }
    }

    /// <summary>Returns a message, a document or a plain text without the user info of addresses, which may be passwords.</summary>
    /// <param name="text">The stored text; null if there is none.</param>
    internal static string? WithoutUserInfo(string? text)
    {
        if (text is null)
            return null;
        try
        {
            // JSON escapes the text, and a password may contain characters that are escaped.
            return Masked(JsonNode.Parse(text))?.ToJsonString() ?? text;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return UserInfoMask.Apply(text);
        }
    }

    private static JsonNode? Masked(JsonNode? node) => node switch
    {
        JsonArray array => new JsonArray(array.Select(Masked).ToArray()),
        JsonObject members => new JsonObject(members.Select(member => new KeyValuePair<string, JsonNode?>(member.Key, Masked(member.Value)))),
        JsonValue value when value.TryGetValue(out string? text) => JsonValue.Create(UserInfoMask.Apply(text)),
        _ => node?.DeepClone(),
    };

    // The old text is the ToString() of the rules record, with every rule in it.
    private static string OldScopeOf(ConnectionSettings connection) => string.Join(
        "|",
        new[] { connection.GraphEndpoint.AbsoluteUri, connection.UserGroup?.Id ?? "", connection.IncludeNested ? "nested" : "direct", OldTextOf(connection.Rules) }
            .Concat(connection.AdditionalGroups.Select(g => g.Id).OrderBy(id => id, EntraId.Comparer)));

    private static string OldTextOf(SyncRules rules) => string.Format(
        CultureInfo.InvariantCulture,
        "SyncRules {{ NewUser = {0}, DeletedUser = {1}, DisabledUser = {2}, RemovedUser = {3}, ExistingAccount = {4}, RemovedGroup = {5}, EmailSource = {6}, "
        + "GuestUser = {7}, MaxRemovalPercent = {8}, MaxRemovalCount = {9}, FullSyncHours = {10} }}",
        rules.NewUser,
        rules.DeletedUser,
        rules.DisabledUser,
        rules.RemovedUser,
        rules.ExistingAccount,
        rules.RemovedGroup,
        rules.EmailSource,
        rules.GuestUser,
        rules.MaxRemovalPercent,
        rules.MaxRemovalCount,
        rules.FullSyncHours);
}
