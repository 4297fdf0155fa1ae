using System;
using System.Text.Json;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>An account in SCIM's JSON: the core User of RFC 7643 section 4.1 and this project's extension.</summary>
internal static class ScimUserMapper
{
    /// <summary>Reads a user; null if the id or the userName is missing, because both identify the account.</summary>
    /// <param name="user">The resource.</param>
    /// <param name="extensionOffered">Whether the server offers the extension, so that <c>accountState</c> counts.</param>
    public static Account? Read(JsonElement user, bool extensionOffered)
    {
        if (ScimJson.Id(user, "id") is not { } id || ScimJson.Text(user, "userName") is not { } userName)
            return null;

        var name = ScimJson.Find(user, "name") ?? default;
        var active = ScimJson.Boolean(user, "active");
        var extension = extensionOffered ? ScimJson.Find(user, ScimSchemas.UserExtension) ?? default : default;
        var word = extensionOffered ? ScimJson.Text(extension, "accountState") : null;
        var state = extensionOffered ? StateOf(word) : StateOf(active);
        var text = word ?? (!extensionOffered && active is { } alone ? Lower(alone) : null);
        // `active` and `accountState` contradict each other, so treat the state as unknown.
        if (extensionOffered && active is { } reported && state != AccountState.Unknown && reported != (state == AccountState.Active))
        {
            state = AccountState.Unknown;
            text = word + ", active=" + Lower(reported);
        }

        return new Account
        {
            Id = id,
            UserName = userName,
            ExternalId = ScimJson.TextOrNumber(user, "externalId"),
            GivenName = ScimJson.Text(name, "givenName"),
            FamilyName = ScimJson.Text(name, "familyName"),
            DisplayName = ScimJson.Text(user, "displayName"),
            State = state,
            StateText = text,
            ManagedBy = ReadManager(extension),
        };
    }

    /// <summary>Writes a new user.</summary>
    /// <param name="draft">The account to create.</param>
    /// <param name="extensionOffered">Whether to write the extension.</param>
    public static byte[] Write(AccountDraft draft, bool extensionOffered) => ScimChannel.Body(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("schemas");
        json.WriteStringValue(ScimSchemas.User);
        if (extensionOffered)
            json.WriteStringValue(ScimSchemas.UserExtension);
        json.WriteEndArray();
        json.WriteString("userName", draft.UserName);
        json.WriteString("externalId", draft.ExternalId);
        json.WriteStartObject("name");
        json.WriteString("givenName", draft.GivenName);
        json.WriteString("familyName", draft.FamilyName);
        json.WriteEndObject();
        json.WriteString("displayName", draft.DisplayName);
        json.WriteBoolean("active", !draft.Pending);
        json.WriteStartArray("emails");
        json.WriteStartObject();
        json.WriteString("value", draft.UserName);
        json.WriteString("type", "work");
        json.WriteBoolean("primary", true);
        json.WriteEndObject();
        json.WriteEndArray();
        if (extensionOffered)
        {
            json.WriteStartObject(ScimSchemas.UserExtension);
            json.WriteString("accountState", WordOf(draft.Pending ? AccountState.Pending : AccountState.Active));
            json.WriteString("managedBy", WordOf(ManagedBy.AzureAD));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });

    /// <summary>The SCIM value of a state.</summary>
    /// <param name="state">A state that can be written.</param>
    public static string WordOf(AccountState state) => state switch
    {
        AccountState.Active => "active",
        AccountState.Pending => "pending",
        AccountState.Disabled => "disabled",
        AccountState.Personal => "personal",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    /// <summary>The SCIM value of a manager.</summary>
    /// <param name="manager">A manager that can be written.</param>
    public static string WordOf(ManagedBy manager) => manager switch
    {
        ManagedBy.AzureAD => "AzureAD",
        ManagedBy.ActiveDirectory => "ActiveDirectory",
        ManagedBy.PasswordBoss => "PasswordBoss",
        _ => throw new ArgumentOutOfRangeException(nameof(manager), manager, null),
    };

    /// <summary>Reads <c>managedBy</c> from an extension.</summary>
    /// <param name="extension">The extension of a user or a group.</param>
    public static ManagedBy ReadManager(JsonElement extension) => ScimJson.Text(extension, "managedBy") switch
    {
        null => ManagedBy.Unspecified,
        var word when ScimJson.SameWord(word, "AzureAD") => ManagedBy.AzureAD,
        var word when ScimJson.SameWord(word, "ActiveDirectory") => ManagedBy.ActiveDirectory,
        var word when ScimJson.SameWord(word, "PasswordBoss") => ManagedBy.PasswordBoss,
        _ => ManagedBy.Other,
    };

    private static AccountState StateOf(string? word) => word switch
    {
        null => AccountState.Unknown,
        _ when ScimJson.SameWord(word, "active") => AccountState.Active,
        _ when ScimJson.SameWord(word, "pending") => AccountState.Pending,
        _ when ScimJson.SameWord(word, "disabled") => AccountState.Disabled,
        _ when ScimJson.SameWord(word, "personal") => AccountState.Personal,
        _ => AccountState.Unknown,
    };

    private static AccountState StateOf(bool? active) => active switch
    {
        true => AccountState.Active,
        false => AccountState.Disabled,
        null => AccountState.Unknown,
    };

    private static string Lower(bool value) => value ? "true" : "false";
}
