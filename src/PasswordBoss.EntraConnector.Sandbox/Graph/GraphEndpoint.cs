using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text.Json;
using PasswordBoss.EntraConnector.Sandbox.Http;
using PasswordBoss.EntraConnector.Sandbox.SignIn;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox.Graph;

/// <summary>
/// The parts of Microsoft Graph v1.0 that a reader of groups and members needs. It never writes, because the sandbox application has no write permission.
/// </summary>
internal sealed class GraphEndpoint
{
    public const string ErrorContentType = "application/json";
    private const string ContentType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

    // Properties from services other than the directory. They are returned for a single user, but not in a list
    // (https://learn.microsoft.com/graph/api/user-list).
    private static readonly string[] OneByOne = { "aboutMe", "birthday", "hireDate", "interests", "mailboxSettings", "mySite", "pastProjects", "preferredName", "responsibilities", "schools", "skills" };

    private static readonly string[] ListOptions = { "$select", "$top", "$filter", "$count", "$orderby", "$skiptoken" };
    private readonly SandboxState state;

    public GraphEndpoint(SandboxState state) => this.state = state;

    public SandboxResponse Answer(SandboxRequest request)
    {
        SandboxResponse response;
        try
        {
            var caller = Authenticate(request);
            response = state.Read(data => IsSegment(request, 0, "$batch") && request.Segments.Count == 1
                ? GraphBatch.Answer(request, inner => AnswerOne(data.Directory, caller, inner))
                : Dispatch(data.Directory, caller, request));
        }
        catch (GraphException e)
        {
            response = e.ToResponse(request, state.Now);
        }

        var id = Guid.NewGuid().ToString();
        return response.With("request-id", id).With("client-request-id", request.Header("client-request-id") ?? id);
    }

