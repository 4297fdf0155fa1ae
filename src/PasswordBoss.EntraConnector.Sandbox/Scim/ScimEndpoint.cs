using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text.Json.Nodes;
using PasswordBoss.EntraConnector.Sandbox.Http;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox.Scim;

/// <summary>The Password Boss side: SCIM 2.0 (RFC 7643, 7644) with the extension of this project.</summary>
internal sealed class ScimEndpoint
{
    public const string ContentType = "application/scim+json";
    public const int MostResults = 200;
    private const string ListSchema = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
    private static readonly string[] QueryOptions = { "filter", "startIndex", "count", "attributes", "excludedAttributes" };
    private readonly SandboxState state;

    public ScimEndpoint(SandboxState state) => this.state = state;

    public SandboxResponse Answer(SandboxRequest request)
    {
        try
        {
            if (Authenticate(request) is SandboxResponse refusal)
                return refusal;
            CheckAccept(request);
            var isRead = request.Method == "GET";
            return isRead ? state.Read(data => Dispatch(data.Company, request)) : state.Write(data => Dispatch(data.Company, request));
        }
        catch (ScimException e)
        {
            return e.ToResponse();
        }
    }

    /// <summary>RFC 6750 section 3: without a token the challenge contains no error, with a wrong token it contains the reason.</summary>
    private static SandboxResponse? Authenticate(SandboxRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Header("Authorization");
        var hasToken = header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
        if (hasToken && string.Equals(header!.Substring(Scheme.Length).Trim(), SandboxCredentials.PasswordBossToken, StringComparison.Ordinal))
            return null;
        return new ScimException(HttpStatusCode.Unauthorized, null, hasToken ? "The authentication token is not valid." : "An authentication token is required.")
            .ToResponse()
            .With("WWW-Authenticate", hasToken ? "Bearer realm=\"Password Boss\", error=\"invalid_token\"" : "Bearer realm=\"Password Boss\"");
    }

    private static void CheckAccept(SandboxRequest request)
    {
        var accepted = request.Header("Accept");
        if (accepted is null)
            return;
        var isAccepted = accepted.Split(',').Select(SandboxRequest.MediaTypeOf).Any(type => type is ContentType or "application/json" or "application/*" or "*/*");
        if (!isAccepted)
            throw new ScimException(HttpStatusCode.NotAcceptable, null, "The answers are " + ContentType + ".");
    }

    private SandboxResponse Dispatch(PasswordBossCompany company, SandboxRequest request)
    {
        var segments = request.Segments;
        var users = new UserResources(company, state.Now, request.BaseAddress);
        var groups = new GroupResources(company, state.Now, request.BaseAddress);
        switch (segments.Count == 0 ? "" : segments[0])
        {
            case "ServiceProviderConfig" when segments.Count == 1:
                RequireRead(request);
                return Json(HttpStatusCode.OK, Configuration(request));
            case "ResourceTypes":
                return Discovery(request, new[] { users.Type, groups.Type }.ToDictionary(type => type.Name, type => type.ToJson(request.BaseAddress + "/ResourceTypes/" + type.Name), StringComparer.Ordinal));
            case "Schemas":
                return Discovery(request, new[] { users.Type.Core, groups.Type.Core, users.Type.Extension, groups.Type.Extension }
                    .Where(schema => schema is not null)
                    .ToDictionary(schema => schema!.Id, schema => schema!.ToJson(request.BaseAddress + "/Schemas/" + schema.Id), StringComparer.OrdinalIgnoreCase));
            case "Users" when segments.Count <= 2:
                return Serve(
                    request,
                    users.Type,
                    users.Search,
                    (id, projection) => users.ToJson(users.Find(id), projection),
                    body => users.Create(body).Id,
                    (id, body) => users.Replace(id, body),
                    (id, body) => users.Patch(id, body),
                    users.Delete,
                    HttpStatusCode.OK);
            case "Groups" when segments.Count <= 2:
                return Serve(
                    request,
                    groups.Type,
                    groups.Search,
                    (id, projection) => groups.ToJson(groups.Find(id), projection),
                    body => groups.Create(body).Id,
                    (id, body) => groups.Replace(id, body),
                    (id, body) => groups.Patch(id, body),
                    groups.Delete,
                    HttpStatusCode.NoContent);
            case "Bulk" or "Me":
                throw new ScimException(HttpStatusCode.NotImplemented, null, "This operation is not offered.");
            default:
                throw new ScimException(HttpStatusCode.NotFound, null, "There is no such endpoint.");
        }
    }

