using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>
/// A SCIM server that stores accounts and groups, behind a <see cref="LoopbackServer"/>. A test sets its behaviour, or responds to single requests itself.
/// </summary>
internal sealed partial class ScimServer : IAsyncDisposable
{
    public const string Token = "t0ken-of.the~connector";
    public const string UserSchema = "urn:ietf:params:scim:schemas:core:2.0:User";
    public const string GroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";
    public const string UserExtension = "urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User";
    public const string GroupExtension = "urn:ietf:params:scim:schemas:extension:passwordboss:2.0:Group";
    private const string Root = "/scim/v2";

    private readonly object gate = new();
    private int lastId;

    private ScimServer()
    {
    }

    public LoopbackServer Http { get; private set; } = null!;
    public Uri Address => new(Http.Address, "scim/v2");
    public List<JsonObject> Users { get; } = [];
    public List<JsonObject> Groups { get; } = [];
    public bool OffersExtension { get; set; } = true;
    public bool OffersGroups { get; set; } = true;
    public bool OffersPatch { get; set; } = true;
    public bool OffersFilter { get; set; } = true;

    /// <summary>Whether the server refuses filters in the path of a change, and removes members by their values.</summary>
    public bool RefusesMemberPaths { get; set; }

    /// <summary>Whether such a server empties the group, whatever the values.</summary>
    public bool EmptiesGroups { get; set; }

    /// <summary>The status of a change without <c>If-Match</c> if the server requires the header; each change is a new version.</summary>
    public int? RequiresVersion { get; set; }

    /// <summary>Whether the server returns the version in <c>meta.version</c> only, not as a header.</summary>
    public bool VersionOnlyInBody { get; set; }

    /// <summary>An attribute that the server does not support in filters.</summary>
    public string? UnfilteredAttribute { get; set; }

    /// <summary>The status that refuses such a filter.</summary>
    public int FilterRefusal { get; set; } = 400;
    public bool IgnoresFilter { get; set; }
    public bool BareResourceTypes { get; set; }
    public int MaxResults { get; set; } = 1000;

    /// <summary>The response of <c>/Schemas</c>; 404 if null.</summary>
    public JsonNode? Schemas { get; set; }

    /// <summary>Responds instead of the server if it returns true.</summary>
    public Func<HttpContext, Task<bool>> Intercept { get; set; } = _ => Task.FromResult(false);

    /// <summary>Runs after the server applied a request and before its response. Responds instead of the server if it returns true.</summary>
    public Func<HttpContext, Task<bool>> AfterWork { get; set; } = _ => Task.FromResult(false);

    /// <summary>The requests except discovery.</summary>
    public IReadOnlyList<RecordedRequest> Calls =>
        [.. Http.Requests.Where(r => !r.Path.EndsWith("/ServiceProviderConfig", StringComparison.Ordinal) && !r.Path.EndsWith("/ResourceTypes", StringComparison.Ordinal) && !r.Path.EndsWith("/Schemas", StringComparison.Ordinal))];

    public static async Task<ScimServer> StartAsync(bool record = true)
    {
        var server = new ScimServer();
        server.Http = await LoopbackServer.StartAsync(server.AnswerAsync, record: record);
        return server;
    }

    public ValueTask DisposeAsync() => Http.DisposeAsync();

    public JsonObject AddUser(string userName, string? externalId = null, string? accountState = "active", string? managedBy = "AzureAD")
    {
        var user = new JsonObject
        {
            ["schemas"] = new JsonArray(UserSchema),
            ["id"] = "u" + ++lastId,
            ["userName"] = userName,
            ["externalId"] = externalId,
            ["name"] = new JsonObject { ["givenName"] = "Given", ["familyName"] = "Family" },
            ["displayName"] = "Given Family",
            ["active"] = accountState == "active",
        };
        if (OffersExtension)
            user[UserExtension] = new JsonObject { ["accountState"] = accountState, ["managedBy"] = managedBy };
        Users.Add(user);
        return user;
    }

    public JsonObject AddGroup(string displayName, string? externalId, params string[] memberIds)
    {
        var group = new JsonObject
        {
            ["schemas"] = new JsonArray(GroupSchema),
            ["id"] = "g" + ++lastId,
            ["displayName"] = displayName,
            ["externalId"] = externalId,
            ["members"] = new JsonArray([.. memberIds.Select(id => (JsonNode)new JsonObject { ["value"] = id })]),
        };
        if (OffersExtension)
            group[GroupExtension] = new JsonObject { ["managedBy"] = "AzureAD" };
        Groups.Add(group);
        return group;
    }

    public JsonObject User(string id) => Users.Single(u => (string)u["id"]! == id);

