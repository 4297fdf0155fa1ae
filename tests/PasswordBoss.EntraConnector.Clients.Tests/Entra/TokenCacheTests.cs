using System;
using System.Linq;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Clients.Tests.Crash;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Access tokens of a process that runs a connection more than once.</summary>
[Trait("Speed", "Slow")]
public sealed class TokenCacheTests
{
    private readonly TokenCache cache = new();

    [Fact]
    public async Task The_next_reader_of_a_connection_uses_the_token_again()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("A");

        for (var i = 0; i < 3; i++)
            await FindAsync(entra, group);

        Assert.Single(entra.TokenRequests);
        Assert.Single(entra.GraphRequests.Select(r => r.Header("Authorization")).Distinct());
    }

    [Fact]
    public async Task An_explicit_sign_in_uses_no_kept_token()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("A");
        await FindAsync(entra, group);

        entra.Roles = ["User.Read.All"];
        using (var reader = Open(entra))
        {
            Assert.Equal(["User.Read.All"], (await reader.SignInAsync(default)).Roles);
            await reader.SignInAsync(default);
            await reader.FindGroupsAsync(group, default);
        }

        Assert.Equal(2, entra.TokenRequests.Count);
        await FindAsync(entra, group);
        Assert.Equal(2, entra.TokenRequests.Count);
        Assert.Equal(entra.GraphRequests[^2].Header("Authorization"), entra.GraphRequests[^1].Header("Authorization"));
    }

    [Fact]
    public async Task Another_secret_application_tenant_or_store_gets_no_kept_token()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("A");
        await FindAsync(entra, group);
        entra.OnSignIn = async (c, form) =>
        {
            await LoopbackServer.JsonAsync(c, """{"error":"invalid_client","error_codes":[7000215]}""", 401);
            return true;
        };

        foreach (var (connection, secret) in new[]
        {
            (entra.Connection, "another"),
            (entra.Connection, EntraDouble.Secret.ToUpperInvariant()),
            (entra.Connection with { ClientId = "33333333-3333-3333-3333-333333333333" }, EntraDouble.Secret),
            (entra.Connection with { TenantId = "33333333-3333-3333-3333-333333333333" }, EntraDouble.Secret),
            (entra.Connection with { Environment = EntraEnvironment.China }, EntraDouble.Secret),
        })
        {
            using var reader = EntraDouble.Open(connection, new ConnectionSecrets { ClientSecret = secret }, cache: cache);
            Assert.Equal(ErrorId.SecretWrong, (await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync(group, default))).Id);
        }

        Assert.Equal(6, entra.TokenRequests.Count);
        await FindAsync(entra, group);
        Assert.Equal(6, entra.TokenRequests.Count);
    }

    [Fact]
    public async Task A_kept_token_that_was_revoked_is_replaced()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("A");
        await FindAsync(entra, group);

        entra.RevokeTokens();
        using (var reader = Open(entra))
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => reader.FindGroupsAsync(group, default)));
        await FindAsync(entra, group);

        Assert.Equal(2, entra.TokenRequests.Count);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refused_token_is_not_kept(int status)
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("A");
        entra.OnGraph = c => EntraDouble.RefuseAsync(c, status, "Authorization_RequestDenied");
        for (var i = 1; i <= 3; i++)
        {
            using var reader = Open(entra);
            await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync(group, default));
            Assert.Equal(i, entra.TokenRequests.Count);
            Assert.Equal(i, entra.GraphRequests.Count);
        }
    }

    [Fact]
    public async Task A_consent_after_a_token_was_kept_applies_at_once()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("A");
        await FindAsync(entra, group);
        var old = entra.GraphRequests[0].Header("Authorization");
        entra.OnGraph = c => c.Request.Headers.Authorization == old ? EntraDouble.RefuseAsync(c, 403, "Authorization_RequestDenied") : Task.FromResult(false);

        await FindAsync(entra, group);
        await FindAsync(entra, group);

        Assert.Equal(2, entra.TokenRequests.Count);
        Assert.Equal(4, entra.GraphRequests.Count);
    }

    [Fact]
    public async Task A_refusal_by_a_proxy_does_not_drop_the_token()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("A");
        await FindAsync(entra, group);
        entra.OnGraph = async c =>
        {
            await LoopbackServer.HtmlAsync(c, 403);
            return true;
        };
        using (var reader = Open(entra))
            await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync(group, default));
        entra.OnGraph = null;

        await FindAsync(entra, group);

        Assert.Single(entra.TokenRequests);
    }

    [Fact]
    public async Task A_token_is_not_kept_if_members_or_answers_in_a_batch_are_withheld()
    {
        await using var entra = await EntraDouble.StartAsync();
        var user = entra.AddUser("u");
        var group = entra.AddGroup("A", user);
        var withheld = entra.AddGroup("B", EntraDouble.Unreadable(Guid.NewGuid().ToString()));
        await ReadAsync(group);
        await ReadAsync(group);
        Assert.Single(entra.TokenRequests);

        await ReadAsync(withheld);
        await ReadAsync(group);
        Assert.Equal(2, entra.TokenRequests.Count);

        entra.OnInner = (_, _, _) => new JsonObject { ["status"] = 403, ["headers"] = new JsonObject { ["Content-Type"] = "application/json" }, ["body"] = EntraDouble.Error("Authorization_RequestDenied") };
        using (var reader = Open(entra))
            await reader.LookUpUsersAsync([(string)user["id"]!], [], default);
        await ReadAsync(group);
        Assert.Equal(3, entra.TokenRequests.Count);

        async Task ReadAsync(string id)
        {
            using var reader = Open(entra);
            await reader.ReadGroupAsync(id, "A", includeNested: false, null, default);
        }
    }

    [Fact]
    public async Task A_kept_token_is_replaced_five_minutes_before_it_expires()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("A");
        var time = new ShiftedTime();
        var timing = TestConnections.Fast with { Time = time };
        foreach (var (minutes, requests) in new[] { (0, 1), (54, 1), (56, 2) })
        {
            time.Shift = TimeSpan.FromMinutes(minutes);
            using var reader = EntraDouble.Open(entra.Connection, new ConnectionSecrets { ClientSecret = EntraDouble.Secret }, timing, cache: cache);
            await reader.FindGroupsAsync(group, default);
            Assert.Equal(requests, entra.TokenRequests.Count);
        }
    }

    [LinuxFact]
    [SupportedOSPlatform("linux")]
    public async Task The_runs_of_one_process_sign_in_once()
    {
        using var store = new ServedStore();
        await using var company = await ServedCompany.StartAsync(store, "Served");
        company.Select();
        var signIns = 0;
        company.Server.Fault = request =>
        {
            if (request.RequestUri!.AbsolutePath.EndsWith("/token", StringComparison.Ordinal))
                Interlocked.Increment(ref signIns);
            return null;
        };

        using var process = store.StartRuns("Served", "full", "incremental", "incremental");
        for (var run = 0; run < 3; run++)
            Assert.Matches("^(Succeeded|Partial|NoChange)$", await process.ReadLineAsync());

        Assert.Equal(1, Volatile.Read(ref signIns));
    }

    [Fact]
    public async Task A_failed_sign_in_keeps_nothing()
    {
        await using var entra = await EntraDouble.StartAsync();
        var group = entra.AddGroup("A");
        entra.OnSignIn = async (c, form) =>
        {
            await LoopbackServer.JsonAsync(c, """{"error":"invalid_client","error_codes":[7000222]}""", 401);
            return true;
        };
        using (var reader = Open(entra))
            Assert.Equal(ErrorId.SecretExpired, (await Assert.ThrowsAsync<ConnectorException>(() => reader.FindGroupsAsync(group, default))).Id);
        entra.OnSignIn = null;

        await FindAsync(entra, group);

        Assert.Equal(2, entra.TokenRequests.Count);
    }

    [Fact]
    public void Expired_tokens_are_removed_and_no_key_contains_a_secret()
    {
        var now = DateTimeOffset.UtcNow;
        var first = KeyOf("first");
        cache.Keep(first, IssuedToken.At(new Azure.Core.AccessToken("a", now.AddHours(1)), now), now);
        cache.Keep(KeyOf("second"), IssuedToken.At(new Azure.Core.AccessToken("b", now.AddHours(3)), now), now.AddHours(2));
        Assert.Null(cache.Find(first, now));
        Assert.Equal("b", cache.Find(KeyOf("second"), now)?.Token.Token);
        cache.Discard(KeyOf("second"), "a");
        Assert.NotNull(cache.Find(KeyOf("second"), now));

        var endpoint = HttpEndpoint.Open(EndpointRole.SignIn, new Uri("https://login.invalid/"));
        using var transport = new SignInTransport(endpoint);
        var identity = ApplicationCredential.WithSecret("t", "c", "s3cret-of-this-test", transport).Identity;
        Assert.DoesNotContain("s3cret", identity, StringComparison.OrdinalIgnoreCase);

        static TokenCache.Key KeyOf(string identity) => new(new Uri("https://login.invalid/"), "t", "s", identity);
    }

    private GraphDirectoryReader Open(EntraDouble entra) => EntraDouble.Open(entra.Connection, new ConnectionSecrets { ClientSecret = EntraDouble.Secret }, cache: cache);

    private async Task FindAsync(EntraDouble entra, string group)
    {
        using var reader = Open(entra);
        Assert.Single(await reader.FindGroupsAsync(group, default));
    }

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
