using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

[Trait("Speed", "Slow")]
public sealed class ScimDiscoveryTests : ScimTestBase
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Discovery_returns_the_features_of_the_server(bool bareResourceTypes)
    {
        Server.BareResourceTypes = bareResourceTypes;

        var offered = await Directory.DiscoverAsync(CancellationToken.None);

        Assert.True(offered is { UserExtension: true, GroupExtension: true, Groups: true, Filter: true });
        Assert.All(Server.Http.Requests, r => Assert.Equal("Bearer " + ScimServer.Token, r.Header("Authorization")));
        Assert.All(Server.Http.Requests, r => Assert.Contains("application/scim+json", r.Header("Accept"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Discovery_returns_missing_features()
    {
        Server.OffersExtension = false;
        Server.OffersGroups = false;
        Server.OffersFilter = false;

        var offered = await Directory.DiscoverAsync(CancellationToken.None);

        Assert.True(offered is { UserExtension: false, GroupExtension: false, Groups: false, Filter: false });
    }

    [Fact]
    public async Task A_server_without_resource_types_offers_the_core_ones()
    {
        Next("GET", "/ResourceTypes", c => ScimServer.ErrorAsync(c, 404));

        var offered = await Directory.DiscoverAsync(CancellationToken.None);

        Assert.True(offered is { UserExtension: false, Groups: true });
    }

    // Products for Entra's provisioning often have no discovery endpoints.
    [Theory]
    [InlineData(404, false)]
    [InlineData(404, true)]
    [InlineData(501, false)]
    public async Task A_server_without_discovery_is_recognised_by_its_user_list(int status, bool page)
    {
        Server.AddUser("ann@contoso.com", "e1");
        Server.Intercept = c => c.Request.Path.Value!.EndsWith("/ServiceProviderConfig", StringComparison.Ordinal) || c.Request.Path.Value.EndsWith("/ResourceTypes", StringComparison.Ordinal)
            ? RefuseAsync(c, status, page)
            : Task.FromResult(false);

        var offered = await Directory.DiscoverAsync(CancellationToken.None);

        Assert.True(offered is { IsAssumed: true, Filter: true, Groups: true, UserExtension: false, GroupExtension: false });
        Assert.Equal("/scim/v2/Users?count=1", Assert.Single(Server.Calls).PathAndQuery);
        Assert.Single(await Directory.FindByExternalIdAsync("e1", CancellationToken.None));
        Assert.Contains("filter=", Server.Calls[^1].PathAndQuery, StringComparison.Ordinal);
    }

    // Not every product returns 404 for an unknown path.
    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(405)]
    public async Task A_server_without_a_configuration_can_refuse_its_resource_types(int status)
    {
        Server.Intercept = c => c.Request.Path.Value!.EndsWith("/ServiceProviderConfig", StringComparison.Ordinal) ? RefuseAsync(c, 404, false)
            : c.Request.Path.Value.EndsWith("/ResourceTypes", StringComparison.Ordinal) ? RefuseAsync(c, status, false)
            : Task.FromResult(false);

        Assert.True(await Directory.DiscoverAsync(CancellationToken.None) is { IsAssumed: true, Groups: true, UserExtension: false });
    }

    [Fact]
    public async Task Resource_types_are_used_even_without_a_configuration()
    {
        Next("GET", "/ServiceProviderConfig", c => ScimServer.ErrorAsync(c, 404));
        Assert.True(await Directory.DiscoverAsync(CancellationToken.None) is { IsAssumed: true, UserExtension: true, GroupExtension: true });
    }

    [Theory]
    [InlineData(404, "", ErrorId.AccountServerNotScim)]
    [InlineData(401, "", ErrorId.AccountServerTokenRejected)]
    [InlineData(500, "", ErrorId.AccountServerFailed)]
    [InlineData(200, "", ErrorId.AccountServerNotScim)]
    [InlineData(200, "<html>", ErrorId.AccountServerNotScim)]
    [InlineData(200, "[]", ErrorId.AccountServerNotScim)]
    [InlineData(200, "{\"totalResults\":0,\"Resources\":[]}", ErrorId.AccountServerNotScim)]
    public async Task A_server_without_discovery_and_user_list_is_refused(int status, string users, ErrorId expected)
    {
        Server.Intercept = async c =>
        {
            if (c.Request.Path.Value!.EndsWith("/Users", StringComparison.Ordinal))
                await LoopbackServer.JsonAsync(c, users, status);
            else
                await ScimServer.ErrorAsync(c, 404);
            return true;
        };
        await FailsAsync(expected, () => Directory.DiscoverAsync(CancellationToken.None));
    }

    private static async Task<bool> RefuseAsync(Microsoft.AspNetCore.Http.HttpContext context, int status, bool page)
    {
        await (page ? LoopbackServer.HtmlAsync(context, status) : ScimServer.ErrorAsync(context, status));
        return true;
    }

    // The discovery of Microsoft's reference code for SCIM.
    [Fact]
    public async Task Users_with_another_schema_are_recognised_by_name_and_endpoint()
    {
        Next("GET", "/ResourceTypes", c => LoopbackServer.JsonAsync(c, """
            {
              "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 2, "Resources": [
                {"name": "User", "id": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
                 "schemaExtensions": [{"schema": "urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User", "required": false}]},
                {"name": "Group", "id": "Group", "endpoint": "/Groups", "schema": "urn:ietf:params:scim:schemas:core:2.0:Group"}]
            }
            """));

        var offered = await Directory.DiscoverAsync(CancellationToken.None);

        Assert.True(offered is { UserExtension: true, Groups: true, GroupExtension: false });
    }

    [Fact]
    public async Task The_core_schema_takes_precedence_over_the_name()
    {
        Next("GET", "/ResourceTypes", c => LoopbackServer.JsonAsync(c, """
            [{"name": "User", "endpoint": "/Users", "schema": "urn:example:machine"},
             {"name": "Person", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
              "schemaExtensions": [{"schema": "urn:ietf:params:scim:schemas:extension:passwordboss:2.0:User"}]}]
            """));

        Assert.True((await Directory.DiscoverAsync(CancellationToken.None)).UserExtension);
    }

    [Fact]
    public async Task A_server_without_patch_is_refused()
    {
        Server.OffersPatch = false;
        await FailsAsync(ErrorId.AccountServerWithoutPatch, () => Directory.DiscoverAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("scim/v2")]
    [InlineData("scim/v2/")]
    public async Task The_path_of_the_base_address_is_kept(string path)
    {
        using var directory = Open(new Uri(Server.Http.Address, path));
        await directory.DiscoverAsync(CancellationToken.None);
        Assert.Equal("/scim/v2/ServiceProviderConfig", Server.Http.Requests[0].PathAndQuery);
    }

    [Fact]
    public async Task Discovery_runs_once()
    {
        await Task.WhenAll(
            Directory.ListAccountsAsync(null, CancellationToken.None),
            Directory.ListGroupsAsync(CancellationToken.None),
            Directory.FindByUserNameAsync("x@y.z", CancellationToken.None));
        Assert.Equal(2, Server.Http.Requests.Count - Server.Calls.Count);
    }

    [Theory]
    [InlineData("text/html", "<!DOCTYPE html><p>hello</p>")]
    [InlineData("application/json", "<html></html>")]
    [InlineData("application/json", "{")]
    [InlineData("text/plain", "ok")]
    [InlineData("application/json", "{\"patch\":{\"supported\":true}}")]
    [InlineData("application/json", "{\"schemas\":[\"urn:scim:schemas:core:1.0\"],\"patch\":{\"supported\":true}}")]
    [InlineData("application/json", "[]")]
    [InlineData("application/json", "")]
    public async Task A_response_that_is_not_SCIM_is_refused(string contentType, string body)
    {
        Next("GET", "/ServiceProviderConfig", c => LoopbackServer.JsonAsync(c, body, 200, contentType));
        await FailsAsync(ErrorId.AccountServerNotScim, () => Directory.DiscoverAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("{\"schemas\":[],\"Resources\":[]}")]
    [InlineData("{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":0}")]
    [InlineData("[{\"name\":\"Device\"}]")]
    [InlineData("[{\"name\":\"User\",\"endpoint\":\"/Machines\",\"schema\":\"urn:example:machine\"}]")]
    public async Task Resource_types_without_users_are_not_SCIM(string body)
    {
        Next("GET", "/ResourceTypes", c => LoopbackServer.JsonAsync(c, body));
        await FailsAsync(ErrorId.AccountServerNotScim, () => Directory.DiscoverAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(401, ErrorId.AccountServerTokenRejected)]
    [InlineData(403, ErrorId.AccountServerForbidden)]
    [InlineData(400, ErrorId.AccountServerFailed)]
    [InlineData(429, ErrorId.AccountServerThrottled)]
    [InlineData(500, ErrorId.AccountServerFailed)]
    [InlineData(502, ErrorId.AccountServerFailed)]
    [InlineData(503, ErrorId.AccountServerFailed)]
    [InlineData(504, ErrorId.AccountServerFailed)]
    public async Task Each_status_maps_to_its_error(int status, ErrorId expected)
    {
        Next("GET", "/ServiceProviderConfig", c => ScimServer.ErrorAsync(c, status, detail: "because\r\n\u001b[31mof " + ScimServer.Token));

        var error = await FailsAsync(expected, () => Directory.DiscoverAsync(CancellationToken.None));

        Assert.DoesNotContain('\u001b', error.Message);
        if (expected != ErrorId.AccountServerThrottled)
            Assert.Contains("because [31mof ***", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_is_reported_but_not_its_value()
    {
        using var directory = Open(Server.Address, "wrong");
        var error = await FailsAsync(ErrorId.AccountServerTokenRejected, () => directory.DiscoverAsync(CancellationToken.None));
        Assert.Single(Server.Http.Requests);
        Assert.Contains("HTTP 401", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("smart“quote")]
    public void A_malformed_token_is_refused_without_its_value(string? token)
    {
        var error = Assert.Throws<ConnectorException>(() => Open(Server.Address, token));
        Assert.Equal(ErrorId.AccountServerTokenRejected, error.Id);
        if (token is { Length: > 0 })
            Assert.DoesNotContain(token, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blanks_around_a_token_are_ignored()
    {
        using var directory = Open(Server.Address, " " + ScimServer.Token + "\r\n");
        Assert.True((await directory.DiscoverAsync(CancellationToken.None)).Filter);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_to_another_host_is_not_followed(int status)
    {
        await using var stranger = await LoopbackServer.StartAsync(c => LoopbackServer.JsonAsync(c, "{}"));
        Next("GET", "/ServiceProviderConfig", c =>
        {
            c.Response.StatusCode = status;
            c.Response.Headers.Location = stranger.Address.AbsoluteUri;
            return Task.CompletedTask;
        });

        var error = await FailsAsync(ErrorId.ForeignHost, () => Directory.DiscoverAsync(CancellationToken.None));

        Assert.Empty(stranger.Requests);
        Assert.Contains(stranger.Address.Authority, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_within_the_host_is_not_followed()
    {
        Next("GET", "/ServiceProviderConfig", c =>
        {
            c.Response.Redirect("/login?session=5");
            return Task.CompletedTask;
        });

        var error = await FailsAsync(ErrorId.AccountServerNotScim, () => Directory.DiscoverAsync(CancellationToken.None));

        Assert.Contains("redirects to /login,", error.Message, StringComparison.Ordinal);
        Assert.Single(Server.Http.Requests);
    }

    [Fact]
    public async Task A_missing_server_is_unreachable()
    {
        var address = Server.Address;
        await Server.DisposeAsync();
        using var directory = Open(address);
        await FailsAsync(ErrorId.AccountServerUnreachable, () => directory.DiscoverAsync(CancellationToken.None));
    }

    [TlsFact]
    public async Task An_untrusted_certificate_is_refused_at_once()
    {
        await using var server = await LoopbackServer.StartAsync(c => LoopbackServer.JsonAsync(c, "{}"), LoopbackTrust.SelfSigned);
        using var directory = Open(server.Address);
        await FailsAsync(ErrorId.AccountServerUntrusted, () => directory.DiscoverAsync(CancellationToken.None));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_transient_failure_is_hidden_by_a_retry()
    {
        Next("GET", "/ServiceProviderConfig", LoopbackServer.ResetAsync, times: 2);
        Assert.True((await Directory.DiscoverAsync(CancellationToken.None)).Filter);
    }

    [Fact]
    public async Task The_next_call_repeats_a_failed_discovery()
    {
        Next("GET", "/ServiceProviderConfig", c => ScimServer.ErrorAsync(c, 400), times: 1);
        await FailsAsync(ErrorId.AccountServerFailed, () => Directory.ListAccountsAsync(null, CancellationToken.None));
        Assert.Empty((await Directory.ListAccountsAsync(null, CancellationToken.None)).Accounts);
    }

    [Fact]
    public async Task A_huge_response_is_not_read()
    {
        var timing = TestConnections.Fast with { MaxResponseBytes = 1024 * 1024 };
        using var directory = Open(Server.Address, timing: timing);
        Next("GET", "/ServiceProviderConfig", c => LoopbackServer.JsonAsync(c, "{\"x\":\"" + new string('x', 1024 * 1024) + "\"}"));
        var error = await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => directory.DiscoverAsync(CancellationToken.None));
        Assert.Contains("1 MB", error.Message, StringComparison.Ordinal);
        Assert.Single(Server.Http.Requests);
    }

    [Fact]
    public async Task A_hanging_server_times_out()
    {
        using var directory = Open(Server.Address, timing: TestConnections.Fast with { TryTimeout = TimeSpan.FromMilliseconds(500) });
        Next("GET", "/ServiceProviderConfig", Server.Http.HangAsync);
        await FailsAsync(ErrorId.AccountServerUnreachable, () => directory.DiscoverAsync(CancellationToken.None));
        Assert.Equal(HttpTiming.Default.MaxTries, Server.Http.Requests.Count);
    }

    [Fact]
    public async Task Cancellation_ends_a_call_that_hangs()
    {
        using var cancellation = new CancellationTokenSource();
        Next("GET", "/ServiceProviderConfig", async c =>
        {
            await cancellation.CancelAsync();
            await Server.Http.HangAsync(c);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Directory.DiscoverAsync(cancellation.Token));
    }
}
