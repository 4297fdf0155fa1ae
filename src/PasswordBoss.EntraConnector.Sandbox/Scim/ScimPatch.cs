using System;
using System.Collections.Generic;
using System.Text.Json.Nodes;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>The changes that a PATCH makes to the members of a group; not used for resources without members.</summary>
internal interface IMemberPatch
{
    void Add(IReadOnlyList<string> accountIds);

    void Replace(IReadOnlyList<string> accountIds);

    /// <summary>Removes the matching members; returns their number.</summary>
    int Remove(ScimFilter filter);
}

/// <summary>
/// PATCH of RFC 7644 section 3.5.2, on the writable form of a resource (see <see cref="ScimDocument"/>). No change is kept unless every operation
/// succeeds: the caller applies it to a copy.
/// </summary>
internal sealed class ScimPatch
{
    private const string MessageSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    private readonly ScimResourceType type;
    private readonly JsonObject document;
    private readonly IMemberPatch? members;

    public ScimPatch(ScimResourceType type, JsonObject document, IMemberPatch? members)
    {
        this.type = type;
        this.document = document;
        this.members = members;
    }

    public void Apply(JsonObject message)
    {
        JsonArray? operations = null;
        var hasSchema = false;
        foreach (var property in message)
        {
            if (string.Equals(property.Key, "schemas", StringComparison.OrdinalIgnoreCase))
                hasSchema = ScimDocument.ReadSchemas(property.Value).Contains(MessageSchema);
            else if (string.Equals(property.Key, "Operations", StringComparison.OrdinalIgnoreCase))
                operations = property.Value as JsonArray;
            else
                throw ScimException.InvalidSyntax("A PATCH message has no '" + property.Key + "'.");
        }

        if (!hasSchema)
            throw ScimException.InvalidSyntax("The schemas of a PATCH message are [\"" + MessageSchema + "\"].");
        if (operations is null || operations.Count == 0)
            throw ScimException.InvalidSyntax("A PATCH message has at least one operation.");
        foreach (var operation in operations)
            ApplyOne(operation as JsonObject ?? throw ScimException.InvalidSyntax("An operation is an object."));
    }

    private void ApplyOne(JsonObject operation)
    {
        string? op = null;
        string? path = null;
        JsonNode? value = null;
        var hasValue = false;
        foreach (var property in operation)
        {
            switch (property.Key)
            {
                case "op":
                    op = ScimDocument.AsText(property.Value) ?? throw ScimException.InvalidSyntax("'op' is a text.");
                    break;
                case "path":
                    path = ScimDocument.AsText(property.Value) ?? throw ScimException.InvalidSyntax("'path' is a text.");
                    break;
                case "value":
                    value = property.Value;
                    hasValue = true;
                    break;
                default:
                    throw ScimException.InvalidSyntax("An operation has no '" + property.Key + "'.");
            }
        }

        if (op is not ("add" or "replace" or "remove"))
            throw ScimException.InvalidSyntax("'op' is one of add, remove and replace.");
        if (op == "remove" && hasValue)
            throw ScimException.InvalidSyntax("A remove has no value: its path names what to remove.");
        if (op != "remove" && !hasValue)
            throw ScimException.InvalidSyntax("The value is missing.");
        if (path is null)
            ApplyToWhole(op, value);
        else
            ApplyToPath(op, path, value);
    }

    private void ApplyToWhole(string op, JsonNode? value)
    {
        if (op == "remove")
            throw ScimException.NoTarget("A remove needs a path.");
        if (value is not JsonObject attributes)
            throw ScimException.InvalidValue("Without a path the value is an object of attributes.");
        foreach (var attribute in attributes)
        {
            // "schemas" is allowed even here: it lists the schemas of the attributes.
            if (!string.Equals(attribute.Key, "schemas", StringComparison.OrdinalIgnoreCase))
                Set(op, ScimAttributePath.Find(attribute.Key, type) ?? throw ScimException.InvalidPath(attribute.Key), attribute.Value);
        }
    }

