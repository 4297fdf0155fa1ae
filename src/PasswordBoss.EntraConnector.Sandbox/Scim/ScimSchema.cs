using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>One attribute with its characteristics (RFC 7643 section 7).</summary>
internal sealed record ScimAttribute(string Name, string Type = "string")
{
    public bool MultiValued { get; init; }
    public string Description { get; init; } = "";
    public bool Required { get; init; }
    public bool CaseExact { get; init; }
    public string Mutability { get; init; } = "readWrite";
    public string Uniqueness { get; init; } = "none";
    public IReadOnlyList<string> CanonicalValues { get; init; } = Array.Empty<string>();
    public IReadOnlyList<ScimAttribute> SubAttributes { get; init; } = Array.Empty<ScimAttribute>();

    public bool IsReadOnly => Mutability == "readOnly";

    public ScimAttribute? Find(string name) => SubAttributes.FirstOrDefault(a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase));

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["name"] = Name,
            ["type"] = Type,
            ["multiValued"] = MultiValued,
            ["description"] = Description,
            ["required"] = Required,
            ["caseExact"] = CaseExact,
            ["mutability"] = Mutability,
            ["returned"] = "default",
            ["uniqueness"] = Uniqueness,
        };
        if (CanonicalValues.Count > 0)
            json["canonicalValues"] = new JsonArray(CanonicalValues.Select(v => (JsonNode)JsonValue.Create(v)!).ToArray());
        if (SubAttributes.Count > 0)
            json["subAttributes"] = new JsonArray(SubAttributes.Select(a => (JsonNode)a.ToJson()).ToArray());
        if (Type == "reference")
            json["referenceTypes"] = new JsonArray("User", "Group");
        return json;
    }
}

/// <summary>One schema, and the four schemas of the sandbox, which refuses all other attributes.</summary>
internal sealed record ScimSchema(string Id, string Name, string Description, IReadOnlyList<ScimAttribute> Attributes)
{
    public const string UserExtensionId = "urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User";
    public const string GroupExtensionId = "urn:ietf:params:scim:schemas:extension:passwordboss:2.0:Group";

    private static readonly string[] Managers = { "AzureAD", "ActiveDirectory", "PasswordBoss" };

    /// <summary>RFC 7643 section 3.1: the attributes of every resource, which are not part of a schema.</summary>
    public static readonly IReadOnlyList<ScimAttribute> Common = new ScimAttribute[]
    {
        new("id") { CaseExact = true, Mutability = "readOnly", Uniqueness = "server" },
        new("externalId") { CaseExact = true },
        new("meta", "complex") { Mutability = "readOnly" },
    };

    public static readonly ScimSchema User = new("urn:ietf:params:scim:schemas:core:2.0:User", "User", "User Account", new ScimAttribute[]
    {
        new("userName") { Description = "The e-mail address of the account; fixed for ever.", Required = true, Mutability = "immutable", Uniqueness = "server" },
        new("name", "complex")
        {
            Description = "The name of the person.",
            Required = true,
            SubAttributes = new ScimAttribute[]
            {
                new("formatted") { Description = "First and last name.", Mutability = "readOnly" },
                new("familyName") { Description = "Last name.", Required = true },
                new("givenName") { Description = "First name.", Required = true },
            },
        },
        new("displayName") { Description = "The name that is shown." },
        new("active", "boolean") { Description = "True only for an account that is in use." },
        new("emails", "complex")
        {
            Description = "The address of the account, always that of userName.",
            MultiValued = true,
            Mutability = "readOnly",
            SubAttributes = new ScimAttribute[]
            {
                new("value") { Mutability = "readOnly" },
                new("type") { Mutability = "readOnly", CanonicalValues = new[] { "work" } },
                new("primary", "boolean") { Mutability = "readOnly" },
            },
        },
        new("groups", "complex")
        {
            Description = "The groups that hold the account; changed through the groups.",
            MultiValued = true,
            Mutability = "readOnly",
            SubAttributes = new ScimAttribute[]
            {
                new("value") { Mutability = "readOnly", CaseExact = true },
                new("$ref", "reference") { Mutability = "readOnly", CaseExact = true },
                new("display") { Mutability = "readOnly" },
                new("type") { Mutability = "readOnly", CanonicalValues = new[] { "direct" } },
            },
        },
    });

