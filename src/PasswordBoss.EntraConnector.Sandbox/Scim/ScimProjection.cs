using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>
/// The attributes in a response: <c>attributes</c> or <c>excludedAttributes</c> (RFC 7644 section 3.9), which are mutually exclusive. <c>id</c> and
/// <c>schemas</c> are always included.
/// </summary>
internal sealed class ScimProjection
{
    private readonly IReadOnlyList<ScimAttributePath>? only;
    private readonly IReadOnlyList<ScimAttributePath> without;
    private readonly ScimResourceType type;

    public ScimProjection(ScimResourceType type, string? attributes, string? excludedAttributes)
    {
        if (attributes is not null && excludedAttributes is not null)
            throw ScimException.InvalidValue("'attributes' and 'excludedAttributes' cannot be used together.");
        this.type = type;
        only = attributes is null ? null : Read(attributes);
        without = excludedAttributes is null ? Array.Empty<ScimAttributePath>() : Read(excludedAttributes);
    }

    /// <summary>Whether <c>attributes</c> was requested; even a PATCH must then return a body.</summary>
    public bool IsExplicit => only is not null;

    /// <summary>Whether the response includes a top-level attribute of the core schema, so that an expensive one is built only when needed.</summary>
    public bool Wants(string attribute) =>
        (only is null || only.Any(path => !path.InExtension && path.Attribute?.Name == attribute))
        && !without.Any(path => !path.InExtension && path.Attribute?.Name == attribute && path.SubAttribute is null);

    public JsonObject Apply(JsonObject resource)
    {
        if (only is not null)
        {
            var chosen = new JsonObject { ["schemas"] = resource["schemas"]!.DeepClone(), ["id"] = resource["id"]!.DeepClone() };
            foreach (var path in only)
                CopyTo(chosen, resource, path);
            return chosen;
        }

        foreach (var path in without.Where(path => path.Attribute?.Name != "id"))
        {
            if (path.Attribute is null)
                resource.Remove(type.Extension!.Id);
            else if (Holder(resource, path) is JsonObject holder)
                holder.Remove(path.Leaf.Name);
        }

        return resource;
    }

    private JsonObject? Holder(JsonObject resource, ScimAttributePath path) =>
        path.InExtension ? resource[type.Extension!.Id] as JsonObject
        : path.SubAttribute is not null ? resource[path.Attribute!.Name] as JsonObject
        : resource;

    private void CopyTo(JsonObject chosen, JsonObject resource, ScimAttributePath path)
    {
        if (path.Attribute is null || (!path.InExtension && (path.SubAttribute is null || path.Attribute.MultiValued)))
        {
            var name = path.Attribute?.Name ?? type.Extension!.Id;
            if (resource[name] is JsonNode whole)
                chosen[name] = whole.DeepClone();
            return;
        }

        if (Holder(resource, path)?[path.Leaf.Name] is not JsonNode value)
            return;
        var parent = path.InExtension ? type.Extension!.Id : path.Attribute.Name;
        if (chosen[parent] is not JsonObject target)
            chosen[parent] = target = new JsonObject();
        target[path.Leaf.Name] = value.DeepClone();
    }

    private List<ScimAttributePath> Read(string list) => list
        .Split(',')
        .Select(name => name.Trim())
        .Where(name => name.Length > 0 && !string.Equals(name, "schemas", StringComparison.OrdinalIgnoreCase))
        .Select(name => ScimAttributePath.Find(name, type) ?? throw ScimException.InvalidPath(name))
        .ToList();
}
