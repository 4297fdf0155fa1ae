using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Applications;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Module.Tests;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.TenantHost;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Registering an application in a tenant that shows writes with a delay, as Entra does.</summary>
[Trait("Speed", "Slow")]
public sealed class NewApplicationTests : IAsyncLifetime
{
    private static readonly string AdminToken = TokenOf("11111111-1111-1111-1111-111111111111");
    private static readonly string[] AllWrites = ["create group", "create application", "POST /servicePrincipals", "POST appRoleAssignments", "POST appRoleAssignments", "PATCH applications"];

    private readonly Tenant tenant = new();
    private readonly List<string> steps = [];
    private readonly List<string> warnings = [];
    private readonly List<TimeSpan> waits = [];
    private TenantServer server = null!;

    private ApplicationRequest Request => new() { SignIn = new AdminSignIn { AccessToken = AdminToken, AuthorityHost = server.Authority, GraphEndpoint = server.Graph } };

    private JsonObject Application => Assert.Single(tenant.Applications.Values);

    public async Task InitializeAsync()
    {
        tenant.Tokens[AdminToken] = "admin";
        server = await TenantServer.StartAsync(tenant, LoopbackTrust.Available ? LoopbackTrust.Trusted : null);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        Assert.Empty(tenant.Violations);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Everything_is_created_and_the_certificate_signs_in(int lag)
    {
        tenant.Lag = lag;

        var made = (await RunAsync(Request))!;
        await AwaitFirstSignInAsync(made);

        Assert.Equal(AllWrites, Writes());
        var group = Assert.Single(tenant.Groups.Values);
        Assert.Equal(((string?)group["id"], "Password Boss Users"), (made.Group!.Id, made.Group.DisplayName));
        Assert.Equal(("Password Boss Connector", "AzureADMyOrg", made.ClientId), ((string?)Application["displayName"], (string?)Application["signInAudience"], (string?)Application["appId"]));
        Assert.Equal(
            ["https://partner.passwordboss.com/azure/callback", "https://portal.passwordboss.com/business/connectors/azure/callback"],
            Application["web"]!["redirectUris"]!.AsArray().Select(u => (string)u!));
        var access = Assert.Single(Application["requiredResourceAccess"]!.AsArray())!;
        Assert.Equal(Tenant.GraphAppId, (string?)access["resourceAppId"]);
        Assert.Equal(["Group.Read.All", "User.Read.All"], access["resourceAccess"]!.AsArray().Select(r => Tenant.Roles.Single(known => known.Value == (string?)r!["id"]).Key));
        Assert.All(access["resourceAccess"]!.AsArray(), r => Assert.Equal("Role", (string?)r!["type"]));
        Assert.Equal(["Group.Read.All", "User.Read.All"], tenant.GrantedTo(made.ClientId).Order());
        Assert.Null(made.ConsentUri);
        Assert.Empty(warnings);
        Assert.Equal(lag > 0, waits.Count > 0);

        // The private key was never sent.
        var key = (string)Assert.Single(Application["keyCredentials"]!.AsArray())!["key"]!;
        Assert.Equal(made.Certificate!.RawData, Convert.FromBase64String(key));
        Assert.InRange(made.Certificate.NotAfter.ToUniversalTime(), DateTime.UtcNow.AddMonths(12).AddDays(-1), DateTime.UtcNow.AddMonths(12).AddDays(1));
        var facts = await SignInAsync(made);
        Assert.Equal(["Group.Read.All", "User.Read.All"], facts.Roles!.Order());
    }

    [Fact]
    public async Task A_second_call_duplicates_nothing_and_the_old_credential_still_works()
    {
        var first = (await RunAsync(Request))!;
        tenant.Writes.Clear();

        var second = (await RunAsync(Request))!;

        Assert.Equal(["PATCH applications"], Writes());
        Assert.Equal((first.ClientId, first.Group!.Id), (second.ClientId, second.Group!.Id));
        Assert.Equal(2, Application["keyCredentials"]!.AsArray().Count);
        await SignInAsync(first);
        await SignInAsync(second);

        tenant.Writes.Clear();
        Assert.Null((await RunAsync(Request with { Credential = CredentialKind.None }))!.Certificate);
        Assert.Empty(tenant.Writes);
    }

    [Fact]
    public async Task A_partial_manual_setup_is_completed_and_existing_objects_are_kept()
    {
        tenant.Applications["o"] = new JsonObject
        {
            ["id"] = "o",
            ["appId"] = "99999999-0000-4000-8000-000000000001",
            ["displayName"] = "password boss connector",
            ["signInAudience"] = "AzureADMyOrg",
            ["web"] = new JsonObject { ["redirectUris"] = new JsonArray("https://other.example/back") },
            ["requiredResourceAccess"] = new JsonArray(
                new JsonObject { ["resourceAppId"] = "00000002-0000-0ff1-ce00-000000000000", ["resourceAccess"] = new JsonArray(new JsonObject { ["id"] = "dc890d15-9560-4a4c-9b7f-a736ec74ec40", ["type"] = "Role" }) },
                new JsonObject { ["resourceAppId"] = Tenant.GraphAppId, ["resourceAccess"] = new JsonArray(new JsonObject { ["id"] = Tenant.Roles["User.Read.All"], ["type"] = "Role" }) }),
            ["keyCredentials"] = new JsonArray(),
            ["passwordCredentials"] = new JsonArray(),
        };

        var made = (await RunAsync(Request))!;

        Assert.Equal("99999999-0000-4000-8000-000000000001", made.ClientId);
        Assert.Equal(3, Application["web"]!["redirectUris"]!.AsArray().Count);
        Assert.Equal([1, 2], Application["requiredResourceAccess"]!.AsArray().Select(a => a!["resourceAccess"]!.AsArray().Count).Order());
        Assert.Contains(steps, s => s.Contains("Group.Read.All", StringComparison.Ordinal) && s.Contains("partner.passwordboss.com", StringComparison.Ordinal));
        await SignInAsync(made);
    }

    [Fact]
    public async Task A_secret_of_a_chosen_lifetime_signs_in()
    {
        var made = (await RunAsync(Request with { Credential = CredentialKind.ClientSecret, LifetimeMonths = 3 }))!;

        Assert.Null(made.Certificate);
        Assert.Equal(Assert.Single(tenant.Secrets).Value, made.ClientSecret);
        // Months have different lengths, so the date can differ by a day.
        Assert.InRange(tenant.Secrets[0].Ends, DateTimeOffset.UtcNow.AddMonths(3).AddDays(-1), DateTimeOffset.UtcNow.AddMonths(3).AddDays(1));
        Assert.Equal(tenant.Secrets[0].Ends.UtcDateTime, made.Expires!.Value.UtcDateTime, TimeSpan.FromSeconds(1));
        await SignInAsync(made);
    }

    [Fact]
    public async Task A_preview_lists_every_step_and_writes_nothing()
    {
        Assert.Null(await RunAsync(Request, preview: true));

        Assert.Empty(tenant.Writes);
        Assert.Equal(6, steps.Count);
        foreach (var (step, words) in steps.Zip(["security group", "Register", "service principal", "Group.Read.All", "User.Read.All", "certificate"]))
            Assert.Contains(words, step, StringComparison.Ordinal);
        Assert.All(steps, step => Assert.StartsWith("tenant " + tenant.Id, step, StringComparison.Ordinal));

        // Existing objects are not listed.
        await RunAsync(Request);
        steps.Clear();
        Assert.Null(await RunAsync(Request, preview: true));
        Assert.Contains("certificate", Assert.Single(steps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_declined_step_ends_the_setup_and_the_next_call_completes_it()
    {
        Assert.Null(await RunAsync(Request, approve: step => !step.Contains("service principal", StringComparison.Ordinal)));
        Assert.Equal(["create group", "create application"], Writes());

        Assert.NotNull(await RunAsync(Request));
        Assert.Equal(AllWrites, Writes());
    }

    [Fact]
    public async Task An_admin_without_permission_to_consent_gets_the_consent_link()
    {
        tenant.Forbidden.Add("consent");

        var made = (await RunAsync(Request))!;

        Assert.Equal($"{server.Authority}{tenant.Id}/adminconsent?client_id={made.ClientId}", made.ConsentUri);
        Assert.Contains(made.ConsentUri!, Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Empty((await SignInAsync(made)).Roles!);
        waits.Clear();
        await AwaitFirstSignInAsync(made);
        Assert.Empty(waits);
    }

    [Fact]
    public async Task An_admin_who_cannot_create_groups_gets_everything_else()
    {
        tenant.Forbidden.Add("group");

        var made = (await RunAsync(Request))!;

        Assert.Null(made.Group);
        Assert.Contains("Password Boss Users", Assert.Single(warnings), StringComparison.Ordinal);
        await SignInAsync(made);
    }

    [Fact]
    public async Task An_admin_who_cannot_register_applications_sees_the_missing_role()
    {
        tenant.Forbidden.Add("application");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request));

        Assert.Equal(ErrorId.AdminNotAllowed, error.Id);
        Assert.Contains("Cloud Application Administrator", error.Recommendation.Render(), StringComparison.Ordinal);
        Assert.Empty(waits);
    }

    [Fact]
    public async Task An_admin_without_read_permission_sees_what_is_missing()
    {
        tenant.Forbidden.Add("reading");

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request));

        Assert.Equal((ErrorId.AdminNotAllowed, "Microsoft Graph"), (error.Id, error.Target));
    }

    [Fact]
    public async Task Waiting_for_an_object_that_never_appears_ends()
    {
        tenant.Lag = 1000;

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request));