    public static readonly ScimSchema Group = new("urn:ietf:params:scim:schemas:core:2.0:Group", "Group", "Group", new ScimAttribute[]
    {
        new("displayName") { Description = "The name of the group.", Required = true, Uniqueness = "server" },
        new("members", "complex")
        {
            Description = "The accounts in the group.",
            MultiValued = true,
            SubAttributes = new ScimAttribute[]
            {
                new("value") { Description = "The id of the account.", Mutability = "immutable", CaseExact = true },
                new("$ref", "reference") { Mutability = "immutable", CaseExact = true },
                new("display") { Mutability = "readOnly" },
                new("type") { Mutability = "immutable", CanonicalValues = new[] { "User" } },
            },
        },
    });

    public static readonly ScimSchema UserExtension = new(UserExtensionId, "Password Boss User", "What SCIM has no word for", new ScimAttribute[]
    {
        new("accountState") { Description = "The state of the account; authoritative over active.", CaseExact = true, CanonicalValues = new[] { "active", "pending", "disabled", "personal" } },
        new("managedBy") { Description = "Who manages the account.", CaseExact = true, CanonicalValues = Managers },
    });

    public static readonly ScimSchema GroupExtension = new(GroupExtensionId, "Password Boss Group", "What SCIM has no word for", new ScimAttribute[]
    {
        new("managedBy") { Description = "Who manages the group.", CaseExact = true, CanonicalValues = Managers },
    });

    public ScimAttribute? Find(string name) => Attributes.FirstOrDefault(a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase));

    public JsonObject ToJson(string location) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:Schema"),
        ["id"] = Id,
        ["name"] = Name,
        ["description"] = Description,
        ["attributes"] = new JsonArray(Attributes.Select(a => (JsonNode)a.ToJson()).ToArray()),
        ["meta"] = new JsonObject { ["resourceType"] = "Schema", ["location"] = location },
    };
}

/// <summary>A resource type with its schemas on this server.</summary>
internal sealed class ScimResourceType
{
    public ScimResourceType(ScimSchema core, ScimSchema? extension)
    {
        Core = core;
        Extension = extension;
    }

    public ScimSchema Core { get; }

    /// <summary>The extension of this project; null if the server does not support it.</summary>
    public ScimSchema? Extension { get; }

    public string Name => Core.Name;

    public string Endpoint => "/" + Core.Name + "s";

    public static ScimResourceType User(bool withExtension) => new(ScimSchema.User, withExtension ? ScimSchema.UserExtension : null);

    public static ScimResourceType Group(bool withExtension) => new(ScimSchema.Group, withExtension ? ScimSchema.GroupExtension : null);

    /// <summary>An attribute of the core schema, or one that every resource has.</summary>
    public ScimAttribute? Find(string name) =>
        Core.Find(name) ?? ScimSchema.Common.FirstOrDefault(a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase));

    public bool IsExtension(string urn) => Extension is not null && string.Equals(urn, Extension.Id, StringComparison.OrdinalIgnoreCase);

    public JsonObject ToJson(string location)
    {
        var json = new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:ResourceType"),
            ["id"] = Name,
            ["name"] = Name,
            ["endpoint"] = Endpoint,
            ["description"] = Core.Description,
            ["schema"] = Core.Id,
        };
        if (Extension is not null)
            json["schemaExtensions"] = new JsonArray(new JsonObject { ["schema"] = Extension.Id, ["required"] = false });
        json["meta"] = new JsonObject { ["resourceType"] = "ResourceType", ["location"] = location };
        return json;
    }
}