    private static SandboxResponse Serve(
        SandboxRequest request,
        ScimResourceType type,
        Func<ScimFilter?, IReadOnlyList<string>> search,
        Func<string, ScimProjection, JsonObject> read,
        Func<JsonObject, string> create,
        Action<string, JsonObject> replace,
        Action<string, JsonObject> patch,
        Action<string> delete,
        HttpStatusCode patched)
    {
        var options = ReadOptions(request);
        var projection = new ScimProjection(type, Option(options, "attributes"), Option(options, "excludedAttributes"));
        if (request.Segments.Count == 1)
        {
            if (request.Method == "POST")
            {
                RequireNoListOptions(options);
                var made = create(ReadBody(request));
                return Json(HttpStatusCode.Created, read(made, projection)).With("Location", request.BaseAddress + type.Endpoint + "/" + made);
            }

            RequireMethod(request, "GET", "GET, POST");
            return List(options, type, search, id => read(id, projection));
        }

        var id = request.Segments[1];
        RequireNoListOptions(options);
        switch (request.Method)
        {
            case "GET":
                return Json(HttpStatusCode.OK, read(id, projection));
            case "PUT":
                replace(id, ReadBody(request));
                return Json(HttpStatusCode.OK, read(id, projection));
            case "PATCH":
                patch(id, ReadBody(request));
                // 204 is allowed only if no attributes were requested (RFC 7644 section 3.5.2).
                return patched == HttpStatusCode.NoContent && !projection.IsExplicit ? new SandboxResponse(patched) : Json(HttpStatusCode.OK, read(id, projection));
            case "DELETE":
                delete(id);
                return new SandboxResponse(HttpStatusCode.NoContent);
            default:
                throw new ScimException(HttpStatusCode.MethodNotAllowed, null, "A resource knows GET, PUT, PATCH and DELETE.");
        }
    }

    /// <summary>
    /// RFC 7644 section 3.4.2: pages by a 1-based index. A server may return fewer resources than requested; this one never returns more than
    /// <see cref="MostResults"/>.
    /// </summary>
    private static SandboxResponse List(Dictionary<string, string> options, ScimResourceType type, Func<ScimFilter?, IReadOnlyList<string>> search, Func<string, JsonObject> read)
    {
        var start = Math.Max(1, Number(options, "startIndex") ?? 1);
        var count = Math.Min(MostResults, Math.Max(0, Number(options, "count") ?? MostResults));
        ScimFilter? filter = null;
        if (Option(options, "filter") is string text)
            filter = ScimFilter.Parse(text, path => ResolveFilter(path, type));
        var ids = search(filter);
        var page = new JsonArray();
        for (var i = start - 1; i < ids.Count && page.Count < count; i++)
            page.Add((JsonNode)read(ids[i]));
        var body = new JsonObject
        {
            ["schemas"] = new JsonArray(ListSchema),
            ["totalResults"] = ids.Count,
            ["startIndex"] = start,
            ["itemsPerPage"] = page.Count,
        };
        if (page.Count > 0)
            body["Resources"] = page;
        return Json(HttpStatusCode.OK, body);
    }

    private static ScimAttributePath ResolveFilter(string path, ScimResourceType type)
    {
        var found = ScimAttributePath.Find(path, type);
        return found?.Attribute is null ? throw ScimException.InvalidFilter("The attribute '" + path + "' is not known here.") : found;
    }

