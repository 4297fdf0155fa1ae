using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using Microsoft.AspNetCore.WebUtilities;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>
/// Change tracking of <see cref="EntraDouble"/>. A link is accepted only if it is unchanged. The test defines the pages of a round.
/// </summary>
internal sealed class DeltaDouble
{
    // Escapes that a client could normalise by mistake.
    private const string Opaque = "RFNw%2B%2f%3D%2D%5f%7Ea.b_~";
    private readonly Uri graph;
    private readonly Func<string, string, string> violate;
    private readonly ConcurrentDictionary<string, Position> positions = new();
    private int issued;

    public DeltaDouble(Uri graph, Func<string, string, string> violate)
    {
        this.graph = graph;
        this.violate = violate;
    }

    /// <summary>The pages of a round of groups. Objects that a link does not track are left out.</summary>
    public List<JsonArray> GroupPages { get; set; } = [];

    /// <summary>The pages of a round of users.</summary>
    public List<JsonArray> UserPages { get; set; } = [];

    /// <summary>The number of empty pages before the first link.</summary>
    public int PagesBeforeLatest { get; set; }

    public static JsonObject Group(string id, string? displayName, params JsonObject[] members)
    {
        var group = new JsonObject { ["id"] = id };
        if (displayName is not null)
            group["displayName"] = displayName;
        if (members.Length > 0)
            group["members@delta"] = new JsonArray([.. members]);
        return group;
    }

    public static JsonObject Member(string id, string? type = "user", string? removed = null)
    {
        var member = new JsonObject { ["id"] = id };
        if (type is not null)
            member["@odata.type"] = "#microsoft.graph." + type;
        return removed is null ? member : Removed(member, removed);
    }

    public static JsonObject User(string id, string? removed = null) =>
        removed is null ? new JsonObject { ["id"] = id, ["displayName"] = id } : Removed(new JsonObject { ["id"] = id }, removed);

    public static JsonObject Removed(JsonObject item, string reason)
    {
        item["@removed"] = new JsonObject { ["reason"] = reason };
        return item;
    }

    public (int Status, JsonNode Body) Answer(string collection, string query)
    {
        var options = QueryHelpers.ParseQuery(query).ToDictionary(o => o.Key, o => o.Value.ToString());
        if (options.GetValueOrDefault("$deltatoken") == "latest")
            return (200, Page(new Position(collection, Filter(collection, options), true, 0)));
        if (!positions.TryGetValue("/" + collection + "/delta" + query, out var position))
            return (400, EntraDouble.Error(violate("Request_BadRequest", "a link that was not given: " + query)));
        return (200, Page(position));
    }

    private JsonObject Page(Position position)
    {
        var pages = position.IsLatest ? [.. Enumerable.Range(0, PagesBeforeLatest + 1).Select(_ => new JsonArray())] : position.Collection == "groups" ? GroupPages : UserPages;
        var items = position.Page < pages.Count ? pages[position.Page].Where(i => position.Tracks((string?)i!["id"])).Select(i => i!.DeepClone()) : [];
        var page = new JsonObject { ["@odata.context"] = graph + "/$metadata#" + position.Collection, ["value"] = new JsonArray([.. items]) };
        if (position.Page + 1 < pages.Count)
            page["@odata.nextLink"] = Link("$skiptoken", position with { Page = position.Page + 1 });
        else
            page["@odata.deltaLink"] = Link("$deltatoken", position with { Page = 0, IsLatest = false });
        return page;
    }

    private string Link(string option, Position position)
    {
        var link = "/" + position.Collection + "/delta?" + option + "=" + Opaque + Interlocked.Increment(ref issued).ToString(CultureInfo.InvariantCulture);
        positions[link] = position;
        return graph + link;
    }

    private HashSet<string>? Filter(string collection, Dictionary<string, string> options)
    {
        foreach (var option in options.Keys.Except(collection == "groups" ? ["$deltatoken", "$select", "$filter"] : ["$deltatoken", "$select"]))
            violate("query", option);
        var selected = options.GetValueOrDefault("$select", "").Split(',');
        if (collection == "users")
        {
            if (!selected.Contains("accountEnabled"))
                violate("query", "accountEnabled is not selected");
            return null;
        }

        if (!selected.Contains("members") || !selected.Contains("displayName"))
            violate("query", "members and displayName are not selected");
        var parts = options.GetValueOrDefault("$filter", "").Split(" or ");
        if (parts.Length > 50 || Array.Exists(parts, p => !p.StartsWith("id eq '", StringComparison.Ordinal) || !p.EndsWith('\'')))
            violate("filter", parts.Length + ": " + parts[0]);
        return new HashSet<string>(parts.Select(p => p["id eq '".Length..^1]), StringComparer.OrdinalIgnoreCase);
    }

    private sealed record Position(string Collection, HashSet<string>? Ids, bool IsLatest, int Page)
    {
        // A test uses an object without an ID, which the client must refuse.
        public bool Tracks(string? id) => Ids is null || id is null || Ids.Contains(id);
    }
}
