using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

[Trait("Speed", "Slow")]
public sealed class ReadGroupTests
{
    private static bool IsMembers(HttpContext context) => context.Request.Path.Value!.EndsWith("/members", StringComparison.Ordinal);

    private static bool IsLaterPage(HttpContext context) => IsMembers(context) && context.Request.Query.ContainsKey("$skiptoken");

    [Fact]
    public async Task Ten_thousand_members_take_eleven_pages_one_group_and_one_token()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("Everyone", [.. Enumerable.Range(0, 10_000).Select(i => entra.AddUser("user" + i))]);
        using var reader = entra.Open();
        var progress = new List<int>();

        var reading = await reader.ReadGroupAsync(id, "old name", false, progress.Add, default);

        Assert.Equal(ReadingStatus.Complete, reading.Status);
        Assert.Equal("Everyone", reading.DisplayName);
        Assert.Equal(entra.Users.Keys.Order(), reading.Users.Select(u => u.Id).Order());
        Assert.Equal(12, entra.GraphRequests.Count);
        Assert.Single(entra.TokenRequests);
        Assert.Equal(11, progress.Count);
        Assert.Equal(999, progress[0]);
        Assert.Equal(10_000, progress[^1]);
    }

    [Fact]
    public async Task All_properties_arrive()
    {
        await using var entra = await EntraDouble.StartAsync();
        var raw = entra.AddUser("zoë", enabled: false, userType: "Guest");
        var id = entra.AddGroup("A", raw);
        using var reader = entra.Open();

        var user = Assert.Single((await reader.ReadGroupAsync(id, "", false, null, default)).Users);

        Assert.Equal((string)raw["id"]!, user.Id);
        Assert.Equal("zoë", user.DisplayName);
        Assert.Equal("zoë", user.GivenName);
        Assert.Equal("Probe", user.Surname);
        Assert.Equal("zoë@contoso.example", user.Mail);
        Assert.Equal("zoë@contoso.example", user.UserPrincipalName);
        Assert.False(user.AccountEnabled);
        Assert.True(user.IsGuest);
    }

    [Fact]
    public async Task Members_with_null_properties_are_still_members()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A", EntraDouble.Unreadable("a0000000-0000-0000-0000-000000000001"), new JsonObject { ["@odata.type"] = "#microsoft.graph.user", ["id"] = "a0000000-0000-0000-0000-000000000002" });
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "", false, null, default);

        Assert.Equal(ReadingStatus.Complete, reading.Status);
        Assert.Equal(["a0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000002"], reading.Users.Select(u => u.Id));
        Assert.All(reading.Users, u => Assert.False(u.IsReadable));
        Assert.All(reading.Users, u => Assert.Null(u.AccountEnabled));
    }

    [Fact]
    public async Task Each_user_counts_once_and_inner_groups_are_reported()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 2;
        var ann = entra.AddUser("ann");
        var inner = entra.AddGroup("Inner", entra.AddUser("ida"), ann);
        var id = entra.AddGroup(
            "A", EntraDouble.Other("device"), ann, EntraDouble.Other("orgContact"), EntraDouble.Other("servicePrincipal"), EntraDouble.AsMember(inner), ann, EntraDouble.Other("somethingNew"));
        using var reader = entra.Open();

        var direct = await reader.ReadGroupAsync(id, "", false, null, default);
        var nested = await reader.ReadGroupAsync(id, "", true, null, default);

        Assert.Equal(["ann"], direct.Users.Select(u => u.DisplayName));
        Assert.Single(direct.NestedGroups);
        Assert.Equal(ReadingStatus.Complete, direct.Status);
        Assert.Equal(["ann", "ida"], nested.Users.Select(u => u.DisplayName).Order());
        Assert.Single(nested.NestedGroups);
    }

    [Fact]
    public async Task An_empty_page_with_a_next_link_is_not_the_end()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A", entra.AddUser("ann"));
        entra.OnGraph = async c =>
        {
            if (!IsMembers(c) || IsLaterPage(c))
                return false;
            var options = c.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString());
            await LoopbackServer.JsonAsync(c, new JsonObject { ["value"] = new JsonArray(), ["@odata.nextLink"] = entra.Link($"/groups/{id}/members", options, 0) }.ToJsonString());
            return true;
        };
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "", false, null, default);

        Assert.Equal(ReadingStatus.Complete, reading.Status);
        Assert.Single(reading.Users);
    }

    [Fact]
    public async Task A_group_without_members_is_complete_and_empty()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A");
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "", false, null, default);

        Assert.Equal(ReadingStatus.Complete, reading.Status);
        Assert.Empty(reading.Users);
    }

    public static TheoryData<string, ErrorId> BadPages => new()
    {
        { "{}", ErrorId.GraphAnswerInvalid },
        { """{"value":null}""", ErrorId.GraphAnswerInvalid },
        { """{"value":{}}""", ErrorId.GraphAnswerInvalid },
        { """{"value":[null]}""", ErrorId.GraphAnswerInvalid },
        { """{"value":["a0000000-0000-0000-0000-000000000001"]}""", ErrorId.GraphAnswerInvalid },
        { """{"value":[{"@odata.type":"#microsoft.graph.user"}]}""", ErrorId.GraphAnswerInvalid },
        { """{"value":[{"id":"a0000000-0000-0000-0000-000000000001"}]}""", ErrorId.GraphAnswerInvalid },
        { """{"value":[{"@odata.type":"#microsoft.graph.user","id":"a0000000-0000-0000-0000-000000000001"}""", ErrorId.GraphAnswerInvalid },
        { """{"value":[{"@odata.type":"#microsoft.graph.user","id":"\ud800"}]}""", ErrorId.GraphAnswerInvalid },
        { """{"value":[{"@odata.type":7,"id":"a0000000-0000-0000-0000-000000000001"}]}""", ErrorId.GraphAnswerInvalid },
        { """[]""", ErrorId.GraphAnswerInvalid },
        { "", ErrorId.GraphAnswerInvalid },
        { """{"value":[],"@odata.nextLink":""}""", ErrorId.GraphAnswerInvalid },
        { """{"value":[],"@odata.nextLink":7}""", ErrorId.GraphAnswerInvalid },
        { """{"value":[],"@odata.nextLink":"/v1.0/relative"}""", ErrorId.GraphAnswerInvalid },
        { """{"value":[],"@odata.nextLink":"https://evil.example/v1.0/groups"}""", ErrorId.ForeignHost },
        { """{"error":{"code":"UnknownError","message":""}}""", ErrorId.GraphAnswerInvalid },
    };

    [Theory]
    [MemberData(nameof(BadPages))]
    public async Task An_unusable_page_makes_the_read_incomplete(string body, ErrorId expected)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 1;
        var id = entra.AddGroup("A", entra.AddUser("ann"), entra.AddUser("bob"), entra.AddUser("cid"));
        entra.OnGraph = async c =>
        {
            if (!IsLaterPage(c))
                return false;
            await LoopbackServer.JsonAsync(c, body);
            return true;
        };
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "", false, null, default);

        Assert.Equal(ReadingStatus.Incomplete, reading.Status);
        Assert.Equal(expected, reading.Problem!.Id);
        SignInTests.AssertClean(new ConnectorException(reading.Problem));
    }

    public static TheoryData<string, ErrorId> Faults => new()
    {
        { "html", ErrorId.GraphAnswerInvalid },
        { "truncate", ErrorId.GraphUnreachable },
        { "reset", ErrorId.GraphUnreachable },
        { "empty", ErrorId.GraphAnswerInvalid },
        { "redirect-away", ErrorId.ForeignHost },
        { "redirect-here", ErrorId.GraphAnswerInvalid },
        { "401", ErrorId.GraphUnauthorized },
        { "403", ErrorId.PermissionMissing },
        { "404", ErrorId.GraphFailed },
        { "429", ErrorId.GraphThrottled },
        { "500", ErrorId.GraphFailed },
        { "504", ErrorId.GraphFailed },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_failed_page_makes_the_read_incomplete(string fault, ErrorId expected)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 1;
        var id = entra.AddGroup("A", entra.AddUser("ann"), entra.AddUser("bob"));
        entra.OnGraph = async c => IsLaterPage(c)
            && (await BrokenResponse.TrySendAsync(c, fault, """{"value":[{"@odata.type":"#micro""")
                || await EntraDouble.RefuseAsync(c, int.Parse(fault, System.Globalization.CultureInfo.InvariantCulture), "code"));
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "", false, null, default);

        Assert.Equal(ReadingStatus.Incomplete, reading.Status);
        Assert.Equal(expected, reading.Problem!.Id);
        Assert.Equal("A", reading.DisplayName);
        SignInTests.AssertClean(new ConnectorException(reading.Problem));
    }

    [Fact]
    public async Task A_temporary_fault_of_a_page_is_retried()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 1;
        var id = entra.AddGroup("A", entra.AddUser("ann"), entra.AddUser("bob"), entra.AddUser("cid"));
        var faults = 0;
        entra.OnGraph = async c => IsLaterPage(c) && ++faults % 2 == 1 && await EntraDouble.RefuseAsync(c, 503, "serviceNotAvailable");
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "", false, null, default);

        Assert.Equal(ReadingStatus.Complete, reading.Status);
        Assert.Equal(3, reading.Users.Count);
    }

    [Theory]
    [InlineData("DirectoryPageTokenNotFoundException")]
    [InlineData("Directory_ExpiredPageToken")]
    public async Task A_list_with_an_expired_next_link_restarts_once(string code)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 1;
        var id = entra.AddGroup("A", entra.AddUser("ann"), entra.AddUser("bob"), EntraDouble.AsMember("b0000000-0000-0000-0000-000000000001"));
        var refused = 0;
        entra.OnGraph = async c => IsLaterPage(c) && Interlocked.Increment(ref refused) == 2 && await EntraDouble.RefuseAsync(c, 400, code);
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "", false, null, default);

        Assert.Equal(ReadingStatus.Complete, reading.Status);
        Assert.Equal(["ann", "bob"], reading.Users.Select(u => u.DisplayName));
        Assert.Single(reading.NestedGroups);
    }

    [Fact]
    public async Task A_list_with_next_links_that_never_work_is_incomplete()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 1;
        var id = entra.AddGroup("A", entra.AddUser("ann"), entra.AddUser("bob"));
        entra.OnGraph = async c => IsLaterPage(c) && await EntraDouble.RefuseAsync(c, 400, "Directory_ExpiredPageToken");
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "", false, null, default);

        Assert.Equal(ReadingStatus.Incomplete, reading.Status);
        Assert.Contains("Directory_ExpiredPageToken", reading.Problem!.Render(), StringComparison.Ordinal);
        Assert.Equal(5, entra.GraphRequests.Count);
    }

    [Fact]
    public async Task A_cycle_of_next_links_is_detected()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A", entra.AddUser("ann"));
        entra.OnGraph = async c =>
        {
            if (!IsMembers(c))
                return false;
            await LoopbackServer.JsonAsync(c, new JsonObject { ["value"] = new JsonArray(), ["@odata.nextLink"] = entra.Graph + "/groups/x/members?$skiptoken=1" }.ToJsonString());
            return true;
        };
        using var reader = entra.Open();

        Assert.Equal(ErrorId.GraphAnswerInvalid, (await reader.ReadGroupAsync(id, "", false, null, default)).Problem!.Id);
    }

    [Fact]
    public async Task A_link_to_another_host_is_refused_without_a_request()
    {
        await using var stranger = await EntraDouble.StartAsync();
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A", entra.AddUser("ann"));
        entra.OnGraph = async c =>
        {
            if (!IsMembers(c))
                return false;
            await LoopbackServer.JsonAsync(c, new JsonObject { ["value"] = new JsonArray(), ["@odata.nextLink"] = stranger.Graph + "/groups/x/members" }.ToJsonString());
            return true;
        };
        using var reader = entra.Open();

        Assert.Equal(ErrorId.ForeignHost, (await reader.ReadGroupAsync(id, "", false, null, default)).Problem!.Id);
        Assert.Empty(stranger.Server.Requests);
    }

    [Fact]
    public async Task A_token_that_expires_between_pages_is_replaced()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 1;
        var id = entra.AddGroup("A", entra.AddUser("ann"), entra.AddUser("bob"));
        var revoked = false;
        entra.OnGraph = c =>
        {
            if (IsMembers(c) && !IsLaterPage(c) && !revoked)
            {
                revoked = true;
                c.Response.OnCompleted(() =>
                {
                    entra.RevokeTokens();
                    return Task.CompletedTask;
                });
                entra.RevokeTokens();
            }

            return Task.FromResult(false);
        };
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "", false, null, default);

        Assert.Equal(ReadingStatus.Complete, reading.Status);
        Assert.Equal(2, reading.Users.Count);
        Assert.Equal(2, entra.TokenRequests.Count);
    }

    [Fact]
    public async Task A_sign_in_that_fails_between_pages_throws()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 1;
        var id = entra.AddGroup("A", entra.AddUser("ann"), entra.AddUser("bob"));
        entra.OnGraph = c =>
        {
            if (IsMembers(c))
            {
                entra.RevokeTokens();
                entra.OnSignIn = (s, _) => SignInTests.RefuseAsync(s, 401, "invalid_client", 7000222, "expired");
            }

            return Task.FromResult(false);
        };
        using var reader = entra.Open();

        Assert.Equal(ErrorId.SecretExpired, (await Assert.ThrowsAsync<ConnectorException>(() => reader.ReadGroupAsync(id, "", false, null, default))).Id);
    }

    [Theory]
    [InlineData(false, "GroupMember.Read.All")]
    [InlineData(true, "Member.Read.Hidden")]
    public async Task A_refused_member_list_names_the_permission(bool hidden, string permission)
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A", entra.AddUser("ann"));
        entra.Groups[id]["visibility"] = hidden ? "HiddenMembership" : "Private";
        entra.OnGraph = async c => IsMembers(c) && await EntraDouble.RefuseAsync(c, 403, "Authorization_RequestDenied");
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "", false, null, default);

        Assert.Equal(ReadingStatus.Incomplete, reading.Status);
        Assert.Equal(ErrorId.PermissionMissing, reading.Problem!.Id);
        Assert.Contains(permission, reading.Problem.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_group_read_names_the_permission()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = c => EntraDouble.RefuseAsync(c, 403, "Authorization_RequestDenied");
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(Guid.NewGuid().ToString(), "The group", false, null, default);

        Assert.Equal(ReadingStatus.Incomplete, reading.Status);
        Assert.Equal("The group", reading.DisplayName);
        Assert.Equal(ErrorId.PermissionMissing, reading.Problem!.Id);
        Assert.Contains("GroupMember.Read.All", reading.Problem.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_with_hidden_members_returns_the_visible_ones_as_Hidden()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A", entra.AddUser("ann"));
        entra.Groups[id]["visibility"] = "HiddenMembership";
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "", false, null, default);

        Assert.Equal(ReadingStatus.Hidden, reading.Status);
        Assert.Single(reading.Users);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_missing_group_is_looked_up_in_deleted_items(bool restorable)
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = Guid.NewGuid().ToString();
        if (restorable)
            entra.Deleted[id] = EntraDouble.AsMember(id);
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(id, "Gone", false, null, default);

        Assert.Equal(ReadingStatus.NotFound, reading.Status);
        Assert.Equal(restorable, reading.InDeletedItems);
        Assert.Equal("Gone", reading.DisplayName);
    }

    [Theory]
    [InlineData(403, ErrorId.PermissionMissing)]
    [InlineData(503, ErrorId.GraphFailed)]
    public async Task A_group_is_not_reported_as_gone_if_deleted_items_cannot_be_read(int status, ErrorId expected)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = async c => c.Request.Path.Value!.Contains("deletedItems", StringComparison.OrdinalIgnoreCase) && await EntraDouble.RefuseAsync(c, status, "code");
        using var reader = entra.Open();

        var reading = await reader.ReadGroupAsync(Guid.NewGuid().ToString(), "Gone", false, null, default);

        Assert.Equal(ReadingStatus.Incomplete, reading.Status);
        Assert.Equal(expected, reading.Problem!.Id);
    }

    [Theory]
    [InlineData(429, ErrorId.GraphThrottled)]
    [InlineData(503, ErrorId.GraphFailed)]
    [InlineData(401, ErrorId.GraphUnauthorized)]
    public async Task A_failed_request_for_the_group_itself_throws(int status, ErrorId expected)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = c => EntraDouble.RefuseAsync(c, status, "code");
        using var reader = entra.Open();

        Assert.Equal(expected, (await Assert.ThrowsAsync<ConnectorException>(() => reader.ReadGroupAsync(Guid.NewGuid().ToString(), "", false, null, default))).Id);
    }

    [Fact]
    public async Task A_404_that_is_not_from_Graph_is_not_a_deleted_group()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = async c =>
        {
            if (!c.Request.Path.StartsWithSegments("/v1.0/groups", StringComparison.Ordinal))
                return false;
            await LoopbackServer.HtmlAsync(c, 404);
            return true;
        };
        using var reader = entra.Open();

        // A lookup in deleted items would not find the group, either.
        Assert.Equal(ErrorId.GraphAnswerInvalid, (await Assert.ThrowsAsync<ConnectorException>(() => reader.ReadGroupAsync(Guid.NewGuid().ToString(), "", false, null, default))).Id);
    }

    [Fact]
    public async Task A_response_with_a_different_group_is_not_accepted()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = async c =>
        {
            await LoopbackServer.JsonAsync(c, """{"id":"other","displayName":"Other"}""");
            return true;
        };
        using var reader = entra.Open();

        Assert.Equal(ErrorId.GraphAnswerInvalid, (await Assert.ThrowsAsync<ConnectorException>(() => reader.ReadGroupAsync("mine", "", false, null, default))).Id);
    }

    [Fact]
    public async Task Cancelling_ends_the_read()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A", entra.AddUser("ann"));
        using var stop = new CancellationTokenSource();
        entra.OnGraph = async c =>
        {
            if (!IsMembers(c))
                return false;
            await stop.CancelAsync();
            await entra.Server.HangAsync(c);
            return true;
        };
        using var reader = entra.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadGroupAsync(id, "", false, null, stop.Token));
    }

    [Fact]
    public async Task A_root_with_a_trailing_slash_works()
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = entra.AddGroup("A", entra.AddUser("ann"));
        using var reader = EntraDouble.Open(entra.Connection with { GraphEndpoint = new Uri(entra.Graph.AbsoluteUri + "/") }, new ConnectionSecrets { ClientSecret = EntraDouble.Secret });

        Assert.Single((await reader.ReadGroupAsync(id, "", false, null, default)).Users);
        Assert.Single(await reader.LookUpUsersAsync(["a0000000-0000-0000-0000-000000000000"], [id], default));
    }
}
