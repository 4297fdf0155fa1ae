using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using PasswordBoss.EntraConnector.Sandbox.Http;

namespace PasswordBoss.EntraConnector.Sandbox.Graph;

/// <summary>
/// The query options of a request, parsed strictly: an option that the resource does not support is an error, even if the real service silently
/// ignores it (https://learn.microsoft.com/graph/query-parameters).
/// </summary>
internal sealed class GraphQuery
{
    public const int DefaultPage = 100;
    public const int LargestPage = 999;
    private static readonly string[] KnownOptions = { "select", "top", "filter", "count", "orderby", "expand", "search", "skip", "skiptoken", "deltatoken", "format" };
    private readonly Dictionary<string, string> options = new(StringComparer.Ordinal);

    /// <summary>Parses the options.</summary>
    /// <param name="request">The request.</param>
    /// <param name="supported">The supported options of the resource, with their dollar sign.</param>
    public GraphQuery(SandboxRequest request, params string[] supported)
    {
        foreach (var option in request.Query)
        {
            // Some resources accept options without "$"; "custom behaviour without it is not guaranteed", so here it is an error.
            if (KnownOptions.Contains(option.Key, StringComparer.OrdinalIgnoreCase))
                throw GraphException.BadRequest("The query option '" + option.Key + "' must be written '$" + option.Key + "'.");
            if (!option.Key.StartsWith("$", StringComparison.Ordinal))
                continue;
            var name = option.Key.ToLowerInvariant();
            if (!supported.Contains(name, StringComparer.Ordinal))
                throw GraphException.UnsupportedQuery("The query option '" + option.Key + "' is not supported for this resource.");
            if (options.ContainsKey(name))
                throw GraphException.BadRequest("Query option '" + option.Key + "' was specified more than once, but it must be specified at most once.");
            options.Add(name, option.Value);
        }

        Select = ReadSelect();
        Top = ReadTop();
        var isEventual = string.Equals(request.Header("ConsistencyLevel"), "eventual", StringComparison.OrdinalIgnoreCase);
        var count = this["$count"];
        if (count is not null && count != "true" && count != "false")
            throw GraphException.BadRequest("Invalid value '" + count + "' for $count query option found. Valid values are true or false.");
        IsEventual = isEventual;
        // Without the header, the service silently ignores $count=true.
        IsAdvanced = isEventual && count == "true";
    }

    public string? this[string name] => options.TryGetValue(name, out var value) ? value : null;

    public IReadOnlyList<string>? Select { get; }

    public int Top { get; }

    /// <summary>Whether this request has the header <c>ConsistencyLevel: eventual</c>; a next link does not include it.</summary>
    public bool IsEventual { get; }

    /// <summary>Whether this is an advanced query, with the header and <c>$count=true</c>.</summary>
    public bool IsAdvanced { get; }

    /// <summary>Checks <c>$select</c> against the types in a resource.</summary>
    public void CheckSelect(params GraphType[] types)
    {
        foreach (var name in Select ?? Array.Empty<string>())
        {
            if (!types.Any(type => type.Find(name) is not null))
                throw new GraphException(System.Net.HttpStatusCode.BadRequest, "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '" + name + "' on type 'microsoft.graph." + (types.Length == 1 ? types[0].Name : "directoryObject") + "'.");
        }
    }

    /// <summary>Parses <c>$filter</c>; null if there is none.</summary>
    public GraphFilter? ReadFilter(bool alwaysAdvanced, params GraphType[] types)
    {
        if (this["$filter"] is not string text)
            return null;
        var filter = GraphFilter.Parse(text, name =>
        {
            var properties = types.Select(type => type.Find(name)).Where(property => property is not null).ToList();
            return properties.Count == 0 ? null : properties.Any(property => property!.CanFilter);
        });
        if ((alwaysAdvanced || filter.NeedsAdvancedQuery) && !IsAdvanced)
            throw GraphException.UnsupportedQuery("Unsupported Query. The request needs the header 'ConsistencyLevel: eventual' and $count=true.");
        return filter;
    }

    /// <summary>Parses <c>$orderby</c>: one property and a direction; null if there is none.</summary>
    public (GraphProperty Property, bool Descending)? ReadOrder(params GraphType[] types)
    {
        if (this["$orderby"] is not string text)
            return null;
        var words = text.Trim().Split(' ');
        var property = words.Length is 1 or 2 && types.Length == 1 ? types[0].Find(words[0]) : null;
        if (property is null || !property.CanFilter || (words.Length == 2 && words[1] is not ("asc" or "desc")))
            throw GraphException.UnsupportedQuery("Sorting is not supported for the current query.");
        var isPlain = property.Name is "displayName" or "userPrincipalName" && this["$filter"] is null;
        if (!isPlain && !IsAdvanced)
            throw GraphException.UnsupportedQuery("Sorting is not supported for the current query without the header 'ConsistencyLevel: eventual' and $count=true.");
        return (property, words.Length == 2 && words[1] == "desc");
    }

    /// <summary>The link to the next page: the same path and options, with a token for the next position.</summary>
    public string NextLink(SandboxRequest request, string skipToken)
    {
        var link = new StringBuilder(request.BaseAddress);
        foreach (var segment in request.Segments)
            link.Append('/').Append(Uri.EscapeDataString(segment));
        var separator = '?';
        foreach (var option in options)
        {
            if (option.Key == "$skiptoken")
                continue;
            link.Append(separator).Append(option.Key).Append('=').Append(Uri.EscapeDataString(option.Value));
            separator = '&';
        }

        return link.Append(separator).Append("$skiptoken=").Append(skipToken).ToString();
    }

    public static string EncodeToken<T>(T content) => Base64Url.Encode(JsonSerializer.SerializeToUtf8Bytes(content));

    /// <summary>The content of a token; null if the sandbox did not issue it.</summary>
    public static T? DecodeToken<T>(string token)
        where T : class
    {
        try
        {
            return Base64Url.Decode(token) is byte[] bytes ? JsonSerializer.Deserialize<T>(bytes) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private List<string>? ReadSelect()
    {
        if (this["$select"] is not string text)
            return null;
        var names = text.Split(',').Select(name => name.Trim()).ToList();
        if (names.Any(name => name.Length == 0))
            throw new GraphException(System.Net.HttpStatusCode.BadRequest, "BadRequest", "Parsing OData Select and Expand failed: Syntax error: character ',' is not valid.");
        return names;
    }

    private int ReadTop()
    {
        if (this["$top"] is not string text)
            return DefaultPage;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var top))
            throw GraphException.BadRequest("Invalid value '" + text + "' for $top query option found. The $top query option requires a non-negative integer value.");
        if (top is < 1 or > LargestPage)
            throw GraphException.UnsupportedQuery("Invalid page size specified: '" + text + "'. Must be between 1 and 999 inclusive.");
        return top;
    }
}
