using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text.Json;
using PasswordBoss.EntraConnector.Sandbox.Http;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox.Graph;

/// <summary>
/// users/delta and groups/delta (https://learn.microsoft.com/graph/delta-query-overview, delta-query-users, delta-query-groups). A round reads the change log
/// between two positions. Changes that happen while a client reads its pages are in the next round; its pages may already show them.
/// </summary>
internal sealed class GraphDelta
{
    private const int ObjectsOnPage = 200;
    private const int MembersOnPage = 100;
    private const int MostFilteredObjects = 50;
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(7);
    private readonly EntraDirectory directory;
    private readonly GraphCaller caller;
    private readonly HashSet<string> createdOrDeletedGroups = new(StringComparer.Ordinal);
    private readonly SandboxRequest request;
    private readonly DateTimeOffset now;
    private readonly string contentType;

    public GraphDelta(EntraDirectory directory, GraphCaller caller, SandboxRequest request, DateTimeOffset now, string contentType)
    {
        this.directory = directory;
        this.caller = caller;
        this.request = request;
        this.now = now;
        this.contentType = contentType;
    }

    public SandboxResponse Answer(GraphType type)
    {
        var query = new GraphQuery(request, "$select", "$filter", "$skiptoken", "$deltatoken");
        var round = ReadRound(query, type);
        if (query["$deltatoken"] == "latest")
            return Page(round, type, writer => writer.WriteString("@odata.deltaLink", DeltaLink(round, type)), new List<Action<Utf8JsonWriter>>());
        return type == GraphType.User ? Users(round) : Groups(round);
    }

    private SandboxResponse Users(Round round)
    {
        var changes = round.IsInitial ? null : CollectChanges(round, GraphType.User);
        // Users in deleted items are in the first round too: "@removed can be returned in the initial delta query response".
        var ids = new SortedIds(changes?.Keys ?? directory.UserIds.All.Concat(directory.DeletedUsers.Select(user => user.Id)).Where(round.Covers));
        var items = new List<Action<Utf8JsonWriter>>();
        string? last = null;
        foreach (var id in ids.After(round.After))
        {
            if (items.Count == ObjectsOnPage)
                return Page(round, GraphType.User, writer => writer.WriteString("@odata.nextLink", NextLink(round, GraphType.User, last, null)), items);
            var changed = changes?[id];
            if (directory.FindUser(id) is EntraUser user)
            {
                items.Add(writer =>
                {
                    writer.WriteStartObject();
                    WriteProperties(writer, round, GraphType.User, user, changed);
                    writer.WriteEndObject();
                });
            }
            else
            {
                items.Add(writer => WriteRemoved(writer, id, directory.FindDeletedUser(id) is not null));
            }

            last = id;
        }

        return Page(round, GraphType.User, writer => writer.WriteString("@odata.deltaLink", DeltaLink(round, GraphType.User)), items);
    }

    private SandboxResponse Groups(Round round)
    {
        var changes = round.IsInitial ? null : CollectChanges(round, GraphType.Group);
        var ids = new SortedIds(changes?.Keys ?? directory.GroupIds.All.Where(round.Covers));
        var items = new List<Action<Utf8JsonWriter>>();
        var room = MembersOnPage;
        var last = round.After;
        var from = round.MemberAfter;
        // If the members of a group do not fit on a page, the next page repeats the group with its properties and the following members.
        foreach (var id in from is null ? ids.After(round.After) : ids.After(round.After).Where(id => string.CompareOrdinal(id, round.Unfinished) >= 0))
        {
            if (items.Count == ObjectsOnPage || room == 0)
                return Page(round, GraphType.Group, writer => writer.WriteString("@odata.nextLink", NextLink(round, GraphType.Group, last, null)), items);
            var changed = changes?[id];
            var group = directory.FindGroup(id);
            if (group is null)
            {
                items.Add(writer => WriteRemoved(writer, id, directory.FindDeletedGroup(id) is not null));
            }
            else
            {
                var after = id == round.Unfinished ? from : null;
                var members = MembersToReport(round, group, changed, after).Take(room + 1).ToList();
                var isWhole = members.Count <= room;
                if (!isWhole)
                    members.RemoveAt(room);
                room -= members.Count;
                items.Add(writer => WriteGroup(writer, round, group, changed, members));
                if (!isWhole)
                    return Page(round, GraphType.Group, writer => writer.WriteString("@odata.nextLink", NextLink(round, GraphType.Group, last, members[members.Count - 1], id)), items);
            }

            last = id;
        }

        return Page(round, GraphType.Group, writer => writer.WriteString("@odata.deltaLink", DeltaLink(round, GraphType.Group)), items);
    }

