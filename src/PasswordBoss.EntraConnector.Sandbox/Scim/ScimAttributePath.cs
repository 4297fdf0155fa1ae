using System;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>
/// A path to an attribute of a resource in attribute notation (RFC 7644 section 3.10): <c>userName</c>, <c>name.givenName</c>, or either with the URN of its
/// schema and a colon as prefix.
/// </summary>
/// <param name="InExtension">Whether the attribute belongs to the extension.</param>
/// <param name="Attribute">The attribute; null for the whole extension.</param>
/// <param name="SubAttribute">The sub-attribute, if the path has one.</param>
internal sealed record ScimAttributePath(bool InExtension, ScimAttribute? Attribute, ScimAttribute? SubAttribute)
{
    /// <summary>The attribute that contains the value.</summary>
    public ScimAttribute Leaf => SubAttribute ?? Attribute!;

    /// <summary>Parses a path; null if the resource type has no such attribute.</summary>
    /// <param name="text">The path, without a filter.</param>
    /// <param name="type">The resource type.</param>
    public static ScimAttributePath? Find(string text, ScimResourceType type)
    {
        if (!text.StartsWith("urn:", StringComparison.OrdinalIgnoreCase))
            return FindBelow(text, type.Find, false);
        if (type.Extension is ScimSchema extension)
        {
            if (type.IsExtension(text))
                return new ScimAttributePath(true, null, null);
            if (text.StartsWith(extension.Id + ":", StringComparison.OrdinalIgnoreCase))
                return FindBelow(text.Substring(extension.Id.Length + 1), extension.Find, true);
        }

        return text.StartsWith(type.Core.Id + ":", StringComparison.OrdinalIgnoreCase)
            ? FindBelow(text.Substring(type.Core.Id.Length + 1), type.Find, false)
            : null;
    }

    private static ScimAttributePath? FindBelow(string text, Func<string, ScimAttribute?> find, bool inExtension)
    {
        var dot = text.IndexOf(".", StringComparison.Ordinal);
        var attribute = find(dot < 0 ? text : text.Substring(0, dot));
        if (attribute is null)
            return null;
        if (dot < 0)
            return new ScimAttributePath(inExtension, attribute, null);
        var sub = attribute.Find(text.Substring(dot + 1));
        return sub is null ? null : new ScimAttributePath(inExtension, attribute, sub);
    }
}
