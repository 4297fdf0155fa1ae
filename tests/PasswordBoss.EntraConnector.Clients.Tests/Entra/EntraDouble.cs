using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>
/// A sign-in host and a Microsoft Graph on one loopback address, written from Microsoft's documentation and stricter than the service. Requests that
/// the documentation does not allow are refused and recorded in <see cref="Violations"/>.
/// </summary>
internal sealed partial class EntraDouble : IAsyncDisposable
{
    public const string Secret = "s3cret+/=&%$;'\"é~value";
    private const string Scope = "https://graph.microsoft.com/.default";

    private readonly ConcurrentQueue<string> violations = new();
    private readonly ConcurrentDictionary<string, bool> tokens = new();
    private readonly ConcurrentDictionary<string, bool> links = new();
    private readonly ConcurrentDictionary<string, int> innerTries = new();
    private int issued;

    private EntraDouble(LoopbackServer server)
    {
        Server = server;
        Delta = new DeltaDouble(Graph, Violate);
    }

    public LoopbackServer Server { get; }

    public Uri Graph => new(Server.Address, "v1.0");

    public IReadOnlyList<string> Violations => [.. violations];

    /// <summary>Groups by id: the properties of a group, without its members.</summary>
    public Dictionary<string, JsonObject> Groups { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Direct members by the id of the group.</summary>
    public Dictionary<string, List<JsonObject>> Members { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The users that <c>/users/{id}</c> returns.</summary>
    public Dictionary<string, JsonObject> Users { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The deleted items.</summary>
    public Dictionary<string, JsonObject> Deleted { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Change tracking.</summary>
    public DeltaDouble Delta { get; }

    public string[] Roles { get; set; } = ["GroupMember.Read.All", "User.Read.All"];

    public int TokenSeconds { get; set; } = 3599;

    /// <summary>The largest page size, even if a request contains a larger one.</summary>
    public int PageLimit { get; set; } = 999;

    /// <summary>Whether the list of users contains every user, whatever the filter.</summary>
    public bool IgnoresFilter { get; set; }

    /// <summary>Responds to a token request instead of the double; false leaves the request to the double.</summary>
    public Func<HttpContext, IReadOnlyDictionary<string, string>, Task<bool>>? OnSignIn { get; set; }

    /// <summary>Responds to a checked Graph request instead of the double; false leaves the request to the double.</summary>
    public Func<HttpContext, Task<bool>>? OnGraph { get; set; }

    /// <summary>Responds to a request in a batch, by method, address and number of earlier tries; null leaves the request to the double.</summary>
    public Func<string, string, int, JsonObject?>? OnInner { get; set; }

    /// <summary>Changes the response to a batch.</summary>
    public Action<JsonArray>? OnResponses { get; set; }

    /// <summary>Checks the client assertion of a token request; if null, only the secret is accepted.</summary>
    public Action<string>? OnAssertion { get; set; }

    public IReadOnlyList<RecordedRequest> GraphRequests => [.. Server.Requests.Where(r => r.Path.StartsWith("/v1.0/", StringComparison.Ordinal))];

    public IReadOnlyList<RecordedRequest> TokenRequests => [.. Server.Requests.Where(r => r.Path.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal))];

    public static async Task<EntraDouble> StartAsync()
    {
        EntraDouble? self = null;
        var server = await LoopbackServer.StartAsync(c => self!.AnswerAsync(c));
        return self = new EntraDouble(server);
    }

    public ConnectionSettings Connection => TestConnections.To(Server.Address, Graph, Server.Address);

    public GraphDirectoryReader Open(HttpTiming? timing = null, int mostObjects = GraphReadLimits.MostObjects) =>
        Open(Connection, new ConnectionSecrets { ClientSecret = Secret }, timing, mostObjects);

    public static GraphDirectoryReader Open(
        ConnectionSettings connection, ConnectionSecrets secrets, HttpTiming? timing = null, int mostObjects = GraphReadLimits.MostObjects, TokenCache? cache = null)
    {
        var tenant = EntraTenant.Of(connection);
        return new GraphDirectoryReader(EntraEndpoints.ToRead(tenant, timing: timing ?? TestConnections.Fast), tenant, secrets, cache ?? new TokenCache(), mostObjects);
    }

    /// <summary>Revokes all tokens that were issued so far.</summary>
    public void RevokeTokens() => tokens.Clear();

    public string AddGroup(string name, params JsonObject[] members)
    {
        var id = Guid.NewGuid().ToString();
        Groups[id] = new JsonObject
        {
            ["id"] = id,
            ["displayName"] = name,
            ["groupTypes"] = new JsonArray(),
            ["mailEnabled"] = false,
            ["securityEnabled"] = true,
            ["visibility"] = null,
            ["membershipRuleProcessingState"] = null,
        };
        Members[id] = [.. members];
        return id;
    }

    public JsonObject AddUser(string name, bool? enabled = true, string userType = "Member")
    {
        var id = Guid.NewGuid().ToString();
        return Users[id] = new JsonObject
        {
            ["@odata.type"] = "#microsoft.graph.user",
            ["id"] = id,
            ["displayName"] = name,
            ["givenName"] = name,
            ["surname"] = "Probe",
            ["mail"] = name + "@contoso.example",
            ["userPrincipalName"] = name + "@contoso.example",
            ["accountEnabled"] = enabled,
            ["userType"] = userType,
        };
    }

    public static JsonObject Other(string type) => new() { ["@odata.type"] = "#microsoft.graph." + type, ["id"] = Guid.NewGuid().ToString(), ["displayName"] = "a " + type };

    public static JsonObject Unreadable(string id) => new()
    {
        ["@odata.type"] = "#microsoft.graph.user",
        ["id"] = id,
        ["displayName"] = null,
        ["givenName"] = null,
        ["surname"] = null,
        ["mail"] = null,
        ["userPrincipalName"] = null,
        ["accountEnabled"] = null,
        ["userType"] = null,
    };

    public static JsonObject AsMember(string groupId) => new() { ["@odata.type"] = "#microsoft.graph.group", ["id"] = groupId, ["displayName"] = "inner" };

    public static JsonObject Error(string code, string message = "A message for people.") => new()
    {
        ["error"] = new JsonObject
        {
            ["code"] = code,
            ["message"] = message,
            ["innerError"] = new JsonObject { ["date"] = "2026-01-02T03:04:05", ["request-id"] = "11111111-2222-3333-4444-555555555555", ["client-request-id"] = "11111111-2222-3333-4444-555555555555" },
        },
    };

    public static async Task<bool> RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.Headers["request-id"] = "abc-123";
        await LoopbackServer.JsonAsync(context, Error(code).ToJsonString(), status);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Assert.Empty(violations);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal))
            await AnswerSignInAsync(context, path);
        else if (path.StartsWith("/v1.0/", StringComparison.Ordinal))
            await AnswerGraphAsync(context, path["/v1.0".Length..]);
        else
            await RefuseAsync(context, 404, Violate("NotFound", "unknown address " + path));
    }