    private IEnumerable<string> MembersToReport(Round round, EntraGroup group, Changed? changed, string? after)
    {
        if (!round.TracksMembers || (group.HidesMembers && !caller.ReadsHiddenMembers))
            return Enumerable.Empty<string>();
        return changed is null || changed.Existence ? group.Members.After(after) : new SortedIds(changed.Members).After(after);
    }

    private void WriteGroup(Utf8JsonWriter writer, Round round, EntraGroup group, Changed? changed, List<string> members)
    {
        writer.WriteStartObject();
        WriteProperties(writer, round, GraphType.Group, group, changed);
        if (members.Count > 0)
        {
            writer.WriteStartArray("members@delta");
            foreach (var member in members)
            {
                writer.WriteStartObject();
                writer.WriteString("@odata.type", TypeOf(member).ODataType);
                writer.WriteString("id", member);
                if (!group.Members.Contains(member))
                {
                    // The reason is always "deleted", whatever the cause.
                    writer.WriteStartObject("@removed");
                    writer.WriteString("reason", "deleted");
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private GraphType TypeOf(string member)
    {
        if (directory.FindObject(member) is object found)
            return GraphType.Of(found);
        return createdOrDeletedGroups.Contains(member) ? GraphType.Group : GraphType.User;
    }

    /// <summary>
    /// Writes a changed property even if it is null. Leaves out an unchanged one if it is null, or if the client prefers a minimal response for an object that
    /// existed before.
    /// </summary>
    private void WriteProperties(Utf8JsonWriter writer, Round round, GraphType type, object found, Changed? changed)
    {
        writer.WriteString("id", (string)type.Find("id")!.Read(found)!);
        foreach (var property in type.Choose(round.Properties))
        {
            if (property.Name == "id")
                continue;
            var value = property.Read(found);
            var isChanged = changed is not null && changed.Properties.Contains(property.Name);
            if (!isChanged && (value is null || (changed is { Existence: false } && PrefersMinimum)))
                continue;
            writer.WritePropertyName(property.Name);
            GraphProperty.WriteValue(writer, value);
        }
    }

    private static void WriteRemoved(Utf8JsonWriter writer, string id, bool canBeRestored)
    {
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteStartObject("@removed");
        writer.WriteString("reason", canBeRestored ? "changed" : "deleted");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private Dictionary<string, Changed> CollectChanges(Round round, GraphType type)
    {
        var (existence, property) = type == GraphType.User
            ? (ChangeKind.UserExistence, ChangeKind.UserProperty)
            : (ChangeKind.GroupExistence, ChangeKind.GroupProperty);
        var tracked = new HashSet<string>(type.Choose(round.Properties).Select(p => p.Name), StringComparer.OrdinalIgnoreCase);
        var changes = new Dictionary<string, Changed>(StringComparer.Ordinal);
        foreach (var change in directory.Changes.Between(round.From, round.To))
        {
            if (change.Kind == ChangeKind.GroupExistence)
                createdOrDeletedGroups.Add(change.ObjectId);
            var isMember = type == GraphType.Group && change.Kind == ChangeKind.GroupMember && round.TracksMembers;
            var isProperty = change.Kind == property && tracked.Contains(change.Detail!);
            if ((change.Kind != existence && !isProperty && !isMember) || !round.Covers(change.ObjectId))
                continue;
            if (!changes.TryGetValue(change.ObjectId, out var changed))
                changes.Add(change.ObjectId, changed = new Changed());
            if (isMember)
                changed.Members.Add(change.Detail!);
            else if (isProperty)
                changed.Properties.Add(change.Detail!);
            else
                changed.Existence = true;
        }

        return changes;
    }

    private Round ReadRound(GraphQuery query, GraphType type)
    {
        var skip = query["$skiptoken"];
        var delta = query["$deltatoken"];
        if (skip is not null && (delta is not null || query.Select is not null || query["$filter"] is not null))
            throw GraphException.BadRequest("A $skiptoken carries all options; no other can be given with it.");
        if (skip is not null)
            return Resume(skip, type, isSkip: true);
        if (string.IsNullOrEmpty(delta) || delta == "latest")
        {
            var round = new Round { Type = type.Name, Select = CheckSelect(query, type), Filter = ReadFilter(query, type), To = directory.Changes.End, IsInitial = true };
            return round with { From = round.To };
        }

        if (query["$filter"] is not null)
            throw GraphException.BadRequest("A $deltatoken carries the filter; it cannot be given again.");
        var token = Resume(delta!, type, isSkip: false);
        // A request with a token may select other properties to track.
        return token with { Select = query.Select is null ? token.Select : CheckSelect(query, type), From = token.To, To = directory.Changes.End, IsInitial = false };
    }

    private Round Resume(string text, GraphType type, bool isSkip)
    {
        var token = GraphQuery.DecodeToken<Round>(text);
        if (token is null || token.Type != type.Name || token.IsSkip != isSkip)
            throw GraphException.BadRequest("Badly formed token.");
        if (now - DateTimeOffset.FromUnixTimeSeconds(token.Issued) > TokenLifetime)
            throw new GraphException(HttpStatusCode.BadRequest, "syncStateNotFound", "The sync state generation is not found.");
        var oldest = isSkip && !token.IsInitial ? token.From : token.To;
        if (oldest >= directory.Changes.Start && token.To <= directory.Changes.End)
            return token;
        throw new GraphException(HttpStatusCode.Gone, "resyncRequired", "Resync required. Any local state must be discarded and the synchronization restarted.")
        {
            Headers = { new KeyValuePair<string, string>("Location", Address(type) + "?$deltatoken=") },
        };
    }

    private static List<string>? CheckSelect(GraphQuery query, GraphType type)
    {
        if (query.Select is null)
            return null;
        var properties = query.Select.Where(name => !(type == GraphType.Group && IsMembers(name))).ToList();
        foreach (var name in properties)
        {
            if (type.Find(name) is null)
                throw new GraphException(HttpStatusCode.BadRequest, "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '" + name + "' on type 'microsoft.graph." + type.Name + "'.");
        }

        return query.Select.ToList();
    }

    /// <summary>Supports only <c>id eq '…' or id eq '…'</c> with at most 50 ids.</summary>
    private static List<string>? ReadFilter(GraphQuery query, GraphType type)
    {
        if (query["$filter"] is not string text)
            return null;
        var ids = GraphFilter.Parse(text, name => type.Find(name) is null ? null : string.Equals(name, "id", StringComparison.OrdinalIgnoreCase), int.MaxValue).Ids
            ?? throw GraphException.UnsupportedQuery("Only the comparison of ids is supported in the filter of a delta query.");
        if (ids.Count > MostFilteredObjects)
            throw GraphException.UnsupportedQuery("The filter of a delta query is limited to 50 objects.");
        return ids.Select(id => EntraDirectory.TryNormalizeId(id, out var normal) ? normal : throw GraphException.BadRequest("Invalid object identifier '" + id + "'.")).ToList();
    }

    private SandboxResponse Page(Round round, GraphType type, Action<Utf8JsonWriter> writeLink, List<Action<Utf8JsonWriter>> items)
    {
        var response = SandboxResponse.Json(HttpStatusCode.OK, contentType, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("@odata.context", request.BaseAddress + "/$metadata#" + type.Name + "s" + (round.Select is null ? "" : "(" + string.Join(",", round.Select) + ")"));
            writeLink(writer);
            writer.WriteStartArray("value");
            foreach (var item in items)
                item(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }).With("OData-Version", "4.0");
        return PrefersMinimum ? response.With("Preference-Applied", "return=minimal") : response;
    }

    private bool PrefersMinimum => request.Header("Prefer")?.IndexOf("return=minimal", StringComparison.OrdinalIgnoreCase) >= 0;

    private string Address(GraphType type) => request.BaseAddress + "/" + type.Name + "s/delta";

    private string DeltaLink(Round round, GraphType type) =>
        Address(type) + "?$deltatoken=" + GraphQuery.EncodeToken(round with { From = round.To, After = null, MemberAfter = null, Unfinished = null, IsInitial = false, IsSkip = false, Issued = now.ToUnixTimeSeconds() });

    private string NextLink(Round round, GraphType type, string? after, string? memberAfter, string? unfinished = null) =>
        Address(type) + "?$skiptoken=" + GraphQuery.EncodeToken(round with { After = after, MemberAfter = memberAfter, Unfinished = unfinished, IsSkip = true, Issued = now.ToUnixTimeSeconds() });

    private static bool IsMembers(string name) => string.Equals(name, "members", StringComparison.OrdinalIgnoreCase);

    /// <summary>The content of a token.</summary>
    private sealed record Round
    {
        public string Type { get; init; } = "";
        public List<string>? Select { get; init; }
        public List<string>? Filter { get; init; }
        public long From { get; init; }
        public long To { get; init; }
        public bool IsInitial { get; init; }
        public string? After { get; init; }
        public string? MemberAfter { get; init; }
        public string? Unfinished { get; init; }
        public bool IsSkip { get; init; }
        public long Issued { get; init; }

        public IReadOnlyList<string>? Properties => Select?.Where(name => !IsMembers(name)).ToList();

        // Without $select everything is tracked, including the members of groups.
        public bool TracksMembers => Select is null || Select.Any(IsMembers);

        public bool Covers(string id) => Filter is null || Filter.Contains(id);
    }

    private sealed class Changed
    {
        public bool Existence { get; set; }

        public HashSet<string> Properties { get; } = new(StringComparer.OrdinalIgnoreCase);

        public HashSet<string> Members { get; } = new(StringComparer.Ordinal);
    }
}
