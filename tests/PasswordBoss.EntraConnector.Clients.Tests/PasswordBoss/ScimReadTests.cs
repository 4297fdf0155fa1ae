using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

public sealed class ScimReadTests : ScimTestBase
{
    [Fact]
    public async Task Lists_every_page_and_reports_progress()
    {
        for (var i = 0; i < 450; i++)
            Server.AddUser($"user{i}@contoso.com", "ext" + i);
        var progress = new List<(int, int)>();

        var listing = await Directory.ListAccountsAsync((done, total) => progress.Add((done, total)), CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(Enumerable.Range(0, 450).Select(i => "ext" + i), listing.Accounts.Select(a => a.ExternalId));
        Assert.Equal([(200, 450), (400, 450), (450, 450)], progress);
        Assert.Equal(
            ["/scim/v2/Users?startIndex=1&count=200", "/scim/v2/Users?startIndex=201&count=200", "/scim/v2/Users?startIndex=401&count=200"],
            Server.Calls.Select(c => c.PathAndQuery));
    }

    [Fact]
    public async Task The_page_size_of_the_server_is_respected()
    {
        Server.MaxResults = 7;
        for (var i = 0; i < 15; i++)
            Server.AddUser($"user{i}@contoso.com");

        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(15, listing.Accounts.Count);
        Assert.Equal(["1", "8", "15"], Server.Calls.Select(c => c.PathAndQuery.Split("startIndex=")[1].Split('&')[0]));
        Assert.All(Server.Calls, c => Assert.EndsWith("count=7", c.PathAndQuery, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_next_page_starts_after_the_received_resources()
    {
        Pages(total: _ => 5, ids: start => start switch { 1 => [1, 2], 3 => [3], 4 => [4, 5], _ => throw new InvalidOperationException() });
        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);
        Assert.True(listing.IsComplete);
        Assert.Equal(["u1", "u2", "u3", "u4", "u5"], listing.Accounts.Select(a => a.Id));
    }

    [Fact]
    public async Task An_empty_server_is_complete()
    {
        Pages(total: _ => 0, ids: _ => null);
        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);
        Assert.True(listing.IsComplete);
        Assert.Empty(listing.Accounts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_list_that_ends_early_is_incomplete(bool resourcesMissing)
    {
        Pages(total: _ => 4, ids: start => start == 1 ? [1, 2] : resourcesMissing ? null : []);
        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);
        Assert.False(listing.IsComplete);
        Assert.Equal(2, listing.Accounts.Count);
        Assert.Equal(2, Server.Calls.Count);
    }

    [Fact]
    public async Task An_empty_list_with_a_positive_total_is_incomplete()
    {
        Pages(total: _ => 4, ids: _ => null);
        Assert.False((await Directory.ListAccountsAsync(null, CancellationToken.None)).IsComplete);
    }

    [Fact]
    public async Task A_list_that_repeats_the_first_page_is_incomplete()
    {
        Pages(total: _ => 100, ids: _ => [1, 2]);
        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);
        Assert.False(listing.IsComplete);
        Assert.Equal(2, listing.Accounts.Count);
        Assert.Equal(2, Server.Calls.Count);
    }

    [Fact]
    public async Task An_account_inserted_between_pages_makes_the_list_incomplete()
    {
        // Account 9 was inserted first between the pages, so account 2 moved to the second page.
        Pages(total: start => start == 1 ? 4 : 5, ids: start => start switch { 1 => [1, 2], 3 => [2, 3], 5 => [4], _ => throw new InvalidOperationException() });
        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);
        Assert.Equal(["u1", "u2", "u3", "u4"], listing.Accounts.Select(a => a.Id));
        Assert.False(listing.IsComplete);
    }

    [Fact]
    public async Task An_account_removed_between_pages_makes_the_list_incomplete()
    {
        // Account 1 was removed between the pages, so account 3 moved to the page that was already read.
        Pages(total: start => start == 1 ? 4 : 3, ids: start => start == 1 ? [1, 2] : [4]);
        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);
        Assert.False(listing.IsComplete);
    }

    [Fact]
    public async Task Accounts_appended_between_pages_are_read()
    {
        Pages(total: start => start == 1 ? 3 : 4, ids: start => start == 1 ? [1, 2] : [3, 4]);
        var listing = await Directory.ListAccountsAsync(null, CancellationToken.None);
        Assert.True(listing.IsComplete);
        Assert.Equal(4, listing.Accounts.Count);
    }

