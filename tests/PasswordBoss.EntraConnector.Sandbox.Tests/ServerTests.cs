using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.SandboxHost;

namespace PasswordBoss.EntraConnector.Sandbox.Tests;

public sealed class ServerTests
{
    [Fact]
    public async Task Links_contain_the_address_of_the_request()
    {
        await using var server = await SandboxServer.StartAsync(SandboxState.Generated(250));
        using var client = new SandboxClient(server.CreateTrustingHandler());
        var token = await client.SignInAsync(authority: server.Endpoints.AuthorityHost.ToString().TrimEnd('/'));
        client.Http.DefaultRequestHeaders.Authorization = new("Bearer", token.Json["access_token"]!.GetValue<string>());
        var seen = 0;
        var pages = 0;
        for (var link = server.Endpoints.GraphEndpoint + "/users?$select=id"; link is not null; pages++)
        {
            Assert.StartsWith(server.Endpoints.GraphEndpoint.ToString(), link, StringComparison.Ordinal);
            var page = await ReceivedResponse.ReadAsync(await client.Http.GetAsync(link));
            seen += page.Json["value"]!.AsArray().Count;
            link = page.Json["@odata.nextLink"]?.GetValue<string>();
        }

        Assert.Equal((250, 3), (seen, pages));
        Assert.Equal(4, server.Requests);
        Assert.True(server.BytesSent > 250 * 36);
        // The wrong host: Graph is not on the host of Password Boss.
        var wrong = new Uri(server.Endpoints.PasswordBossUri, "/v1.0/users");
        Assert.Equal(HttpStatusCode.NotFound, (await client.Http.GetAsync(wrong)).StatusCode);
    }

    [Fact]
    public async Task SCIM_works_over_HTTPS()
    {
        await using var server = await SandboxServer.StartAsync();
        using var client = new SandboxClient(server.CreateTrustingHandler());
        client.Http.DefaultRequestHeaders.Authorization = new("Bearer", SandboxCredentials.PasswordBossToken);
        using var body = new StringContent(SandboxClient.UserBody("ann@b.example"), null, "application/scim+json");
        var made = await client.Http.PostAsync(server.Endpoints.PasswordBossUri + "/Users", body);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.StartsWith(server.Endpoints.PasswordBossUri.ToString(), made.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal("ann@b.example", Assert.Single(server.PasswordBoss.Accounts).Email);
        Assert.Equal(HttpStatusCode.NoContent, (await client.Http.DeleteAsync(made.Headers.Location)).StatusCode);
    }

    [Fact]
    public async Task Other_clients_do_not_trust_the_test_authority()
    {
        await using var server = await SandboxServer.StartAsync();
        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(server.Endpoints.GraphEndpoint + "/groups"));
    }

    [Fact]
    public async Task Faults_replace_responses_or_break_the_connection()
    {
        await using var server = await SandboxServer.StartAsync();
        using var client = new SandboxClient(server.CreateTrustingHandler());
        var address = server.Endpoints.PasswordBossUri + "/Users";
        server.Fault = request => request.RequestUri!.AbsolutePath.EndsWith("/Users", StringComparison.Ordinal)
            ? new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Headers = { { "Retry-After", "7" } }, Content = new StringContent("slow down") }
            : null;
        var answer = await client.Http.GetAsync(address);
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(7)), (answer.StatusCode, answer.Headers.RetryAfter!.Delta!.Value));
        server.Fault = _ => throw new IOException();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.Http.GetAsync(address));
        server.Fault = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new BrokenStream()) };
        await Assert.ThrowsAsync<HttpRequestException>(() => client.Http.GetAsync(address));
        server.Fault = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.Http.GetAsync(address)).StatusCode);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task A_tenant_of_a_hundred_thousand_is_read_without_a_scan_per_request()
    {
        var state = SandboxState.Generated(100_000, 10);
        using var client = new SandboxClient(state);
        var (members, _, pages) = await client.GraphAllAsync($"/groups/{SandboxCredentials.UserGroupId}/members?$select=id&$top=999");
        Assert.Equal((100_000, 101), (members.Count, pages));
        Assert.Equal(100_000, members.Select(m => m["id"]!.GetValue<string>()).Distinct().Count());
        Assert.Equal("100000", (await client.GraphAsync($"/groups/{SandboxCredentials.UserGroupId}/members/$count", headers: ("ConsistencyLevel", "eventual"))).Body);
    }

    /// <summary>Half of a response, and then an error.</summary>
    private sealed class BrokenStream : MemoryStream
    {
        private bool started;

        public override int Read(Span<byte> buffer)
        {
            if (started)
                throw new IOException();
            started = true;
            buffer[..10].Fill((byte)'x');
            return 10;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, System.Threading.CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    }
}