    private GraphCaller Authenticate(SandboxRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Header("Authorization");
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || header.Length == Scheme.Length)
            throw Unauthorized("Access token is empty.");
        var token = AccessToken.Read(header.Substring(Scheme.Length).Trim(), state.Now) ?? throw Unauthorized("CompactToken parsing failed with error code: 80049217");
        if (token.IsExpired)
            throw Unauthorized("Lifetime validation failed, the token is expired.");
        return new GraphCaller(token.Roles);
    }

    private static GraphException Unauthorized(string message) => new(HttpStatusCode.Unauthorized, "InvalidAuthenticationToken", message)
    {
        Headers =
        {
            new KeyValuePair<string, string>(
                "WWW-Authenticate",
                "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\""),
        },
    };

    /// <summary>Answers one request of a batch; an error becomes the response to this request only.</summary>
    private SandboxResponse AnswerOne(EntraDirectory directory, GraphCaller caller, SandboxRequest request)
    {
        try
        {
            return Dispatch(directory, caller, request);
        }
        catch (GraphException e)
        {
            return e.ToResponse(request, state.Now);
        }
    }

    private SandboxResponse Dispatch(EntraDirectory directory, GraphCaller caller, SandboxRequest request)
    {
        if (request.Segments.Count == 0)
            throw GraphException.NoSegment("");
        return request.Segments[0].ToUpperInvariant() switch
        {
            "GROUPS" => Groups(directory, caller, request),
            "USERS" => Users(directory, caller, request),
            "DIRECTORY" => DeletedItems(directory, caller, request),
            // These resources exist, but no permission in the sandbox gives access to them.
            "APPLICATIONS" or "DEVICES" or "ORGANIZATION" or "SERVICEPRINCIPALS" or "DIRECTORYOBJECTS" => throw GraphException.Denied(),
            _ => throw GraphException.NoSegment(request.Segments[0]),
        };
    }

    private SandboxResponse Groups(EntraDirectory directory, GraphCaller caller, SandboxRequest request)
    {
        RequireGet(request);
        if (!caller.ReadsGroups)
            throw GraphException.Denied();
        var segments = request.Segments;
        if (segments.Count == 1)
            return List(directory, caller, request, directory.GroupIds, "groups", null, GraphType.Group);
        if (segments.Count == 2 && IsSegment(request, 1, "$count"))
            return Count(directory, request, directory.GroupIds, null);
        if (segments.Count == 2 && IsDelta(segments[1]))
            return new GraphDelta(directory, caller, request, state.Now, ContentType).Answer(GraphType.Group);
        var group = FindGroup(directory, segments[1]);
        if (segments.Count == 2)
            return Entity(request, group, "groups");
        if (segments.Count == 3 && IsSegment(request, 2, "memberOf"))
            return List(directory, caller, request, directory.GroupsOf(group.Id), "directoryObjects", null, GraphType.Group);
        var isTransitive = IsSegment(request, 2, "transitiveMembers");
        if (!isTransitive && !IsSegment(request, 2, "members"))
            throw GraphException.NoSegment(segments[2]);

        var members = group.HidesMembers && !caller.ReadsHiddenMembers
            ? new SortedIds()
            : isTransitive ? directory.TransitiveMembersOf(group) : group.Members;
        var next = 3;
        GraphType? cast = null;
        if (segments.Count > next && GraphType.FromCast(segments[next]) is GraphType type)
        {
            cast = type;
            next++;
        }

        var types = cast is null ? new[] { GraphType.User, GraphType.Group, GraphType.Device } : new[] { cast };
        if (segments.Count == next)
            return List(directory, caller, request, members, "directoryObjects", cast, types);
        if (segments.Count == next + 1 && IsSegment(request, next, "$count"))
            return Count(directory, request, members, cast);
        throw GraphException.NoSegment(segments[next]);
    }

    private SandboxResponse Users(EntraDirectory directory, GraphCaller caller, SandboxRequest request)
    {
        var segments = request.Segments;
        if (segments.Count == 3 && (IsSegment(request, 2, "checkMemberGroups") || IsSegment(request, 2, "microsoft.graph.checkMemberGroups")))
            return CheckMemberGroups(directory, caller, request);
        RequireGet(request);
        if (!caller.ReadsUsers)
            throw GraphException.Denied();
        if (segments.Count == 1)
            return List(directory, caller, request, directory.UserIds, "users", null, GraphType.User);
        if (segments.Count == 2 && IsSegment(request, 1, "$count"))
            return Count(directory, request, directory.UserIds, null);
        if (segments.Count == 2 && IsDelta(segments[1]))
            return new GraphDelta(directory, caller, request, state.Now, ContentType).Answer(GraphType.User);
        if (segments.Count == 3 && IsSegment(request, 2, "memberOf"))
            return List(directory, caller, request, directory.GroupsOf(FindUser(directory, segments[1]).Id), "directoryObjects", null, GraphType.Group);
        if (segments.Count > 2)
            throw GraphException.NoSegment(segments[2]);
        return Entity(request, FindUser(directory, segments[1]), "users");
    }

    /// <summary>https://learn.microsoft.com/graph/api/directoryobject-checkmembergroups: transitive, at most 20 groups.</summary>
    private static SandboxResponse CheckMemberGroups(EntraDirectory directory, GraphCaller caller, SandboxRequest request)
    {
        if (request.Method != "POST")
            throw GraphException.WrongMethod();
        if (!caller.ReadsUsers || !caller.ReadsGroups)
            throw GraphException.Denied();
        _ = new GraphQuery(request);
        RequireJson(request);
        var asked = ReadGroupIds(request);
        var user = FindUser(directory, request.Segments[1]);
        var memberOf = directory.TransitiveGroupsOf(user.Id);
        return Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("@odata.context", request.BaseAddress + "/$metadata#Collection(Edm.String)");
            writer.WriteStartArray("value");
            foreach (var id in asked.Where(memberOf.Contains).Where(id => !directory.FindGroup(id)!.HidesMembers || caller.ReadsHiddenMembers))
                writer.WriteStringValue(id);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static HashSet<string> ReadGroupIds(SandboxRequest request)
    {
        try
        {
            using var body = JsonDocument.Parse(request.Body);
            if (body.RootElement.ValueKind != JsonValueKind.Object
                || !body.RootElement.TryGetProperty("groupIds", out var list)
                || list.ValueKind != JsonValueKind.Array
                || list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
                throw GraphException.BadRequest("Value cannot be null. Parameter name: groupIds");
            var ids = new HashSet<string>(StringComparer.Ordinal);
            foreach (var item in list.EnumerateArray())
            {
                if (!EntraDirectory.TryNormalizeId(item.GetString()!, out var id))
                    throw GraphException.BadRequest("Invalid GUID:" + item.GetString());
                ids.Add(id);
            }

            if (list.GetArrayLength() is 0 or > 20)
                throw GraphException.BadRequest("The number of group ids must be between 1 and 20.");
            return ids;
        }
        catch (JsonException)
        {
            throw new GraphException(HttpStatusCode.BadRequest, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.");
        }
    }

    /// <summary>https://learn.microsoft.com/graph/api/directory-deleteditems-list: a list requires a cast, one item does not.</summary>
    private static SandboxResponse DeletedItems(EntraDirectory directory, GraphCaller caller, SandboxRequest request)
    {
        RequireGet(request);
        var segments = request.Segments;
        if (segments.Count < 2 || !IsSegment(request, 1, "deletedItems"))
            throw GraphException.NoSegment(segments.Count < 2 ? segments[0] : segments[1]);
        if (segments.Count == 2)
            throw GraphException.BadRequest("The request needs an OData cast, such as microsoft.graph.user.");
        if (segments.Count == 3 && GraphType.FromCast(segments[2]) is GraphType type)
        {
            if (!(type == GraphType.Group ? caller.ReadsGroups : type == GraphType.User ? caller.ReadsUsers : caller.ReadsDevices))
                throw GraphException.Denied();
            var ids = type == GraphType.User
                ? directory.DeletedUsers.Select(user => user.Id)
                : type == GraphType.Group ? directory.DeletedGroups.Select(group => group.Id) : Enumerable.Empty<string>();
            return List(id => (object?)directory.FindDeletedUser(id) ?? directory.FindDeletedGroup(id), caller, request, new SortedIds(ids), type.Name + "s", null, false, type);
        }

        var wanted = segments.Count == 4 ? GraphType.FromCast(segments[3]) ?? throw GraphException.NoSegment(segments[3]) : null;
        if (segments.Count > 4)
            throw GraphException.NoSegment(segments[4]);
        if (!EntraDirectory.TryNormalizeId(segments[2], out var deleted))
            throw GraphException.BadRequest("Invalid object identifier '" + segments[2] + "'.");
        var found = (object?)directory.FindDeletedUser(deleted) ?? directory.FindDeletedGroup(deleted);
        if (found is null || (wanted is not null && GraphType.Of(found) != wanted))
            throw GraphException.NotFound(segments[2]);
        if (!caller.Reads(found))
            throw GraphException.Denied();
        return Entity(request, found, wanted is null ? "directoryObjects" : wanted.Name + "s");
    }

    private static SandboxResponse Entity(SandboxRequest request, object found, string set)
    {
        var query = new GraphQuery(request, "$select");
        var type = GraphType.Of(found);
        query.CheckSelect(type);
        return Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("@odata.context", Context(request, query, set) + "/$entity");
            if (set == "directoryObjects")
                writer.WriteString("@odata.type", type.ODataType);
            foreach (var property in type.Choose(query.Select))
            {
                writer.WritePropertyName(property.Name);
                GraphProperty.WriteValue(writer, property.Read(found));
            }

            writer.WriteEndObject();
        });
    }

    private static SandboxResponse List(EntraDirectory directory, GraphCaller caller, SandboxRequest request, SortedIds ids, string set, GraphType? cast, params GraphType[] types) =>
        List(directory.FindObject, caller, request, ids, set, cast, set == "directoryObjects", types);

    private static SandboxResponse List(
        Func<string, object?> find,
        GraphCaller caller,
        SandboxRequest request,
        SortedIds ids,
        string set,
        GraphType? cast,
        bool isMembers,
        params GraphType[] types)
    {
        var query = new GraphQuery(request, ListOptions);
        if (types.Length == 1 && types[0] == GraphType.User && query.Select?.FirstOrDefault(OneByOne.Contains) is string single)
            throw new GraphException(HttpStatusCode.NotImplemented, "NotImplemented", "The property '" + single + "' cannot be selected for a collection.");
        query.CheckSelect(types);
        if (cast is not null && !query.IsAdvanced)
            throw GraphException.UnsupportedQuery("The OData cast needs the header 'ConsistencyLevel: eventual' and $count=true.");
        var filter = query.ReadFilter(isMembers, types);
        var order = query.ReadOrder(types);
        var path = string.Join("/", request.Segments).ToUpperInvariant();
        var cursor = ReadCursor(query, path);

        bool Fits(object found) =>
            (cast is null || GraphType.Of(found) == cast)
            && (filter is null || filter.Matches(name => caller.Reads(found) ? GraphType.Of(found).Find(name)?.Read(found) : null));

        var candidates = order is null ? Candidates(ids, filter, cursor?.After) : Candidates(ids, filter, null);
        var matches = candidates.Select(find).Where(found => found is not null && Fits(found)).Select(found => found!);
        if (order is (GraphProperty key, bool descending))
            matches = Sorted(matches, key, descending, cursor);

        using var items = matches.GetEnumerator();
        return Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("@odata.context", Context(request, query, set));
            if (query.IsAdvanced && cursor is null)
                writer.WriteNumber("@odata.count", Candidates(ids, filter, null).Select(find).Count(found => found is not null && Fits(found)));
            // The service writes the next link before the items, so collect the items of the page first.
            var page = new List<object>();
            var more = items.MoveNext();
            for (; more && page.Count < query.Top; more = items.MoveNext())
                page.Add(items.Current);
            if (more)
            {
                var last = page[page.Count - 1];
                var lastKey = order?.Property.Read(last) as string;
                writer.WriteString("@odata.nextLink", query.NextLink(request, GraphQuery.EncodeToken(new PageCursor(path, IdOf(last), lastKey))));
            }

            writer.WriteStartArray("value");
            foreach (var item in page)
                WriteItem(writer, item, query.Select, isMembers, caller.Reads(item));
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static void WriteItem(Utf8JsonWriter writer, object item, IReadOnlyList<string>? select, bool isMember, bool isReadable)
    {
        var type = GraphType.Of(item);
        writer.WriteStartObject();
        if (isMember)
            writer.WriteString("@odata.type", type.ODataType);
        foreach (var property in type.Choose(select))
        {
            writer.WritePropertyName(property.Name);
            GraphProperty.WriteValue(writer, isReadable || property.Name == "id" ? property.Read(item) : null);
        }

        writer.WriteEndObject();
    }

    /// <summary>https://learn.microsoft.com/graph/aad-advanced-queries: returns a plain number, and requires the header.</summary>
    private static SandboxResponse Count(EntraDirectory directory, SandboxRequest request, SortedIds ids, GraphType? cast)
    {
        var query = new GraphQuery(request);
        if (!query.IsEventual)
            throw GraphException.BadRequest("$count is not currently supported.");
        var count = cast is null
            ? directory.CountLiving(ids)
            : ids.All.Select(directory.FindObject).Count(found => found is not null && GraphType.Of(found) == cast);
        return SandboxResponse.Text(HttpStatusCode.OK, "text/plain", count.ToString(CultureInfo.InvariantCulture));
    }

    private static IEnumerable<string> Candidates(SortedIds ids, GraphFilter? filter, string? after)
    {
        if (filter?.Ids is null)
            return ids.After(after);
        var asked = new List<string>();
        foreach (var text in filter.Ids)
        {
            if (EntraDirectory.TryNormalizeId(text, out var id) && ids.Contains(id))
                asked.Add(id);
        }

        return new SortedIds(asked).After(after);
    }

    private static IEnumerable<object> Sorted(IEnumerable<object> matches, GraphProperty key, bool descending, PageCursor? cursor)
    {
        int Compare(string? leftKey, string leftId, string? rightKey, string rightId)
        {
            var order = StringComparer.OrdinalIgnoreCase.Compare(leftKey, rightKey);
            order = order != 0 ? order : StringComparer.Ordinal.Compare(leftId, rightId);
            return descending ? -order : order;
        }

        var sorted = matches.ToList();
        sorted.Sort((left, right) => Compare(key.Read(left) as string, IdOf(left), key.Read(right) as string, IdOf(right)));
        return cursor is null ? sorted : sorted.SkipWhile(item => Compare(key.Read(item) as string, IdOf(item), cursor.Key, cursor.After) <= 0);
    }

    private static PageCursor? ReadCursor(GraphQuery query, string path)
    {
        if (query["$skiptoken"] is not string token)
            return null;
        var cursor = GraphQuery.DecodeToken<PageCursor>(token);
        return cursor?.After is not null && cursor.Path == path ? cursor : throw GraphException.BadRequest("Invalid or expired skip token.");
    }

    private static string IdOf(object found) => found switch
    {
        EntraUser user => user.Id,
        EntraGroup group => group.Id,
        _ => ((EntraDevice)found).Id,
    };

    private static EntraUser FindUser(EntraDirectory directory, string idOrName)
    {
        var user = EntraDirectory.TryNormalizeId(idOrName, out var id) ? directory.FindUser(id) : directory.FindUserByPrincipalName(idOrName);
        return user ?? throw GraphException.NotFound(idOrName);
    }

    private static EntraGroup FindGroup(EntraDirectory directory, string text)
    {
        if (!EntraDirectory.TryNormalizeId(text, out var id))
            throw GraphException.BadRequest("Invalid object identifier '" + text + "'.");
        return directory.FindGroup(id) ?? throw GraphException.NotFound(text);
    }

    private static string Context(SandboxRequest request, GraphQuery query, string set) =>
        request.BaseAddress + "/$metadata#" + set + (query.Select is null ? "" : "(" + string.Join(",", query.Select) + ")");

    private static bool IsDelta(string segment) =>
        segment.ToUpperInvariant() is "DELTA" or "DELTA()" or "MICROSOFT.GRAPH.DELTA" or "MICROSOFT.GRAPH.DELTA()";

    private static bool IsSegment(SandboxRequest request, int index, string name) =>
        request.Segments.Count > index && string.Equals(request.Segments[index], name, StringComparison.OrdinalIgnoreCase);

    private static void RequireGet(SandboxRequest request)
    {
        if (request.Method == "GET")
            return;
        // For a write, the missing permission is reported before the wrong method.
        throw request.Method is "POST" or "PATCH" or "PUT" or "DELETE" ? GraphException.Denied() : GraphException.WrongMethod();
    }

    private static void RequireJson(SandboxRequest request)
    {
        if (request.MediaType != "application/json")
            throw new GraphException(HttpStatusCode.UnsupportedMediaType, "Request_BadRequest", "The content type '" + request.MediaType + "' is not supported. Send application/json.");
    }

    private static SandboxResponse Json(Action<Utf8JsonWriter> write) => SandboxResponse.Json(HttpStatusCode.OK, ContentType, write).With("OData-Version", "4.0");

    /// <summary>The end of a page.</summary>
    private sealed record PageCursor(string Path, string After, string? Key);
}