    [Theory]
    [InlineData("text/html", "<html>", ErrorId.AccountServerNotScim)]
    [InlineData("application/json", "<html>", ErrorId.AccountServerNotScim)]
    [InlineData("text/plain", "busy", ErrorId.AccountServerNotScim)]
    [InlineData("application/json", "{\"Resources\":[]}", ErrorId.AccountServerNotScim)]
    [InlineData("application/json", "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"Resources\":[", ErrorId.AccountServerAnswerInvalid)]
    [InlineData("application/json", "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"Resources\":[]}", ErrorId.AccountServerAnswerInvalid)]
    [InlineData("application/json", "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"totalResults\":-1}", ErrorId.AccountServerAnswerInvalid)]
    [InlineData("application/json", "", ErrorId.AccountServerAnswerInvalid)]
    public async Task An_unreadable_list_is_an_error(string contentType, string body, ErrorId expected)
    {
        Next("GET", "/Users", c => LoopbackServer.JsonAsync(c, body, 200, contentType));
        await FailsAsync(expected, () => Directory.ListAccountsAsync(null, CancellationToken.None));
    }

    [Theory]
    [InlineData(401, ErrorId.AccountServerTokenRejected)]
    [InlineData(403, ErrorId.AccountServerForbidden)]
    [InlineData(404, ErrorId.AccountServerNotScim)]
    [InlineData(429, ErrorId.AccountServerThrottled)]
    [InlineData(500, ErrorId.AccountServerFailed)]
    public async Task A_failed_page_fails_the_list(int status, ErrorId expected)
    {
        for (var i = 0; i < 250; i++)
            Server.AddUser($"user{i}@contoso.com");
        Server.Intercept = async c =>
        {
            if (!c.Request.QueryString.Value!.Contains("startIndex=201", StringComparison.Ordinal))
                return false;
            await ScimServer.ErrorAsync(c, status);
            return true;
        };
        await FailsAsync(expected, () => Directory.ListAccountsAsync(null, CancellationToken.None));
    }

    [Fact]
    public async Task A_truncated_page_is_read_again()
    {
        Server.AddUser("ann@contoso.com");
        Next("GET", "/Users", c => LoopbackServer.TruncateAsync(c, "{\"schemas\":[", 1000), times: 1);
        Assert.Single((await Directory.ListAccountsAsync(null, CancellationToken.None)).Accounts);
        Assert.Equal(2, Server.Calls.Count);
    }

    [Fact]
    public async Task A_page_that_is_always_truncated_is_an_error()
    {
        Next("GET", "/Users", c => LoopbackServer.TruncateAsync(c, "{\"schemas\":[", 1000));
        await FailsAsync(ErrorId.AccountServerUnreachable, () => Directory.ListAccountsAsync(null, CancellationToken.None));
    }

    [Theory]
    [InlineData("\"active\":true,\"EXT\":{\"accountState\":\"active\"}", AccountState.Active, "active")]
    [InlineData("\"active\":\"True\",\"EXT\":{\"accountState\":\"Active\"}", AccountState.Active, "Active")]
    [InlineData("\"EXT\":{\"accountState\":\"active\"}", AccountState.Active, "active")]
    [InlineData("\"active\":false,\"EXT\":{\"accountState\":\"pending\"}", AccountState.Pending, "pending")]
    [InlineData("\"active\":false,\"EXT\":{\"accountState\":\"disabled\"}", AccountState.Disabled, "disabled")]
    [InlineData("\"active\":false,\"EXT\":{\"accountState\":\"personal\"}", AccountState.Personal, "personal")]
    [InlineData("\"active\":false,\"EXT\":{\"accountState\":\"creating\"}", AccountState.Unknown, "creating")]
    [InlineData("\"active\":true,\"EXT\":{\"accountState\":\"disabled\"}", AccountState.Unknown, "disabled, active=true")]
    [InlineData("\"active\":\"True\",\"EXT\":{\"accountState\":\"personal\"}", AccountState.Unknown, "personal, active=true")]
    [InlineData("\"active\":false,\"EXT\":{\"accountState\":\"active\"}", AccountState.Unknown, "active, active=false")]
    [InlineData("\"active\":true,\"EXT\":{\"managedBy\":\"AzureAD\"}", AccountState.Unknown, null)]
    [InlineData("\"active\":true,\"EXT\":{\"accountState\":null}", AccountState.Unknown, null)]
    [InlineData("\"active\":true,\"EXT\":{\"accountState\":1}", AccountState.Unknown, null)]
    [InlineData("\"active\":true", AccountState.Unknown, null)]
    [InlineData("\"active\":true,\"EXT\":null", AccountState.Unknown, null)]
    public async Task With_the_extension_accountState_is_the_state(string attributes, AccountState expected, string? text)
    {
        One("{\"id\":\"1\",\"userName\":\"ann@contoso.com\"," + attributes.Replace("EXT", ScimServer.UserExtension, StringComparison.Ordinal) + "}");
        var account = (await Directory.GetAccountAsync("1", CancellationToken.None))!;
        Assert.Equal((expected, text), (account.State, account.StateText));
    }