    /// <summary>RFC 7644 section 4: the discovery endpoints do not support filters.</summary>
    private static SandboxResponse Discovery(SandboxRequest request, Dictionary<string, JsonObject> resources)
    {
        RequireRead(request);
        if (request.Query.Any(option => string.Equals(option.Key, "filter", StringComparison.OrdinalIgnoreCase)))
            throw new ScimException(HttpStatusCode.Forbidden, null, "No filter is possible here.");
        if (request.Segments.Count == 2 && resources.TryGetValue(request.Segments[1], out var one))
            return Json(HttpStatusCode.OK, one);
        if (request.Segments.Count != 1)
            throw ScimException.NotFound(request.Segments[request.Segments.Count - 1]);
        return Json(HttpStatusCode.OK, new JsonObject
        {
            ["schemas"] = new JsonArray(ListSchema),
            ["totalResults"] = resources.Count,
            ["startIndex"] = 1,
            ["itemsPerPage"] = resources.Count,
            ["Resources"] = new JsonArray(resources.Values.Select(resource => (JsonNode)resource).ToArray()),
        });
    }

    private static JsonObject Configuration(SandboxRequest request) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"),
        ["patch"] = new JsonObject { ["supported"] = true },
        ["bulk"] = new JsonObject { ["supported"] = false, ["maxOperations"] = 0, ["maxPayloadSize"] = 0 },
        ["filter"] = new JsonObject { ["supported"] = true, ["maxResults"] = MostResults },
        ["changePassword"] = new JsonObject { ["supported"] = false },
        ["sort"] = new JsonObject { ["supported"] = false },
        ["etag"] = new JsonObject { ["supported"] = false },
        ["authenticationSchemes"] = new JsonArray(new JsonObject
        {
            ["type"] = "oauthbearertoken",
            ["name"] = "Authentication token",
            ["description"] = "The authentication token of the connector, as a bearer token.",
            ["specUri"] = "https://www.rfc-editor.org/rfc/rfc6750",
            ["primary"] = true,
        }),
        ["meta"] = new JsonObject { ["resourceType"] = "ServiceProviderConfig", ["location"] = request.BaseAddress + "/ServiceProviderConfig" },
    };

    private static Dictionary<string, string> ReadOptions(SandboxRequest request)
    {
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var option in request.Query)
        {
            if (!QueryOptions.Contains(option.Key, StringComparer.OrdinalIgnoreCase))
                throw ScimException.InvalidValue("The query parameter '" + option.Key + "' is not supported.");
            if (options.ContainsKey(option.Key))
                throw ScimException.InvalidValue("The query parameter '" + option.Key + "' comes twice.");
            options.Add(option.Key, option.Value);
        }

        return options;
    }

    private static string? Option(Dictionary<string, string> options, string name) => options.TryGetValue(name, out var value) ? value : null;

    private static int? Number(Dictionary<string, string> options, string name)
    {
        if (Option(options, name) is not string text)
            return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ScimException.InvalidValue("'" + name + "' is a whole number.");
    }

    private static void RequireNoListOptions(Dictionary<string, string> options)
    {
        if (options.Keys.FirstOrDefault(name => name.ToUpperInvariant() is "FILTER" or "STARTINDEX" or "COUNT") is string option)
            throw ScimException.InvalidValue("'" + option + "' is for lists.");
    }

    private static JsonObject ReadBody(SandboxRequest request)
    {
        if (request.MediaType is not (ContentType or "application/json"))
            throw new ScimException(HttpStatusCode.UnsupportedMediaType, null, "The body must be " + ContentType + ".");
        return ScimDocument.Parse(request.Body);
    }

    private static void RequireRead(SandboxRequest request) => RequireMethod(request, "GET", "GET");

    private static void RequireMethod(SandboxRequest request, string method, string known)
    {
        if (request.Method != method)
            throw new ScimException(HttpStatusCode.MethodNotAllowed, null, "This endpoint knows " + known + ".");
    }

    private static SandboxResponse Json(HttpStatusCode status, JsonObject body)
    {
        var response = SandboxResponse.Json(status, ContentType, body);
        // RFC 7644 section 3.1: the header of a single resource has the same value as meta.location.
        return body["meta"]?["location"] is JsonNode location && status == HttpStatusCode.OK ? response.With("Content-Location", location.GetValue<string>()) : response;
    }
}