    private void ApplyToPath(string op, string path, JsonNode? value)
    {
        var open = path.IndexOf("[", StringComparison.Ordinal);
        if (open < 0)
        {
            var target = ScimAttributePath.Find(path, type) ?? throw ScimException.InvalidPath(path);
            if (op == "remove")
                Remove(target);
            else
                Set(op, target, value);
            return;
        }

        var close = path.LastIndexOf(']');
        var attribute = ScimAttributePath.Find(path.Substring(0, open), type);
        if (close < open || attribute?.Attribute is not { MultiValued: true } list || attribute.SubAttribute is not null)
            throw ScimException.InvalidPath(path);
        var rest = path.Substring(close + 1);
        if (rest.Length > 0 && (rest[0] != '.' || list.Find(rest.Substring(1)) is null))
            throw ScimException.InvalidPath(path);
        var filter = ScimFilter.Parse(
            path.Substring(open + 1, close - open - 1),
            name => list.Find(name) is ScimAttribute sub ? new ScimAttributePath(false, list, sub) : throw ScimException.InvalidPath(path));
        if (list.IsReadOnly || rest.Length > 0)
            throw ScimException.Mutability(path);
        if (op == "add")
            throw ScimException.InvalidPath(path);
        var added = op == "replace" ? ScimDocument.ReadMembers(value) : Array.Empty<string>();
        if (members!.Remove(filter) == 0)
            throw ScimException.NoTarget("No value fits '" + path + "'.");
        members.Add(added);
    }

    private void Set(string op, ScimAttributePath target, JsonNode? value)
    {
        if (target.Attribute is null)
        {
            if (value is not JsonObject extension)
                throw ScimException.InvalidValue("The value of an extension is an object.");
            foreach (var item in extension)
                Set(op, new ScimAttributePath(true, type.Extension!.Find(item.Key) ?? throw ScimException.InvalidPath(item.Key), null), item.Value);
            return;
        }

        if (target.Attribute.IsReadOnly || target.Leaf.IsReadOnly)
            throw ScimException.Mutability(target.Leaf.Name);
        if (target.Attribute.MultiValued)
        {
            if (target.SubAttribute is not null)
                throw ScimException.InvalidPath(target.Attribute.Name + "." + target.SubAttribute.Name);
            var given = ScimDocument.ReadMembers(value);
            if (op == "add")
                members!.Add(given);
            else
                members!.Replace(given);
            return;
        }

        // RFC 7643 section 2.5: null means that the attribute is not assigned.
        if (value is null)
        {
            Remove(target);
            return;
        }

        if (target.SubAttribute is null && target.Attribute.Type == "complex")
        {
            if (value is not JsonObject parts)
                throw ScimException.InvalidValue("The value of '" + target.Attribute.Name + "' is an object.");
            foreach (var part in parts)
                Set(op, target with { SubAttribute = target.Attribute.Find(part.Key) ?? throw ScimException.InvalidPath(target.Attribute.Name + "." + part.Key) }, part.Value);
            return;
        }

        ScimDocument.CheckType(target.Leaf, value);
        Parent(target)[target.Leaf.Name] = value.DeepClone();
    }

    private void Remove(ScimAttributePath target)
    {
        if (target.Attribute is null)
            throw ScimException.InvalidValue("The extension cannot be removed as a whole.");
        if (target.Attribute.IsReadOnly || target.Leaf.IsReadOnly || target.Leaf.Required || target.Leaf.Mutability == "immutable")
            throw ScimException.Mutability(target.Leaf.Name);
        // An account always has a state.
        if (target.Leaf.Name is "active" or "accountState")
            throw ScimException.InvalidValue("'" + target.Leaf.Name + "' cannot be without a value.");
        if (target.Attribute.MultiValued)
            members!.Replace(Array.Empty<string>());
        else
            Parent(target).Remove(target.Leaf.Name);
    }

    private JsonObject Parent(ScimAttributePath target)
    {
        var name = target.InExtension ? type.Extension!.Id : target.SubAttribute is not null ? target.Attribute!.Name : null;
        if (name is null)
            return document;
        if (document[name] is not JsonObject parent)
            document[name] = parent = new JsonObject();
        return parent;
    }
}
