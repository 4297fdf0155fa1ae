using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

/// <summary>A server whose JSON has values of another type or case: numbers for ids and booleans, strings for numbers, GUIDs in capitals.</summary>
public sealed class ScimNumberTests : ScimTestBase
{
    [Fact]
    public async Task Accounts_with_numeric_IDs_are_read()
    {
        Answer("GET", "/Users", """{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":2,"Resources":[{"id":7,"userName":"a@b.c","externalId":12},{"id":"8","userName":"d@e.f"}]}""");

        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(["7", "8"], listing.Accounts.Select(a => a.Id));
        Assert.Equal("12", listing.Accounts[0].ExternalId);
        Assert.Empty(listing.Unreadable);
    }

    [Fact]
    public async Task An_account_with_a_numeric_ID_is_created_read_and_changed()
    {
        Answer("POST", "/Users", """{"id":7,"userName":"ann@contoso.com","active":true}""", 201);
        Assert.Equal("7", (await Directory.CreateAccountAsync(Draft(), CancellationToken.None)).Id);
        Assert.Single(Server.Calls);
        Answer("GET", "/Users/7", """{"id":7,"userName":"ann@contoso.com","active":true}""");
        Assert.Equal("7", (await Directory.GetAccountAsync("7", CancellationToken.None))!.Id);
        Answer("PATCH", "/Users/7", """{"id":7,"userName":"ann@contoso.com","active":true}""");
        Assert.Equal("7", (await Directory.PatchAccountAsync("7", new AccountPatch { DisplayName = "x" }, CancellationToken.None)).Shown!.Id);
    }

    [Fact]
    public async Task A_group_with_a_numeric_ID_is_created_and_read()
    {
        Answer("POST", "/Groups", """{"id":3,"displayName":"Sales"}""", 201);
        Assert.Equal("3", await Directory.CreateGroupAsync("Sales", "e1", CancellationToken.None));
        Answer("GET", "/Groups/3", """{"id":3,"displayName":"Sales","externalId":5,"members":[{"value":7},8]}""");
        var group = (await Directory.GetGroupAsync("3", CancellationToken.None))!;
        Assert.Equal(("3", "5"), (group.Id, group.ExternalId));
        Assert.Equal(["7", "8"], group.MemberIds);
    }

    [Fact]
    public async Task An_account_whose_GUID_is_returned_in_another_case_is_read_and_changed()
    {
        const string Id = "0a5b2c3d-1111-2222-3333-44445555abcd";
        var user = "{\"id\":\"" + Id.ToUpperInvariant() + "\",\"userName\":\"ann@contoso.com\",\"active\":true}";
        Answer("GET", "/Users/" + Id, user);
        Assert.Equal("ann@contoso.com", (await Directory.GetAccountAsync(Id, CancellationToken.None))!.UserName);
        Answer("PATCH", "/Users/" + Id, user);
        Assert.NotNull((await Directory.PatchAccountAsync(Id, new AccountPatch { DisplayName = "x" }, CancellationToken.None)).Shown);
    }

    [Fact]
    public async Task Numbers_in_strings_are_read()
    {
        Answer("GET", "/Users", """{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":"2","Resources":[{"id":7,"userName":"a@b.c"},{"id":8,"userName":"d@e.f"}]}""");

        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(2, listing.Accounts.Count);
    }

    [Theory]
    [InlineData("1", AccountState.Active)]
    [InlineData("0", AccountState.Disabled)]
    [InlineData("2", AccountState.Unknown)]
    public async Task A_number_shows_whether_an_account_is_active(string active, AccountState expected)
    {
        Server.OffersExtension = false;
        Answer("GET", "/Users/7", $$"""{"id":7,"userName":"ann@contoso.com","active":{{active}}}""");
        Assert.Equal(expected, (await Directory.GetAccountAsync("7", CancellationToken.None))!.State);
        Answer("POST", "/Users", $$"""{"id":7,"userName":"ann@contoso.com","active":{{active}}}""", 201);
        Assert.Equal(expected == AccountState.Active, (await Directory.CreateAccountAsync(Draft(), CancellationToken.None)).State == AccountState.Active);
    }

    private void Answer(string method, string pathEnd, string body, int status = 200) =>
        Next(method, pathEnd, c => LoopbackServer.JsonAsync(c, body, status, "application/scim+json"));
}
