using System;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

[Trait("Speed", "Slow")]
public sealed class ScimWriteTests : ScimTestBase
{
    private const string Ext = ScimServer.UserExtension;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Creates_an_account_with_all_known_attributes(bool pending)
    {
        Assert.Equal(
            new CreationResult("u1", new AccountNames("Ann", "O'Hara-Müller", "Ann \"The Boss\" O'Hara-Müller"), pending ? AccountState.Unknown : AccountState.Active),
            await Directory.CreateAccountAsync(Draft(pending: pending), CancellationToken.None));

        var call = Assert.Single(Server.Calls);
        Assert.Equal(("POST", "/scim/v2/Users", "application/scim+json"), (call.Method, call.PathAndQuery, call.Header("Content-Type")));
        var expected = Json($$"""
            {"schemas":["{{ScimServer.UserSchema}}","{{Ext}}"],
             "userName":"ann@contoso.com","externalId":"aaaa-1",
             "name":{"givenName":"Ann","familyName":"O'Hara-Müller"},
             "displayName":"Ann \"The Boss\" O'Hara-Müller",
             "active":{{(pending ? "false" : "true")}},
             "emails":[{"value":"ann@contoso.com","type":"work","primary":true}],
             "{{Ext}}":{"accountState":"{{(pending ? "pending" : "active")}}","managedBy":"AzureAD"} }
            """);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(call.Body)), call.Body);
    }

    [Fact]
    public async Task Without_the_extension_none_of_its_attributes_are_sent()
    {
        Server.OffersExtension = false;
        await Directory.CreateAccountAsync(Draft(), CancellationToken.None);
        Assert.DoesNotContain("passwordboss", Assert.Single(Server.Calls).Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Without_the_extension_a_pending_account_is_refused_without_a_request()
    {
        Server.OffersExtension = false;
        await FailsAsync(ErrorId.RuleNotSupported, () => Directory.CreateAccountAsync(Draft(pending: true), CancellationToken.None));
        Assert.Empty(Server.Calls);
    }

    [Theory]
    [InlineData("""{"ID":"7","schemas":["x"],"name":{"id":"8","userName":"no"},"emails":[{"id":"9"}],"USERNAME":"ann@contoso.com","active":false}""", "7")]
    [InlineData(" \n{\"userName\":\"ann@contoso.com\",\"id\":\"7\\/\\u0041\"}\r\n ", "7/A")]
    [InlineData("\ufeff{\"userName\":\"ann@contoso.com\",\"id\":\"7\"}", "7")]
    [InlineData("""{"ID":"4710","id":"7","Id":"4711","userName":"ann@contoso.com"}""", "7")]
    [InlineData("""{"Id":"7","ID":"8","userName":"ann@contoso.com"}""", "7")]
    [InlineData("""{"userName":"ann@contoso.com","id":123456789012345678901234567890,"active":true}""", "123456789012345678901234567890")]
    public async Task The_ID_in_the_response_is_the_account_ID(string body, string id)
    {
        Next("POST", "/Users", c => LoopbackServer.JsonAsync(c, body, 201, "application/scim+json"));
        Assert.Equal(id, (await Directory.CreateAccountAsync(Draft(), CancellationToken.None)).Id);
        Assert.Single(Server.Calls);
    }

    [Theory]
    [InlineData("\"name\":{\"givenName\":\"Ann\",\"familyName\":\"Lee\"},\"displayName\":\"Ann Lee\"")]
    [InlineData("\"displayName\":\"Ann Lee\",\"emails\":[{\"displayName\":\"no\",\"name\":{\"givenName\":\"no\"}}]")]
    [InlineData("\"name\":{\"formatted\":\"Ann Lee\",\"familyName\":\"Lee\"}")]
    [InlineData("\"NAME\":{\"GIVENNAME\":\"Ann\",\"familyname\":\"Lee\"},\"DisplayName\":\"Ann Lee\"")]
    [InlineData("\"Name\":{\"givenName\":\"no\",\"familyName\":\"no\"},\"name\":{\"givenName\":\"Ann\"},\"NAME\":{\"familyName\":\"no\"}")]
    [InlineData("\"name\":{\"givenName\":\"no\",\"familyName\":\"no\"},\"name\":{\"givenName\":\"Ann\",\"GivenName\":\"no\",\"FAMILYNAME\":\"Lee\",\"FamilyName\":\"no\"}")]
    [InlineData("\"displayName\":\"no\",\"DISPLAYNAME\":\"no\",\"displayName\":\"Ann Lee\"")]
    [InlineData("\"DisplayName\":null,\"DISPLAYNAME\":\"no\",\"name\":{\"GivenName\":7,\"GIVENNAME\":\"no\"}")]
    [InlineData("\"displayName\":\"no\",\"displayName\":null,\"name\":{\"givenName\":\"no\"},\"name\":null")]
    [InlineData("\"name\":{\"givenName\":{\"givenName\":\"no\"},\"middle\":{\"familyName\":\"no\"},\"familyName\":[\"no\"]}")]
    [InlineData("\"name\":\"Ann\",\"displayName\":\"\"")]
    [InlineData("\"name\":[{\"givenName\":\"no\"}],\"displayName\":7")]
    [InlineData("\"name\":null,\"displayName\":null")]
    [InlineData("\"name\":{},\"EXT\":{\"displayName\":\"no\"}")]
    [InlineData("\"\\u0064isplayName\":\"Ann\\u0020L\\u00e9e\",\"name\":{\"given\\u004eame\":\"\\ud83d\\ude00\"}")]
    public async Task The_names_in_the_response_match_those_of_a_read(string attributes)
    {
        var body = "{\"id\":\"7\",\"userName\":\"ann@contoso.com\"," + attributes.Replace("EXT", Ext, StringComparison.Ordinal) + ",\"active\":true}";
        Server.Intercept = async c =>
        {
            if (!c.Request.Path.Value!.Contains("/Users", StringComparison.Ordinal))
                return false;
            await LoopbackServer.JsonAsync(c, body, c.Request.Method == "POST" ? 201 : 200, "application/scim+json");
            return true;
        };

        var created = await Directory.CreateAccountAsync(Draft(), CancellationToken.None);

        Assert.Single(Server.Calls);
        var read = (await Directory.GetAccountAsync("7", CancellationToken.None))!;
        Assert.Equal(("7", Shown(read)), (created.Id, created.Names));
        Assert.DoesNotContain("no", new[] { read.GivenName, read.FamilyName, read.DisplayName });
    }

    [Theory]
    [InlineData("\"displayName\":\"\\ud800\",\"name\":{\"givenName\":\"Ann\",\"familyName\":\"\\udc00\"}", "Ann", "\uFFFD", "\uFFFD")]
    [InlineData("\"displayName\":\"Ann\\ud83d\"", null, null, "Ann\uFFFD")]
    public async Task An_account_with_a_lone_surrogate_in_its_name_is_created(string attributes, string? given, string? family, string display)
    {
        Next("POST", "/Users", c => LoopbackServer.JsonAsync(c, "{\"id\":\"7\",\"userName\":\"ann@contoso.com\"," + attributes + "}", 201, "application/scim+json"));
        Assert.Equal(
            new CreationResult("7", new AccountNames(given, family, display)),
            await Directory.CreateAccountAsync(Draft(), CancellationToken.None));
        Assert.Single(Server.Calls);
    }

    // A server may cut, normalise or derive names.
    [Theory]
    [InlineData("location")]
    [InlineData("search")]
    [InlineData("lost")]
    [InlineData("failed")]
    [InlineData("taken")]
    public async Task The_names_of_a_recovered_account_are_those_that_were_read(string how)
    {
        if (how == "taken")
            Server.AddUser("ann@contoso.com", "aaaa-1");
        Server.AfterWork = async c =>
        {
            if (c.Request.Method != "POST")
                return false;
            Server.Users[0]["name"] = Json("{\"givenName\":\"A\",\"familyName\":\"O\"}");
            Server.Users[0]["displayName"] = null;
            switch (how)
            {
                case "taken":
                    return false;
                case "lost":
                    await LoopbackServer.ResetAsync(c);
                    return true;
                case "location":
                    c.Response.Headers.Location = "/scim/v2/Users/u1";
                    break;
            }

            c.Response.StatusCode = how == "failed" ? 500 : 201;
            return true;
        };
        Assert.Equal(new CreationResult("u1", new AccountNames("A", "O", null), AccountState.Active, FoundAgain: how == "taken"), await Directory.CreateAccountAsync(Draft(), CancellationToken.None));
        Assert.Equal(2, Server.Calls.Count);
    }

    [Fact]
    public async Task A_recovered_account_can_have_no_names()
    {
        Server.AfterWork = async c =>
        {
            if (c.Request.Method != "POST")
                return false;
            Server.Users[0].Remove("name");
            Server.Users[0].Remove("displayName");
            return await Reset(c);
        };
        Assert.Equal(new CreationResult("u1", null, AccountState.Active), await Directory.CreateAccountAsync(Draft(), CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"userName\":\"ann@contoso.com\"}")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("\"u2\"")]
    [InlineData("{\"id\":\"u2\",\"userName\":\"ann@contoso.com\"")]
    [InlineData("{\"id\":\"u2\",\"userName\":\"ann@contoso.com\"} {}")]
    [InlineData("{\"id\":7.5,\"userName\":\"ann@contoso.com\"}")]
    [InlineData("{\"id\":\"\",\"userName\":\"ann@contoso.com\"}")]
    [InlineData("{\"id\":{\"id\":\"u2\"},\"userName\":\"ann@contoso.com\"}")]
    [InlineData("{\"id\":\"\\ud800\",\"userName\":\"ann@contoso.com\"}")]
    public async Task A_creation_without_a_usable_body_is_read_from_its_Location_header(string body)
    {
        Server.AfterWork = async c =>
        {
            if (c.Request.Method != "POST")
                return false;
            c.Response.Headers.Location = new Uri(Server.Http.Address, "/scim/v2/Users/" + (string)Server.Users[0]["id"]!).AbsoluteUri;
            await LoopbackServer.JsonAsync(c, body, 201, "application/scim+json");
            return true;
        };
        Assert.Equal("u1", (await Directory.CreateAccountAsync(Draft(), CancellationToken.None)).Id);
        Assert.Equal("/scim/v2/Users/u1", Server.Calls[1].PathAndQuery);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("https://stranger.example/Users/1")]
    [InlineData("/elsewhere/1")]
    public async Task A_creation_without_body_and_Location_header_is_searched(string? location)
    {
        Server.AfterWork = c =>
        {
            if (c.Request.Method != "POST")
                return Task.FromResult(false);
            c.Response.StatusCode = 201;
            c.Response.Headers.Location = location;
            return Task.FromResult(true);
        };
        Assert.Equal("u1", (await Directory.CreateAccountAsync(Draft(), CancellationToken.None)).Id);
        Assert.Contains("filter=externalId", Server.Calls[1].PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_creation_that_cannot_be_found_afterwards_is_an_error()
    {
        Next("POST", "/Users", c =>
        {
            c.Response.StatusCode = 201;
            return Task.CompletedTask;
        });
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.CreateAccountAsync(Draft(), CancellationToken.None));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    public async Task An_HTML_page_is_not_a_creation(int status)
    {
        Next("POST", "/Users", c => LoopbackServer.HtmlAsync(c, status));
        await FailsAsync(ErrorId.AccountServerNotScim, () => Directory.CreateAccountAsync(Draft(), CancellationToken.None));
    }

    [Fact]
    public async Task An_existing_account_with_our_external_ID_is_returned()
    {
        Server.AddUser("ANN@contoso.com", "aaaa-1");
        Assert.Equal("u1", (await Directory.CreateAccountAsync(Draft(), CancellationToken.None)).Id);
        Assert.Single(Server.Users);
    }

    [Theory]
    [InlineData("ann@contoso.com", null, "active")]
    [InlineData("ann@contoso.com", "bbbb-2", "active")]
    [InlineData("ann@contoso.com", "aaaa-1", "personal")]
    public async Task An_existing_account_without_our_external_ID_is_a_conflict(string userName, string? externalId, string state)
    {
        Server.AddUser(userName, externalId, state);
        var error = await FailsAsync(ErrorId.AccountExists, () => Directory.CreateAccountAsync(Draft(), CancellationToken.None));
        Assert.Equal("ann@contoso.com", error.Target);
    }

    // A server may store a GUID in upper case. Our account must be found in each case in which it is searched.
    [Theory]
    [InlineData("taken")]
    [InlineData("lost")]
    [InlineData("failed")]
    [InlineData("bare")]
    public async Task A_creation_is_found_if_the_server_returns_our_external_ID_in_another_case(string how)
    {
        Server.AfterWork = async c =>
        {
            if (c.Request.Method != "POST" || how == "taken")
                return false;
            foreach (var resource in Server.Users.Concat(Server.Groups))
                resource["externalId"] = ((string)resource["externalId"]!).ToUpperInvariant();
            if (how == "lost")
                return await Reset(c);
            c.Response.StatusCode = how == "failed" ? 500 : 201;
            return true;
        };
        if (how == "taken")
        {
            Server.AddUser("ann@contoso.com", "AAAA-1");
            Server.AddGroup("Sales", "BBBB-2");
        }

        var account = await Directory.CreateAccountAsync(Draft(), CancellationToken.None);
        Assert.Equal(("u1", how == "taken"), (account.Id, account.FoundAgain));
        Assert.Equal("g2", await Directory.CreateGroupAsync("Sales", "bbbb-2", CancellationToken.None));
    }

    [Fact]
    public async Task Our_external_ID_at_another_address_is_not_this_account()
    {
        Server.AddUser("old@contoso.com", "aaaa-1");
        Server.AddUser("ann@contoso.com", "zzzz");
        await FailsAsync(ErrorId.AccountExists, () => Directory.CreateAccountAsync(Draft(), CancellationToken.None));
    }

    [Theory]
    [InlineData(true, ErrorId.AccountServerUnreachable)]
    [InlineData(false, ErrorId.AccountServerUnreachable)]
    public async Task A_creation_with_a_lost_response_is_searched_and_not_repeated(bool done, ErrorId otherwise)
    {
        if (done)
            Server.AfterWork = async c => c.Request.Method == "POST" && await Reset(c);
        else
            Next("POST", "/Users", LoopbackServer.ResetAsync);

        if (done)
            Assert.Equal("u1", (await Directory.CreateAccountAsync(Draft(), CancellationToken.None)).Id);
        else
            await FailsAsync(otherwise, () => Directory.CreateAccountAsync(Draft(), CancellationToken.None));

        Assert.Single(Server.Calls, c => c.Method == "POST");
        Assert.Contains("filter=externalId%20eq%20%22aaaa-1%22", Server.Calls[1].PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_creation_with_a_truncated_response_is_searched()
    {
        Server.AfterWork = async c =>
        {
            if (c.Request.Method != "POST")
                return false;
            await LoopbackServer.TruncateAsync(c, "{\"id\":\"u", 500);
            return true;
        };
        Assert.Equal("u1", (await Directory.CreateAccountAsync(Draft(), CancellationToken.None)).Id);
        Assert.Single(Server.Calls, c => c.Method == "POST");
    }

    [Fact]
    public async Task A_creation_without_a_response_is_searched()
    {
        using var directory = Open(Server.Address, timing: TestConnections.Fast with { TryTimeout = TimeSpan.FromMilliseconds(1500) });
        Server.AfterWork = async c =>
        {
            if (c.Request.Method != "POST")
                return false;
            await Server.Http.HangAsync(c);
            return true;
        };
        Assert.Equal("u1", (await directory.CreateAccountAsync(Draft(), CancellationToken.None)).Id);
        Assert.Single(Server.Calls, c => c.Method == "POST");
    }

    [Theory]
    [InlineData(408, true)]
    [InlineData(500, true)]
    [InlineData(502, true)]
    [InlineData(503, true)]
    [InlineData(504, true)]
    [InlineData(500, false)]
    [InlineData(502, false)]
    public async Task A_failure_that_may_hide_a_creation_is_searched_and_not_repeated(int status, bool done)
    {
        Func<Microsoft.AspNetCore.Http.HttpContext, Task<bool>> fail = async c =>
        {
            if (c.Request.Method != "POST")
                return false;
            await ScimServer.ErrorAsync(c, status);
            return true;
        };
        if (done)
            Server.AfterWork = fail;
        else
            Server.Intercept = fail;

        if (done)
            Assert.Equal("u1", (await Directory.CreateAccountAsync(Draft(), CancellationToken.None)).Id);
        else
            await FailsAsync(ErrorId.AccountServerFailed, () => Directory.CreateAccountAsync(Draft(), CancellationToken.None));
        Assert.Single(Server.Calls, c => c.Method == "POST");
    }

    [Theory]
    [InlineData(429, false)]
    [InlineData(503, true)]
    public async Task A_creation_refused_before_it_began_is_retried(int status, bool retryAfter)
    {
        Next("POST", "/Users", c =>
        {
            if (retryAfter)
                c.Response.Headers.RetryAfter = "0";
            return ScimServer.ErrorAsync(c, status);
        }, times: 2);
        await Directory.CreateAccountAsync(Draft(), CancellationToken.None);
        Assert.Equal(3, Server.Calls.Count(c => c.Method == "POST"));
    }

    [Theory]
    [InlineData(400, "invalidValue", ErrorId.AccountRefused)]
    [InlineData(403, "licenseLimit", ErrorId.LicenseLimit)]
    [InlineData(403, "LICENSELIMIT", ErrorId.LicenseLimit)]
    [InlineData(403, null, ErrorId.AccountRefused)]
    [InlineData(401, null, ErrorId.AccountServerTokenRejected)]
    [InlineData(413, null, ErrorId.AccountRefused)]
    [InlineData(429, null, ErrorId.AccountServerThrottled)]
    [InlineData(501, null, ErrorId.AccountRefused)]
    public async Task Each_refusal_of_a_creation_maps_to_its_error(int status, string? scimType, ErrorId expected)
    {
        Next("POST", "/Users", c => ScimServer.ErrorAsync(c, status, scimType, "the \u0007reason"));
        var error = await FailsAsync(expected, () => Directory.CreateAccountAsync(Draft(), CancellationToken.None));
        if (expected is ErrorId.AccountRefused or ErrorId.LicenseLimit)
            Assert.Equal("ann@contoso.com", error.Target);
        if (expected == ErrorId.AccountRefused)
            Assert.EndsWith("the reason.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_detail_is_shortened()
    {
        Next("POST", "/Users", c => ScimServer.ErrorAsync(c, 400, "invalidValue", new string('x', 5000)));
        var error = await FailsAsync(ErrorId.AccountRefused, () => Directory.CreateAccountAsync(Draft(), CancellationToken.None));
        Assert.InRange(error.Message.Length, 200, 400);
    }

    [Fact]
    public async Task A_redirected_creation_is_not_followed()
    {
        await using var stranger = await LoopbackServer.StartAsync(c => LoopbackServer.JsonAsync(c, "{}"));
        Next("POST", "/Users", c =>
        {
            c.Response.StatusCode = 307;
            c.Response.Headers.Location = stranger.Address.AbsoluteUri;
            return Task.CompletedTask;
        });
        await FailsAsync(ErrorId.ForeignHost, () => Directory.CreateAccountAsync(Draft(), CancellationToken.None));
        Assert.Empty(stranger.Requests);
    }

    [Fact]
    public async Task Patches_each_attribute_by_its_path()
    {
        Server.AddUser("ann@contoso.com");
        await Directory.PatchAccountAsync(
            "u1",
            new AccountPatch { GivenName = "Änn", FamilyName = "Ng", DisplayName = "Änn Ng", ExternalId = "new", State = AccountState.Disabled, ManagedBy = ManagedBy.PasswordBoss },
            CancellationToken.None);

        var call = Assert.Single(Server.Calls);
        var expected = Json($$"""
            {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
             {"op":"replace","path":"name.givenName","value":"Änn"},
             {"op":"replace","path":"name.familyName","value":"Ng"},
             {"op":"replace","path":"displayName","value":"Änn Ng"},
             {"op":"replace","path":"externalId","value":"new"},
             {"op":"replace","path":"{{Ext}}:accountState","value":"disabled"},
             {"op":"replace","path":"{{Ext}}:managedBy","value":"PasswordBoss"}]}
            """);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(call.Body)), call.Body);
        var account = (await Directory.GetAccountAsync("u1", CancellationToken.None))!;
        Assert.Equal(("Änn", "Ng", "new", AccountState.Disabled, ManagedBy.PasswordBoss), (account.GivenName, account.FamilyName, account.ExternalId, account.State, account.ManagedBy));
    }

    [Theory]
    [InlineData(AccountState.Active, "active")]
    [InlineData(AccountState.Pending, "pending")]
    [InlineData(AccountState.Disabled, "disabled")]
    [InlineData(AccountState.Personal, "personal")]
    public async Task With_the_extension_every_state_is_written_as_accountState(AccountState state, string word)
    {
        Server.AddUser("ann@contoso.com");
        await Directory.PatchAccountAsync("u1", new AccountPatch { State = state }, CancellationToken.None);
        Assert.Equal(word, (string)Server.User("u1")[Ext]!["accountState"]!);
        Assert.DoesNotContain("\"active\",\"value\"", Server.Calls[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AccountState.Active, true)]
    [InlineData(AccountState.Disabled, false)]
    public async Task Without_the_extension_active_is_written_as_a_boolean(AccountState state, bool active)
    {
        Server.OffersExtension = false;
        Server.AddUser("ann@contoso.com", accountState: active ? "disabled" : "active");
        await Directory.PatchAccountAsync("u1", new AccountPatch { State = state, ManagedBy = ManagedBy.AzureAD }, CancellationToken.None);
        var operation = Assert.Single((JsonArray)JsonNode.Parse(Server.Calls[0].Body)!["Operations"]!)!;
        Assert.True(JsonNode.DeepEquals(Json($$"""{"op":"replace","path":"active","value":{{(active ? "true" : "false")}} }"""), operation));
    }

    [Theory]
    [InlineData(AccountState.Pending)]
    [InlineData(AccountState.Personal)]
    public async Task Without_the_extension_other_states_are_refused_without_a_request(AccountState state)
    {
        Server.OffersExtension = false;
        await FailsAsync(ErrorId.RuleNotSupported, () => Directory.PatchAccountAsync("u1", new AccountPatch { State = state }, CancellationToken.None));
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task An_empty_patch_is_not_sent()
    {
        Assert.Equal(default, await Directory.PatchAccountAsync("u1", new AccountPatch(), CancellationToken.None));
        Assert.Empty(Server.Calls);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(299)]
    public async Task The_account_in_the_response_to_a_patch_is_returned(int status)
    {
        Server.AddUser("ann@contoso.com", "aaaa-1", "disabled");
        Next("PATCH", "/Users/u1", c => ScimServer.ScimAsync(c, Server.User("u1"), status));

        var answered = (await Directory.PatchAccountAsync("u1", new AccountPatch { State = AccountState.Disabled }, CancellationToken.None)).Shown;

        Assert.Equal(await Directory.GetAccountAsync("u1", CancellationToken.None), answered);
        Assert.Equal(("aaaa-1", "Given", "Family", AccountState.Disabled), (answered!.ExternalId, answered.GivenName, answered.FamilyName, answered.State));
    }

    // The response of a server that has changed nothing.
    [Theory]
    [InlineData(true, "\"active\":true,\"EXT\":{\"accountState\":\"active\"}", AccountState.Active)]
    [InlineData(true, "\"active\":true,\"EXT\":{\"accountState\":\"disabled\"}", AccountState.Unknown)]
    [InlineData(true, "\"active\":true", AccountState.Unknown)]
    [InlineData(true, "\"active\":false,\"EXT\":{\"accountState\":\"disabled\"}", AccountState.Disabled)]
    [InlineData(false, "\"active\":true", AccountState.Active)]
    [InlineData(false, "\"active\":\"False\"", AccountState.Disabled)]
    [InlineData(false, "\"nickName\":\"x\"", AccountState.Unknown)]
    public async Task The_state_in_the_response_to_a_patch_is_read_like_any_other(bool extension, string attributes, AccountState expected)
    {
        Server.OffersExtension = extension;
        Next("PATCH", "/Users/u1", c => LoopbackServer.JsonAsync(
            c, "{\"id\":\"u1\",\"userName\":\"ann@contoso.com\"," + attributes.Replace("EXT", Ext, StringComparison.Ordinal) + "}", 200, "application/scim+json"));
        Assert.Equal(expected, (await Directory.PatchAccountAsync("u1", new AccountPatch { State = AccountState.Disabled }, CancellationToken.None)).Shown!.State);
    }

    [Theory]
    [InlineData(204, "")]
    [InlineData(200, "")]
    [InlineData(202, "")]
    [InlineData(200, "{}")]
    [InlineData(200, "null")]
    [InlineData(200, "[]")]
    [InlineData(200, "\"u1\"")]
    [InlineData(200, "done")]
    [InlineData(200, "{\"id\":\"u1\",\"userName\":\"ann@contoso.com\"")]
    [InlineData(200, "{\"id\":\"u1\"}")]
    [InlineData(200, "{\"userName\":\"ann@contoso.com\"}")]
    [InlineData(200, "{\"id\":\"U1\",\"userName\":\"ann@contoso.com\",\"active\":false}")]
    [InlineData(200, "{\"id\":\"u2\",\"userName\":\"ann@contoso.com\",\"active\":false}")]
    [InlineData(200, "{\"id\":\"\\ud800\",\"userName\":\"ann@contoso.com\"}")]
    [InlineData(200, "{\"Resources\":[{\"id\":\"u1\",\"userName\":\"ann@contoso.com\"}]}")]
    [InlineData(200, "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":[]}")]
    public async Task A_response_to_a_patch_that_is_not_the_account_is_ignored(int status, string body)
    {
        Next("PATCH", "/Users/u1", c =>
        {
            c.Response.StatusCode = status;
            return body.Length == 0 ? Task.CompletedTask : LoopbackServer.JsonAsync(c, body, status, "application/scim+json");
        });
        Assert.Equal(default, await Directory.PatchAccountAsync("u1", new AccountPatch { State = AccountState.Disabled }, CancellationToken.None));
        Assert.Single(Server.Calls);
    }

    [Fact]
    public async Task A_patch_with_a_lost_response_is_repeated()
    {
        Server.AddUser("ann@contoso.com");
        Next("PATCH", "/Users/u1", LoopbackServer.ResetAsync, times: 2);
        await Directory.PatchAccountAsync("u1", new AccountPatch { DisplayName = "x" }, CancellationToken.None);
        Assert.Equal("x", (string)Server.User("u1")["displayName"]!);
    }

    [Theory]
    [InlineData(404, null, ErrorId.AccountNotFound)]
    [InlineData(410, null, ErrorId.AccountNotFound)]
    [InlineData(400, "invalidValue", ErrorId.AccountRefused)]
    [InlineData(409, "uniqueness", ErrorId.AccountRefused)]
    [InlineData(403, "licenseLimit", ErrorId.LicenseLimit)]
    [InlineData(403, null, ErrorId.AccountRefused)]
    [InlineData(401, null, ErrorId.AccountServerTokenRejected)]
    [InlineData(429, null, ErrorId.AccountServerThrottled)]
    [InlineData(500, null, ErrorId.AccountServerFailed)]
    [InlineData(502, null, ErrorId.AccountServerFailed)]
    [InlineData(503, null, ErrorId.AccountServerFailed)]
    [InlineData(507, null, ErrorId.AccountServerFailed)]
    [InlineData(520, null, ErrorId.AccountServerFailed)]
    [InlineData(501, null, ErrorId.AccountRefused)]
    [InlineData(505, null, ErrorId.AccountRefused)]
    [InlineData(506, null, ErrorId.AccountRefused)]
    [InlineData(508, null, ErrorId.AccountRefused)]
    [InlineData(510, null, ErrorId.AccountRefused)]
    public async Task Each_refusal_of_a_patch_maps_to_its_error(int status, string? scimType, ErrorId expected)
    {
        Next("PATCH", "/Users/u1", c => ScimServer.ErrorAsync(c, status, scimType));
        await FailsAsync(expected, () => Directory.PatchAccountAsync("u1", new AccountPatch { DisplayName = "x" }, CancellationToken.None));
    }

    [Theory]
    [InlineData(501, false)]
    [InlineData(501, true)]
    [InlineData(505, false)]
    public async Task A_permanent_refusal_is_not_retried_and_not_a_server_failure(int status, bool page)
    {
        Server.AddUser("ann@contoso.com");
        Server.AddGroup("Sales", "e1", "u1");
        Server.Intercept = async c =>
        {
            if (c.Request.Method is "GET")
                return false;
            await (page ? LoopbackServer.HtmlAsync(c, status) : ScimServer.ErrorAsync(c, status));
            return true;
        };

        foreach (var write in new Func<Task>[]
        {
            () => Directory.PatchAccountAsync("u1", new AccountPatch { DisplayName = "x" }, CancellationToken.None),
            () => Directory.DeleteAccountAsync("u1", isHidden: false, CancellationToken.None),
            () => Directory.CreateAccountAsync(Draft("bob@contoso.com", "bbbb-2"), CancellationToken.None),
            () => Directory.CreateGroupAsync("Team", "e2", CancellationToken.None),
            () => Directory.PatchGroupAsync("g2", new AccountGroupPatch { DisplayName = "x" }, CancellationToken.None),
            () => Directory.AddMembersAsync("g2", ["u1"], CancellationToken.None),
            () => Directory.RemoveMembersAsync("g2", ["u1"], CancellationToken.None),
            () => Directory.DeleteGroupAsync("g2", CancellationToken.None),
        })
        {
            var writes = Server.Calls.Count(c => c.Method != "GET");
            Assert.False((await FailsAsync(ErrorId.AccountRefused, write)).IsTransient);
            Assert.Equal(writes + 1, Server.Calls.Count(c => c.Method != "GET"));
        }
    }

    [Theory]
    [InlineData("PATCH", 200)]
    [InlineData("PATCH", 404)]
    [InlineData("PATCH", 410)]
    [InlineData("DELETE", 200)]
    [InlineData("DELETE", 202)]
    [InlineData("DELETE", 404)]
    [InlineData("DELETE", 410)]
    public async Task An_HTML_page_is_not_a_success(string method, int status)
    {
        Next(method, "/Users/u1", c => LoopbackServer.HtmlAsync(c, status));
        await FailsAsync(ErrorId.AccountServerNotScim, () => method == "PATCH"
            ? Directory.PatchAccountAsync("u1", new AccountPatch { DisplayName = "x" }, CancellationToken.None)
            : Directory.DeleteAccountAsync("u1", isHidden: false, CancellationToken.None));
    }

    [Fact]
    public async Task A_deletion_treats_404_as_done()
    {
        Server.AddUser("ann@contoso.com");
        await Directory.DeleteAccountAsync("u1", isHidden: false, CancellationToken.None);
        Assert.Empty(Server.Users);
        await Directory.DeleteAccountAsync("u1", isHidden: false, CancellationToken.None);
        Next("DELETE", "/Users/u1", c => ScimServer.ErrorAsync(c, 410));
        await Directory.DeleteAccountAsync("u1", isHidden: false, CancellationToken.None);
    }

    // A success status does not prove a deletion. Only a read of the account does.
    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "{\"id\":\"u1\",\"userName\":\"ann@contoso.com\",\"active\":true}")]
    [InlineData(200, "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],\"status\":\"500\"}")]
    [InlineData(202, "")]
    [InlineData(202, "queued")]
    [InlineData(204, "")]
    public async Task A_deletion_that_was_not_applied_shows_when_the_account_is_read(int status, string body)
    {
        Server.AddUser("ann@contoso.com");
        Next("DELETE", "/Users/u1", c =>
        {
            c.Response.StatusCode = status;
            return body.Length == 0 ? Task.CompletedTask : LoopbackServer.JsonAsync(c, body, status, "application/scim+json");
        }, times: 1);

        await Directory.DeleteAccountAsync("u1", isHidden: false, CancellationToken.None);
        Assert.Equal(AccountState.Active, (await Directory.GetAccountAsync("u1", CancellationToken.None))!.State);

        await Directory.DeleteAccountAsync("u1", isHidden: false, CancellationToken.None);
        Assert.Null(await Directory.GetAccountAsync("u1", CancellationToken.None));
        Assert.Equal(["DELETE", "GET", "DELETE", "GET"], Server.Calls.Select(c => c.Method));
    }

    [Theory]
    [InlineData(400, 404)]
    [InlineData(500, 404)]
    [InlineData(500, 410)]
    public async Task A_failed_deletion_of_a_missing_account_is_done(int status, int read)
    {
        Server.Intercept = async c =>
        {
            if (!c.Request.Path.Value!.EndsWith("/Users/u99", StringComparison.Ordinal))
                return false;
            await ScimServer.ErrorAsync(c, c.Request.Method == "DELETE" ? status : read, "invalidSyntax");
            return true;
        };
        await Directory.DeleteAccountAsync("u99", isHidden: false, CancellationToken.None);
        Assert.Equal("GET", Server.Calls[^1].Method);
    }

    // A server that hides disabled accounts answers 404 to the read although the account still exists.
    [Theory]
    [InlineData(400, ErrorId.AccountRefused)]
    [InlineData(403, ErrorId.AccountRefused)]
    [InlineData(500, ErrorId.AccountServerFailed)]
    [InlineData(501, ErrorId.AccountRefused)]
    public async Task A_failed_deletion_of_a_hidden_account_is_reported(int status, ErrorId expected)
    {
        Next("DELETE", "/Users/u99", c => ScimServer.ErrorAsync(c, status));
        await FailsAsync(expected, () => Directory.DeleteAccountAsync("u99", isHidden: true, CancellationToken.None));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_deletion_of_a_hidden_account_is_done_if_the_server_acknowledges_it_or_does_not_know_the_account(int status)
    {
        Next("DELETE", "/Users/u99", c => ScimServer.ErrorAsync(c, status));
        await Directory.DeleteAccountAsync("u99", isHidden: true, CancellationToken.None);
        Assert.Equal(["DELETE"], Server.Calls.Select(c => c.Method));
    }

    [Theory]
    [InlineData(400, ErrorId.AccountRefused)]
    [InlineData(500, ErrorId.AccountServerFailed)]
    public async Task A_failed_deletion_of_an_existing_account_is_reported(int status, ErrorId expected)
    {
        var id = (string)Server.AddUser("ann@contoso.com")["id"]!;
        Next("DELETE", "/Users/" + id, c => ScimServer.ErrorAsync(c, status));
        await FailsAsync(expected, () => Directory.DeleteAccountAsync(id, isHidden: false, CancellationToken.None));
    }

    [Fact]
    public async Task A_refused_deletion_is_reported()
    {
        Next("DELETE", "/Users/u1", c => ScimServer.ErrorAsync(c, 403));
        await FailsAsync(ErrorId.AccountRefused, () => Directory.DeleteAccountAsync("u1", isHidden: false, CancellationToken.None));
    }

    [Fact]
    public async Task Cancellation_is_not_a_server_error()
    {
        using var cancellation = new CancellationTokenSource();
        Next("POST", "/Users", async c =>
        {
            await cancellation.CancelAsync();
            await Server.Http.HangAsync(c);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Directory.CreateAccountAsync(Draft(), cancellation.Token));
    }

    [Fact]
    public async Task Many_writers_create_each_account_once()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancellationToken) =>
            await Directory.CreateAccountAsync(Draft($"user{i}@contoso.com", "ext" + i), cancellationToken));
        Assert.Equal(400, Server.Users.Select(u => (string)u["externalId"]!).Distinct().Count());
        Assert.Equal(400, Server.Calls.Count);
    }

    [Fact]
    public async Task An_in_process_transport_is_used_unchanged()
    {
        using var inner = new HttpClientHandlerOf(Server);
        using var directory = Open(new Uri("https://sandbox.invalid/scim/v2"), inner: inner);
        Assert.Equal("u1", (await directory.CreateAccountAsync(Draft(), CancellationToken.None)).Id);
        Assert.Single((await directory.ListAccountsAsync(null, CancellationToken.None)).Accounts);
    }

    private static AccountNames? Shown(Account account) => account is { GivenName: null, FamilyName: null, DisplayName: null }
        ? null
        : new AccountNames(account.GivenName, account.FamilyName, account.DisplayName);

    private static async Task<bool> Reset(Microsoft.AspNetCore.Http.HttpContext context)
    {
        await LoopbackServer.ResetAsync(context);
        return true;
    }

    /// <summary>Sends the requests for any host to the test's server, as an embedded sandbox would handle them.</summary>
    private sealed class HttpClientHandlerOf(ScimServer server) : System.Net.Http.DelegatingHandler(new System.Net.Http.SocketsHttpHandler())
    {
        protected override Task<System.Net.Http.HttpResponseMessage> SendAsync(System.Net.Http.HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(server.Http.Address, request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
