using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using static PasswordBoss.EntraConnector.Clients.Tests.Entra.DeltaDouble;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Failing change tracking: some faults lose the delta links, the others keep them, and none looks like a complete round.</summary>
[Trait("Speed", "Slow")]
public sealed class DeltaFaultTests : IAsyncLifetime
{
    private EntraDouble entra = null!;
    private GraphDirectoryReader reader = null!;

    public async Task InitializeAsync()
    {
        entra = await EntraDouble.StartAsync();
        reader = entra.Open();
    }

    public async Task DisposeAsync()
    {
        reader.Dispose();
        await entra.DisposeAsync();
    }

    private static bool IsUsers(HttpContext context) => context.Request.Path.Value!.EndsWith("/users/delta", StringComparison.Ordinal);

    private static bool IsGroups(HttpContext context) => context.Request.Path.Value!.EndsWith("/groups/delta", StringComparison.Ordinal);

    private static bool IsLaterPage(HttpContext context) => context.Request.Query.ContainsKey("$skiptoken");

    private Task<DeltaLinks> StartAsync() => reader.StartTrackingAsync(["b0000000-0000-0000-0000-000000000000"], default);

    private static async Task<ConnectorException> FailsAsync(ErrorId expected, Func<Task> act)
    {
        var error = await Assert.ThrowsAsync<ConnectorException>(act);
        Assert.Equal(expected, error.Id);
        SignInTests.AssertClean(error);
        return error;
    }

