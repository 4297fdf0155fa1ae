using System;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Model;
using static PasswordBoss.EntraConnector.Clients.Tests.Entra.DeltaDouble;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Change tracking: the result of a round, and its start.</summary>
[Trait("Speed", "Slow")]
public sealed class DeltaTests : IAsyncLifetime
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

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(50, 1)]
    [InlineData(51, 2)]
    [InlineData(101, 3)]
    [InlineData(500, 10)]
    public async Task There_is_one_delta_link_per_fifty_groups_and_one_for_the_users(int count, int expected)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.NewGuid().ToString()).ToList();

        var links = await reader.StartTrackingAsync(ids, default);

        Assert.Equal(expected, links.Groups.Count);
        Assert.Equal(expected + 1, links.Groups.Append(links.Users).Distinct().Count());
        Assert.Equal(expected + 1, entra.GraphRequests.Count);
        Assert.Single(entra.TokenRequests);

        entra.Delta.GroupPages = [new JsonArray([.. ids.Select(id => Group(id, "name " + id, Member("a0000000-0000-0000-0000-000000000000")))])];
        var changes = await reader.ReadChangesAsync(links, default);
        Assert.Equal(ids, changes.Groups.Select(g => g.GroupId));
        Assert.Equal(ids, changes.Memberships.Select(m => m.GroupId));
        Assert.Equal(expected, changes.Links.Groups.Count);
        Assert.Equal(2 * (expected + 1), entra.GraphRequests.Count);
    }

    [Fact]
    public async Task Requests_match_the_documentation()
    {
        await reader.StartTrackingAsync(["11111111-0000-0000-0000-000000000001", "11111111-0000-0000-0000-000000000002"], default);

        Assert.Equal(
            [
                "/v1.0/groups/delta?$deltatoken=latest&$select=displayName,members"
                + "&$filter=id%20eq%20%2711111111-0000-0000-0000-000000000001%27%20or%20id%20eq%20%2711111111-0000-0000-0000-000000000002%27",
                "/v1.0/users/delta?$deltatoken=latest&$select=id,displayName,givenName,surname,mail,userPrincipalName,accountEnabled,userType",
            ],
            entra.GraphRequests.Select(r => r.PathAndQuery.Replace("%2C", ",", StringComparison.Ordinal)).Order());
        Assert.All(entra.GraphRequests, r => Assert.Contains("application/json", r.Header("Accept"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Links_are_followed_unchanged()
    {
        entra.Delta.UserPages = [[User("a0000000-0000-0000-0000-000000000001")], [], [User("a0000000-0000-0000-0000-000000000002")]];
        var links = await reader.StartTrackingAsync(["b0000000-0000-0000-0000-000000000000"], default);
        var first = await reader.ReadChangesAsync(links, default);
        var second = await reader.ReadChangesAsync(first.Links, default);

        Assert.Equal(["a0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000002"], second.Users.Select(u => u.UserId));
        var followed = entra.GraphRequests.Where(r => !r.PathAndQuery.Contains("latest", StringComparison.Ordinal)).ToList();
        Assert.Equal(8, followed.Count);
        Assert.All(followed, r => Assert.Contains("=RFNw%2B%2f%3D%2D%5f%7Ea.b_~", r.PathAndQuery, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_latest_delta_link_can_follow_empty_pages()
    {
        entra.Delta.PagesBeforeLatest = 3;
        var links = await reader.StartTrackingAsync(["b0000000-0000-0000-0000-000000000000"], default);
        Assert.Equal(8, entra.GraphRequests.Count);
        entra.Delta.UserPages = [[User("a0000000-0000-0000-0000-000000000001")]];
        Assert.Equal("a0000000-0000-0000-0000-000000000001", Assert.Single((await reader.ReadChangesAsync(links, default)).Users).UserId);
    }

    [Fact]
    public async Task A_delta_query_without_changes_takes_two_requests()
    {
        var links = await reader.StartTrackingAsync(["b0000000-0000-0000-0000-000000000000"], default);
        var changes = await reader.ReadChangesAsync(links, default);

        Assert.Empty(changes.Groups);
        Assert.Empty(changes.Memberships);
        Assert.Empty(changes.Users);
        Assert.Equal(4, entra.GraphRequests.Count);
        Assert.Single(entra.TokenRequests);
        Assert.NotEqual(links.Users, changes.Links.Users);
    }

    [Fact]
    public async Task All_reported_changes_are_returned()
    {
        entra.Delta.GroupPages =
        [
            [Group("b0000000-0000-0000-0000-000000000001", "One", Member("a0000000-0000-0000-0000-000000000001"), Member("c0000000-0000-0000-0000-000000000000", "group"), Member("d0000000-0000-0000-0000-000000000001", "device"), Member("f0000000-0000-0000-0000-000000000001", "orgContact"), Member("e0000000-0000-0000-0000-000000000001", "servicePrincipal"))],
            [Group("b0000000-0000-0000-0000-000000000002", null, Member("a0000000-0000-0000-0000-000000000002", removed: "deleted")), Removed(Group("b0000000-0000-0000-0000-000000000003", null), "deleted")],
            [],
            [Group("b0000000-0000-0000-0000-000000000001", "One", Member("a0000000-0000-0000-0000-000000000003", null), Member("c0000000-0000-0000-0000-000000000002", "group", "deleted"), Member("d0000000-0000-0000-0000-000000000002", "device", "deleted")), Group("B0000000-0000-0000-0000-000000000001", null, Member("a0000000-0000-0000-0000-000000000001", removed: "changed"))],
        ];
        entra.Delta.UserPages = [[User("a0000000-0000-0000-0000-000000000001"), User("a0000000-0000-0000-0000-000000000002", "changed")], [User("a0000000-0000-0000-0000-000000000003", "deleted"), User("A0000000-0000-0000-0000-000000000001")]];
        var links = await reader.StartTrackingAsync(["b0000000-0000-0000-0000-000000000001", "b0000000-0000-0000-0000-000000000002", "b0000000-0000-0000-0000-000000000003"], default);

        var changes = await reader.ReadChangesAsync(links, default);

        Assert.Equal([new GroupChange("b0000000-0000-0000-0000-000000000001", false, "One"), new GroupChange("b0000000-0000-0000-0000-000000000002", false, null), new GroupChange("b0000000-0000-0000-0000-000000000003", true, null)], changes.Groups);
        Assert.Equal(
            [
                new MembershipChange("b0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000001", false, false), new MembershipChange("b0000000-0000-0000-0000-000000000001", "c0000000-0000-0000-0000-000000000000", true, false), new MembershipChange("b0000000-0000-0000-0000-000000000002", "a0000000-0000-0000-0000-000000000002", false, true),
                new MembershipChange("b0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000003", false, false), new MembershipChange("b0000000-0000-0000-0000-000000000001", "c0000000-0000-0000-0000-000000000002", true, true), new MembershipChange("b0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000001", false, true),
            ],
            changes.Memberships);
        Assert.Equal([("a0000000-0000-0000-0000-000000000001", false), ("a0000000-0000-0000-0000-000000000002", true), ("a0000000-0000-0000-0000-000000000003", true)], changes.Users.Select(u => (u.UserId, u.IsRemoved)));
        Assert.Equal(["a0000000-0000-0000-0000-000000000001", "A0000000-0000-0000-0000-000000000001"], changes.Users[0].Reported.Select(t => t.DisplayName));
        Assert.Empty(changes.Users[1].Reported);
        Assert.Empty(changes.Users[2].Reported);
    }

    [Fact]
    public async Task The_entries_of_a_user_are_kept_separately()
    {
        entra.Delta.UserPages =
        [
            [
                Json("{'id':'a0000000-0000-0000-0000-000000000001','displayName':'Ann Lee','givenName':'Ann','surname':'Lee','mail':'ann@contoso.example','userPrincipalName':'ann@contoso.onmicrosoft.example','accountEnabled':true,'userType':'Member'}"),
                Json("{'id':'a0000000-0000-0000-0000-000000000002','accountEnabled':false}"),
                Json("{'id':'a0000000-0000-0000-0000-000000000003','accountEnabled':true,'surname':'Berg'}"),
            ],
            [Json("{'id':'A0000000-0000-0000-0000-000000000001','accountEnabled':false,'mail':null}"), Removed(Json("{'id':'a0000000-0000-0000-0000-000000000003','accountEnabled':false}"), "changed")],
            [Json("{'id':'a0000000-0000-0000-0000-000000000001','accountEnabled':true}"), Removed(Json("{'id':'a0000000-0000-0000-0000-000000000002'}"), "deleted"), Json("{'id':'a0000000-0000-0000-0000-000000000002','displayName':'Back'}")],
        ];
        var links = await reader.StartTrackingAsync([], default);

        var reported = (await reader.ReadChangesAsync(links, default)).Users.ToDictionary(u => u.UserId);

        Assert.Equal(
            [
                new DirectoryUser
                {
                    Id = "a0000000-0000-0000-0000-000000000001", DisplayName = "Ann Lee", GivenName = "Ann", Surname = "Lee", Mail = "ann@contoso.example", UserPrincipalName = "ann@contoso.onmicrosoft.example",
                    AccountEnabled = true, UserType = "Member",
                },
                new DirectoryUser { Id = "a0000000-0000-0000-0000-000000000001", AccountEnabled = false },
                new DirectoryUser { Id = "a0000000-0000-0000-0000-000000000001", AccountEnabled = true },
            ],
            reported["a0000000-0000-0000-0000-000000000001"].Reported);
        Assert.Equal([new DirectoryUser { Id = "a0000000-0000-0000-0000-000000000002", AccountEnabled = false }, new DirectoryUser { Id = "a0000000-0000-0000-0000-000000000002", DisplayName = "Back" }], reported["a0000000-0000-0000-0000-000000000002"].Reported);
        Assert.Equal([new DirectoryUser { Id = "a0000000-0000-0000-0000-000000000003", AccountEnabled = true, Surname = "Berg" }], reported["a0000000-0000-0000-0000-000000000003"].Reported);
        Assert.Equal([false, true, true], reported.Values.Select(u => u.IsRemoved));
    }

    [Theory]
    [InlineData("{'id':'a0000000-0000-0000-0000-000000000001'}")]
    [InlineData("{'id':'a0000000-0000-0000-0000-000000000001','accountEnabled':null,'displayName':null,'givenName':null,'surname':null,'mail':null,'userPrincipalName':null}")]
    [InlineData("{'id':'a0000000-0000-0000-0000-000000000001','userType':'Guest','jobTitle':'CEO'}")]
    [InlineData("{'id':'a0000000-0000-0000-0000-000000000001','accountEnabled':'false','displayName':7,'mail':{}}")]
    public async Task An_entry_without_properties_still_reports_the_user(string entry)
    {
        var links = await reader.StartTrackingAsync([], default);
        entra.OnGraph = async c =>
        {
            await LoopbackServer.JsonAsync(c, "{\"value\":[" + entry.Replace('\'', '"') + "],\"@odata.deltaLink\":\"" + entra.Graph + "/x\"}");
            return true;
        };

        var user = Assert.Single((await reader.ReadChangesAsync(links, default)).Users);

        Assert.Equal(("a0000000-0000-0000-0000-000000000001", false), (user.UserId, user.IsRemoved));
        Assert.Empty(user.Reported);
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(9, 1)]
    [InlineData(500, 492)]
    public async Task Only_the_last_eight_entries_of_a_user_are_kept(int entries, int first)
    {
        entra.Delta.UserPages = [.. Enumerable.Range(0, entries).Select(i => new JsonArray(Json("{'id':'a0000000-0000-0000-0000-000000000001','displayName':'" + i + "'}"))).Append([Json("{'id':'a0000000-0000-0000-0000-000000000001'}"), Removed(Json("{'id':'a0000000-0000-0000-0000-000000000001'}"), "changed")])];
        var links = await reader.StartTrackingAsync([], default);

        var user = Assert.Single((await reader.ReadChangesAsync(links, default)).Users);

        Assert.True(user.IsRemoved);
        Assert.Equal(Enumerable.Range(first, 8).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)), user.Reported.Select(t => t.DisplayName));
    }

    [Fact]
    public async Task A_restarted_delta_query_reports_nothing_twice()
    {
        entra.Delta.UserPages = [[User("a0000000-0000-0000-0000-000000000001")], [User("a0000000-0000-0000-0000-000000000002")]];
        var links = await reader.StartTrackingAsync([], default);
        var refused = 0;
        entra.OnGraph = async c => c.Request.Query.ContainsKey("$skiptoken") && Interlocked.Increment(ref refused) == 1 && await EntraDouble.RefuseAsync(c, 400, "Directory_ExpiredPageToken");

        var changes = await reader.ReadChangesAsync(links, default);

        Assert.Equal(["a0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000002"], changes.Users.Select(u => Assert.Single(u.Reported).DisplayName));
    }

    [Fact]
    public async Task Repeated_values_of_a_tenant_are_kept_only_once()
    {
        entra.Delta.UserPages = [[Json("{'id':'a0000000-0000-0000-0000-000000000001','mail':'ann@contoso.example','userPrincipalName':'ann@contoso.example','userType':'Member'}")], [Json("{'id':'A0000000-0000-0000-0000-000000000001','userType':'Member','accountEnabled':true}")]];
        var links = await reader.StartTrackingAsync([], default);

        var user = Assert.Single((await reader.ReadChangesAsync(links, default)).Users);

        Assert.Same(user.Reported[0].UserPrincipalName, user.Reported[0].Mail);
        Assert.All(user.Reported, t => Assert.Same(user.UserId, t.Id));
        Assert.Same(user.Reported[0].UserType, user.Reported[1].UserType);
    }

    [Fact]
    public async Task Members_are_read_under_both_property_names_or_neither()
    {
        var plain = Group("b0000000-0000-0000-0000-000000000000", "G");
        plain["members"] = new JsonArray(Member("a0000000-0000-0000-0000-000000000001"));
        var none = Group("b0000000-0000-0000-0000-000000000000", "G");
        none["members@delta"] = null;
        var both = Group("b0000000-0000-0000-0000-000000000000", "G", Member("a0000000-0000-0000-0000-000000000002"));
        both["members"] = new JsonArray(Member("a0000000-0000-0000-0000-000000000003", removed: "deleted"));
        entra.Delta.GroupPages = [[plain, none, both]];
        var links = await reader.StartTrackingAsync(["b0000000-0000-0000-0000-000000000000"], default);

        Assert.Equal(["a0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000002", "a0000000-0000-0000-0000-000000000003"], (await reader.ReadChangesAsync(links, default)).Memberships.Select(m => m.MemberId));
    }

    [Fact]
    public async Task A_removal_on_any_page_is_reported()
    {
        entra.Delta.GroupPages = [[Removed(Group("b0000000-0000-0000-0000-000000000000", null), "deleted")], [Group("b0000000-0000-0000-0000-000000000000", "G")]];
        entra.Delta.UserPages = [[User("a0000000-0000-0000-0000-000000000000", "deleted")], [User("a0000000-0000-0000-0000-000000000000")]];
        var links = await reader.StartTrackingAsync(["b0000000-0000-0000-0000-000000000000"], default);

        var changes = await reader.ReadChangesAsync(links, default);

        Assert.Equal(new GroupChange("b0000000-0000-0000-0000-000000000000", true, "G"), Assert.Single(changes.Groups));
        var user = Assert.Single(changes.Users);
        Assert.Equal(("a0000000-0000-0000-0000-000000000000", true), (user.UserId, user.IsRemoved));
        Assert.Equal("a0000000-0000-0000-0000-000000000000", Assert.Single(user.Reported).DisplayName);
    }

    [Fact]
    public async Task A_delta_link_can_be_followed_again()
    {
        entra.Delta.GroupPages = [[Group("b0000000-0000-0000-0000-000000000000", "G", Member("a0000000-0000-0000-0000-000000000001"))]];
        entra.Delta.UserPages = [[User("a0000000-0000-0000-0000-000000000001")]];
        var links = await reader.StartTrackingAsync(["b0000000-0000-0000-0000-000000000000"], default);

        var first = await reader.ReadChangesAsync(links, default);
        var again = await reader.ReadChangesAsync(links, default);

        Assert.Equal(first.Groups, again.Groups);
        Assert.Equal(first.Memberships, again.Memberships);
        Assert.Equal(first.Users.Select(u => (u.UserId, u.IsRemoved)), again.Users.Select(u => (u.UserId, u.IsRemoved)));
        Assert.Equal(first.Users.SelectMany(u => u.Reported), again.Users.SelectMany(u => u.Reported));
    }

    [Fact]
    public async Task A_delta_query_can_end_with_the_link_it_started_with()
    {
        var links = await reader.StartTrackingAsync(["b0000000-0000-0000-0000-000000000000"], default);
        entra.OnGraph = async c =>
        {
            var link = c.Request.Path.Value!.EndsWith("/users/delta", StringComparison.Ordinal) ? links.Users : links.Groups[0];
            await LoopbackServer.JsonAsync(c, new JsonObject { ["value"] = new JsonArray(), ["@odata.deltaLink"] = link }.ToJsonString());
            return true;
        };

        var changes = await reader.ReadChangesAsync(links, default);

        Assert.Equal(links.Users, changes.Links.Users);
        Assert.Equal(links.Groups, changes.Links.Groups);
    }

    [Fact]
    public async Task A_hundred_thousand_changes_are_read_to_the_end()
    {
        var links = await reader.StartTrackingAsync(["b0000000-0000-0000-0000-000000000000"], default);
        var page = 0;
        entra.OnGraph = async c =>
        {
            var n = c.Request.Path.Value!.EndsWith("/users/delta", StringComparison.Ordinal) ? Interlocked.Increment(ref page) : 0;
            var users = n is 0 ? "" : string.Join(',', Enumerable.Range(0, 500).Select(i => $$"""{"id":"{{n:x8}}-0000-0000-0000-{{i:x12}}","displayName":"x","mail":"x@example.com","padding":"{{new string('p', 300)}}"}"""));
            var link = n is 0 or 200 ? "\"@odata.deltaLink\":\"" + entra.Graph + "/done" + n : "\"@odata.nextLink\":\"" + entra.Graph + "/users/delta?$skiptoken=" + n;
            await LoopbackServer.JsonAsync(c, "{\"value\":[" + users + "]," + link + "\"}");
            return true;
        };

        var changes = await reader.ReadChangesAsync(links, default);

        Assert.Equal(100_000, changes.Users.Count);
        Assert.All(changes.Users, u => Assert.Equal("x@example.com", Assert.Single(u.Reported).Mail));
        Assert.Equal(entra.Graph + "/done200", changes.Links.Users);
    }

    [Fact]
    public async Task A_token_that_expires_between_pages_is_replaced()
    {
        entra.Delta.UserPages = [[User("a0000000-0000-0000-0000-000000000001")], [User("a0000000-0000-0000-0000-000000000002")]];
        var links = await reader.StartTrackingAsync(["b0000000-0000-0000-0000-000000000000"], default);
        var revoked = 0;
        entra.OnGraph = c =>
        {
            if (c.Request.Query.ContainsKey("$skiptoken") && Interlocked.Exchange(ref revoked, 1) == 0)
                entra.RevokeTokens();
            return Task.FromResult(false);
        };
        await reader.ReadChangesAsync(links, default);

        var changes = await reader.ReadChangesAsync(links, default);

        Assert.Equal(["a0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000002"], changes.Users.Select(u => u.UserId));
        Assert.Equal(2, entra.TokenRequests.Count);
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text.Replace('\'', '"'))!.AsObject();
}
