using System;
using System.Collections.Generic;
using System.Text.Json;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>A group on the wire: the core Group of RFC 7643 section 4.2 and this project's extension.</summary>
internal static class GroupWire
{
    /// <summary>Reads a group; null when it lacks its id or its name.</summary>
    /// <param name="group">The resource.</param>
    /// <param name="extensionOffered">Whether <c>managedBy</c> can be expressed.</param>
    public static AccountGroup? Read(JsonElement group, bool extensionOffered)
    {
        if (ScimJson.Text(group, "id") is not { } id || ScimJson.Text(group, "displayName") is not { } displayName)
            return null;

        var members = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in ScimJson.Values(group, "members"))
        {
            var isGroup = string.Equals(ScimJson.Text(member, "type"), "Group", StringComparison.OrdinalIgnoreCase);
            if (!isGroup && ScimJson.Text(member, "value") is { } accountId && seen.Add(accountId))
                members.Add(accountId);
        }

        return new AccountGroup
        {
            Id = id,
            DisplayName = displayName,
            ExternalId = ScimJson.Text(group, "externalId"),
            ManagedBy = extensionOffered ? AccountWire.ReadManager(ScimJson.Find(group, ScimSchemas.GroupExtension) ?? default) : ManagedBy.Unspecified,
            MemberIds = members,
        };
    }

    /// <summary>Writes a new group, without members.</summary>
    /// <param name="displayName">The name.</param>
    /// <param name="externalId">The Entra object id.</param>
    /// <param name="extensionOffered">Whether the extension can be written.</param>
    public static byte[] Write(string displayName, string externalId, bool extensionOffered) => ScimChannel.Body(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("schemas");
        json.WriteStringValue(ScimSchemas.Group);
        if (extensionOffered)
            json.WriteStringValue(ScimSchemas.GroupExtension);
        json.WriteEndArray();
        json.WriteString("displayName", displayName);
        json.WriteString("externalId", externalId);
        if (extensionOffered)
        {
            json.WriteStartObject(ScimSchemas.GroupExtension);
            json.WriteString("managedBy", AccountWire.WordOf(ManagedBy.AzureAD));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });
}
