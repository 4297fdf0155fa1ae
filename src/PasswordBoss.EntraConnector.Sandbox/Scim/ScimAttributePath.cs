using System;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>
/// An attribute of a resource, as attribute notation names it (RFC 7644 section 3.10): <c>userName</c>, <c>name.givenName</c>, or either with the URN of its
/// schema and a colon before it.
/// </summary>
/// <param name="InExtension">Whether the attribute belongs to the extension.</param>
/// <param name="Attribute">The attribute; null for the whole extension.</param>
/// <param name="SubAttribute">The sub-attribute, where one is named.</param>
internal sealed record ScimAttributePath(bool InExtension, ScimAttribute? Attribute, ScimAttribute? SubAttribute)
{
    /// <summary>The attribute that holds the value.</summary>
    public ScimAttribute Leaf => SubAttribute ?? Attribute!;

    /// <summary>Reads a path; null when it names nothing that the resource type has.</summary>
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
