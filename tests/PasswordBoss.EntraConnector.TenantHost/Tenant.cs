using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.TenantHost;

/// <summary>
/// The objects of an Entra tenant for applications: groups, registrations, service principals and consents, as Microsoft's documentation describes them.
/// It is stricter than the service: requests that the documentation does not allow are refused and recorded in <see cref="Violations"/>.
/// </summary>
public sealed class Tenant
{
    /// <summary>The application id of Microsoft Graph.</summary>
    public const string GraphAppId = "00000003-0000-0000-c000-000000000000";

    /// <summary>The object id of Microsoft Graph's service principal.</summary>
    public const string GraphPrincipalId = "0a0a0a0a-0000-4000-8000-00000000abcd";

    private readonly ConcurrentQueue<string> violations = new();
    private readonly ConcurrentDictionary<string, int> hidden = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, int> unlisted = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Lets only one request at a time use the tenant.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The tenant id.</summary>
    public string Id { get; init; } = "11111111-1111-1111-1111-111111111111";

    /// <summary>The difference between the clock of the service and this machine's.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>The time of the service.</summary>
    public DateTimeOffset Now => DateTimeOffset.UtcNow + ClockOffset;

    /// <summary>The directory in which new groups are created too, and whose users an admin adds to them; null if the tenant has no users.</summary>
    public SandboxTenant? Directory { get; init; }

    /// <summary>Groups by object id.</summary>
    public Dictionary<string, JsonObject> Groups { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Members by the object id of the group.</summary>
    public Dictionary<string, List<JsonObject>> Members { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Registrations by object id.</summary>
    public Dictionary<string, JsonObject> Applications { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Service principals by object id.</summary>
    public Dictionary<string, JsonObject> ServicePrincipals { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Consents.</summary>
    public List<JsonObject> Assignments { get; } = [];

    /// <summary>The values of client secrets by application ID. Graph returns them only once.</summary>
    public List<(string AppId, string Value, DateTimeOffset Ends)> Secrets { get; } = [];

    /// <summary>Registrations of other tenants that may be used here, by application id.</summary>
    public Dictionary<string, string> ForeignApplications { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The number of requests for which a new object is hidden.</summary>
    public int Lag { get; set; }

    /// <summary>The number of requests for which lists do not contain a new object, although it is found by its key.</summary>
    public int ListLag { get; set; }

    /// <summary>The longest time for which the tenant's policy lets a certificate be valid; null for any (https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy).</summary>
    public TimeSpan? LongestCredential { get; set; }

    /// <summary>Domains of the tenant.</summary>
    public HashSet<string> Domains { get; } = new(StringComparer.OrdinalIgnoreCase) { "contoso.example" };

    /// <summary>The forbidden actions of the admin: <c>group</c>, <c>application</c>, <c>consent</c>, and <c>reading</c>.</summary>
    public HashSet<string> Forbidden { get; } = new(StringComparer.Ordinal);

    /// <summary>Issued access tokens with their owner: the ID of an application, or <c>admin</c>.</summary>
    public ConcurrentDictionary<string, string> Tokens { get; } = new(StringComparer.Ordinal);

    /// <summary>All writes, as method and path.</summary>
    public List<string> Writes { get; } = [];

    /// <summary>The requests that the documentation does not allow.</summary>
    public IReadOnlyList<string> Violations => [.. violations];

    /// <summary>Creates a tenant with the service principal of Microsoft Graph.</summary>
    public Tenant() => ServicePrincipals[GraphPrincipalId] = new JsonObject
    {
        ["id"] = GraphPrincipalId,
        ["appId"] = GraphAppId,
        ["displayName"] = "Microsoft Graph",
        ["accountEnabled"] = true,
        ["appRoles"] = new JsonArray([.. Roles.Select(r => new JsonObject
        {
            ["id"] = r.Value, ["value"] = r.Key, ["isEnabled"] = true, ["allowedMemberTypes"] = new JsonArray("Application"), ["displayName"] = r.Key,
        })]),
    };

    /// <summary>Application permissions of Microsoft Graph (https://learn.microsoft.com/graph/permissions-reference).</summary>
    public static IReadOnlyDictionary<string, string> Roles { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Group.Read.All"] = "5b567255-7703-4780-807c-7be8301ae99b",
        ["GroupMember.Read.All"] = "98830695-27a2-44f7-8c18-0c3ebc9698f6",
        ["User.Read.All"] = "df021288-bdef-4463-88db-98f22de89214",
        ["Directory.Read.All"] = "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
        ["Application.Read.All"] = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    };

    /// <summary>Records a request that the documentation does not allow.</summary>
    public string Violate(string what)
    {
        violations.Enqueue(what);
        return what;
    }

    /// <summary>Hides a new object for <see cref="Lag"/> requests.</summary>
    public void Created(string id)
    {
        hidden[id] = Lag;
        unlisted[id] = ListLag;
    }

    /// <summary>Whether lists contain an object. Each call counts as a request of its delay.</summary>
    public bool IsListed(string id) => IsVisible(id, hidden) && IsVisible(id, unlisted);

    /// <summary>Whether an object is visible. Each call counts as a request of its delay.</summary>
    public bool IsVisible(string id) => IsVisible(id, hidden);

    private static bool IsVisible(string id, ConcurrentDictionary<string, int> hidden)
    {
        if (!hidden.TryGetValue(id, out var left) || left <= 0)
            return true;
        hidden[id] = left - 1;
        return false;
    }

    /// <summary>Adds a registration that has a secret and the consent to read groups and users, as an admin makes it by hand.</summary>
    /// <param name="appId">The application id.</param>
    /// <param name="secret">The value of the secret.</param>
    public void Register(string appId, string secret)
    {
        var (application, principal) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        Applications[application] = new JsonObject
        {
            ["id"] = application,
            ["appId"] = appId,
            ["displayName"] = "Registered by hand",
            ["signInAudience"] = "AzureADMyOrg",
            ["web"] = new JsonObject { ["redirectUris"] = new JsonArray() },
            ["requiredResourceAccess"] = new JsonArray(),
            ["keyCredentials"] = new JsonArray(),
            ["passwordCredentials"] = new JsonArray(),
        };
        ServicePrincipals[principal] = new JsonObject
        {
            ["id"] = principal,
            ["appId"] = appId,
            ["displayName"] = "Registered by hand",
            ["accountEnabled"] = true,
            ["appRoles"] = new JsonArray(),
        };
        foreach (var role in new[] { "Group.Read.All", "User.Read.All" })
            Assignments.Add(new JsonObject { ["id"] = Guid.NewGuid().ToString("N"), ["principalId"] = principal, ["resourceId"] = GraphPrincipalId, ["appRoleId"] = Roles[role] });
        Secrets.Add((appId, secret, DateTimeOffset.MaxValue));
    }

    /// <summary>A registration by its application id.</summary>
    public JsonObject? ApplicationOf(string? appId) => Applications.Values.FirstOrDefault(a => string.Equals((string?)a["appId"], appId, StringComparison.OrdinalIgnoreCase));

    /// <summary>A service principal by its application id.</summary>
    public JsonObject? PrincipalOf(string? appId) => ServicePrincipals.Values.FirstOrDefault(a => string.Equals((string?)a["appId"], appId, StringComparison.OrdinalIgnoreCase));

    /// <summary>The permissions that an application was granted.</summary>
    public string[] GrantedTo(string? appId)
    {
        var principal = (string?)PrincipalOf(appId)?["id"];
        return [.. Assignments.Where(a => (string?)a["principalId"] == principal).Select(a => Roles.First(r => r.Value == (string?)a["appRoleId"]).Key)];
    }
}
