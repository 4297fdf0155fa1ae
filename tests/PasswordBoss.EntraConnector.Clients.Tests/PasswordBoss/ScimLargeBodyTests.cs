using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>Large pages and resources: a page is read in smaller ones, and one resource may be as large as any response. The limits are small here.</summary>
public sealed class ScimLargeBodyTests : ScimTestBase
{
    private static readonly HttpTiming SmallPages = TestConnections.Fast with { MaxPageBytes = 20_000, MaxResponseBytes = 200_000 };

    [Fact]
    public void A_page_can_have_16_MB_and_a_single_resource_64()
    {
        Assert.Equal(16 * 1024 * 1024, HttpTiming.Default.MaxPageBytes);
        Assert.Equal(64 * 1024 * 1024, HttpTiming.Default.MaxResponseBytes);
    }

    [Fact]
    public async Task A_page_that_is_too_large_is_requested_again_with_a_smaller_count()
    {
        using var directory = Open(Server.Address, timing: SmallPages);
        AddUsers(300, size: 10);

        var listing = await directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(Server.Users.Select(u => (string)u["id"]!), listing.Accounts.Select(a => a.Id));
        Assert.Equal(["1/200", "1/50", "51/100", "51/25", "76/50"], Pages().Take(5));
    }

    [Fact]
    public async Task A_large_resource_is_read_alone_and_the_others_in_pages()
    {
        using var directory = Open(Server.Address, timing: SmallPages);
        AddUsers(9, size: 10);
        AddUsers(1, size: 100_000);
        AddUsers(60, size: 10);

        var listing = await directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(70, listing.Accounts.Select(a => a.Id).Distinct().Count());
        Assert.Contains("10/1", Pages());
        Assert.InRange(Pages().Count, 5, 20);
    }

    [Fact]
    public async Task A_group_can_be_larger_than_a_page_in_a_list_and_alone()
    {
        using var directory = Open(Server.Address, timing: SmallPages);
        var members = Enumerable.Range(0, 3000).Select(i => "member-" + i).ToArray();
        Server.AddGroup("Small", null, "u1");
        var large = (string)Server.AddGroup("Large", null, members)["id"]!;
        Server.AddGroup("Empty", null);

        var listing = await directory.ListGroupsAsync(CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal([["u1"], members, []], listing.Groups.Select(g => g.MemberIds));
        Assert.Equal(members, (await directory.GetGroupAsync(large, CancellationToken.None))!.MemberIds);
    }

    [Fact]
    public async Task A_server_that_ignores_the_count_is_read()
    {
        using var directory = Open(Server.Address, timing: SmallPages);
        AddUsers(300, size: 150);
        Next("GET", "/Users", c => ScimServer.ScimAsync(c, new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:ListResponse"),
            ["totalResults"] = 300,
            ["Resources"] = new JsonArray([.. Server.Users.Select(u => u.DeepClone())]),
        }));

        var listing = await directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.Equal((true, 300), (listing.IsComplete, listing.Accounts.Count));
        Assert.Equal(["1/200", "1/50", "1/12", "1/3", "1/1"], Pages());
    }

    [Fact]
    public async Task A_resource_above_the_size_limit_is_reported_as_too_large()
    {
        using var directory = Open(Server.Address, timing: SmallPages with { MaxResponseBytes = 1024 * 1024 });
        AddUsers(1, size: 1024 * 1024);

        var error = await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => directory.ListAccountsAsync(null, CancellationToken.None));

        Assert.Contains("larger than 1 MB", error.Message, StringComparison.Ordinal);
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => directory.GetAccountAsync((string)Server.Users[0]["id"]!, CancellationToken.None));
    }

    /// <summary>The first try ends after resources that were already read.</summary>
    [Fact]
    public async Task A_page_cut_off_after_some_resources_counts_them_once()
    {
        AddUsers(3, size: 10);
        var first = Server.Users[0].ToJsonString();
        Next("GET", "/Users", c => LoopbackServer.TruncateAsync(c, "{\"totalResults\":3,\"Resources\":[" + first + "," + first + ",", 5000), times: 1);

        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.Equal((true, 3), (listing.IsComplete, listing.Accounts.Count));
        Assert.Equal(["1/200", "1/200"], Pages());
    }

    /// <summary>Attribute names have no case (RFC 7643 section 2.1), and may be written with escapes.</summary>
    [Theory]
    [InlineData("Resources", "members")]
    [InlineData("resources", "MEMBERS")]
    [InlineData("\\u0052esources", "m\\u0065mbers")]
    public async Task Property_names_of_lists_and_members_are_read_without_case(string resources, string members)
    {
        Next("GET", "/Groups", c => LoopbackServer.JsonAsync(
            c,
            "\uFEFF {\"" + resources + "\" : [ {\"" + members + "\":[{\"value\":\"a\"}, {\"value\":7},{\"value\":\"a\"} ],\"id\":\"g\",\"displayName\":\"G\"} ,{\"id\":\"h\",\"displayName\":\"H\"}],"
            + "\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":2}\r\n",
            200,
            "application/scim+json"));

        var listing = await Directory.ListGroupsAsync(CancellationToken.None);

        Assert.Equal([["a", "7"], []], listing.Groups.Select(g => g.MemberIds));
    }

    private void AddUsers(int count, int size)
    {
        for (var i = 0; i < count; i++)
            Server.AddUser($"person{Server.Users.Count}@contoso.com")["title"] = new string('x', size);
    }

    private List<string> Pages() => Server.Calls.Select(r =>
    {
        var query = r.PathAndQuery.Split('?')[1].Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        return query["startIndex"] + "/" + query["count"];
    }).ToList();
}
