using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Http;

/// <summary>Many connections of one process to the same hosts, on real sockets.</summary>
[Trait("Speed", "Slow")]
public sealed class SharedSocketTests
{
    private const int AtOnce = 8;

    [Fact]
    public async Task Forty_tenants_share_the_sockets_and_keep_their_own_tokens_over_two_runs()
    {
        var company = new Company();
        await using var server = await LoopbackServer.StartAsync(company.AnswerAsync);
        var factory = new ConnectorFactory();
        var connections = new List<ConnectionSettings>();
        for (var i = 0; i < 40; i++)
        {
            var (tenant, group) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
            connections.Add(TestConnections.To(server.Address, new Uri(server.Address, "v1.0"), new Uri(server.Address, "scim/" + group)) with
            {
                TenantId = tenant,
                UserGroup = new GroupReference(group, "Users"),
            });
            company.Tenants[group] = tenant;
        }

        for (var run = 0; run < 2; run++)
        {
            await Parallel.ForEachAsync(connections, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (connection, token) =>
            {
                var secrets = new ConnectionSecrets { ClientSecret = "secret-of-" + connection.TenantId, PasswordBossToken = "scim-of-" + connection.UserGroup!.Id };
                using var directory = factory.OpenDirectory(connection, secrets);
                using var accounts = factory.OpenAccounts(connection, secrets);
                Assert.Equal(connection.UserGroup.Id, (await directory.FindGroupsAsync(connection.UserGroup.Id, token))[0].Id);
                Assert.Equal(ErrorId.AccountServerTokenRejected, (await Assert.ThrowsAsync<ConnectorException>(() => accounts.DiscoverAsync(token))).Id);
            });
        }

        Assert.Empty(company.Strangers);
        Assert.Equal(connections.Count, company.TokenRequests);
        Assert.Equal(2 * connections.Count * 2, company.Answered);
        // A few more than run at once: the handler may open a socket while another one becomes free. Without sharing there would be at least one for each connection.
        Assert.InRange(company.Sockets.Count, 1, 2 * AtOnce);
    }

    [Fact]
    public async Task A_host_that_throttles_one_connection_does_not_delay_another()
    {
        await using var server = await LoopbackServer.StartAsync(async c =>
        {
            if (c.Request.Headers.Authorization == "Bearer busy")
            {
                c.Response.StatusCode = 429;
                c.Response.Headers.RetryAfter = "3600";
            }

            await c.Response.WriteAsync("{}");
        });
        var busy = HttpEndpoint.Open(EndpointRole.PasswordBoss, server.Address, timing: TestConnections.Fast);
        var idle = HttpEndpoint.Open(EndpointRole.PasswordBoss, server.Address, timing: TestConnections.Fast);

        Assert.Equal(429, await GetAsync(busy, server.Address, "busy"));
        Assert.Equal(429, await GetAsync(busy, server.Address, "busy"));
        Assert.Equal(200, await GetAsync(idle, server.Address, "idle"));
        Assert.Equal(429, await GetAsync(busy, server.Address, "idle"));

        Assert.Equal(["Bearer busy", "Bearer idle"], server.Requests.Select(r => r.Header("Authorization")));
    }

    [Fact]
    public async Task Requests_that_hang_for_one_connection_do_not_keep_another_waiting()
    {
        LoopbackServer? self = null;
        using var hanging = new CountdownEvent(100);
        await using var server = self = await LoopbackServer.StartAsync(async c =>
        {
            if (c.Request.Path == "/hang")
            {
                hanging.Signal();
                await self!.HangAsync(c);
            }
        });
        var stuck = HttpEndpoint.Open(EndpointRole.PasswordBoss, server.Address, timing: TestConnections.Fast);
        var other = HttpEndpoint.Open(EndpointRole.PasswordBoss, server.Address, timing: TestConnections.Fast);
        using var stop = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 100).Select(_ => stuck.CreateClient().GetAsync(new Uri(server.Address, "hang"), stop.Token)).ToList();
        Assert.True(hanging.Wait(TimeSpan.FromSeconds(30)));

        Assert.Equal(200, await GetAsync(other, server.Address, "t"));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));
    }

    [Fact]
    public async Task Closing_one_connection_does_not_disturb_another()
    {
        var release = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        await using var server = await LoopbackServer.StartAsync(async c =>
        {
            arrived.SetResult();
            await release.Task;
            await c.Response.WriteAsync("{}");
        });
        var open = HttpEndpoint.Open(EndpointRole.PasswordBoss, server.Address, timing: TestConnections.Fast);
        var closed = HttpEndpoint.Open(EndpointRole.PasswordBoss, server.Address, timing: TestConnections.Fast);
        var request = GetAsync(open, server.Address, "t");
        await arrived.Task;

        closed.CreateClient().Dispose();
        closed.CreateInvoker().Dispose();
        release.SetResult();

        Assert.Equal(200, await request);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void Another_proxy_or_other_proxy_credentials_get_their_own_handler()
    {
        var before = HttpClient.DefaultProxy;
        try
        {
            var first = NetworkHandler.Current;
            Assert.Same(first, NetworkHandler.Current);
            HttpClient.DefaultProxy = new WebProxy();
            var second = NetworkHandler.Current;
            Assert.NotSame(first, second);
            HttpClient.DefaultProxy.Credentials = new NetworkCredential("u", "p");
            Assert.NotSame(second, NetworkHandler.Current);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    private static async Task<int> GetAsync(HttpEndpoint endpoint, Uri address, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        using var response = await endpoint.CreateClient().SendAsync(request);
        return (int)response.StatusCode;
    }

    /// <summary>The sign-in host, Graph and Password Boss of many tenants. A group belongs to one tenant, and only its tokens may read it.</summary>
    private sealed class Company
    {
        private int answered;
        private int tokenRequests;

        public ConcurrentDictionary<string, string> Tenants { get; } = new();

        public ConcurrentDictionary<string, bool> Sockets { get; } = new();

        public ConcurrentQueue<string> Strangers { get; } = new();

        public int Answered => answered;

        public int TokenRequests => tokenRequests;

        public async Task AnswerAsync(HttpContext context)
        {
            Sockets[context.Connection.Id] = true;
            var path = context.Request.Path.Value!;
            var segments = path.Trim('/').Split('/');
            if (segments is [var tenant, "oauth2", ..])
            {
                Interlocked.Increment(ref tokenRequests);
                var form = await context.Request.ReadFormAsync();
                if (form["client_secret"] != "secret-of-" + tenant)
                    Strangers.Enqueue(path);
                await LoopbackServer.JsonAsync(context, string.Create(CultureInfo.InvariantCulture, $$"""{"token_type":"Bearer","expires_in":3599,"access_token":"entra-of-{{tenant}}"}"""));
                return;
            }

            Interlocked.Increment(ref answered);
            var isGraph = segments[0] == "v1.0";
            var group = isGraph ? segments[^1] : segments[1];
            if (context.Request.Headers.Authorization != "Bearer " + (isGraph ? "entra-of-" + Tenants[group] : "scim-of-" + group))
                Strangers.Enqueue(path);
            await LoopbackServer.JsonAsync(context, isGraph ? $$"""{"id":"{{group}}","displayName":"Users","groupTypes":[]}""" : "{}", isGraph ? 200 : 401);
        }
    }
}