    private async Task AnswerSignInAsync(HttpContext context, string path)
    {
        var form = (await context.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString());
        if (OnSignIn is { } instead && await instead(context, form))
            return;
        if (context.Request.Method != "POST" || path != $"/{Connection.TenantId}/oauth2/v2.0/token")
            Violate("sign-in", context.Request.Method + " " + path);
        if (form.GetValueOrDefault("grant_type") != "client_credentials" || form.GetValueOrDefault("scope") != Scope || form.GetValueOrDefault("client_id") != Connection.ClientId)
            Violate("sign-in", string.Join("&", form.Where(f => f.Key is "grant_type" or "scope" or "client_id")));
        if (form.TryGetValue("client_assertion", out var assertion) && OnAssertion is { } check)
            check(assertion);
        else if (form.GetValueOrDefault("client_secret") != Secret)
            Violate("sign-in", "wrong secret");
        var token = Token(Roles);
        tokens[token] = true;
        await LoopbackServer.JsonAsync(context, new JsonObject { ["token_type"] = "Bearer", ["expires_in"] = TokenSeconds, ["ext_expires_in"] = TokenSeconds, ["access_token"] = token }.ToJsonString());
    }

    private string Token(string[]? roles)
    {
        var claims = new JsonObject { ["aud"] = "https://graph.microsoft.com", ["tid"] = Connection.TenantId, ["appid"] = Connection.ClientId, ["uti"] = Interlocked.Increment(ref issued) };
        if (roles is { Length: > 0 })
            claims["roles"] = new JsonArray([.. roles.Select(r => (JsonNode)r)]);
        return string.Join('.', Part("{\"typ\":\"JWT\",\"alg\":\"RS256\"}"), Part(claims.ToJsonString()), Part("signature"));

        static string Part(string text) => Base64UrlTextEncoder.Encode(Encoding.UTF8.GetBytes(text));
    }

