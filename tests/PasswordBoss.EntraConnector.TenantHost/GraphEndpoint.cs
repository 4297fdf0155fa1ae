using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.TenantHost;

/// <summary>
/// The part of Microsoft Graph v1.0 that registers applications (https://learn.microsoft.com/graph/api/resources/application, serviceprincipal,
/// approleassignment, group), and the requests for groups that verifying a connection needs.
/// </summary>
internal sealed class GraphEndpoint
{
    private readonly Tenant tenant;

    public GraphEndpoint(Tenant tenant) => this.tenant = tenant;

    public async Task AnswerAsync(HttpContext context, string path)
    {
        context.Response.Headers["request-id"] = Guid.NewGuid().ToString();
        var authorization = context.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("Bearer ", StringComparison.Ordinal) || !tenant.Tokens.TryGetValue(authorization["Bearer ".Length..], out var caller))
        {
            await TenantServer.JsonAsync(context, Error("InvalidAuthenticationToken", "Access token is empty or invalid."), 401);
            return;
        }

        JsonObject? body = null;
        if (context.Request.Method is "POST" or "PATCH")
        {
            if (context.Request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) != true)
                tenant.Violate("content type: " + context.Request.ContentType);
            using var reader = new StreamReader(context.Request.Body);
            body = JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject();
        }

        int status;
        JsonNode? answer;
        lock (tenant.Gate)
        {
            (status, answer) = Dispatch(context.Request, path.Trim('/'), body, caller);
            if (body is not null && status < 300)
                tenant.Writes.Add(context.Request.Method + " /" + path.Trim('/'));
        }

        if (answer is JsonValue count)
        {
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync(count.ToString());
        }
        else if (answer is null)
        {
            context.Response.StatusCode = status;
        }
        else
        {
            await TenantServer.JsonAsync(context, answer, status);
        }
    }

    private (int Status, JsonNode? Body) Dispatch(HttpRequest request, string path, JsonObject? body, string caller)
    {
        var byAppId = ByKey(path, "appId");
        var byName = ByKey(path, "uniqueName");
        var segments = byAppId is null && byName is null ? path.Split('/') : [path[..path.IndexOf('(', StringComparison.Ordinal)]];
        var isAdmin = caller == "admin";
        switch (request.Method, segments)
        {
            case ("GET", [var collection]) when byName is not null:
                return Named(collection, byName) is { } named && tenant.IsVisible((string)named["id"]!) ? (200, Select(named, request)) : NotFound(byName);
            case ("PATCH", ["groups"]) when byName is not null:
                return isAdmin && !tenant.Forbidden.Contains("group") ? Upsert("groups", byName, request, body!, CreateGroup) : Denied();
            case ("PATCH", ["applications"]) when byName is not null:
                return isAdmin && !tenant.Forbidden.Contains("application") ? Upsert("applications", byName, request, body!, CreateApplication) : Denied();
            case ("GET", ["groups"]):
                return (200, List(tenant.Groups.Values, request));
            case ("GET", ["groups", var id]):
                return tenant.Groups.TryGetValue(id, out var group) && tenant.IsVisible(id) ? (200, Select(group, request)) : NotFound(id);
            case ("GET", ["groups", var id, "members", "$count"]):
                return (200, JsonValue.Create(tenant.Members.GetValueOrDefault(id)?.Count ?? 0));
            case ("GET", ["groups", var id, "members"]):
                return (200, new JsonObject { ["value"] = new JsonArray([.. (tenant.Members.GetValueOrDefault(id) ?? []).Select(m => m.DeepClone())]) });
            case ("POST", ["groups", var id, "members", "$ref"]) when tenant.Directory is { } directory:
                return isAdmin ? AddMember(directory, id, body!) : Denied();
            case ("POST", ["groups"]):
                return isAdmin && !tenant.Forbidden.Contains("group") ? CreateGroup(body!) : Denied();
            case ("GET", ["applications"]) when byAppId is not null:
                return tenant.ApplicationOf(byAppId) is { } one && (isAdmin || tenant.GrantedTo(caller).Contains("Application.Read.All")) ? (200, Select(one, request)) : NotFound(byAppId);
            case ("GET", ["applications"]):
                return (200, List(tenant.Applications.Values, request));
            case ("GET", ["applications", var id]):
                return tenant.Applications.TryGetValue(id, out var application) && tenant.IsVisible(id) ? (200, Select(application, request)) : NotFound(id);
            case ("POST", ["applications"]):
                return isAdmin && !tenant.Forbidden.Contains("application") ? CreateApplication(body!) : Denied();
            case ("PATCH", ["applications", var id]):
                return !isAdmin || tenant.Forbidden.Contains("application") ? Denied() : Update(id, body!);
            case ("POST", ["applications", var id, "addPassword"]):
                return !isAdmin || tenant.Forbidden.Contains("application") ? Denied() : AddPassword(id, body!);
            case ("GET", ["servicePrincipals"]) when tenant.Forbidden.Contains("reading"):
                return Denied();
            case ("GET", ["servicePrincipals"]) when byAppId is not null:
                return tenant.PrincipalOf(byAppId) is { } found ? (200, Select(found, request)) : NotFound(byAppId);
            case ("POST", ["servicePrincipals"]):
                return isAdmin && !tenant.Forbidden.Contains("application") ? CreatePrincipal(body!) : Denied();
            case ("GET", ["servicePrincipals", var id, "appRoleAssignments"]):
                return tenant.ServicePrincipals.ContainsKey(id) && tenant.IsVisible(id)
                    ? (200, new JsonObject { ["value"] = new JsonArray([.. tenant.Assignments.Where(a => (string?)a["principalId"] == id).Select(a => a.DeepClone())]) })
                    : NotFound(id);
            case ("POST", ["servicePrincipals", var id, "appRoleAssignments"]):
                return !isAdmin || tenant.Forbidden.Contains("consent") ? Denied() : Assign(id, body!);
            default:
                return (400, Error("BadRequest", tenant.Violate(request.Method + " " + path)));
        }
    }

    // https://learn.microsoft.com/graph/api/application-upsert, group-upsert: without the header it is an update. Updating an existing object returns no body.
    private (int, JsonNode?) Upsert(string collection, string uniqueName, HttpRequest request, JsonObject body, Func<JsonObject, (int, JsonNode)> create)
    {
        if (Named(collection, uniqueName) is { } present)
        {
            foreach (var (name, value) in body.Where(p => !p.Key.StartsWith('@')))
                present[name] = value?.DeepClone();
            return (204, null);
        }

        if (request.Headers["Prefer"] != "create-if-missing")
            return NotFound(uniqueName);
        var (status, created) = create(body);
        if (status == 201)
            (collection == "groups" ? tenant.Groups : tenant.Applications)[(string)created["id"]!]["uniqueName"] = uniqueName;
        return (status, created);
    }

    private JsonObject? Named(string collection, string uniqueName) =>
        (collection == "groups" ? tenant.Groups : tenant.Applications).Values.FirstOrDefault(o => (string?)o["uniqueName"] == uniqueName);

    private (int, JsonNode) CreateGroup(JsonObject body)
    {
        // All four are required, and the nickname may contain only certain characters (https://learn.microsoft.com/graph/api/group-post-groups).
        if ((string?)body["displayName"] is not { Length: > 0 and <= 256 } || (bool?)body["mailEnabled"] != false || (bool?)body["securityEnabled"] != true
            || (string?)body["mailNickname"] is not { Length: > 0 and <= 64 } nickname || nickname.Any(c => c > 126 || "@()\\[]\";:<>, ".Contains(c, StringComparison.Ordinal)))
        {
            return (400, Error("Request_BadRequest", tenant.Violate("group: " + body.ToJsonString())));
        }

        var id = tenant.Directory?.CreateGroup((string)body["displayName"]!) ?? Guid.NewGuid().ToString();
        var group = new JsonObject
        {
            ["id"] = id,
            ["displayName"] = (string)body["displayName"]!,
            ["description"] = (string?)body["description"],
            ["groupTypes"] = new JsonArray(),
            ["mailEnabled"] = false,
            ["securityEnabled"] = true,
            ["visibility"] = null,
            ["membershipRuleProcessingState"] = null,
        };
        tenant.Groups[id] = group;
        tenant.Created(id);
        return (201, group.DeepClone());
    }

    // https://learn.microsoft.com/graph/api/group-post-members
    private static (int, JsonNode?) AddMember(SandboxTenant directory, string group, JsonObject body)
    {
        directory.AddMember(((string)body["@odata.id"]!).Split('/')[^1], group);
        return (204, null);
    }

    private (int, JsonNode) CreateApplication(JsonObject body)
    {
        if ((string?)body["displayName"] is not { Length: > 0 } || body.ContainsKey("passwordCredentials"))
            return (400, Error("Request_BadRequest", tenant.Violate("application: " + body.ToJsonString())));
        var id = Guid.NewGuid().ToString();
        var application = new JsonObject
        {
            ["id"] = id,
            ["appId"] = Guid.NewGuid().ToString(),
            ["displayName"] = (string)body["displayName"]!,
            ["signInAudience"] = (string?)body["signInAudience"] ?? "AzureADandPersonalMicrosoftAccount",
            ["web"] = body["web"]?.DeepClone() ?? new JsonObject { ["redirectUris"] = new JsonArray() },
            ["requiredResourceAccess"] = body["requiredResourceAccess"]?.DeepClone() ?? new JsonArray(),
            ["keyCredentials"] = new JsonArray(),
            ["passwordCredentials"] = new JsonArray(),
        };
        tenant.Applications[id] = application;
        tenant.Created(id);
        tenant.Created("sign-in of " + application["appId"]);
        return (201, application.DeepClone());
    }

    private (int, JsonNode?) Update(string id, JsonObject body)
    {
        if (!tenant.Applications.TryGetValue(id, out var application) || !tenant.IsVisible(id))
            return NotFound(id);
        foreach (var (name, value) in body)
        {
            if (name.StartsWith('@'))
                continue;
            var keysBefore = application["keyCredentials"]!.DeepClone();
            if (name == "keyCredentials" && !TryMergeKeys(application, value!.AsArray()))
                return (400, Error("KeyCredentialsInvalidEndDate", tenant.Violate("keyCredentials: " + value.ToJsonString())));
            if (name == "keyCredentials" && application["keyCredentials"]!.AsArray().Any(k => Lifetime(k!) > tenant.LongestCredential))
            {
                application["keyCredentials"] = keysBefore;
                return (400, Error("CredentialInvalidLifetimeAsPerAppPolicy", "The credential lifetime exceeds the max value allowed as per assigned policy."));
            }

            if (name != "keyCredentials")
                application[name] = value?.DeepClone();
        }

        return (204, null);
    }

    // The list replaces all keys. A missing key is removed, and an existing key keeps its value if only its ID is sent.
    private static bool TryMergeKeys(JsonObject application, JsonArray wanted)
    {
        var before = application["keyCredentials"]!.AsArray();
        var after = new JsonArray();
        foreach (var key in wanted)
        {
            var known = before.FirstOrDefault(k => (string?)k!["keyId"] is { } keyId && keyId == (string?)key!["keyId"]);
            if (known is null && ((string?)key!["type"] != "AsymmetricX509Cert" || (string?)key["usage"] != "Verify" || (string?)key["key"] is null))
                return false;
            var merged = (known ?? key)!.DeepClone().AsObject();
            merged["keyId"] ??= Guid.NewGuid().ToString();
            after.Add(merged);
        }

        application["keyCredentials"] = after;
        return true;
    }

    private static TimeSpan Lifetime(JsonNode key) => Time(key["endDateTime"]) - Time(key["startDateTime"]);

    private static DateTimeOffset Time(JsonNode? time) => DateTimeOffset.Parse((string)time!, System.Globalization.CultureInfo.InvariantCulture);

    private (int, JsonNode) AddPassword(string id, JsonObject body)
    {
        if (!tenant.Applications.TryGetValue(id, out var application) || !tenant.IsVisible(id))
            return NotFound(id);
        var wanted = body["passwordCredential"]!.AsObject();
        var ends = DateTimeOffset.Parse((string?)wanted["endDateTime"] ?? DateTimeOffset.UtcNow.AddYears(2).ToString("o"), System.Globalization.CultureInfo.InvariantCulture);
        var value = "Ab1~" + Guid.NewGuid().ToString("N") + "+/=&%$";
        var credential = new JsonObject
        {
            ["keyId"] = Guid.NewGuid().ToString(),
            ["displayName"] = (string?)wanted["displayName"],
            ["startDateTime"] = DateTimeOffset.UtcNow.ToString("o"),
            ["endDateTime"] = ends.UtcDateTime.ToString("o"),
            ["hint"] = value[..3],
            ["secretText"] = null,
        };
        application["passwordCredentials"]!.AsArray().Add(credential);
        tenant.Secrets.Add(((string)application["appId"]!, value, ends));
        var answer = credential.DeepClone();
        answer["secretText"] = value;
        return (200, answer);
    }

    private (int, JsonNode) CreatePrincipal(JsonObject body)
    {
        var appId = (string?)body["appId"];
        var application = tenant.ApplicationOf(appId);
        if (application is null ? appId is null || !tenant.ForeignApplications.ContainsKey(appId) : !tenant.IsVisible((string)application["id"]!))
            return (400, Error("Request_BadRequest", $"The appId '{appId}' of the service principal does not reference a valid application object."));
        if (tenant.PrincipalOf(appId) is not null)
            return (409, Error("Request_MultipleObjectsWithSameKeyValue", $"The service principal cannot be created, updated, or restored because the service principal name {appId} is already in use."));
        var id = Guid.NewGuid().ToString();
        var principal = new JsonObject
        {
            ["id"] = id,
            ["appId"] = appId,
            ["displayName"] = (string?)application?["displayName"] ?? tenant.ForeignApplications[appId!],
            ["accountEnabled"] = true,
            ["appRoles"] = new JsonArray(),
        };
        tenant.ServicePrincipals[id] = principal;
        tenant.Created(id);
        return (201, principal.DeepClone());
    }

    private (int, JsonNode) Assign(string id, JsonObject body)
    {
        if (!tenant.ServicePrincipals.ContainsKey(id) || !tenant.IsVisible(id))
            return NotFound(id);
        if ((string?)body["principalId"] != id || (string?)body["resourceId"] != Tenant.GraphPrincipalId || !Tenant.Roles.Values.Contains((string?)body["appRoleId"]))
            return (400, Error("Request_BadRequest", tenant.Violate("assignment: " + body.ToJsonString())));
        if (tenant.Assignments.Exists(a => (string?)a["principalId"] == id && (string?)a["appRoleId"] == (string?)body["appRoleId"]))
            return (400, Error("Request_BadRequest", tenant.Violate("Permission being assigned already exists on the object")));
        var assignment = new JsonObject
        {
            ["id"] = Guid.NewGuid().ToString("N"),
            ["principalId"] = id,
            ["resourceId"] = (string)body["resourceId"]!,
            ["appRoleId"] = (string)body["appRoleId"]!,
            ["principalType"] = "ServicePrincipal",
        };
        tenant.Assignments.Add(assignment);
        return (201, assignment.DeepClone());
    }

    private JsonObject List(IEnumerable<JsonObject> all, HttpRequest request)
    {
        var filter = request.Query["$filter"].ToString();
        const string Equal = "displayName eq '";
        const string Starts = "startsWith(displayName,'";
        Func<string, bool> fits = _ => true;
        if (filter.StartsWith(Equal, StringComparison.Ordinal))
        {
            var name = filter[Equal.Length..^1].Replace("''", "'", StringComparison.Ordinal);
            fits = n => string.Equals(n, name, StringComparison.OrdinalIgnoreCase);
        }
        else if (filter.StartsWith(Starts, StringComparison.Ordinal))
        {
            var name = filter[Starts.Length..^2].Replace("''", "'", StringComparison.Ordinal);
            fits = n => n.StartsWith(name, StringComparison.OrdinalIgnoreCase);
        }
        else if (filter.Length > 0)
        {
            tenant.Violate("filter: " + filter);
        }

        var found = all.Where(o => fits((string)o["displayName"]!) && tenant.IsListed((string)o["id"]!));
        return new JsonObject { ["value"] = new JsonArray([.. found.Select(o => Select(o, request))]) };
    }

    // The value of a key is returned only for a single application, and only if keyCredentials is selected (https://learn.microsoft.com/graph/api/resources/keycredential).
    private static JsonObject Select(JsonObject item, HttpRequest request)
    {
        var wanted = request.Query["$select"].ToString() is { Length: > 0 } select ? select.Split(',') : null;
        var shown = new JsonObject(item.Where(p => p.Key == "id" || wanted is null || wanted.Contains(p.Key)).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
        if (shown["keyCredentials"] is JsonArray keys && wanted?.Contains("keyCredentials") != true)
        {
            foreach (var key in keys)
                key!["key"] = null;
        }

        return shown;
    }

    private static string? ByKey(string path, string key)
    {
        var opening = "(" + key + "='";
        var start = path.IndexOf(opening, StringComparison.Ordinal);
        return start < 0 ? null : path[(start + opening.Length)..^2];
    }

    private static (int, JsonNode) NotFound(string id) =>
        (404, Error("Request_ResourceNotFound", $"Resource '{id}' does not exist or one of its queried reference-property objects are not present."));

    private static (int, JsonNode) Denied() => (403, Error("Authorization_RequestDenied", "Insufficient privileges to complete the operation."));

    private static JsonObject Error(string code, string message) => new()
    {
        ["error"] = new JsonObject
        {
            ["code"] = code,
            ["message"] = message,
            ["innerError"] = new JsonObject { ["date"] = "2026-01-02T03:04:05", ["request-id"] = "11111111-2222-3333-4444-555555555555", ["client-request-id"] = "11111111-2222-3333-4444-555555555555" },
        },
    };
}
