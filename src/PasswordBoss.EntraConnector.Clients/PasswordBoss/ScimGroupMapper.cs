using System;
using System.Collections.Generic;
using System.Text.Json;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>A group in SCIM's JSON: the core Group of RFC 7643 section 4.2 and this project's extension.</summary>
internal static class ScimGroupMapper
{
    /// <summary>Reads a group; null if its id or name is missing.</summary>
    /// <remarks>
    /// A member is an object with <c>value</c> (RFC 7643 section 4.2). Some servers write only the id, as a string or a number, and others write only <c>$ref</c>.
    /// </remarks>
    /// <param name="group">The resource, without its members.</param>
    /// <param name="memberIds">The account ids of its members.</param>
    /// <param name="extensionOffered">Whether the server offers the extension, which contains <c>managedBy</c>.</param>
    public static AccountGroup? Read(JsonElement group, IReadOnlyList<string> memberIds, bool extensionOffered)
    {
        if (ScimJson.Id(group, "id") is not { } id || ScimJson.Text(group, "displayName") is not { } displayName)
            return null;

        return new AccountGroup
        {
            Id = id,
            DisplayName = displayName,
            ExternalId = ScimJson.TextOrNumber(group, "externalId"),
            ManagedBy = extensionOffered ? ScimUserMapper.ReadManager(ScimJson.Find(group, ScimSchemas.GroupExtension) ?? default) : ManagedBy.Unspecified,
            MemberIds = memberIds,
        };
    }

    /// <summary>The account id of a member; null for a group, and for a member without an account id.</summary>
    /// <param name="member">An element of <c>members</c>.</param>
    public static string? AccountOf(JsonElement member)
    {
        if (member.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            return ScimJson.IdOf(member);
        var type = ScimJson.Text(member, "type");
        var id = ScimJson.Id(member, "value");
        if (ScimJson.SameWord(type, "Group"))
            return null;
        var isUser = ScimJson.SameWord(type, "User");
        if (isUser && id is not null)
            return id;
        var (collection, referred) = Referred(ScimJson.Text(member, "$ref"));
        if (!isUser && ScimJson.SameWord(collection, "Groups"))
            return null;
        return id ?? (ScimJson.SameWord(collection, "Users") ? referred : null);
    }

    // The last two segments of the path. A reference may be relative (RFC 7643 section 2.3.7), and a server behind a proxy may write its internal host name, so
    // the part before them is ignored.
    private static (string? Collection, string? Id) Referred(string? reference)
    {
        var segments = reference?.Split('?', '#')[0].Split('/') ?? [];
        return segments.Length > 1 && segments[segments.Length - 1].Length > 0
            ? (segments[segments.Length - 2], Uri.UnescapeDataString(segments[segments.Length - 1]))
            : default;
    }

    /// <summary>Writes a new group, without members.</summary>
    /// <param name="displayName">The name.</param>
    /// <param name="externalId">The Entra object id.</param>
    /// <param name="extensionOffered">Whether to write the extension.</param>
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
            json.WriteString("managedBy", ScimUserMapper.WordOf(ManagedBy.AzureAD));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    });
}