    [Theory]
    [InlineData("\"active\":true", AccountState.Active, "true")]
    [InlineData("\"active\":\"True\"", AccountState.Active, "true")]
    [InlineData("\"active\":\"False\"", AccountState.Disabled, "false")]
    [InlineData("\"active\":false", AccountState.Disabled, "false")]
    [InlineData("\"active\":\"yes\"", AccountState.Unknown, null)]
    [InlineData("\"active\":null", AccountState.Unknown, null)]
    [InlineData("\"x\":1", AccountState.Unknown, null)]
    [InlineData("\"active\":true,\"EXT\":{\"accountState\":\"disabled\",\"managedBy\":\"AzureAD\"}", AccountState.Active, "true")]
    public async Task Without_the_extension_active_is_the_state(string attributes, AccountState expected, string? text)
    {
        Server.OffersExtension = false;
        One("{\"id\":\"1\",\"userName\":\"ann@contoso.com\"," + attributes.Replace("EXT", ScimServer.UserExtension, StringComparison.Ordinal) + "}");
        var account = (await Directory.GetAccountAsync("1", CancellationToken.None))!;
        Assert.Equal((expected, text, ManagedBy.Unspecified), (account.State, account.StateText, account.ManagedBy));
    }

    [Theory]
    [InlineData("\"AzureAD\"", ManagedBy.AzureAD)]
    [InlineData("\"activedirectory\"", ManagedBy.ActiveDirectory)]
    [InlineData("\"PasswordBoss\"", ManagedBy.PasswordBoss)]
    [InlineData("\"Okta\"", ManagedBy.Other)]
    [InlineData("null", ManagedBy.Unspecified)]
    public async Task Reads_the_manager_of_an_account(string value, ManagedBy expected)
    {
        One("{\"id\":\"1\",\"userName\":\"a@b.c\",\"" + ScimServer.UserExtension + "\":{\"accountState\":\"active\",\"managedBy\":" + value + "}}");
        Assert.Equal(expected, (await Directory.GetAccountAsync("1", CancellationToken.None))!.ManagedBy);
    }