        Assert.Equal(ErrorId.DirectoryObjectMissing, error.Id);
        Assert.InRange(waits.Aggregate(TimeSpan.Zero, (a, b) => a + b), TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_lost_response_creates_nothing_twice()
    {
        var lost = 0;
        server.Instead = async context =>
        {
            if (context.Request.Method != "PATCH" || !context.Request.Path.Value!.StartsWith("/v1.0/applications(uniqueName=", StringComparison.Ordinal) || lost++ > 0)
                return false;
            // The tenant applies the write, but the gateway loses the response.
            var body = JsonNode.Parse(await new System.IO.StreamReader(context.Request.Body).ReadToEndAsync())!.AsObject();
            tenant.Applications["o"] = new JsonObject
            {
                ["id"] = "o",
                ["appId"] = "99999999-0000-4000-8000-000000000001",
                ["displayName"] = (string?)body["displayName"],
                ["signInAudience"] = (string?)body["signInAudience"],
                ["uniqueName"] = context.Request.Path.Value.Split('\'')[1],
                ["web"] = body["web"]!.DeepClone(),
                ["requiredResourceAccess"] = body["requiredResourceAccess"]!.DeepClone(),
                ["keyCredentials"] = new JsonArray(),
                ["passwordCredentials"] = new JsonArray(),
            };
            context.Response.StatusCode = 504;
            return true;
        };

        var made = (await RunAsync(Request))!;

        Assert.Equal("99999999-0000-4000-8000-000000000001", made.ClientId);
        Assert.Equal(2, lost);
        Assert.Single(tenant.Applications);
    }

    [Fact]
    public async Task An_application_of_an_MSP_is_added_to_the_tenant_of_a_customer()
    {
        const string msp = "77777777-0000-4000-8000-000000000007";
        tenant.ForeignApplications[msp] = "Password Boss Connector of an MSP";
        var request = Request with { ClientId = msp, MultiTenant = true };

        var made = (await RunAsync(request))!;

        Assert.Equal((msp, tenant.Id), (made.ClientId, made.TenantId));
        Assert.Null(made.Certificate);
        Assert.Empty(tenant.Applications);
        Assert.Equal(["Group.Read.All", "User.Read.All"], tenant.GrantedTo(msp).Order());

        var unknown = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(request with { MultiTenant = false }));
        Assert.Equal(ErrorId.ApplicationUnknown, unknown.Id);
        var nobodys = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(request with { ClientId = Guid.NewGuid().ToString() }));
        Assert.Equal(ErrorId.ApplicationUnknown, nobodys.Id);
    }

    [Fact]
    public async Task An_existing_application_becomes_multitenant()
    {
        await RunAsync(Request with { Credential = CredentialKind.None });
        await RunAsync(Request with { Credential = CredentialKind.None, MultiTenant = true });

        Assert.Equal("AzureADMultipleOrgs", (string?)Application["signInAudience"]);
    }

    [Fact]
    public async Task Two_applications_with_one_name_are_refused()
    {
        await RunAsync(Request);
        var second = Application.DeepClone().AsObject();
        second["id"] = "second";
        second["appId"] = Guid.NewGuid().ToString();
        tenant.Applications["second"] = second;
        tenant.Writes.Clear();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request));

        Assert.Equal(ErrorId.ApplicationAmbiguous, error.Id);
        Assert.Contains((string)second["appId"]!, error.Message, StringComparison.Ordinal);
        Assert.Empty(tenant.Writes);
        Assert.Equal((string?)second["appId"], (await RunAsync(Request with { ClientId = (string?)second["appId"] }))!.ClientId);
    }

    [Fact]
    public async Task A_token_for_another_tenant_writes_nothing()
    {
        var token = TokenOf("44444444-4444-4444-8444-444444444444");
        tenant.Tokens[token] = "admin";
        var request = Request with { TenantId = tenant.Id };

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(request with { SignIn = request.SignIn with { AccessToken = token } }));

        Assert.Equal(ErrorId.AdminOfOtherTenant, error.Id);
        Assert.Empty(tenant.Writes);
    }

    // A token works only in its own tenant, so the application would be registered in a tenant of someone else.
    [Fact]
    public async Task A_token_for_another_tenant_than_the_domain_writes_nothing()
    {
        const string other = "44444444-4444-4444-8444-444444444444";
        var token = TokenOf(other);
        tenant.Tokens[token] = "admin";
        var request = Request with { TenantId = "contoso.example" };

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(request with { SignIn = request.SignIn with { AccessToken = token } }));

        Assert.Equal((ErrorId.AdminOfOtherTenant, "contoso.example"), (error.Id, error.Target));
        Assert.Contains(other, error.Message, StringComparison.Ordinal);
        Assert.Contains(tenant.Id, error.Message, StringComparison.Ordinal);
        Assert.Empty(tenant.Writes);

        // The domain of the token's own tenant is accepted.
        Assert.Equal(tenant.Id, (await RunAsync(request))!.TenantId);
    }

    [Theory]
    [InlineData("fabrikam.example", "AADSTS90002")]
    [InlineData("organizations", "does not identify one tenant")]
    public async Task A_domain_without_a_tenant_writes_nothing(string domain, string reason)
    {
        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request with { TenantId = domain }));

        Assert.Equal((ErrorId.TenantUnknown, domain), (error.Id, error.Target));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(tenant.Writes);
    }

    [Theory]
    [InlineData(200, "{\"issuer\":7}", ErrorId.TenantUnknown)]
    [InlineData(200, "[]", ErrorId.TenantUnknown)]
    [InlineData(200, "<html>", ErrorId.TenantUnknown)]
    [InlineData(404, "<html>", ErrorId.SignInUnreachable)]
    [InlineData(404, "{\"x\":1}", ErrorId.SignInUnreachable)]
    [InlineData(400, "{\"error\":\"invalid_tenant\"}", ErrorId.TenantUnknown)]
    [InlineData(500, "{}", ErrorId.SignInUnreachable)]
    public async Task A_domain_that_cannot_be_resolved_writes_nothing(int status, string body, ErrorId expected)
    {
        server.Instead = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("openid-configuration", StringComparison.Ordinal))
                return false;
            context.Response.StatusCode = status;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
            return true;
        };

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request with { TenantId = "contoso.example" }));

        Assert.Equal(expected, error.Id);
        Assert.Empty(tenant.Writes);
    }

    // Policies of a tenant and limits of the service. Waiting does not change them.
    [Theory]
    [InlineData(400, "CredentialTypeNotAllowedAsPerAppPolicy", "Credential type not allowed as per assigned policy 'Default'.")]
    [InlineData(400, "CredentialInvalidLifetimeAsPerAppPolicy", "The credential lifetime exceeds the max value allowed as per assigned policy.")]
    [InlineData(400, "KeyCredentialsInvalidEndDate", "Key credential end date is invalid.")]
    [InlineData(400, "Request_BadRequest", "Some property is wrong.")]
    [InlineData(409, "Request_MultipleObjectsWithSameKeyValue", "Another object with the same value for property keyCredentials exists.")]
    [InlineData(422, "Odd", "")]
    public async Task A_Graph_refusal_is_reported_at_once_with_its_code_and_message(int status, string code, string message)
    {
        server.Instead = RefuseAsync(c => c.Request.Method == "PATCH" && !c.Request.Path.Value!.Contains("uniqueName", StringComparison.Ordinal), status, code, message);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request));

        Assert.Equal((ErrorId.DirectoryRefused, "Password Boss Connector"), (error.Id, error.Target));
        Assert.Contains(message.Length == 0 ? code + ". Completed steps are not undone." : code + ": " + message, error.Message, StringComparison.Ordinal);
        Assert.Empty(waits);
    }

    [Theory]
    [InlineData("/servicePrincipals", "NoBackingApplicationObject", "The service principal cannot be created.")]
    [InlineData("/servicePrincipals", "Request_BadRequest", "The appId '9' of the service principal does not reference a valid application object.")]
    [InlineData("/appRoleAssignments", "Request_BadRequest", "Not a valid reference update.")]
    public async Task An_object_that_Graph_does_not_find_yet_is_retried(string path, string code, string message)
    {
        var left = 2;
        server.Instead = RefuseAsync(c => c.Request.Method == "POST" && c.Request.Path.Value!.EndsWith(path, StringComparison.Ordinal) && left-- > 0, 400, code, message);

        Assert.NotNull(await RunAsync(Request));

        Assert.Equal(2, waits.Count);
        Assert.Equal(AllWrites, Writes());
    }

    [Fact]
    public async Task A_permission_granted_in_the_meantime_counts_as_granted()
    {
        server.Instead = RefuseAsync(
            c => c.Request.Method == "POST" && c.Request.Path.Value!.EndsWith("/appRoleAssignments", StringComparison.Ordinal), 400, "Request_BadRequest", "Permission being assigned already exists on the object");

        var made = (await RunAsync(Request))!;

        Assert.Null(made.ConsentUri);
        Assert.Empty(waits);
    }

    [Fact]
    public async Task The_certificate_is_valid_for_a_year_from_its_start()
    {
        var begins = DateTimeOffset.UtcNow.AddMinutes(-10);
        tenant.LongestCredential = begins.AddYears(1) - begins;

        var made = (await RunAsync(Request))!;

        Assert.Equal(made.Certificate!.NotBefore.ToUniversalTime().AddYears(1), made.Certificate.NotAfter.ToUniversalTime());
        Assert.True(made.Certificate.NotBefore < DateTime.Now.AddMinutes(-5));
        Assert.Equal(made.Certificate.NotAfter.ToUniversalTime(), made.Expires!.Value.UtcDateTime);
    }

    [Fact]
    public async Task Everything_is_looked_up_before_the_first_write()
    {
        await RunAsync(Request);
        var second = Application.DeepClone().AsObject();
        second["id"] = "second";
        tenant.Applications["second"] = second;
        tenant.Groups.Clear();
        tenant.Writes.Clear();

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request));

        Assert.Equal(ErrorId.ApplicationAmbiguous, error.Id);
        Assert.Empty(tenant.Writes);
        Assert.Empty(tenant.Groups);

        var unknown = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request with { ClientId = Guid.NewGuid().ToString() }));
        Assert.Equal(ErrorId.ApplicationUnknown, unknown.Id);
        Assert.Empty(tenant.Writes);
    }

    [Theory]
    [InlineData("{\"tid\":\"11111111-1111-1111-1111-111111111111\",\"exp\":1577836800}", "expired")]
    [InlineData("{\"tid\":\"11111111-1111-1111-1111-111111111111\",\"aud\":\"https://management.azure.com/\"}", "https://management.azure.com/")]
    [InlineData("{\"tid\":\"11111111-1111-1111-1111-111111111111\",\"aud\":\"https://graph.microsoft.us\"}", "https://graph.microsoft.us")]
    [InlineData("{\"aud\":\"https://graph.microsoft.com\"}", "not an access token of Entra")]
    public async Task An_expired_or_unrelated_admin_token_is_refused_with_the_reason(string claims, string reason)
    {
        var token = TokenWith(claims);
        tenant.Tokens[token] = "admin";

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request with { TenantId = tenant.Id, SignIn = Request.SignIn with { AccessToken = token } }));

        Assert.Equal(ErrorId.AdminTokenUnusable, error.Id);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(token, error.ToString(), StringComparison.Ordinal);
        Assert.Empty(tenant.Writes);
    }

    [Theory]
    [InlineData("my password")]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("e30.e30.e30\r\nX-Other: 1")]
    [InlineData("e30.e30.\u00e4")]
    [InlineData("opaque")]
    public async Task Text_that_is_not_a_token_is_reported_as_such(string text)
    {
        var asked = 0;
        server.Instead = _ =>
        {
            asked++;
            return Task.FromResult(false);
        };

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request with { TenantId = tenant.Id, SignIn = Request.SignIn with { AccessToken = text } }));

        Assert.Equal(ErrorId.AdminTokenUnusable, error.Id);
        Assert.Equal(0, asked);
        if (text.Length > 1)
            Assert.DoesNotContain(text, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://graph.microsoft.com")]
    [InlineData("https://graph.microsoft.com/")]
    [InlineData("00000003-0000-0000-c000-000000000000")]
    public async Task Every_form_of_the_Graph_audience_is_accepted(string audience)
    {
        var token = TokenWith($$"""{"tid":"{{tenant.Id}}","aud":"{{audience}}","exp":4102444800}""");
        tenant.Tokens[token] = "admin";

        Assert.NotNull(await RunAsync(Request with { SignIn = Request.SignIn with { AccessToken = token } }));
    }

    [Fact]
    public async Task A_token_that_Graph_rejects_is_reported_as_rejected()
    {
        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request with { SignIn = Request.SignIn with { AccessToken = TokenWith($$"""{"tid":"{{tenant.Id}}","x":1}""") } }));

        Assert.Equal(ErrorId.AdminTokenUnusable, error.Id);
        Assert.Contains("InvalidAuthenticationToken", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The properties that make a group unsuitable, and the kind of group in the error.</summary>
    public static TheoryData<string, string> OtherGroups => new()
    {
        { """{"groupTypes":["Unified"],"mailEnabled":true,"securityEnabled":false}""", "Microsoft 365 group" },
        // Groups as the portals create them.
        { """{"groupTypes":["Unified"],"mailEnabled":true,"securityEnabled":true}""", "Microsoft 365 group" },
        { """{"groupTypes":["Unified","DynamicMembership"],"mailEnabled":true,"securityEnabled":true,"membershipRuleProcessingState":"On"}""", "Microsoft 365 group" },
        { """{"groupTypes":[],"mailEnabled":true,"securityEnabled":false}""", "distribution group" },
        { """{"groupTypes":["Unified"],"mailEnabled":true,"securityEnabled":true,"visibility":"HiddenMembership"}""", "hidden membership" },
        { """{"groupTypes":[],"mailEnabled":false,"securityEnabled":false}""", "not security-enabled" },
    };

    [Theory]
    [MemberData(nameof(OtherGroups))]
    public async Task An_unsuitable_group_with_the_name_is_reported(string properties, string kind)
    {
        var id = AddGroup("password boss users", properties);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request));

        Assert.Equal((ErrorId.GroupNotSuitable, "Password Boss Users"), (error.Id, error.Target));
        Assert.Contains(id, error.Message, StringComparison.Ordinal);
        Assert.Contains(kind, error.Message, StringComparison.Ordinal);
        Assert.Empty(tenant.Writes);

        // If a security group has the name too, it is used, and the other group only causes a warning.
        var security = AddGroup("Password Boss Users", """{"groupTypes":[],"mailEnabled":false,"securityEnabled":true}""");
        Assert.Equal(security, (await RunAsync(Request))!.Group!.Id);
        Assert.Contains(id, Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_given_by_its_ID_is_always_accepted()
    {
        var team = AddGroup("A team", """{"groupTypes":["Unified"],"mailEnabled":true,"securityEnabled":true}""");
        Assert.Equal(team, (await RunAsync(Request with { Group = team }))!.Group!.Id);

        var list = AddGroup("A list", """{"groupTypes":[],"mailEnabled":true,"securityEnabled":false}""");
        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(Request with { Group = list }));
        Assert.Equal(ErrorId.GroupNotSuitable, error.Id);
    }

    // A new object is found by its key at once, but appears in lists later.
    [Fact]
    public async Task A_second_call_while_lists_lag_registers_nothing_twice()
    {
        tenant.ListLag = 1000;
        var first = (await RunAsync(Request))!;
        tenant.Writes.Clear();

        var second = (await RunAsync(Request))!;

        Assert.Equal(["PATCH applications"], Writes());
        Assert.Equal((first.ClientId, first.Group!.Id), (second.ClientId, second.Group!.Id));
        Assert.Single(tenant.Applications);
        Assert.Single(tenant.Groups);
        Assert.NotEqual(ApplicationSearch.UniqueNameOf("A"), ApplicationSearch.UniqueNameOf("B"));
    }

    // The new object is not even found by its key, but Graph itself detects the duplicate.
    [Fact]
    public async Task A_second_call_before_the_first_is_visible_registers_nothing_twice()
    {
        tenant.Lag = tenant.ListLag = 3;
        var first = (await RunAsync(Request with { Credential = CredentialKind.None }))!;
        foreach (var id in tenant.Applications.Keys.Concat(tenant.Groups.Keys).ToList())
            tenant.Created(id);

        var second = (await RunAsync(Request with { Credential = CredentialKind.None }))!;

        Assert.Equal((first.ClientId, first.Group!.Id), (second.ClientId, second.Group!.Id));
        Assert.Single(tenant.Applications);
        Assert.Single(tenant.Groups);
    }

    [Fact]
    public async Task A_service_principal_created_just_before_is_awaited()
    {
        var first = (await RunAsync(Request))!;
        var principal = (string)tenant.PrincipalOf(first.ClientId)!["id"]!;
        var hidden = 2;
        server.Instead = async context =>
        {
            var path = context.Request.Path.Value!;
            if (context.Request.Method == "POST" && path.EndsWith("/servicePrincipals", StringComparison.Ordinal))
                return await AnswerAsync(context, 409, "Request_MultipleObjectsWithSameKeyValue", "The service principal name is already in use.");
            return path.Contains("servicePrincipals(appId='" + first.ClientId, StringComparison.Ordinal) && hidden-- > 0 && await AnswerAsync(context, 404, "Request_ResourceNotFound", "");
        };

        var second = (await RunAsync(Request with { Credential = CredentialKind.None }))!;

        Assert.Null(second.ConsentUri);
        Assert.Equal(principal, (string?)tenant.PrincipalOf(second.ClientId)!["id"]);
        Assert.Single(waits);
    }

    [Fact]
    public async Task A_device_code_signs_an_admin_in()
    {
        var shown = new List<string>();
        var signIn = Request.SignIn with { AccessToken = null, UseDeviceCode = true };

        using var directory = Open(signIn, shown.Add);
        var facts = await directory.SignInAsync(default);

        Assert.Equal(tenant.Id, facts.TenantId);
        Assert.Contains("DBXK-QWNV", Assert.Single(shown), StringComparison.Ordinal);
        Assert.NotNull(await directory.FindServicePrincipalAsync(Tenant.GraphAppId, default));
    }

    [BrowserFact]
    public async Task A_browser_signs_an_admin_in()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("entra-connector-test-").FullName;
        StandInBrowser.WriteTo(folder);
        var path = Environment.GetEnvironmentVariable("PATH");
        var display = Environment.GetEnvironmentVariable("DISPLAY");
        Environment.SetEnvironmentVariable("PATH", folder + ":" + path);
        Environment.SetEnvironmentVariable("DISPLAY", ":0");
        var shown = new List<string>();
        try
        {
            using var directory = Open(Request.SignIn with { AccessToken = null }, shown.Add);
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));

            Assert.Equal(tenant.Id, (await directory.SignInAsync(limit.Token)).TenantId);
            Assert.Contains("-UseDeviceCode", Assert.Single(shown), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
            Environment.SetEnvironmentVariable("DISPLAY", display);
            System.IO.Directory.Delete(folder, true);
        }
    }

    // Without a desktop, as over SSH, the sign-in would wait forever for a browser that no one sees.
    [Theory]
    [InlineData(true, null, false)]
    [InlineData(true, "DISPLAY", true)]
    [InlineData(true, "WAYLAND_DISPLAY", true)]
    [InlineData(true, "WSL_DISTRO_NAME", true)]
    [InlineData(false, null, true)]
    public void A_browser_needs_a_desktop(bool isLinux, string? variable, bool expected) =>
        Assert.Equal(expected, AdminCredential.HasDesktop(isLinux, name => name == variable ? "1" : null));

    [Theory]
    [InlineData("contoso.example", "contoso.example")]
    [InlineData(null, "login.invalid")]
    public void The_admin_sees_the_tenant_or_the_host_that_the_browser_opens_for(string? tenantId, string expected)
    {
        var display = Environment.GetEnvironmentVariable("DISPLAY");
        Environment.SetEnvironmentVariable("DISPLAY", ":0");
        var shown = new List<string>();
        try
        {
            var endpoint = HttpEndpoint.Open(EndpointRole.SignIn, new Uri("https://login.invalid/"));
            using var transport = new SignInTransport(endpoint);

            AdminCredential.Create(new AdminSignIn { TenantId = tenantId }, tenantId ?? "organizations", transport, shown.Add, TimeProvider.System);

            Assert.StartsWith($"A browser opens for the sign-in to {expected}. ", Assert.Single(shown), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("DISPLAY", display);
        }
    }

    [Fact]
    public async Task A_declined_sign_in_is_reported()
    {
        server.Instead = async context =>
        {
            if (context.Request.Path.Value?.EndsWith("/token", StringComparison.Ordinal) != true)
                return false;
            return await SignInTests.RefuseAsync(context, 400, "authorization_declined", 70000, "The user has declined.");
        };
        using var directory = Open(Request.SignIn with { AccessToken = null, UseDeviceCode = true }, _ => { });

        var error = await Assert.ThrowsAsync<ConnectorException>(() => directory.SignInAsync(default));

        Assert.Equal(ErrorId.AdminSignInFailed, error.Id);
        Assert.Contains("AADSTS70000", error.Message, StringComparison.Ordinal);
        SignInTests.AssertClean(error);
    }

    // No later run repeats the sign-in of an admin.
    [Theory]
    [InlineData(400, "expired_token", ErrorId.AdminSignInFailed, "no one signed in in time.")]
    [InlineData(400, "bad_verification_code", ErrorId.AdminSignInFailed, "it answered with bad_verification_code.")]
    [InlineData(400, "temporarily_unavailable", ErrorId.SignInUnreachable, "run the command again")]
    [InlineData(503, "server_error", ErrorId.SignInUnreachable, "run the command again")]
    [InlineData(503, "temporarily_unavailable", ErrorId.SignInUnreachable, "run the command again", 90033)]
    public async Task A_sign_in_that_ends_without_success_advises_what_the_admin_can_do(int status, string code, ErrorId id, string expected, int errorCode = 0)
    {
        server.Instead = async context =>
        {
            if (context.Request.Path.Value?.EndsWith("/token", StringComparison.Ordinal) != true)
                return false;
            await TenantServer.JsonAsync(context, new JsonObject { ["error"] = code, ["error_codes"] = errorCode == 0 ? new JsonArray() : new JsonArray(errorCode) }, status);
            return true;
        };
        using var directory = Open(Request.SignIn with { AccessToken = null, UseDeviceCode = true }, _ => { });

        var error = await Assert.ThrowsAsync<ConnectorException>(() => directory.SignInAsync(default));

        var text = error.Message + " " + error.Recommendation.Render();
        Assert.Equal(id, error.Id);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("next run", text, StringComparison.Ordinal);
    }

    private Task<NewApplication?> RunAsync(ApplicationRequest request, bool preview = false, Func<string, bool>? approve = null)
    {
        var observer = new Listener(warnings);
        var setup = new ApplicationSetup(Open(request.SignIn, _ => { }), request, new Approver(steps, preview, approve), observer, new Waits(waits));
        return setup.RunAsync(default);
    }

    private string AddGroup(string displayName, string properties)
    {
        var id = Guid.NewGuid().ToString();
        var group = JsonNode.Parse(properties)!.AsObject();
        group["id"] = id;
        group["displayName"] = displayName;
        tenant.Groups[id] = group;
        return id;
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task<bool>> RefuseAsync(Predicate<Microsoft.AspNetCore.Http.HttpContext> applies, int status, string code, string message) =>
        context => applies(context) ? AnswerAsync(context, status, code, message) : Task.FromResult(false);

    private static async Task<bool> AnswerAsync(Microsoft.AspNetCore.Http.HttpContext context, int status, string code, string message)
    {
        await TenantServer.JsonAsync(context, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } }, status);
        return true;
    }

    private Task AwaitFirstSignInAsync(NewApplication made) => new FirstSignIn(new ConnectorFactory(), Request, new Listener(warnings), new Waits(waits)).AwaitAsync(made, default);

    private GraphApplicationDirectory Open(AdminSignIn signIn, Action<string> show)
    {
        var session = EntraTenant.Of(TestConnections.To(server.Authority, server.Graph, server.Graph) with { TenantId = tenant.Id, ClientId = signIn.ClientId });
        return new GraphApplicationDirectory(EntraEndpoints.ToWrite(session, timing: TestConnections.Fast), session, signIn, show);
    }

    private async Task<SignInFacts> SignInAsync(NewApplication made)
    {
        var connection = TestConnections.To(server.Authority, server.Graph, server.Graph) with
        {
            TenantId = made.TenantId,
            ClientId = made.ClientId,
            Credential = made.Certificate is null ? CredentialKind.ClientSecret : CredentialKind.Certificate,
        };
        var secrets = new ConnectionSecrets { ClientSecret = made.ClientSecret, Certificate = made.Certificate?.Export(X509ContentType.Pkcs12) };
        using var reader = TestConnections.OpenReader(connection, secrets);
        return await reader.SignInAsync(default);
    }

    private static string TokenOf(string tenantId) => TokenWith($$"""{"tid":"{{tenantId}}"}""");

    private static string TokenWith(string claims) => "h." + Microsoft.AspNetCore.WebUtilities.Base64UrlTextEncoder.Encode(System.Text.Encoding.UTF8.GetBytes(claims)) + ".s";

    private string[] Writes() => [.. tenant.Writes.Select(w => w switch
    {
        _ when w.EndsWith("appRoleAssignments", StringComparison.Ordinal) => "POST appRoleAssignments",
        _ when w.StartsWith("PATCH /groups(uniqueName=", StringComparison.Ordinal) => "create group",
        _ when w.StartsWith("PATCH /applications(uniqueName=", StringComparison.Ordinal) => "create application",
        _ when w.StartsWith("PATCH", StringComparison.Ordinal) => "PATCH applications",
        _ => w,
    })];

    /// <summary>A test in which curl replaces the browser.</summary>
    private sealed class BrowserFactAttribute : FactAttribute
    {
        public BrowserFactAttribute() =>
            Skip = LoopbackTrust.Available && StandInBrowser.Available ? null : "There is no curl to play the browser.";
    }

    private sealed class Approver(List<string> steps, bool preview, Func<string, bool>? approve) : IStepApprover
    {
        public bool IsPreview => preview;

        public Task<bool> ApproveAsync(string target, Message action, CancellationToken cancellationToken)
        {
            steps.Add(target + ": " + action.Render());
            return Task.FromResult(!preview && approve?.Invoke(action.Render()) != false);
        }
    }

    /// <summary>This machine's time. It records waits but does not wait.</summary>
    private sealed class Waits(List<TimeSpan> waits) : IClock
    {
        public DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

        public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken)
        {
            waits.Add(time);
            return Task.CompletedTask;
        }

        public void CancelAfter(CancellationTokenSource source, TimeSpan time) => throw new NotSupportedException("Nothing has a deadline here.");
    }

    private sealed class Listener(List<string> warnings) : IRunObserver
    {
        public void Progress(string connection, Message activity, int done, int total)
        {
        }

        public void Warning(string connection, Message warning) => warnings.Add(warning.Render());

        public void Detail(string connection, Message detail)
        {
        }
    }
}