    public JsonObject Group(string id) => Groups.Single(g => (string)g["id"]! == id);

    public static string[] MembersOf(JsonObject group) => [.. ((JsonArray)group["members"]!).Select(m => (string)m!["value"]!)];

    public static Task ErrorAsync(HttpContext context, int status, string? scimType = null, string? detail = null)
    {
        var error = new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:Error"), ["status"] = status.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        if (scimType is not null)
            error["scimType"] = scimType;
        if (detail is not null)
            error["detail"] = detail;
        return ScimAsync(context, error, status);
    }

    public static Task ScimAsync(HttpContext context, JsonNode body, int status = 200) =>
        LoopbackServer.JsonAsync(context, body.ToJsonString(), status, "application/scim+json");

    private async Task AnswerAsync(HttpContext context)
    {
        if (await Intercept(context))
            return;
        if (context.Request.Headers.Authorization != "Bearer " + Token)
        {
            await ErrorAsync(context, 401, detail: "who is that?");
            return;
        }

        var path = context.Request.Path.Value!;
        if (!path.StartsWith(Root + "/", StringComparison.Ordinal))
        {
            await ErrorAsync(context, 404);
            return;
        }

        JsonObject? body = null;
        if (context.Request.Method is "POST" or "PATCH")
        {
            if (context.Request.ContentType != "application/scim+json")
            {
                await ErrorAsync(context, 415);
                return;
            }

            using var reader = new StreamReader(context.Request.Body);
            body = (JsonObject)JsonNode.Parse(await reader.ReadToEndAsync())!;
        }

        (int Status, JsonNode? Body) done;
        lock (gate)
            done = Do(context.Request, path[(Root.Length + 1)..].Split('/'), body);
        if (await AfterWork(context))
            return;
        if (RequiresVersion is not null && done.Body is JsonObject resource && resource.ContainsKey("id"))
        {
            var version = VersionOf(resource);
            if (VersionOnlyInBody)
                resource["meta"] = new JsonObject { ["version"] = version };
            else
                context.Response.Headers.ETag = version;
        }

        if (done.Body is null)
            context.Response.StatusCode = done.Status;
        else
            await ScimAsync(context, done.Body, done.Status);
    }

    private (int Status, JsonNode? Body) Do(HttpRequest request, string[] path, JsonObject? body)
    {
        switch (path[0])
        {
            case "ServiceProviderConfig":
                return (200, new JsonObject
                {
                    ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"),
                    ["patch"] = new JsonObject { ["supported"] = OffersPatch },
                    ["filter"] = new JsonObject { ["supported"] = OffersFilter, ["maxResults"] = MaxResults },
                });
            case "ResourceTypes":
                return (200, ResourceTypes());
            case "Schemas" when Schemas is { } schemas:
                return (200, schemas.DeepClone());
            case "Users":
                return OnCollection(request, path, body, Users, "userName");
            case "Groups" when OffersGroups:
                return OnCollection(request, path, body, Groups, "displayName");
            default:
                return Error(404);
        }
    }

    private JsonNode ResourceTypes()
    {
        var types = new JsonArray(ResourceType("User", UserSchema, UserExtension));
        if (OffersGroups)
            types.Add((JsonNode)ResourceType("Group", GroupSchema, GroupExtension));
        return BareResourceTypes ? types : ListOf(types, types.Count);
    }

    private JsonObject ResourceType(string name, string schema, string extension)
    {
        var type = new JsonObject { ["name"] = name, ["endpoint"] = "/" + name + "s", ["schema"] = schema };
        if (OffersExtension)
            type["schemaExtensions"] = new JsonArray(new JsonObject { ["schema"] = extension, ["required"] = false });
        return type;
    }

