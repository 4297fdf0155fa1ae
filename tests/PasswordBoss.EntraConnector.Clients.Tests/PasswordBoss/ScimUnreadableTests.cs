using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>Resources without a required attribute of an account or a group. Such a resource does not hide the others.</summary>
public sealed class ScimUnreadableTests : ScimTestBase
{
    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("7")]
    [InlineData("{\"value\":\"a@b.c\"}")]
    [InlineData("[\"a@b.c\"]")]
    public async Task An_account_without_a_usable_name_is_left_out_and_reported(string? userName)
    {
        Server.AddUser("ann@contoso.com");
        Set(Server.AddUser("odd"), "userName", userName);
        Server.AddUser("bob@contoso.com");

        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(["ann@contoso.com", "bob@contoso.com"], listing.Accounts.Select(a => a.UserName));
        Assert.Equal(["u2"], listing.Unreadable);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("true")]
    public async Task An_account_without_an_ID_is_reported_by_its_position(string? id)
    {
        Server.MaxResults = 2;
        for (var i = 1; i <= 5; i++)
        {
            var user = Server.AddUser($"user{i}@contoso.com");
            if (i is 3 or 4)
                Set(user, "id", id);
        }

        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(["u1", "u2", "u5"], listing.Accounts.Select(a => a.Id));
        Assert.Equal(["#3", "#4"], listing.Unreadable);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("\"u9\"")]
    [InlineData("[]")]
    public async Task An_entry_that_is_not_a_resource_is_left_out(string resource)
    {
        Next("GET", "/Users", c => LoopbackServer.JsonAsync(
            c,
            "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":2,\"Resources\":[" + resource + ",{\"id\":\"1\",\"userName\":\"a@b.c\"}]}",
            200,
            "application/scim+json"));

        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(["1"], listing.Accounts.Select(a => a.Id));
        Assert.Equal(["#1"], listing.Unreadable);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("7")]
    public async Task A_group_without_a_usable_name_is_left_out_and_reported(string? displayName)
    {
        Set(Server.AddGroup("odd", null), "displayName", displayName);
        Server.AddGroup("Sales", "e1");

        var listing = await Directory.ListGroupsAsync(CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(["Sales"], listing.Groups.Select(g => g.DisplayName));
        Assert.Equal(["g1"], listing.Unreadable);
    }

    // Pages overlap if an account is added between them. The account is known if it is readable on one page.
    [Fact]
    public async Task An_account_that_is_readable_on_another_page_is_known()
    {
        var page = 0;
        Next("GET", "/Users", c => LoopbackServer.JsonAsync(
            c,
            "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":3,\"Resources\":["
                + (page++ == 0 ? "{\"id\":\"1\"},{\"id\":\"2\",\"userName\":\"b@b.c\"}" : "{\"id\":\"1\",\"userName\":\"a@b.c\"},{\"id\":\"2\"},{\"id\":\"3\"}") + "]}",
            200,
            "application/scim+json"));

        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(["2", "1"], listing.Accounts.Select(a => a.Id));
        Assert.Equal(["3"], listing.Unreadable);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_search_ignores_other_unreadable_accounts(bool filters)
    {
        Server.IgnoresFilter = !filters;
        Set(Server.AddUser("odd"), "userName", null);
        Server.AddUser("bob@contoso.com", "e1");

        Assert.Single(await Directory.FindByExternalIdAsync("e1", CancellationToken.None));
        Assert.Empty(await Directory.FindByExternalIdAsync("e2", CancellationToken.None));
        Assert.Empty(await Directory.FindByUserNameAsync("ann@contoso.com", CancellationToken.None));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_search_for_an_unreadable_account_is_an_error(bool filters)
    {
        Server.IgnoresFilter = !filters;
        Set(Server.AddUser("odd", "e1"), "userName", null);
        Set(Server.AddUser("ann@contoso.com", "e2"), "id", null);

        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.FindByExternalIdAsync("e1", CancellationToken.None));
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.FindByUserNameAsync("Ann@contoso.com", CancellationToken.None));
    }

    [Fact]
    public async Task Reading_an_unreadable_account_by_its_ID_is_an_error()
    {
        Set(Server.AddUser("odd"), "userName", null);
        Set(Server.AddGroup("odd", null), "displayName", null);

        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.GetAccountAsync("u1", CancellationToken.None));
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.GetGroupAsync("g2", CancellationToken.None));
    }

    private static void Set(JsonObject resource, string name, string? json)
    {
        if (json is null)
            resource.Remove(name);
        else
            resource[name] = JsonNode.Parse(json);
    }
}