    private async Task AnswerGraphAsync(HttpContext context, string path)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.Length == 0)
            Violate("authorization", "missing on " + path);
        if (!authorization.StartsWith("Bearer ", StringComparison.Ordinal) || !tokens.ContainsKey(authorization["Bearer ".Length..]))
        {
            await RefuseAsync(context, 401, "InvalidAuthenticationToken");
            return;
        }

        if (OnGraph is { } instead && await instead(context))
            return;
        context.Response.Headers["request-id"] = Guid.NewGuid().ToString();
        if (path == "/$batch")
        {
            await AnswerBatchAsync(context);
            return;
        }

        var (status, body) = Dispatch(context.Request.Method, path, context.Request.QueryString.Value ?? "", context.Request.Headers["ConsistencyLevel"].ToString(), null);
        if (body is JsonValue count)
            await Plain(context, count.ToString());
        else
            await LoopbackServer.JsonAsync(context, body.ToJsonString(), status, "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8");
    }

    private static Task Plain(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(text);
    }

    private async Task AnswerBatchAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var requests = JsonNode.Parse(await reader.ReadToEndAsync())!["requests"]!.AsArray();
        if (context.Request.Method != "POST" || requests.Count is 0 or > 20)
            Violate("batch", requests.Count + " requests");
        if (requests.Select(r => ((string)r!["id"]!).ToUpperInvariant()).Distinct().Count() != requests.Count)
            Violate("batch", "ids are not unique");
        var responses = new JsonArray();
        // Responses can have any order.
        foreach (var request in requests.Reverse())
        {
            var method = (string)request!["method"]!;
            var url = (string)request["url"]!;
            if (request["headers"] is JsonObject headers && headers.Any(h => h.Key == "Authorization"))
                Violate("batch", "a token inside");
            if (request["body"] is not null && (string?)request["headers"]?["Content-Type"] != "application/json")
                Violate("batch", "a body without Content-Type");
            if (!url.StartsWith('/') || url.StartsWith("//", StringComparison.Ordinal) || url.StartsWith("/v1.0", StringComparison.Ordinal))
                Violate("batch", url);
            var tries = innerTries.AddOrUpdate(method + url, 1, (_, n) => n + 1) - 1;
            var answer = OnInner?.Invoke(method, url, tries);
            if (answer is null)
            {
                var parts = url.Split('?', 2);
                var (status, body) = Dispatch(method, parts[0], parts.Length == 2 ? "?" + parts[1] : "", "", request["body"]);
                answer = new JsonObject { ["status"] = status, ["headers"] = new JsonObject { ["Content-Type"] = "application/json" }, ["body"] = body };
            }

            answer["id"] = (string)request["id"]!;
            responses.Add(answer);
        }

        OnResponses?.Invoke(responses);
        await LoopbackServer.JsonAsync(context, new JsonObject { ["responses"] = responses }.ToJsonString());
    }

    private (int Status, JsonNode Body) Dispatch(string method, string path, string query, string consistency, JsonNode? body)
    {
        var options = QueryHelpers.ParseQuery(query).ToDictionary(o => o.Key, o => o.Value.ToString());
        if (query.Contains("%24select", StringComparison.Ordinal) || query.Contains("%24filter", StringComparison.Ordinal) || query.Contains("%24top", StringComparison.Ordinal))
            Violate("query", "an encoded dollar sign: " + query);
        if (options.ContainsKey("$skiptoken") && !path.EndsWith("/delta", StringComparison.Ordinal) && !links.ContainsKey(path + query))
            Violate("query", "a link that was not given: " + query);
        var segments = path.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        switch (method, segments)
        {
            case ("GET", ["groups"]):
                Allow(options, "$select", "$filter", "$top", "$skiptoken");
                return Page(path, options, Select(Groups.Values.Where(Filter(options.GetValueOrDefault("$filter"))), options));
            case ("GET", ["groups" or "users", "delta"]):
                if (consistency.Length > 0)
                    Violate("header", "ConsistencyLevel without need");
                return Delta.Answer(segments[0], query);
            case ("GET", ["groups", var id]):
                Allow(options, "$select");
                return Groups.TryGetValue(id, out var group) ? (200, Select([group], options).Single()) : NotFound(id);
            case ("GET", ["groups", var id, "members", "$count"]):
                Allow(options);
                if (consistency != "eventual")
                    return (400, Error(Violate("Request_BadRequest", "no ConsistencyLevel")));
                return Members.TryGetValue(id, out var counted) ? (200, JsonValue.Create(counted.Count)) : NotFound(id);
            case ("GET", ["groups", var id, "members" or "transitiveMembers"]):
                Allow(options, "$select", "$top", "$skiptoken");
                if (consistency.Length > 0)
                    Violate("header", "ConsistencyLevel without need");
                if (!Groups.ContainsKey(id))
                    return NotFound(id);
                return Page(path, options, Select(segments[2] == "members" ? Members[id] : Transitive(id), options));
            case ("GET", ["users"]):
                Allow(options, "$select", "$filter", "$skiptoken");
                return Page(path, options, Select(Users.Values.Where(IgnoresFilter ? static _ => true : FilterUsers(options.GetValueOrDefault("$filter", ""))), options));
            case ("GET", ["users", var id]):
                Allow(options, "$select");
                return Users.TryGetValue(id, out var user) ? (200, Select([user], options).Single()) : NotFound(id);
            case ("POST", ["users", var id, "checkMemberGroups"]):
                Allow(options);
                if (!Users.ContainsKey(id))
                    return NotFound(id);
                var asked = body!["groupIds"]!.AsArray().Select(g => (string)g!).ToList();
                if (asked.Count is 0 or > 20)
                    return (400, Error(Violate("Request_BadRequest", asked.Count + " groups")));
                return (200, new JsonObject { ["@odata.context"] = "…#Collection(Edm.String)", ["value"] = new JsonArray([.. asked.Where(g => Contains(g, id)).Select(g => (JsonNode)g)]) });
            case ("GET", ["directory", "deletedItems", var id]):
                Allow(options, "$select");
                return Deleted.TryGetValue(id, out var item) ? (200, Select([item], options).Single()) : NotFound(id);
            default:
                return (400, Error(Violate("BadRequest", method + " " + path)));
        }
    }

    private bool Contains(string groupId, string userId) =>
        Groups.ContainsKey(groupId) && Transitive(groupId).Any(m => string.Equals((string)m["id"]!, userId, StringComparison.OrdinalIgnoreCase));

    private List<JsonObject> Transitive(string groupId)
    {
        var found = new Dictionary<string, JsonObject>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<string>([groupId]);
        while (open.TryDequeue(out var id))
        {
            foreach (var member in Members.GetValueOrDefault(id) ?? [])
            {
                var memberId = (string)member["id"]!;
                if (found.TryAdd(memberId, member) && (string)member["@odata.type"]! == "#microsoft.graph.group")
                    open.Enqueue(memberId);
            }
        }

        return [.. found.Values];
    }

    private (int Status, JsonNode Body) Page(string path, Dictionary<string, string> options, IEnumerable<JsonObject> all)
    {
        var top = 100;
        if (options.TryGetValue("$top", out var text) && (!int.TryParse(text, CultureInfo.InvariantCulture, out top) || top is < 1 or > 999))
            return (400, Error(Violate("Request_UnsupportedQuery", "Invalid page size specified: '" + text + "'. Must be between 1 and 999 inclusive.")));
        top = Math.Min(top, PageLimit);
        var start = options.TryGetValue("$skiptoken", out var token) ? int.Parse(token["RFNw+/=".Length..], CultureInfo.InvariantCulture) : 0;
        var items = all.ToList();
        var page = new JsonObject { ["@odata.context"] = "…#directoryObjects", ["value"] = new JsonArray([.. items.Skip(start).Take(top)]) };
        if (start + top < items.Count)
            page["@odata.nextLink"] = Link(path, options, start + top);
        return (200, page);
    }

    /// <summary>A link to a later page, which is accepted only unchanged.</summary>
    public string Link(string path, IReadOnlyDictionary<string, string> options, int start)
    {
        var query = "?" + string.Join('&', options.Where(o => o.Key != "$skiptoken").Select(o => o.Key + "=" + Uri.EscapeDataString(o.Value)).Append("$skiptoken=RFNw%2B%2F%3D" + start.ToString(CultureInfo.InvariantCulture)));
        links[path + query] = true;
        return Graph.AbsoluteUri + path + query;
    }

    private static IEnumerable<JsonObject> Select(IEnumerable<JsonObject> objects, Dictionary<string, string> options)
    {
        var wanted = options.GetValueOrDefault("$select")?.Split(',') ?? [];
        return objects.Select(o => new JsonObject(o
            .Where(p => p.Key == "id" || p.Key.StartsWith('@') || wanted.Contains(p.Key))
            .Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))));
    }

    private Func<JsonObject, bool> Filter(string? filter)
    {
        if (filter is null)
            return static _ => true;
        const string Equal = "displayName eq '";
        const string Starts = "startsWith(displayName,'";
        if (filter.StartsWith(Equal, StringComparison.Ordinal) && filter.EndsWith('\''))
        {
            var name = Unquote(filter[Equal.Length..^1]);
            return g => string.Equals((string?)g["displayName"], name, StringComparison.OrdinalIgnoreCase);
        }

        if (filter.StartsWith(Starts, StringComparison.Ordinal) && filter.EndsWith("')", StringComparison.Ordinal))
        {
            var name = Unquote(filter[Starts.Length..^2]);
            return g => ((string?)g["displayName"])?.StartsWith(name, StringComparison.OrdinalIgnoreCase) == true;
        }

        Violate("filter", filter);
        return static _ => false;

        string Unquote(string text)
        {
            if (text.Replace("''", "", StringComparison.Ordinal).Contains('\'', StringComparison.Ordinal))
                Violate("filter", "an unescaped quote: " + filter);
            return text.Replace("''", "'", StringComparison.Ordinal);
        }
    }

    /// <summary>The two requests for a user by an address.</summary>
    private Func<JsonObject, bool> FilterUsers(string filter)
    {
        var parts = UserFilter().Match(filter);
        if (!parts.Success)
            Violate("filter", filter);
        var (name, mail) = (parts.Groups[1].Value.Replace("''", "'", StringComparison.Ordinal), parts.Groups[2].Value.Replace("''", "'", StringComparison.Ordinal));
        return u => string.Equals((string?)u["userPrincipalName"], name, StringComparison.OrdinalIgnoreCase) || string.Equals((string?)u["mail"], mail, StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex("^userPrincipalName eq '((?:[^']|'')*)' or mail eq '((?:[^']|'')*)'$")]
    private static partial Regex UserFilter();

    private void Allow(Dictionary<string, string> options, params string[] allowed)
    {
        foreach (var option in options.Keys.Except(allowed))
            Violate("query", option);
    }

    private static (int Status, JsonNode Body) NotFound(string id) =>
        (404, Error("Request_ResourceNotFound", $"Resource '{id}' does not exist or one of its queried reference-property objects are not present."));

    private string Violate(string code, string what)
    {
        violations.Enqueue(code + ": " + what);
        return code;
    }
}