    public static TheoryData<int, string, string?, ErrorId> Refusals => new()
    {
        { 410, "syncStateNotFound", null, ErrorId.ChangesLost },
        { 410, "anything", null, ErrorId.ChangesLost },
        { 400, "SyncStateNotFound", null, ErrorId.ChangesLost },
        { 400, "ResyncRequired", null, ErrorId.ChangesLost },
        { 404, "resyncRequired", null, ErrorId.ChangesLost },
        { 400, "badRequest", "syncStateNotFound", ErrorId.ChangesLost },
        { 403, "accessDenied", "resyncRequired", ErrorId.ChangesLost },
        { 409, "resyncRequired", null, ErrorId.ChangesLost },
        { 400, "Request_BadRequest", null, ErrorId.ChangesLost },
        { 404, "Request_ResourceNotFound", null, ErrorId.ChangesLost },
        { 403, "Authorization_RequestDenied", null, ErrorId.ChangesNotTracked },
        { 401, "InvalidAuthenticationToken", null, ErrorId.GraphUnauthorized },
        { 429, "TooManyRequests", null, ErrorId.GraphThrottled },
        { 500, "generalException", null, ErrorId.GraphFailed },
        { 501, "notSupported", null, ErrorId.ChangesLost },
        { 503, "serviceNotAvailable", null, ErrorId.GraphFailed },
        { 504, "gatewayTimeout", null, ErrorId.GraphFailed },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refused_delta_link_causes_the_documented_error(int status, string code, string? innerCode, ErrorId expected)
    {
        foreach (var isRefused in new Func<HttpContext, bool>[] { IsUsers, IsGroups })
        {
            entra.OnGraph = null;
            var links = await StartAsync();
            entra.OnGraph = c => RefuseAsync(c, isRefused(c), status, code, innerCode);
            await FailsAsync(expected, () => reader.ReadChangesAsync(links, default));
        }
    }

    [Fact]
    public async Task The_Location_header_of_an_expired_delta_link_is_not_followed()
    {
        var links = await StartAsync();
        entra.OnGraph = c =>
        {
            c.Response.Headers.Location = entra.Graph + "/users/delta?$deltatoken=";
            return RefuseAsync(c, IsUsers(c), 410, "syncStateNotFound", null);
        };

        await FailsAsync(ErrorId.ChangesLost, () => reader.ReadChangesAsync(links, default));

        Assert.DoesNotContain(entra.GraphRequests, r => r.PathAndQuery.EndsWith("$deltatoken=", StringComparison.Ordinal));
    }

    public static TheoryData<int, string, ErrorId> RefusedStarts => new()
    {
        { 400, "Request_BadRequest", ErrorId.ChangesNotTracked },
        { 400, "Request_UnsupportedQuery", ErrorId.ChangesNotTracked },
        { 404, "ResourceNotFound", ErrorId.ChangesNotTracked },
        { 410, "resyncRequired", ErrorId.ChangesNotTracked },
        { 501, "notImplemented", ErrorId.ChangesNotTracked },
        { 403, "Authorization_RequestDenied", ErrorId.ChangesNotTracked },
        { 401, "InvalidAuthenticationToken", ErrorId.GraphUnauthorized },
        { 429, "TooManyRequests", ErrorId.GraphThrottled },
        { 500, "generalException", ErrorId.GraphFailed },
        { 503, "serviceNotAvailable", ErrorId.GraphFailed },
    };

    [Theory]
    [MemberData(nameof(RefusedStarts))]
    public async Task A_refused_start_of_change_tracking_causes_the_documented_error(int status, string code, ErrorId expected)
    {
        foreach (var isRefused in new Func<HttpContext, bool>[] { IsUsers, IsGroups })
        {
            entra.OnGraph = c => RefuseAsync(c, isRefused(c), status, code, null);
            await FailsAsync(expected, StartAsync);
        }
    }

    [Theory]
    [InlineData(true, "User.Read.All")]
    [InlineData(false, "GroupMember.Read.All")]
    public async Task A_forbidden_request_is_reported_with_the_missing_permission(bool users, string permission)
    {
        var links = await StartAsync();
        entra.OnGraph = c => RefuseAsync(c, IsUsers(c) == users, 403, "Authorization_RequestDenied", null);

        Assert.Contains(permission, (await FailsAsync(ErrorId.ChangesNotTracked, () => reader.ReadChangesAsync(links, default))).Message, StringComparison.Ordinal);
        Assert.Contains(permission, (await FailsAsync(ErrorId.ChangesNotTracked, StartAsync)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, ErrorId, ErrorId> BrokenAnswers => new()
    {
        { "html", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { "html-403", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        // A 404 page drops a stored link, because a gateway may send one for an address that it cannot parse.
        { "html-404", ErrorId.GraphAnswerInvalid, ErrorId.ChangesLost },
        { "html-407", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { "html-502", ErrorId.GraphFailed, ErrorId.GraphFailed },
        { "truncate", ErrorId.GraphUnreachable, ErrorId.GraphUnreachable },
        { "reset", ErrorId.GraphUnreachable, ErrorId.GraphUnreachable },
        { "empty", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { "empty-200", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { "redirect-away", ErrorId.ForeignHost, ErrorId.ForeignHost },
        { "redirect-here", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { "{}", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { "[]", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":null,"@odata.deltaLink":"GRAPH/x"}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":{},"@odata.deltaLink":"GRAPH/x"}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"@odata.deltaLink":"GRAPH/x"}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":[]}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":[],"@odata.nextLink":null,"@odata.deltaLink":null}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":[],"@odata.deltaLink":""}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":[],"@odata.deltaLink":7}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":[],"@odata.deltaLink":"/v1.0/users/delta"}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":[],"@odata.nextLink":"file:///etc/passwd"}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":[],"@odata.deltaLink":"https://evil.example/v1.0/users/delta?$deltatoken=1"}""", ErrorId.ForeignHost, ErrorId.ForeignHost },
        { """{"value":[],"@odata.nextLink":"https://evil.example/v1.0/users/delta?$skiptoken=1"}""", ErrorId.ForeignHost, ErrorId.ForeignHost },
        { """{"value":[null],"@odata.deltaLink":"GRAPH/x"}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":["a0000000-0000-0000-0000-000000000000"],"@odata.deltaLink":"GRAPH/x"}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":[{"displayName":"x"}],"@odata.deltaLink":"GRAPH/x"}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":[{"id":"\ud800"}],"@odata.deltaLink":"GRAPH/x"}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":[{"id":""}],"@odata.deltaLink":"GRAPH/x"}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"value":[{"id":"a0000000-0000-0000-0000-000000000000"}],"@odata.deltaLink":"GRAPH/x" """, ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
        { """{"error":{"code":"UnknownError","message":""}}""", ErrorId.GraphAnswerInvalid, ErrorId.GraphAnswerInvalid },
    };

    [Theory]
    [MemberData(nameof(BrokenAnswers))]
    public async Task An_unusable_response_on_any_page_is_an_error(string fault, ErrorId atStart, ErrorId later)
    {
        var links = await StartAsync();
        entra.Delta.UserPages = [[User("a0000000-0000-0000-0000-000000000001")], [User("a0000000-0000-0000-0000-000000000002")]];
        entra.OnGraph = c => BreakAsync(c, fault);
        await FailsAsync(atStart, StartAsync);
        await FailsAsync(later, () => reader.ReadChangesAsync(links, default));
        entra.OnGraph = async c => IsLaterPage(c) && await BreakAsync(c, fault);
        await FailsAsync(later, () => reader.ReadChangesAsync(links, default));
    }

    [Theory]
    [InlineData("""{"value":[{"id":"b0000000-0000-0000-0000-000000000000","members@delta":{}}],"@odata.deltaLink":"GRAPH/x"}""")]
    [InlineData("""{"value":[{"id":"b0000000-0000-0000-0000-000000000000","members@delta":[{"@odata.type":"#microsoft.graph.user","id":"\ud800"}]}],"@odata.deltaLink":"GRAPH/x"}""")]
    [InlineData("""{"value":[{"id":"b0000000-0000-0000-0000-000000000000","members@delta":[null]}],"@odata.deltaLink":"GRAPH/x"}""")]
    [InlineData("""{"value":[{"id":"b0000000-0000-0000-0000-000000000000","members@delta":[{"@odata.type":"#microsoft.graph.user"}]}],"@odata.deltaLink":"GRAPH/x"}""")]
    public async Task An_unreadable_member_is_an_error(string body)
    {
        var links = await StartAsync();
        entra.OnGraph = async c => IsGroups(c) && await BreakAsync(c, body);

        await FailsAsync(ErrorId.GraphAnswerInvalid, () => reader.ReadChangesAsync(links, default));
    }

    [Theory]
    [InlineData(400, "DirectoryPageTokenNotFoundException")]
    [InlineData(400, "Directory_ExpiredPageToken")]
    [InlineData(410, "gone")]
    [InlineData(404, "notFound")]
    public async Task A_delta_query_with_a_refused_next_link_restarts_once(int status, string code)
    {
        entra.Delta.GroupPages = [[Group("b0000000-0000-0000-0000-000000000000", "G", Member("a0000000-0000-0000-0000-000000000001"))], [Group("b0000000-0000-0000-0000-000000000000", "G", Member("a0000000-0000-0000-0000-000000000002"))]];
        var links = await StartAsync();
        var refused = 0;
        entra.OnGraph = c => RefuseAsync(c, IsLaterPage(c) && Interlocked.Increment(ref refused) == 1, status, code, null);

        var changes = await reader.ReadChangesAsync(links, default);
        Assert.Equal(["a0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000002"], changes.Memberships.Select(m => m.MemberId));

        entra.OnGraph = c => RefuseAsync(c, IsLaterPage(c), status, code, null);
        var before = entra.GraphRequests.Count;
        await FailsAsync(ErrorId.ChangesLost, () => reader.ReadChangesAsync(links, default));
        Assert.Equal(4, entra.GraphRequests.Skip(before).Count(r => r.Path.EndsWith("/groups/delta", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_start_of_change_tracking_with_a_refused_next_link_restarts_once()
    {
        entra.Delta.PagesBeforeLatest = 1;
        var refused = 0;
        entra.OnGraph = c => RefuseAsync(c, IsUsers(c) && IsLaterPage(c) && Interlocked.Increment(ref refused) == 1, 400, "Directory_ExpiredPageToken", null);
        await StartAsync();

        entra.OnGraph = c => RefuseAsync(c, IsUsers(c) && IsLaterPage(c), 400, "Directory_ExpiredPageToken", null);
        await FailsAsync(ErrorId.ChangesNotTracked, StartAsync);
    }

    [Fact]
    public async Task A_sync_state_lost_on_a_later_page_is_reported_at_once()
    {
        entra.Delta.UserPages = [[User("a0000000-0000-0000-0000-000000000001")], [User("a0000000-0000-0000-0000-000000000002")]];
        var links = await StartAsync();
        entra.OnGraph = c => RefuseAsync(c, IsLaterPage(c), 410, "syncStateNotFound", null);
        var before = entra.GraphRequests.Count;

        await FailsAsync(ErrorId.ChangesLost, () => reader.ReadChangesAsync(links, default));

        Assert.Equal(2, entra.GraphRequests.Skip(before).Count(r => r.Path.EndsWith("/users/delta", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(500)]
    public async Task A_temporary_fault_is_retried(int status)
    {
        entra.Delta.UserPages = [[User("a0000000-0000-0000-0000-000000000001")], [User("a0000000-0000-0000-0000-000000000002")]];
        entra.Delta.GroupPages = [[Group("b0000000-0000-0000-0000-000000000000", "G", Member("a0000000-0000-0000-0000-000000000001"))], [Group("b0000000-0000-0000-0000-000000000000", "G", Member("a0000000-0000-0000-0000-000000000002"))]];
        var tries = 0;
        entra.OnGraph = c =>
        {
            c.Response.Headers.RetryAfter = "0";
            return RefuseAsync(c, Interlocked.Increment(ref tries) % 2 == 1, status, "later", null);
        };

        var changes = await reader.ReadChangesAsync(await StartAsync(), default);

        Assert.Equal(["a0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000002"], changes.Users.Select(u => u.UserId));
        Assert.Equal(["a0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000002"], changes.Memberships.Select(m => m.MemberId));
    }

    [Fact]
    public async Task Retry_After_is_respected()
    {
        var links = await StartAsync();
        var times = new List<DateTime>();
        entra.OnGraph = c =>
        {
            if (!IsUsers(c))
                return Task.FromResult(false);
            lock (times)
                times.Add(DateTime.UtcNow);
            c.Response.Headers.RetryAfter = "1";
            return RefuseAsync(c, times.Count == 1, 429, "TooManyRequests", null);
        };

        await reader.ReadChangesAsync(links, default);

        Assert.True(times[1] - times[0] > TimeSpan.FromMilliseconds(900));
    }

    [Fact]
    public async Task A_cycle_of_next_links_is_detected()
    {
        var links = await StartAsync();
        entra.OnGraph = async c => IsUsers(c) && await BreakAsync(c, """{"value":[],"@odata.nextLink":"GRAPH/users/delta?$skiptoken=1"}""");
        await FailsAsync(ErrorId.GraphAnswerInvalid, () => reader.ReadChangesAsync(links, default));

        entra.OnGraph = async c => IsUsers(c) && await BreakAsync(c, new JsonObject { ["value"] = new JsonArray(), ["@odata.nextLink"] = links.Users }.ToJsonString());
        await FailsAsync(ErrorId.GraphAnswerInvalid, () => reader.ReadChangesAsync(links, default));
    }

    [Fact]
    public async Task A_link_to_another_host_is_refused_without_a_request()
    {
        await using var stranger = await EntraDouble.StartAsync();
        var links = await StartAsync();
        foreach (var name in new[] { "nextLink", "deltaLink" })
        {
            entra.OnGraph = async c => IsUsers(c) && await BreakAsync(c, """{"value":[],"@odata.NAME":"LINK"}""".Replace("NAME", name, StringComparison.Ordinal).Replace("LINK", stranger.Graph + "/users/delta?$skiptoken=1", StringComparison.Ordinal));
            await FailsAsync(ErrorId.ForeignHost, () => reader.ReadChangesAsync(links, default));
            await FailsAsync(ErrorId.ForeignHost, StartAsync);
        }

        entra.OnGraph = null;
        await FailsAsync(ErrorId.ForeignHost, () => reader.ReadChangesAsync(links with { Users = stranger.Graph + "/users/delta?$deltatoken=1" }, default));
        await FailsAsync(ErrorId.ForeignHost, () => reader.ReadChangesAsync(links with { Groups = ["https://user@" + entra.Graph.Authority + "/v1.0/groups/delta?$deltatoken=1"] }, default));
        Assert.Empty(stranger.Server.Requests);
    }

    [Fact]
    public async Task One_expired_delta_link_stops_the_other_reads()
    {
        var links = await reader.StartTrackingAsync([.. Enumerable.Range(0, 501).Select(i => "b0000000-0000-0000-0000-000000000000" + i)], default);
        var before = entra.GraphRequests.Count;
        entra.OnGraph = c => RefuseAsync(c, true, 410, "syncStateNotFound", null);

        await FailsAsync(ErrorId.ChangesLost, () => reader.ReadChangesAsync(links, default));

        Assert.InRange(entra.GraphRequests.Count - before, 1, 8);
    }

    [Fact]
    public async Task A_hanging_request_ends_at_the_timeout_or_on_cancellation()
    {
        var links = await StartAsync();
        entra.OnGraph = async c =>
        {
            await entra.Server.HangAsync(c);
            return true;
        };
        using var hasty = entra.Open(TestConnections.Fast with { TryTimeout = TimeSpan.FromMilliseconds(150), MaxTries = 2 });
        await FailsAsync(ErrorId.GraphUnreachable, () => hasty.ReadChangesAsync(links, default));

        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadChangesAsync(links, caller.Token));
    }

    private static async Task<bool> RefuseAsync(HttpContext context, bool refuse, int status, string code, string? innerCode)
    {
        if (!refuse)
            return false;
        var error = EntraDouble.Error(code);
        if (innerCode is not null)
            error["error"]!["innerError"]!["innererror"] = new JsonObject { ["code"] = innerCode };
        await LoopbackServer.JsonAsync(context, error.ToJsonString(), status);
        return true;
    }

    private async Task<bool> BreakAsync(HttpContext context, string fault)
    {
        if (!await BrokenResponse.TrySendAsync(context, fault, """{"value":[{"id":"a0000000-0000-0000-0000-000000000000"""))
            await LoopbackServer.JsonAsync(context, fault.Replace("GRAPH", entra.Graph.AbsoluteUri, StringComparison.Ordinal));
        return true;
    }
}
