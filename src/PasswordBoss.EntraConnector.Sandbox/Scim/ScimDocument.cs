using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>
/// The writable form of a resource: an object with only writable attributes, each with the name in its schema and a value of its type. Bodies
/// of POST and PUT are converted to it, and PATCH changes it.
/// </summary>
internal static class ScimDocument
{
    /// <summary>Parses a body as one JSON object.</summary>
    public static JsonObject Parse(byte[] body)
    {
        try
        {
            // A duplicate name would make the result ambiguous; JsonNode detects it on the first access.
            var json = JsonNode.Parse(body) as JsonObject ?? throw ScimException.InvalidSyntax("The body is not a JSON object.");
            _ = json.Count;
            return json;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw ScimException.InvalidSyntax("The body is not valid JSON.");
        }
    }

    /// <summary>Converts the body of a POST or PUT to the writable form. Read-only attributes are ignored (RFC 7644 sections 3.3 and 3.5.1).</summary>
    public static JsonObject Normalize(JsonObject body, ScimResourceType type)
    {
        var schemas = body.Where(p => string.Equals(p.Key, "schemas", StringComparison.OrdinalIgnoreCase)).Select(p => ReadSchemas(p.Value)).FirstOrDefault()
            ?? throw ScimException.InvalidSyntax("'schemas' is missing.");
        if (!schemas.Contains(type.Core.Id))
            throw ScimException.InvalidSyntax("'schemas' does not name " + type.Core.Id + ".");
        foreach (var schema in schemas)
        {
            if (schema != type.Core.Id && !type.IsExtension(schema))
                throw ScimException.InvalidSyntax("The schema " + schema + " is not known here.");
        }

        var document = new JsonObject();
        foreach (var property in body)
        {
            if (string.Equals(property.Key, "schemas", StringComparison.OrdinalIgnoreCase))
                continue;
            if (type.IsExtension(property.Key))
            {
                if (!schemas.Contains(type.Extension!.Id))
                    throw ScimException.InvalidSyntax("'schemas' does not name " + type.Extension.Id + ".");
                Copy(property.Value, type.Extension.Find, type.Extension.Id, document);
                continue;
            }

            var attribute = type.Find(property.Key) ?? throw ScimException.InvalidSyntax("The attribute '" + property.Key + "' is not known here.");
            CopyOne(attribute, property.Value, document);
        }

        return document;
    }

    public static HashSet<string> ReadSchemas(JsonNode? value)
    {
        if (value is not JsonArray list || list.Any(item => AsText(item) is null))
            throw ScimException.InvalidSyntax("'schemas' is a list of URNs.");
        return new HashSet<string>(list.Select(item => AsText(item)!), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Parses members, a list or a single one, to account ids.</summary>
    public static IReadOnlyList<string> ReadMembers(JsonNode? value)
    {
        var ids = new List<string>();
        foreach (var item in value is JsonArray list ? list.ToArray() : new[] { value })
        {
            if (item is not JsonObject member)
                throw ScimException.InvalidValue("A member is an object with a value.");
            string? id = null;
            foreach (var part in member)
            {
                var attribute = ScimSchema.Group.Find("members")!.Find(part.Key) ?? throw ScimException.InvalidSyntax("A member has no '" + part.Key + "'.");
                var text = AsText(part.Value) ?? throw ScimException.InvalidValue("'" + attribute.Name + "' of a member is a text.");
                if (attribute.Name == "value")
                    id = text;
                else if (attribute.Name == "type" && !string.Equals(text, "User", StringComparison.OrdinalIgnoreCase))
                    throw ScimException.InvalidValue("Members are users only.");
            }

            ids.Add(id ?? throw ScimException.InvalidValue("A member is an object with a value."));
        }

        return ids;
    }

    /// <summary>Refuses a value that does not have the attribute's type. A boolean must be a JSON boolean, never a string (RFC 7643 section 2.3.2).</summary>
    public static void CheckType(ScimAttribute attribute, JsonNode value)
    {
        var fits = attribute.Type == "boolean" ? value is JsonValue flag && flag.TryGetValue<bool>(out _) : AsText(value) is not null;
        if (!fits)
            throw ScimException.InvalidValue("'" + attribute.Name + "' is a " + attribute.Type + ".");
    }

    public static string? AsText(JsonNode? value) => value is JsonValue text && text.TryGetValue<string>(out var content) ? content : null;

    public static bool? AsFlag(JsonNode? value) => value is JsonValue flag && flag.TryGetValue<bool>(out var content) ? content : null;

    private static void Copy(JsonNode? value, Func<string, ScimAttribute?> find, string name, JsonObject document)
    {
        if (value is null)
            return;
        if (value is not JsonObject parts)
            throw ScimException.InvalidValue("'" + name + "' is an object.");
        var copy = new JsonObject();
        foreach (var part in parts)
            CopyOne(find(part.Key) ?? throw ScimException.InvalidSyntax("The attribute '" + part.Key + "' is not known here."), part.Value, copy);
        document[name] = copy;
    }

    private static void CopyOne(ScimAttribute attribute, JsonNode? value, JsonObject target)
    {
        if (attribute.IsReadOnly || value is null)
            return;
        if (target.ContainsKey(attribute.Name))
            throw ScimException.InvalidSyntax("'" + attribute.Name + "' comes twice.");
        if (attribute.MultiValued)
        {
            target[attribute.Name] = value.DeepClone();
        }
        else if (attribute.Type == "complex")
        {
            Copy(value, attribute.Find, attribute.Name, target);
        }
        else
        {
            CheckType(attribute, value);
            target[attribute.Name] = value.DeepClone();
        }
    }
}
