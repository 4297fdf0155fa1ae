using System;
using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The settings of a connection as JSON. A rule that an older text does not have yet has its default.</summary>
internal static class ConnectionDocument
{
    /// <summary>The text of a connection.</summary>
    /// <param name="connection">The connection.</param>
    public static string Write(ConnectionSettings connection) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("id", connection.Id);
        writer.WriteString("name", connection.Name);
        writer.WriteString("tenantId", connection.TenantId);
        writer.WriteString("clientId", connection.ClientId);
        writer.WriteString("credential", connection.Credential.ToString());
        writer.WriteText("certificateReference", connection.CertificateReference);
        writer.WriteString("environment", connection.Environment.ToString());
        writer.WriteString("authorityHost", connection.AuthorityHost.OriginalString);
        writer.WriteString("graphEndpoint", connection.GraphEndpoint.OriginalString);
        writer.WriteString("passwordBossUri", connection.PasswordBossUri.OriginalString);
        writer.WriteBoolean("isSandbox", connection.IsSandbox);
        if (connection.UserGroup is { } userGroup)
            WriteGroup(writer, "userGroup", userGroup);
        writer.WriteStartArray("additionalGroups");
        foreach (var group in connection.AdditionalGroups)
            WriteGroup(writer, null, group);
        writer.WriteEndArray();
        writer.WriteBoolean("includeNested", connection.IncludeNested);
        WriteRules(writer, connection.Rules);
        writer.WriteTime("createdAt", connection.CreatedAt);
        writer.WriteTime("secretExpires", connection.SecretExpires);
        writer.WriteEndObject();
    });

    /// <summary>The connection of a text.</summary>
    /// <param name="text">The text.</param>
    public static ConnectionSettings Read(string text) => JsonText.Read(text, element => new ConnectionSettings
    {
        Id = element.GetProperty("id").GetGuid(),
        Name = Required(element, "name"),
        TenantId = Required(element, "tenantId"),
        ClientId = element.FindText("clientId") ?? "",
        Credential = element.FindName("credential", CredentialKind.None),
        CertificateReference = element.FindText("certificateReference"),
        Environment = element.FindName("environment", EntraEnvironment.Global),
        AuthorityHost = new Uri(Required(element, "authorityHost")),
        GraphEndpoint = new Uri(Required(element, "graphEndpoint")),
        PasswordBossUri = new Uri(Required(element, "passwordBossUri")),
        IsSandbox = element.IsTrue("isSandbox"),
        UserGroup = element.Find("userGroup") is { } group ? ReadGroup(group) : null,
        AdditionalGroups = element.Find("additionalGroups") is { } groups ? groups.EnumerateArray().Select(ReadGroup).ToArray() : Array.Empty<GroupReference>(),
        IncludeNested = element.IsTrue("includeNested"),
        Rules = element.Find("rules") is { } rules ? ReadRules(rules) : SyncRules.Default,
        CreatedAt = element.FindTime("createdAt") ?? default,
        SecretExpires = element.FindTime("secretExpires"),
    });

    private static void WriteRules(Utf8JsonWriter writer, SyncRules rules)
    {
        writer.WriteStartObject("rules");
        writer.WriteString("newUser", rules.NewUser.ToString());
        writer.WriteString("deletedUser", rules.DeletedUser.ToString());
        writer.WriteString("disabledUser", rules.DisabledUser.ToString());
        writer.WriteString("removedUser", rules.RemovedUser.ToString());
        writer.WriteString("existingAccount", rules.ExistingAccount.ToString());
        writer.WriteString("removedGroup", rules.RemovedGroup.ToString());
        writer.WriteNumber("deleteAfterDays", rules.DeleteAfterDays);
        writer.WriteTime("deleteAfterDaysChangedAt", rules.DeleteAfterDaysChangedAt);
        writer.WriteString("unknownMember", rules.UnknownMember.ToString());
        writer.WriteString("emailSource", rules.EmailSource.ToString());
        writer.WriteString("guestUser", rules.GuestUser.ToString());
        writer.WriteNumber("maxRemovalPercent", rules.MaxRemovalPercent);
        writer.WriteNumber("maxRemovalCount", rules.MaxRemovalCount);
        writer.WriteNumber("fullSyncHours", rules.FullSyncHours);
        writer.WriteEndObject();
    }

    private static SyncRules ReadRules(JsonElement rules)
    {
        var standard = SyncRules.Default;
        return new SyncRules
        {
            NewUser = rules.FindName("newUser", standard.NewUser),
            DeletedUser = rules.FindName("deletedUser", standard.DeletedUser),
            DisabledUser = rules.FindName("disabledUser", standard.DisabledUser),
            RemovedUser = rules.FindName("removedUser", standard.RemovedUser),
            ExistingAccount = rules.FindName("existingAccount", standard.ExistingAccount),
            RemovedGroup = rules.FindName("removedGroup", standard.RemovedGroup),
            DeleteAfterDays = rules.FindNumber("deleteAfterDays") ?? standard.DeleteAfterDays,
            DeleteAfterDaysChangedAt = rules.FindTime("deleteAfterDaysChangedAt"),
            UnknownMember = rules.FindName("unknownMember", standard.UnknownMember),
            EmailSource = rules.FindName("emailSource", standard.EmailSource),
            GuestUser = rules.FindName("guestUser", standard.GuestUser),
            MaxRemovalPercent = rules.FindNumber("maxRemovalPercent") ?? standard.MaxRemovalPercent,
            MaxRemovalCount = rules.FindNumber("maxRemovalCount") ?? standard.MaxRemovalCount,
            FullSyncHours = rules.FindNumber("fullSyncHours") ?? standard.FullSyncHours,
        };
    }

    private static void WriteGroup(Utf8JsonWriter writer, string? property, GroupReference group)
    {
        if (property is not null)
            writer.WritePropertyName(property);
        writer.WriteStartObject();
        writer.WriteString("id", group.Id);
        writer.WriteString("displayName", group.DisplayName);
        writer.WriteEndObject();
    }

    private static GroupReference ReadGroup(JsonElement element) => new(Required(element, "id"), Required(element, "displayName"));

    private static string Required(JsonElement element, string name) => element.GetProperty(name).Required();
}