    [Fact]
    public async Task Attribute_names_are_read_without_case()
    {
        One("{\"ID\":\"1\",\"Username\":\"a@b.c\",\"ExternalID\":\"X\",\"Name\":{\"GIVENNAME\":\"A\",\"familyname\":\"B\"},\"displayname\":\"A B\",\"Active\":false,\""
            + ScimServer.UserExtension.ToUpperInvariant() + "\":{\"AccountState\":\"disabled\",\"ManagedBy\":\"AzureAD\"}}");
        var account = (await Directory.GetAccountAsync("1", CancellationToken.None))!;
        Assert.Equal(
            new Model.Account
            {
                Id = "1",
                UserName = "a@b.c",
                ExternalId = "X",
                GivenName = "A",
                FamilyName = "B",
                DisplayName = "A B",
                State = AccountState.Disabled,
                StateText = "disabled",
                ManagedBy = ManagedBy.AzureAD,
            },
            account);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_missing_account_is_null(int status)
    {
        Assert.Null(await Directory.GetAccountAsync("unknown", CancellationToken.None));
        Next("GET", "/Users/1", c => ScimServer.ErrorAsync(c, status));
        Assert.Null(await Directory.GetAccountAsync("1", CancellationToken.None));
        Next("GET", "/Users/1", c =>
        {
            c.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        Assert.Null(await Directory.GetAccountAsync("1", CancellationToken.None));
    }

    [Theory]
    [InlineData(401, ErrorId.AccountServerTokenRejected)]
    [InlineData(403, ErrorId.AccountServerForbidden)]
    [InlineData(400, ErrorId.AccountServerFailed)]
    [InlineData(500, ErrorId.AccountServerFailed)]
    public async Task Only_404_and_410_mean_that_an_account_is_missing(int status, ErrorId expected)
    {
        Next("GET", "/Users/1", c => ScimServer.ErrorAsync(c, status));
        await FailsAsync(expected, () => Directory.GetAccountAsync("1", CancellationToken.None));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(410)]
    public async Task An_HTML_page_does_not_mean_that_an_account_is_missing(int status)
    {
        Next("GET", "/Users/1", c => LoopbackServer.HtmlAsync(c, status));
        await FailsAsync(ErrorId.AccountServerNotScim, () => Directory.GetAccountAsync("1", CancellationToken.None));
    }

    [Theory]
    [InlineData("{\"id\":\"2\",\"userName\":\"a@b.c\"}")]
    [InlineData("{\"id\":\"\\ud800\",\"userName\":\"a@b.c\"}")]
    public async Task An_unreadable_response_or_one_for_another_account_is_refused(string body)
    {
        One(body);
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.GetAccountAsync("1", CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_ID_that_would_change_the_URL_is_refused(string id)
    {
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.DeleteAccountAsync(id, isHidden: false, CancellationToken.None));
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task An_ID_is_opaque()
    {
        const string id = "a/../b?c=d#e %41";
        Server.AddUser("ann@contoso.com")["id"] = id;
        Server.Intercept = c => c.Features.Get<IHttpRequestFeature>()!.RawTarget == "/scim/v2/Users/a%2F..%2Fb%3Fc%3Dd%23e%20%2541"
            ? Answer(c, Server.User(id))
            : Task.FromResult(false);
        Assert.Equal(id, (await Directory.GetAccountAsync(id, CancellationToken.None))!.Id);
    }

    [Theory]
    [InlineData("aaaa-1")]
    [InlineData("with \"quotes\" and \\ backslash")]
    [InlineData("plus+and&equals=and#hash%41")]
    [InlineData("Zoë.O'Hara")]
    public async Task Finds_an_account_by_external_ID(string externalId)
    {
        Server.AddUser("ann@contoso.com", externalId);
        Server.AddUser("bob@contoso.com", "other");
        var found = await Directory.FindByExternalIdAsync(externalId, CancellationToken.None);
        Assert.Equal("ann@contoso.com", Assert.Single(found).UserName);
    }

    // EntraId alone defines when two object ids are equal. A server may store a GUID in its own form.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_external_ID_that_the_server_returns_in_another_case_is_found(bool ignoresFilter)
    {
        Server.IgnoresFilter = ignoresFilter;
        Server.AddUser("ann@contoso.com", "AAAA-1");
        Server.AddUser("bob@contoso.com", "AAAA-12");
        Assert.True(EntraId.Same("AAAA-1", "aaaa-1"));
        Assert.Equal("ann@contoso.com", Assert.Single(await Directory.FindByExternalIdAsync("aaaa-1", CancellationToken.None)).UserName);
    }

    [Fact]
    public async Task Addresses_are_searched_without_regard_to_case()
    {
        Server.AddUser("Ann+Tag@Contoso.com", "AAAA");
        Assert.Single(await Directory.FindByUserNameAsync("ann+tag@contoso.COM", CancellationToken.None));
        Assert.Contains("filter=userName%20eq%20%22ann%2Btag%40contoso.COM%22", Server.Calls[^1].PathAndQuery, StringComparison.Ordinal);
    }

    // EmailAddress alone defines when two addresses are equal.
    [Fact]
    public async Task Addresses_are_compared_in_their_common_form()
    {
        Server.IgnoresFilter = true;
        Server.AddUser(" Ann@Contoso.com ", "AAAA");
        Server.AddUser("bob@contoso.com", "BBBB");
        Assert.True(EmailAddress.Comparer.Equals(" Ann@Contoso.com ", "ann@contoso.com"));
        Assert.Equal("AAAA", Assert.Single(await Directory.FindByUserNameAsync("ann@contoso.com", CancellationToken.None)).ExternalId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_client_filters_if_the_server_does_not(bool announced)
    {
        Server.OffersFilter = !announced;
        Server.IgnoresFilter = true;
        for (var i = 0; i < 450; i++)
            Server.AddUser($"user{i}@contoso.com", "ext" + i);
        Assert.Equal("ext420", Assert.Single(await Directory.FindByUserNameAsync("USER420@contoso.com", CancellationToken.None)).ExternalId);
        Assert.Empty(await Directory.FindByExternalIdAsync("unknown", CancellationToken.None));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(501)]
    public async Task The_client_filters_if_the_server_refuses_a_filter(int status)
    {
        Server.UnfilteredAttribute = "externalId";
        Server.FilterRefusal = status;
        for (var i = 0; i < 450; i++)
            Server.AddUser($"p{i}@contoso.com", "id-" + i);

        var found = await Directory.FindByExternalIdAsync("id-440", CancellationToken.None);

        Assert.Equal("p440@contoso.com", Assert.Single(found).UserName);
        Assert.Empty(await Directory.FindByExternalIdAsync("id-999", CancellationToken.None));
    }

    [Fact]
    public async Task A_refusal_without_a_filter_is_an_error()
    {
        Next("GET", "/Users", c => ScimServer.ErrorAsync(c, 400, "tooMany"));
        await FailsAsync(ErrorId.AccountServerFailed, () => Directory.FindByExternalIdAsync("id-1", CancellationToken.None));
        Assert.Equal(2, Server.Calls.Count);
    }

    [Fact]
    public async Task An_incomplete_search_is_an_error_and_not_an_empty_result()
    {
        Pages(total: _ => 5, ids: start => start == 1 ? [1] : []);
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.FindByExternalIdAsync("x", CancellationToken.None));
    }

    [Fact]
    public async Task All_accounts_with_one_external_ID_are_found()
    {
        Server.AddUser("a@b.c", "x");
        Server.AddUser("d@e.f", "x");
        Assert.Equal(2, (await Directory.FindByExternalIdAsync("x", CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Lists_groups_with_their_members()
    {
        Server.AddGroup("Sales", "g-1", "u1", "u2");
        ((JsonArray)Server.AddGroup("Nested", null, "u3")["members"]!).Add(Json("{\"value\":\"g9\",\"type\":\"Group\"}"));

        var listing = await Directory.ListGroupsAsync(CancellationToken.None);

        Assert.True(listing.IsComplete);
        Assert.Equal(["Sales", "Nested"], listing.Groups.Select(g => g.DisplayName));
        Assert.Equal(["u1", "u2"], listing.Groups[0].MemberIds);
        Assert.Equal(("g-1", ManagedBy.AzureAD), (listing.Groups[0].ExternalId, listing.Groups[0].ManagedBy));
        Assert.Equal(["u3"], listing.Groups[1].MemberIds);
    }

    [Fact]
    public async Task A_group_without_the_members_attribute_has_no_members()
    {
        Server.AddGroup("Empty", "g-1").Remove("members");
        Assert.Empty((await Directory.ListGroupsAsync(CancellationToken.None)).Groups.Single().MemberIds);
    }

    [Fact]
    public async Task Group_requests_to_a_server_without_groups_are_refused()
    {
        Server.OffersGroups = false;
        await FailsAsync(ErrorId.GroupsNotSupported, () => Directory.ListGroupsAsync(CancellationToken.None));
        await FailsAsync(ErrorId.GroupsNotSupported, () => Directory.CreateGroupAsync("x", "y", CancellationToken.None));
    }

    private void One(string user) => Next("GET", "/Users/1", c => LoopbackServer.JsonAsync(c, user, 200, "application/scim+json"));

    private static async Task<bool> Answer(HttpContext context, JsonNode body)
    {
        await ScimServer.ScimAsync(context, body);
        return true;
    }

    private void Pages(Func<int, int> total, Func<int, int[]?> ids) => Next("GET", "/Users", c =>
    {
        var start = int.Parse(c.Request.Query["startIndex"]!, System.Globalization.CultureInfo.InvariantCulture);
        var page = new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:ListResponse"), ["totalResults"] = total(start) };
        if (ids(start) is { } found)
            page["Resources"] = new JsonArray([.. found.Select(i => (JsonNode)new JsonObject { ["id"] = "u" + i, ["userName"] = i + "@b.c" })]);
        return ScimServer.ScimAsync(c, page);
    });
}
