using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Tests.Http;

[Trait("Speed", "Slow")]
public sealed class HttpEndpointTests : IAsyncLifetime
{
    private LoopbackServer server = null!;

    public async Task InitializeAsync() => server = await LoopbackServer.StartAsync(c => LoopbackServer.JsonAsync(c, "{}"));

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_server_with_a_trusted_certificate_is_reached()
    {
        var http = Open(EndpointRole.GraphReads);
        using var response = await http.CreateClient().GetAsync(server.Address);
        Assert.Equal("{}", await response.Content.ReadAsStringAsync());
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("PasswordBoss.EntraConnector/", server.Requests[0].Header("User-Agent"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_transient_failure_is_retried_and_finally_returned(int status)
    {
        var http = Open(EndpointRole.PasswordBoss);
        var client = http.CreateClient();
        FailFirst(1, c => Status(c, status));
        using (var response = await client.GetAsync(server.Address))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, server.Requests.Count);

        server.Handler = c => Status(c, status);
        using (var response = await client.GetAsync(server.Address))
            Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(2 + HttpTiming.Default.MaxTries, server.Requests.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(410)]
    [InlineData(501)]
    [InlineData(302)]
    public async Task Other_responses_are_not_retried(int status)
    {
        var http = Open(EndpointRole.GraphReads);
        server.Handler = c => Status(c, status);
        using var response = await http.CreateClient().GetAsync(server.Address);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("truncate")]
    [InlineData("hang")]
    public async Task A_missing_response_is_retried(string fault)
    {
        var http = Open(EndpointRole.GraphReads, TestConnections.Fast with { TryTimeout = TimeSpan.FromMilliseconds(fault == "hang" ? 1500 : 20000) });
        FailFirst(1, Fault(fault));
        using var response = await http.CreateClient().GetAsync(server.Address);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("reset", TransportFailure.Broken)]
    [InlineData("truncate", TransportFailure.Broken)]
    [InlineData("hang", TransportFailure.TimedOut)]
    [InlineData("hang in the body", TransportFailure.TimedOut)]
    public async Task A_response_that_never_arrives_is_reported(string fault, object expected)
    {
        var http = Open(EndpointRole.GraphReads, TestConnections.Fast with { TryTimeout = TimeSpan.FromMilliseconds(fault.StartsWith("hang", StringComparison.Ordinal) ? 1500 : 20000) });
        server.Handler = Fault(fault);
        var error = await Assert.ThrowsAsync<TransportException>(() => http.CreateClient().GetAsync(server.Address));
        Assert.Equal(expected, error.Failure);
        Assert.True(error.MayHaveArrived);
        Assert.Equal(HttpTiming.Default.MaxTries, server.Requests.Count);
        if (error.Failure == TransportFailure.TimedOut)
            Assert.Contains("1.5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_without_a_listener_is_unreachable_and_nothing_was_sent()
    {
        var http = Open(EndpointRole.PasswordBoss);
        await server.DisposeAsync();
        var error = await Assert.ThrowsAsync<TransportException>(() => http.CreateClient().PostAsync(server.Address, null));
        Assert.Equal(TransportFailure.Unreachable, error.Failure);
        Assert.False(error.MayHaveArrived);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_unreachable()
    {
        var address = new Uri("https://host.invalid/");
        var http = HttpEndpoint.Open(EndpointRole.PasswordBoss, address, timing: TestConnections.Fast with { MaxTries = 2 });
        var error = await Assert.ThrowsAsync<TransportException>(() => http.CreateClient().GetAsync(address));
        Assert.Equal(TransportFailure.Unreachable, error.Failure);
    }

    [TlsFact]
    public async Task An_untrusted_certificate_is_not_retried()
    {
        await using var impostor = await LoopbackServer.StartAsync(c => LoopbackServer.JsonAsync(c, "{}"), LoopbackTrust.SelfSigned);
        await AssertUntrustedAsync(impostor.Address);
        Assert.Empty(impostor.Requests);
    }

    [TlsFact]
    public async Task A_certificate_for_another_host_is_not_retried()
    {
        await using var impostor = await LoopbackServer.StartAsync(c => LoopbackServer.JsonAsync(c, "{}"), LoopbackTrust.ForAnotherHost);
        await AssertUntrustedAsync(impostor.Address);
        Assert.Empty(impostor.Requests);
    }

    [Theory]
    [InlineData("sign-in", "reset", 2)]
    [InlineData("reads", "reset", 2)]
    [InlineData("reads", "500", 2)]
    [InlineData("reads", "429", 2)]
    [InlineData("writes", "reset", 1)]
    [InlineData("writes", "429", 2)]
    [InlineData("accounts", "reset", 1)]
    [InlineData("accounts", "truncate", 1)]
    [InlineData("accounts", "408", 1)]
    [InlineData("accounts", "500", 1)]
    [InlineData("accounts", "503", 1)]
    [InlineData("accounts", "504", 1)]
    [InlineData("accounts", "429", 2)]
    public async Task A_POST_is_repeated_only_where_that_is_safe(string role, string fault, int tries)
    {
        var http = Open(role == "sign-in" ? EndpointRole.SignIn : role == "reads" ? EndpointRole.GraphReads : role == "writes" ? EndpointRole.GraphWrites : EndpointRole.PasswordBoss);
        FailFirst(1, Fault(fault));
        try
        {
            using var response = await http.CreateClient().PostAsync(server.Address, new StringContent("body"));
        }
        catch (TransportException)
        {
            Assert.Equal(1, tries);
        }

        Assert.Equal(tries, server.Requests.Count);
        Assert.All(server.Requests, r => Assert.Equal("body", r.Body));
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Other_writes_are_repeated(string method)
    {
        var http = Open(EndpointRole.PasswordBoss);
        FailFirst(1, LoopbackServer.ResetAsync);
        using var request = new HttpRequestMessage(new HttpMethod(method), server.Address) { Content = new StringContent("body") };
        using var response = await http.CreateClient().SendAsync(request);
        Assert.Equal(2, server.Requests.Count);
        Assert.All(server.Requests, r => Assert.Equal("body", r.Body));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_waits_for_Retry_After(bool asDate)
    {
        var http = Open(EndpointRole.GraphReads);
        FailFirst(1, c =>
        {
            var now = DateTimeOffset.UtcNow.AddHours(-3);
            c.Response.Headers.Date = now.ToString("R");
            c.Response.Headers.RetryAfter = asDate ? now.AddSeconds(1).ToString("R") : "1";
            return Status(c, 429);
        });
        var watch = Stopwatch.StartNew();
        using var response = await http.CreateClient().GetAsync(server.Address);
        Assert.Equal(2, server.Requests.Count);
        // A millisecond less, because timers and stopwatches round differently.
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.95), TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task No_other_request_is_sent_while_a_host_throttles(int status)
    {
        var http = Open(EndpointRole.GraphReads, TestConnections.Fast with { MaxTries = 1 });
        var times = new ConcurrentQueue<long>();
        server.Handler = c =>
        {
            times.Enqueue(Stopwatch.GetTimestamp());
            if (times.Count > 1)
                return LoopbackServer.JsonAsync(c, "{}");
            c.Response.Headers.RetryAfter = "2";
            return Status(c, status);
        };
        var client = http.CreateClient();
        using var refused = await client.GetAsync(server.Address);
        Assert.Equal(status, (int)refused.StatusCode);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetStringAsync(server.Address)));

        Assert.Equal(9, times.Count);
        Assert.All(times.Skip(1), t => Assert.True(Stopwatch.GetElapsedTime(times.First(), t) > TimeSpan.FromSeconds(1.95)));
    }

    [Fact]
    public async Task A_long_Retry_After_blocks_all_requests_to_that_host_only()
    {
        await using var other = await LoopbackServer.StartAsync(c => LoopbackServer.JsonAsync(c, "{}"));
        var http = Open(EndpointRole.PasswordBoss);
        var elsewhere = HttpEndpoint.Open(EndpointRole.GraphReads, other.Address, timing: TestConnections.Fast);
        server.Handler = c =>
        {
            c.Response.Headers.RetryAfter = "3600";
            return Status(c, 503);
        };
        var client = http.CreateClient();
        using var first = await client.GetAsync(server.Address);
        using var second = await client.PostAsync(server.Address, null);
        Assert.Equal(503, (int)first.StatusCode);
        Assert.Equal(429, (int)second.StatusCode);
        Assert.InRange(second.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(3000), TimeSpan.FromSeconds(3600));
        Assert.Single(server.Requests);
        Assert.Equal("{}", await elsewhere.CreateClient().GetStringAsync(other.Address));
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_for_a_throttled_host()
    {
        var http = Open(EndpointRole.GraphReads, TestConnections.Fast with { MaxTries = 1 });
        server.Handler = c =>
        {
            c.Response.Headers.RetryAfter = "100";
            return Status(c, 429);
        };
        var client = http.CreateClient();
        using var refused = await client.GetAsync(server.Address);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetAsync(server.Address, stop.Token));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_delays_between_retries_grow()
    {
        var http = Open(EndpointRole.GraphReads, TestConnections.Fast with { RetryBaseDelay = TimeSpan.FromMilliseconds(200), MaxRetryDelay = TimeSpan.FromSeconds(30) });
        var times = new List<long>();
        server.Handler = c =>
        {
            times.Add(Stopwatch.GetTimestamp());
            return Status(c, 500);
        };
        using var response = await http.CreateClient().GetAsync(server.Address);
        Assert.Equal(4, times.Count);
        foreach (var (i, least) in new[] { (1, 100), (2, 200), (3, 400) })
            Assert.True(Stopwatch.GetElapsedTime(times[i - 1], times[i]) > TimeSpan.FromMilliseconds(least - 5));
    }

    [Fact]
    public void Retry_delays_are_random_within_limits()
    {
        var timing = new HttpTiming();
        for (var attempt = 1; attempt <= 8; attempt++)
        {
            var waits = Enumerable.Range(0, 200).Select(_ => RetryPolicies.DelayBefore(attempt, null, timing)).ToList();
            var middle = TimeSpan.FromSeconds(Math.Pow(2, attempt - 1));
            Assert.All(waits, w => Assert.InRange(w, TimeSpan.FromTicks(Math.Min(middle.Ticks / 2, timing.MaxRetryDelay.Ticks)), TimeSpan.FromTicks(Math.Min(middle.Ticks * 3 / 2, timing.MaxRetryDelay.Ticks))));
            if (attempt < 5)
                Assert.True(waits.Distinct().Count() > 100);
        }

        var asked = Enumerable.Range(0, 200).Select(_ => RetryPolicies.DelayBefore(1, TimeSpan.FromSeconds(7), timing)).ToList();
        Assert.All(asked, w => Assert.InRange(w, TimeSpan.FromSeconds(7.1), TimeSpan.FromSeconds(7.4)));
        Assert.True(asked.Distinct().Count() > 100);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Mon, 30 Nov 2020 10:00:00 GMT")]
    public async Task A_Retry_After_of_no_time_does_not_shorten_the_own_wait(string retryAfter)
    {
        var http = Open(EndpointRole.GraphReads, TestConnections.Fast with { RetryBaseDelay = TimeSpan.FromMilliseconds(200), MaxRetryDelay = TimeSpan.FromSeconds(30) });
        var times = new List<long>();
        server.Handler = c =>
        {
            times.Add(Stopwatch.GetTimestamp());
            c.Response.Headers.RetryAfter = retryAfter;
            return Status(c, 429);
        };
        using var response = await http.CreateClient().GetAsync(server.Address);
        Assert.Equal(4, times.Count);
        foreach (var (i, least) in new[] { (1, 100), (2, 200), (3, 400) })
            Assert.True(Stopwatch.GetElapsedTime(times[i - 1], times[i]) > TimeSpan.FromMilliseconds(least - 5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public async Task A_compressed_body_that_is_damaged_is_a_failed_try(int damagedByte)
    {
        var http = Open(EndpointRole.GraphReads);
        FailFirst(1, c => GzipAsync(c, 100_000, damagedByte));
        using var response = await http.CreateClient().GetAsync(server.Address);
        Assert.Equal("{}", await response.Content.ReadAsStringAsync());

        FailFirst(int.MaxValue, c => GzipAsync(c, 100_000, damagedByte));
        var error = await Assert.ThrowsAsync<TransportException>(() => http.CreateClient().GetAsync(server.Address));
        Assert.Equal((TransportFailure.Broken, "the compressed response is incomplete or damaged"), (error.Failure, error.Message));
    }

    [Fact]
    public async Task A_Retry_After_above_the_limit_is_not_retried()
    {
        var http = Open(EndpointRole.GraphReads);
        server.Handler = c =>
        {
            c.Response.Headers.RetryAfter = "3600";
            return Status(c, 429);
        };
        using var response = await http.CreateClient().GetAsync(server.Address);
        Assert.Equal(429, (int)response.StatusCode);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_for_a_retry()
    {
        var http = Open(EndpointRole.GraphReads);
        using var cancellation = new CancellationTokenSource();
        server.Handler = c =>
        {
            c.Response.Headers.RetryAfter = "100";
            c.Response.OnCompleted(cancellation.CancelAsync);
            return Status(c, 429);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => http.CreateClient().GetAsync(server.Address, cancellation.Token));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("hang")]
    [InlineData("hang in the body")]
    public async Task Cancellation_ends_a_request(string fault)
    {
        var http = Open(EndpointRole.GraphReads);
        using var cancellation = new CancellationTokenSource();
        server.Handler = async c =>
        {
            cancellation.CancelAfter(TimeSpan.FromMilliseconds(50));
            await Fault(fault)(c);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => http.CreateClient().GetAsync(server.Address, cancellation.Token));
    }

    [Fact]
    public async Task The_circuit_breaker_stops_requests_to_a_dead_host_only()
    {
        await using var other = await LoopbackServer.StartAsync(c => LoopbackServer.JsonAsync(c, "{}"));
        var http = Open(EndpointRole.PasswordBoss, TestConnections.Fast with { BreakerMinimumTries = 6 });
        var elsewhere = HttpEndpoint.Open(EndpointRole.GraphReads, other.Address, timing: TestConnections.Fast);
        var client = http.CreateClient();
        server.Handler = c => Status(c, 503);
        using (await client.GetAsync(server.Address))
        {
        }

        var error = await Assert.ThrowsAsync<TransportException>(() => client.GetAsync(server.Address));
        Assert.Equal(TransportFailure.HostDead, error.Failure);
        Assert.False(error.MayHaveArrived);
        Assert.Null(error.InnerException);
        Assert.Equal(6, server.Requests.Count);

        error = await Assert.ThrowsAsync<TransportException>(() => client.PostAsync(server.Address, null));
        Assert.Equal(TransportFailure.HostDead, error.Failure);
        Assert.Equal(6, server.Requests.Count);
        using var response = await elsewhere.CreateClient().GetAsync(other.Address);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Status_500_for_writes_does_not_open_the_circuit_breaker()
    {
        var http = Open(EndpointRole.PasswordBoss, TestConnections.Fast with { BreakerMinimumTries = 6 });
        var client = http.CreateClient();
        server.Handler = c => Status(c, c.Request.Method == "PATCH" ? 500 : 200);
        for (var i = 0; i < 10; i++)
        {
            using var patch = new HttpRequestMessage(HttpMethod.Patch, server.Address);
            using var bad = await client.SendAsync(patch);
            Assert.Equal(500, (int)bad.StatusCode);
        }

        using var good = await client.GetAsync(server.Address);
        Assert.Equal(200, (int)good.StatusCode);
    }

    [Fact]
    public async Task One_failing_request_among_many_does_not_open_the_circuit_breaker()
    {
        var http = Open(EndpointRole.PasswordBoss, TestConnections.Fast with { BreakerMinimumTries = 8 });
        var client = http.CreateClient();
        server.Handler = c => c.Request.Path == "/bad" ? Status(c, 500) : Status(c, 200);
        for (var i = 0; i < 10; i++)
        {
            using var good = await client.GetAsync(new Uri(server.Address, "good"));
            using var alsoGood = await client.GetAsync(new Uri(server.Address, "good"));
            using var bad = await client.GetAsync(new Uri(server.Address, "bad"));
            Assert.Equal(500, (int)bad.StatusCode);
        }
    }

    [Fact]
    public async Task Nothing_is_sent_to_an_address_with_user_info()
    {
        var http = Open(EndpointRole.GraphReads);
        var address = new UriBuilder(server.Address) { UserName = "someone", Password = "else" }.Uri;

        Assert.Equal(ErrorId.ForeignHost, (await Assert.ThrowsAsync<ConnectorException>(() => http.CreateClient().GetAsync(address))).Id);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("https://stranger.example/")]
    [InlineData("https://127.0.0.1:1/")]
    [InlineData("https://localhost.stranger.example/")]
    [InlineData("ftp://127.0.0.1/")]
    public async Task Nothing_is_sent_to_another_host(string address)
    {
        var http = Open(EndpointRole.GraphReads);
        var client = http.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "s3cret");
        if (address.StartsWith("ftp", StringComparison.Ordinal))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => client.GetAsync(new Uri(address)));
            return;
        }

        var error = await Assert.ThrowsAsync<ConnectorException>(() => client.GetAsync(new Uri(address)));
        Assert.Equal(ErrorId.ForeignHost, error.Id);
        Assert.Equal(new Uri(address).Authority, new Uri(error.Target!).Authority);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_reaches_its_own_host_only()
    {
        await using var graph = await LoopbackServer.StartAsync(c => LoopbackServer.JsonAsync(c, "{}"));
        var http = Open(EndpointRole.PasswordBoss);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => http.CreateClient().GetAsync(graph.Address));
        Assert.Equal(ErrorId.ForeignHost, error.Id);
        Assert.Empty(graph.Requests);
    }

    [Fact]
    public async Task The_same_host_with_another_scheme_is_another_host()
    {
        var plain = new UriBuilder(server.Address) { Scheme = server.Address.Scheme == "https" ? "http" : "https" }.Uri;
        var http = Open(EndpointRole.GraphReads);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => http.CreateClient().GetAsync(plain));
        Assert.Equal(ErrorId.ForeignHost, error.Id);
    }

    [Theory]
    [InlineData("http://scim.example/", false)]
    [InlineData("http://10.0.0.1/", false)]
    [InlineData("http://localhost:8080/", true)]
    [InlineData("http://127.0.0.1:8080/", true)]
    [InlineData("http://[::1]:8080/", true)]
    [InlineData("https://scim.example/", true)]
    public void Plain_HTTP_is_for_this_machine_only(string address, bool accepted)
    {
        object Open() => HttpEndpoint.Open(EndpointRole.PasswordBoss, new Uri(address));
        if (accepted)
            Open();
        else
            Assert.Equal(ErrorId.EndpointNotHttps, Assert.Throws<ConnectorException>(Open).Id);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirects_are_not_followed(int status)
    {
        await using var stranger = await LoopbackServer.StartAsync(c => LoopbackServer.JsonAsync(c, "{}"));
        var http = Open(EndpointRole.GraphReads);
        server.Handler = c =>
        {
            c.Response.Headers.Location = stranger.Address.AbsoluteUri;
            return Status(c, status);
        };
        using var response = await http.CreateClient().GetAsync(server.Address);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(stranger.Requests);
    }

    [Fact]
    public async Task Cookies_are_not_kept()
    {
        var http = Open(EndpointRole.GraphReads);
        var client = http.CreateClient();
        server.Handler = c =>
        {
            c.Response.Cookies.Append("session", "1");
            return Status(c, 200);
        };
        using var first = await client.GetAsync(server.Address);
        using var second = await client.GetAsync(server.Address);
        Assert.All(server.Requests, r => Assert.Null(r.Header("Cookie")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_response_that_is_too_large_is_not_retried(bool announced)
    {
        var http = Open(EndpointRole.GraphReads, TestConnections.Fast with { MaxResponseBytes = 1024 * 1024 });
        server.Handler = async c =>
        {
            if (announced)
                c.Response.ContentLength = 2 * 1024 * 1024;
            await c.Response.Body.WriteAsync(new byte[2 * 1024 * 1024], c.RequestAborted);
        };
        var error = await Assert.ThrowsAsync<TransportException>(() => http.CreateClient().GetAsync(server.Address));
        Assert.Equal(TransportFailure.ResponseTooLarge, error.Failure);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Responses_are_measured_after_decompression()
    {
        var http = Open(EndpointRole.GraphReads, TestConnections.Fast with { MaxResponseBytes = 1024 * 1024 });
        var client = http.CreateClient();
        server.Handler = c => GzipAsync(c, 1024 * 1024);
        using var response = await client.GetAsync(server.Address);
        Assert.Equal(1024 * 1024, (await response.Content.ReadAsByteArrayAsync()).Length);
        Assert.Empty(response.Content.Headers.ContentEncoding);

        server.Handler = c => GzipAsync(c, 1024 * 1024 + 1);
        var error = await Assert.ThrowsAsync<TransportException>(() => client.GetAsync(server.Address));
        Assert.Equal(TransportFailure.ResponseTooLarge, error.Failure);
    }

    [Fact]
    public async Task Connections_are_shared_by_the_clients_of_one_host()
    {
        var http = Open(EndpointRole.GraphReads);
        var connections = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        server.Handler = c =>
        {
            connections[c.Connection.Id] = true;
            return Status(c, 200);
        };
        for (var i = 0; i < 5; i++)
        {
            using var client = http.CreateClient();
            using var response = await client.GetAsync(server.Address);
        }

        Assert.Single(connections);
    }

    [Fact]
    public async Task Many_requests_at_once_all_arrive()
    {
        var http = Open(EndpointRole.PasswordBoss);
        var client = http.CreateClient();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => client.GetStringAsync(new Uri(server.Address, "x?" + i))));
        Assert.All(answers, a => Assert.Equal("{}", a));
        Assert.Equal(200, server.Requests.Count);
    }

    // The platform has its own timeouts, for example for connecting, and reports them as cancellations.
    [Fact]
    public async Task A_platform_timeout_counts_as_a_failed_try()
    {
        using var platform = new ImpatientPlatform { Failures = 1 };
        var http = HttpEndpoint.Open(EndpointRole.PasswordBoss, server.Address, platform, TestConnections.Fast);
        var client = http.CreateClient();
        Assert.Equal("{}", await client.GetStringAsync(server.Address));

        platform.Failures = 1;
        var error = await Assert.ThrowsAsync<TransportException>(() => client.PostAsync(server.Address, null));
        Assert.Equal(TransportFailure.TimedOut, error.Failure);
        Assert.True(error.MayHaveArrived);
        Assert.Single(server.Requests);
    }

    private HttpEndpoint Open(EndpointRole role, HttpTiming? timing = null) => HttpEndpoint.Open(role, server.Address, timing: timing ?? TestConnections.Fast);

    private static async Task AssertUntrustedAsync(Uri address)
    {
        var http = HttpEndpoint.Open(EndpointRole.GraphReads, address, timing: TestConnections.Fast);
        var error = await Assert.ThrowsAsync<TransportException>(() => http.CreateClient().GetAsync(address));
        Assert.Equal(TransportFailure.Untrusted, error.Failure);
        Assert.False(error.MayHaveArrived);
    }

    private void FailFirst(int times, Func<HttpContext, Task> fault)
    {
        var left = times;
        server.Handler = c => left-- > 0 ? fault(c) : LoopbackServer.JsonAsync(c, "{}");
    }

    private Func<HttpContext, Task> Fault(string name) => name switch
    {
        "reset" => LoopbackServer.ResetAsync,
        "truncate" => c => LoopbackServer.TruncateAsync(c, "{", 100),
        "hang" => server.HangAsync,
        "hang in the body" => async c =>
        {
            c.Response.ContentLength = 100;
            await c.Response.WriteAsync("{");
            await c.Response.Body.FlushAsync();
            await server.HangAsync(c);
        }
        ,
        _ => c => Status(c, int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static async Task GzipAsync(HttpContext context, int length, int? damagedByte = null)
    {
        context.Response.Headers.ContentEncoding = "gzip";
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.ASCII.GetBytes(new string('x', length)));
        if (damagedByte is { } at)
            packed.GetBuffer()[at] ^= 0xFF;
        await context.Response.Body.WriteAsync(packed.GetBuffer().AsMemory(0, (int)packed.Length));
    }

    private sealed class ImpatientPlatform() : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Failures { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Failures-- > 0 ? Task.FromException<HttpResponseMessage>(new TaskCanceledException("too slow", new TimeoutException())) : base.SendAsync(request, cancellationToken);
    }
}
