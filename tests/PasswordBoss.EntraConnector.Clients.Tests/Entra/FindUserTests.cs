using System;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Finding a user by an object ID or an address.</summary>
public sealed class FindUserTests
{
    private const string Selected = "$select=id,displayName,givenName,surname,mail,userPrincipalName,accountEnabled,userType";

    [Theory]
    [InlineData("D")]
    [InlineData("N")]
    [InlineData("B")]
    public async Task A_user_is_found_by_ID_with_one_request(string format)
    {
        await using var entra = await EntraDouble.StartAsync();
        var ann = entra.AddUser("ann", enabled: false, userType: "Guest");
        entra.AddUser("bob");
        using var reader = entra.Open();
        var id = (string)ann["id"]!;

        var found = Assert.Single(await reader.FindUsersAsync(" " + Guid.Parse(id).ToString(format).ToUpperInvariant() + " ", default));

        Assert.Equal(
            new DirectoryUser
            {
                Id = id,
                DisplayName = "ann",
                GivenName = "ann",
                Surname = "Probe",
                Mail = "ann@contoso.example",
                UserPrincipalName = "ann@contoso.example",
                AccountEnabled = false,
                UserType = "Guest",
            },
            found);
        Assert.Equal("/v1.0/users/" + id + "?" + Selected, Assert.Single(entra.GraphRequests).PathAndQuery.Replace("%2C", ",", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mail", "ann.lee@contoso.example")]
    [InlineData("userPrincipalName", "ann.lee@contoso.example")]
    [InlineData("mail", "O'Brien+x@contoso.example")]
    [InlineData("userPrincipalName", "ann_gmail.com#EXT#@contoso.onmicrosoft.example")]
    [InlineData("mail", "a&b=c%41?d@contoso.example")]
    [InlineData("mail", "''@contoso.example")]
    [InlineData("mail", "käthe@bücher.example")]
    public async Task A_user_is_found_by_each_address_without_case(string property, string address)
    {
        await using var entra = await EntraDouble.StartAsync();
        var ann = entra.AddUser("ann");
        ann[property] = address;
        entra.AddUser("bob");
        using var reader = entra.Open();

        var found = Assert.Single(await reader.FindUsersAsync(" " + address.ToUpperInvariant() + "\t", default));

        Assert.Equal((string)ann["id"]!, found.Id);
        var sent = Assert.Single(entra.GraphRequests).PathAndQuery;
        Assert.DoesNotContain('#', sent);
        Assert.DoesNotContain('+', sent);
        Assert.Contains(Selected, sent.Replace("%2C", ",", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_match_the_documentation()
    {
        await using var entra = await EntraDouble.StartAsync();
        using var reader = entra.Open();

        await reader.FindUsersAsync("O'Brien+x#EXT#@contoso.example", default);

        const string Value = "%27O%27%27Brien%2Bx%23EXT%23%40contoso.example%27";
        var sent = Assert.Single(entra.GraphRequests).PathAndQuery.Replace("%2C", ",", StringComparison.Ordinal).Split('?');
        Assert.Equal("/v1.0/users", sent[0]);
        Assert.Equal(["$filter=userPrincipalName%20eq%20" + Value + "%20or%20mail%20eq%20" + Value, Selected], sent[1].Split('&').Order());
    }

    [Fact]
    public async Task All_users_with_the_address_are_found_on_all_pages()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.PageLimit = 1;
        var one = entra.AddUser("one");
        var two = entra.AddUser("two");
        var three = entra.AddUser("three");
        one["mail"] = "shared@contoso.example";
        two["userPrincipalName"] = "Shared@contoso.example";
        three["mail"] = "SHARED@contoso.example";
        using var reader = entra.Open();

        var found = await reader.FindUsersAsync("shared@contoso.example", default);

        Assert.Equal(new[] { one, two, three }.Select(u => (string)u["id"]!).Order(), found.Select(u => u.Id).Order());
        Assert.Equal(3, entra.GraphRequests.Count);
    }

    [Fact]
    public async Task A_user_listed_twice_is_returned_once()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = async c =>
        {
            await LoopbackServer.JsonAsync(c, """{"value":[{"id":"a0000000-0000-0000-0000-000000000001","mail":"ann@contoso.example"},{"id":"A0000000-0000-0000-0000-000000000001","userPrincipalName":"ANN@contoso.example","mail":null},{"id":"a0000000-0000-0000-0000-000000000002","mail":"ann@contoso.example"}]}""");
            return true;
        };
        using var reader = entra.Open();

        Assert.Equal(["a0000000-0000-0000-0000-000000000001", "a0000000-0000-0000-0000-000000000002"], (await reader.FindUsersAsync("ann@contoso.example", default)).Select(u => u.Id.ToLowerInvariant()));
    }

    // The response decides which user gets the account, so the client compares the addresses, too.
    [Fact]
    public async Task Users_that_do_not_match_are_left_out()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.IgnoresFilter = true;
        entra.PageLimit = 2;
        for (var i = 0; i < 5; i++)
            entra.AddUser("user" + i);
        entra.Users.Values.First()["mail"] = null;
        using var reader = entra.Open();

        Assert.Equal("user3", Assert.Single(await reader.FindUsersAsync("USER3@contoso.example", default)).DisplayName);
        Assert.Empty(await reader.FindUsersAsync("user@contoso.example", default));
        Assert.Equal(6, entra.GraphRequests.Count);
    }

    [Fact]
    public async Task No_match_is_an_empty_list()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.AddUser("ann");
        using var reader = entra.Open();

        Assert.Empty(await reader.FindUsersAsync(Guid.NewGuid().ToString(), default));
        Assert.Empty(await reader.FindUsersAsync("unknown@contoso.example", default));
        Assert.Equal(2, entra.GraphRequests.Count);
        Assert.Empty(await reader.FindUsersAsync(" \t", default));
        Assert.Equal(2, entra.GraphRequests.Count);
    }

    [Theory]
    [InlineData("""{"id":"another","mail":"ann@contoso.example"}""")]
    [InlineData("""{"mail":"ann@contoso.example"}""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_response_that_is_not_the_user_is_an_error(string body)
    {
        await using var entra = await EntraDouble.StartAsync();
        var id = Guid.NewGuid().ToString();
        entra.OnGraph = async c =>
        {
            await LoopbackServer.JsonAsync(c, body.Replace("ID", id, StringComparison.Ordinal));
            return true;
        };
        using var reader = entra.Open();

        Assert.Equal(ErrorId.GraphAnswerInvalid, (await Assert.ThrowsAsync<ConnectorException>(() => reader.FindUsersAsync(id, default))).Id);
    }

    [Theory]
    [InlineData("""{"value":[{"mail":"ann@contoso.example"}]}""")]
    [InlineData("""{"value":[{"id":"\ud800","mail":"ann@contoso.example"}]}""")]
    [InlineData("{}")]
    public async Task An_unusable_page_is_an_error(string body)
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = async c =>
        {
            await LoopbackServer.JsonAsync(c, body);
            return true;
        };
        using var reader = entra.Open();

        Assert.Equal(ErrorId.GraphAnswerInvalid, (await Assert.ThrowsAsync<ConnectorException>(() => reader.FindUsersAsync("ann@contoso.example", default))).Id);
    }

    [Fact]
    public async Task A_forbidden_request_is_reported_with_the_missing_permission()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = c => EntraDouble.RefuseAsync(c, 403, "Authorization_RequestDenied");
        using var reader = entra.Open();

        foreach (var wanted in new[] { Guid.NewGuid().ToString(), "ann@contoso.example" })
        {
            var error = await Assert.ThrowsAsync<ConnectorException>(() => reader.FindUsersAsync(wanted, default));
            Assert.Equal(ErrorId.PermissionMissing, error.Id);
            Assert.Contains("User.Read.All", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_user_with_unreadable_properties_does_not_match_an_address()
    {
        await using var entra = await EntraDouble.StartAsync();
        entra.OnGraph = async c =>
        {
            await LoopbackServer.JsonAsync(c, new JsonObject { ["value"] = new JsonArray(EntraDouble.Unreadable("a0000000-0000-0000-0000-000000000001")) }.ToJsonString());
            return true;
        };
        using var reader = entra.Open();

        Assert.Empty(await reader.FindUsersAsync("ann@contoso.example", default));
    }
}