    private static JsonObject ListOf(JsonArray resources, int total) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:ListResponse"),
        ["totalResults"] = total,
        ["Resources"] = resources,
    };

    private (int Status, JsonNode? Body) OnCollection(HttpRequest request, string[] path, JsonObject? body, List<JsonObject> all, string unique)
    {
        if (path.Length == 1)
            return request.Method == "POST" ? Create(body!, all, unique) : List(request, all);

        var id = path[1];
        var item = all.Find(u => (string)u["id"]! == id);
        if (item is null)
            return Error(404);
        if (RequiresVersion is { } refusal && request.Method != "GET" && request.Headers.IfMatch != VersionOf(item))
            return Error(refusal);
        switch (request.Method)
        {
            case "GET":
                return (200, item.DeepClone());
            case "DELETE":
                all.Remove(item);
                return (204, null);
            default:
                var changed = (JsonObject)item.DeepClone();
                foreach (var operation in (JsonArray)body!["Operations"]!)
                {
                    if (Apply(changed, (JsonObject)operation!) is { } problem)
                        return problem;
                }

                all[all.IndexOf(item)] = changed;
                return (204, null);
        }
    }

    private (int Status, JsonNode? Body) Create(JsonObject body, List<JsonObject> all, string unique)
    {
        if (all.Exists(u => string.Equals((string)u[unique]!, (string)body[unique]!, StringComparison.OrdinalIgnoreCase)))
            return Error(409, "uniqueness");
        var item = (JsonObject)body.DeepClone();
        item["id"] = (all == Users ? "u" : "g") + ++lastId;
        if (all == Groups)
            item["members"] ??= new JsonArray();
        all.Add(item);
        return (201, item.DeepClone());
    }

    private (int Status, JsonNode? Body) List(HttpRequest request, List<JsonObject> all)
    {
        IEnumerable<JsonObject> found = all;
        if (request.Query.TryGetValue("filter", out var filter))
        {
            if (!OffersFilter)
                return Error(400, "invalidFilter");
            if (UnfilteredAttribute is { } refused && filter.ToString().StartsWith(refused + " ", StringComparison.Ordinal))
                return Error(FilterRefusal);
            var parts = FilterForm().Match(filter.ToString());
            if (!parts.Success)
                return Error(400, "invalidFilter");
            var value = (string)JsonNode.Parse(parts.Groups[2].Value)!;
            if (!IgnoresFilter)
                found = found.Where(u => string.Equals((string?)u[parts.Groups[1].Value], value, StringComparison.OrdinalIgnoreCase));
        }

        var start = int.Parse(request.Query["startIndex"].FirstOrDefault() ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        var count = Math.Min(MaxResults, int.Parse(request.Query["count"]!, System.Globalization.CultureInfo.InvariantCulture));
        var list = found.ToList();
        return (200, ListOf(new JsonArray([.. list.Skip(start - 1).Take(count).Select(u => u.DeepClone())]), list.Count));
    }

    private (int Status, JsonNode? Body)? Apply(JsonObject item, JsonObject operation)
    {
        var path = (string)operation["path"]!;
        switch ((string)operation["op"]!)
        {
            case "replace":
                var target = item;
                var name = path;
                var extension = path.LastIndexOf(':');
                if (extension > 0)
                {
                    name = path[(extension + 1)..];
                    target = (JsonObject)(item[path[..extension]] ??= new JsonObject())!;
                }
                else if (path.Split('.') is [var parent, var child])
                {
                    name = child;
                    target = (JsonObject)(item[parent] ??= new JsonObject())!;
                }

                target[name] = operation["value"]!.DeepClone();
                if (name == "accountState")
                    item["active"] = (string)operation["value"]! == "active";
                return null;
            case "add" when path == "members":
                var members = (JsonArray)(item["members"] ??= new JsonArray())!;
                foreach (var member in (JsonArray)operation["value"]!)
                {
                    if (!members.Any(m => (string)m!["value"]! == (string)member!["value"]!))
                        members.Add(member!.DeepClone());
                }

                return null;
            case "remove" when path == "members" && RefusesMemberPaths:
                var values = ((JsonArray)operation["value"]!).Select(m => (string)m!["value"]!).ToHashSet(StringComparer.Ordinal);
                item["members"] = new JsonArray([.. ((JsonArray)item["members"]!).Where(m => !EmptiesGroups && !values.Contains((string)m!["value"]!)).Select(m => m!.DeepClone())]);
                return null;
            case "remove" when RefusesMemberPaths:
                return Error(400, "invalidPath");
            case "remove" when MemberForm().Match(path) is { Success: true } match:
                var id = (string)JsonNode.Parse(match.Groups[1].Value)!;
                var list = (JsonArray)item["members"]!;
                var found = list.FirstOrDefault(m => (string)m!["value"]! == id);
                if (found is null)
                    return Error(400, "noTarget");
                list.Remove(found);
                return null;
            default:
                return Error(400, "invalidSyntax");
        }
    }

    private static string VersionOf(JsonObject resource) => "W/\"" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(resource.ToJsonString())))[..8] + "\"";

    private static (int Status, JsonNode? Body) Error(int status, string? scimType = null)
    {
        var error = new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:Error"), ["status"] = status.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        if (scimType is not null)
            error["scimType"] = scimType;
        return (status, error);
    }

    [GeneratedRegex("""^(\w+) eq ("(?:[^"\\]|\\.)*")$""")]
    private static partial Regex FilterForm();

    [GeneratedRegex("""^members\[value eq ("(?:[^"\\]|\\.)*")\]$""")]
    private static partial Regex MemberForm();
}
