using System;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.PasswordBoss;

public sealed class ScimGroupTests : ScimTestBase
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Creates_a_group_without_members(bool extension)
    {
        Server.OffersExtension = extension;

        var id = await Directory.CreateGroupAsync("Sales & \"Co\"", "g-1", CancellationToken.None);

        var group = (await Directory.GetGroupAsync(id, CancellationToken.None))!;
        Assert.Equal(("Sales & \"Co\"", "g-1", extension ? ManagedBy.AzureAD : ManagedBy.Unspecified), (group.DisplayName, group.ExternalId, group.ManagedBy));
        Assert.Empty(group.MemberIds);
        var sent = (JsonObject)JsonNode.Parse(Server.Calls[0].Body)!;
        Assert.False(sent.ContainsKey("members"));
        Assert.Equal(extension, sent.ContainsKey(ScimServer.GroupExtension));
    }

    [Fact]
    public async Task An_existing_group_with_our_external_ID_is_returned()
    {
        var id = (string)Server.AddGroup("Sales", "g-1", "u1")["id"]!;
        Assert.Equal(id, await Directory.CreateGroupAsync("Sales", "g-1", CancellationToken.None));
    }

    [Fact]
    public async Task A_group_is_read_by_its_ID_with_all_its_members()
    {
        var members = Enumerable.Range(0, 1200).Select(i => "u" + i).ToArray();
        var id = (string)Server.AddGroup("Sales", "g-1", members)["id"]!;
        Server.AddGroup("Other", "g-2", "u1");

        var group = (await Directory.GetGroupAsync(id, CancellationToken.None))!;

        Assert.Equal((id, "Sales", "g-1", ManagedBy.AzureAD), (group.Id, group.DisplayName, group.ExternalId, group.ManagedBy));
        Assert.Equal(members, group.MemberIds);
        Assert.Equal("/scim/v2/Groups/" + id, Assert.Single(Server.Calls).PathAndQuery);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_missing_group_is_null(int status)
    {
        Assert.Null(await Directory.GetGroupAsync("nowhere", CancellationToken.None));
        Next("GET", "/Groups/1", c => ScimServer.ErrorAsync(c, status));
        Assert.Null(await Directory.GetGroupAsync("1", CancellationToken.None));
    }

    [Theory]
    [InlineData(401, ErrorId.AccountServerTokenRejected)]
    [InlineData(403, ErrorId.AccountServerForbidden)]
    [InlineData(429, ErrorId.AccountServerThrottled)]
    [InlineData(500, ErrorId.AccountServerFailed)]
    public async Task Only_404_and_410_mean_that_a_group_is_missing(int status, ErrorId expected)
    {
        Next("GET", "/Groups/1", c => ScimServer.ErrorAsync(c, status));
        await FailsAsync(expected, () => Directory.GetGroupAsync("1", CancellationToken.None));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task An_HTML_page_does_not_mean_that_a_group_is_missing(int status)
    {
        Next("GET", "/Groups/1", c => LoopbackServer.HtmlAsync(c, status));
        await FailsAsync(ErrorId.AccountServerNotScim, () => Directory.GetGroupAsync("1", CancellationToken.None));
    }

    [Theory]
    [InlineData("{\"id\":\"2\",\"displayName\":\"Sales\"}")]
    [InlineData("{\"id\":\"1\"}")]
    [InlineData("{\"displayName\":\"Sales\"}")]
    [InlineData("{\"id\":\"\\ud800\",\"displayName\":\"Sales\"}")]
    public async Task A_response_that_is_not_the_group_is_refused(string body)
    {
        Next("GET", "/Groups/1", c => LoopbackServer.JsonAsync(c, body, 200, "application/scim+json"));
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.GetGroupAsync("1", CancellationToken.None));
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("null", "")]
    [InlineData("\"u1\"", "")]
    [InlineData("{\"value\":\"u1\"}", "")]
    [InlineData("[\"u1\",\"u2\"]", "u1 u2")]
    [InlineData("[7,{\"value\":8},{\"value\":\"7\"},{\"value\":9,\"type\":\"User\"},{\"value\":10,\"type\":\"Group\"},{\"value\":123456789012345678901234567890}]", "7 8 9 123456789012345678901234567890")]
    [InlineData("[\"u1\",{\"value\":\"u2\"},\"u1\",{\"value\":\"u1\"},{\"$ref\":\"../Users/u3\"},\"u4\"]", "u1 u2 u3 u4")]
    [InlineData("[\"\",null,7.5,true,[\"u9\"],{},{\"value\":7e2},{\"display\":\"Ann\"},\"\\ud800\",{\"value\":\"u\\udc00\"},\"u1\"]", "u1")]
    [InlineData("[{\"$ref\":\"https://sand.example/scim/v2/Users/a%2Fb%20c\"},{\"$REF\":\"/users/u2?attributes=id#x\"},{\"$ref\":\"Users/u3\"}]", "a/b c;u2;u3")]
    [InlineData("[{\"$ref\":\"https://sand.example/scim/v2/Groups/g1\"},{\"$ref\":\"../Devices/d1\"},{\"$ref\":\"../Users/\"},{\"$ref\":\"u1\"},{\"$ref\":\"\"},{\"$ref\":7}]", "")]
    [InlineData("[{\"value\":\"u1\",\"$ref\":\"../Users/other\"},{\"value\":\"g1\",\"$ref\":\"../Groups/g1\"},{\"value\":\"g2\",\"type\":\"group\"},{\"$ref\":\"../Users/u2\",\"type\":\"Group\"}]", "u1")]
    [InlineData("[{\"value\":\"u1\",\"type\":\"User\"},{\"value\":\"u2\",\"type\":\"direct\"},{\"value\":\"g1\",\"type\":\"direct\",\"$ref\":\"../Groups/g1\"},{\"type\":\"User\",\"$ref\":\"../Users/u3\"}]", "u1 u2 u3")]
    public async Task Members_are_read_in_every_form_that_identifies_an_account(string members, string expected)
    {
        Next("GET", "/Groups/1", c => LoopbackServer.JsonAsync(c, "{\"id\":\"1\",\"displayName\":\"Sales\",\"members\":" + members + "}", 200, "application/scim+json"));

        var group = (await Directory.GetGroupAsync("1", CancellationToken.None))!;

        Assert.Equal(expected, string.Join(expected.Contains(';', StringComparison.Ordinal) ? ';' : ' ', group.MemberIds));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_ID_that_would_change_the_URL_is_refused(string id)
    {
        await FailsAsync(ErrorId.AccountServerAnswerInvalid, () => Directory.GetGroupAsync(id, CancellationToken.None));
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task Reading_a_group_of_a_server_without_groups_is_refused()
    {
        Server.OffersGroups = false;
        await FailsAsync(ErrorId.GroupsNotSupported, () => Directory.GetGroupAsync("1", CancellationToken.None));
    }

    [Fact]
    public async Task A_taken_group_name_is_reported()
    {
        Server.AddGroup("Sales", null);
        await FailsAsync(ErrorId.GroupNameTaken, () => Directory.CreateGroupAsync("Sales", "g-1", CancellationToken.None));
    }

    // Microsoft's reference code for SCIM filters groups by displayName only.
    [Theory]
    [InlineData("mine", true)]
    [InlineData("another", false)]
    public async Task A_server_without_external_ID_filter_distinguishes_our_group_from_a_taken_name(string externalId, bool isOurs)
    {
        Server.UnfilteredAttribute = "externalId";
        var id = (string)Server.AddGroup("Sales", externalId)["id"]!;

        if (isOurs)
            Assert.Equal(id, await Directory.CreateGroupAsync("Sales", "mine", CancellationToken.None));
        else
            await FailsAsync(ErrorId.GroupNameTaken, () => Directory.CreateGroupAsync("Sales", "mine", CancellationToken.None));
    }

    [Fact]
    public async Task A_creation_with_a_lost_response_is_searched_and_not_repeated()
    {
        Server.AfterWork = async c =>
        {
            if (c.Request.Method != "POST")
                return false;
            await LoopbackServer.ResetAsync(c);
            return true;
        };
        var id = await Directory.CreateGroupAsync("Sales", "g-1", CancellationToken.None);
        Assert.Equal(id, (string)Assert.Single(Server.Groups)["id"]!);
        Assert.Single(Server.Calls, c => c.Method == "POST");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Patches_a_group_but_never_its_members(bool extension)
    {
        Server.OffersExtension = extension;
        Server.AddGroup("Sales", "g-1", "u1");
        await Directory.PatchGroupAsync("g1", new AccountGroupPatch { DisplayName = "Field", ExternalId = "", ManagedBy = ManagedBy.PasswordBoss }, CancellationToken.None);
        var group = Server.Group("g1");
        Assert.Equal(("Field", ""), ((string)group["displayName"]!, (string)group["externalId"]!));
        Assert.Equal(extension ? "PasswordBoss" : null, (string?)group[ScimServer.GroupExtension]?["managedBy"]);
        Assert.Equal(["u1"], ScimServer.MembersOf(group));
    }

    [Fact]
    public async Task Adds_members_by_one_patch()
    {
        Server.AddGroup("Sales", "g-1", "u1");
        await Directory.AddMembersAsync("g1", ["u2", "u3", "u1"], CancellationToken.None);
        Assert.Equal(["u1", "u2", "u3"], ScimServer.MembersOf(Server.Group("g1")));
        var operation = Assert.Single((JsonArray)JsonNode.Parse(Assert.Single(Server.Calls).Body)!["Operations"]!)!;
        Assert.True(JsonNode.DeepEquals(Json("""{"op":"add","path":"members","value":[{"value":"u2"},{"value":"u3"},{"value":"u1"}]}"""), operation));
    }

    [Fact]
    public async Task Removes_members_by_one_patch()
    {
        Server.AddGroup("Sales", "g-1", "u1", "u\"2", "u3");
        await Directory.RemoveMembersAsync("g1", ["u1", "u\"2"], CancellationToken.None);
        Assert.Equal(["u3"], ScimServer.MembersOf(Server.Group("g1")));
        var operations = (JsonArray)JsonNode.Parse(Assert.Single(Server.Calls).Body)!["Operations"]!;
        Assert.True(JsonNode.DeepEquals(Json("""{"op":"remove","path":"members[value eq \"u1\"]"}"""), operations[0]));
        Assert.Equal(2, operations.Count);
    }

    [Fact]
    public async Task A_missing_member_does_not_stop_the_other_removals()
    {
        Server.AddGroup("Sales", "g-1", "u1", "u2", "u3");
        await Directory.RemoveMembersAsync("g1", ["u1", "gone", "u3"], CancellationToken.None);
        Assert.Equal(["u2"], ScimServer.MembersOf(Server.Group("g1")));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_404_for_a_member_counts_as_removed_if_the_group_confirms_it(int status)
    {
        Server.AddGroup("Sales", "g-1", "u1");
        Next("PATCH", "/Groups/g1", c => ScimServer.ErrorAsync(c, status));
        await Directory.RemoveMembersAsync("g1", ["gone"], CancellationToken.None);
        await FailsAsync(ErrorId.AccountNotFound, () => Directory.RemoveMembersAsync("g1", ["u1"], CancellationToken.None));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_missing_group_is_reported(int status)
    {
        Server.Intercept = async c =>
        {
            if (!c.Request.Path.Value!.EndsWith("/Groups/g1", StringComparison.Ordinal))
                return false;
            await ScimServer.ErrorAsync(c, status);
            return true;
        };
        await FailsAsync(ErrorId.AccountNotFound, () => Directory.RemoveMembersAsync("g1", ["u1", "u2"], CancellationToken.None));
        await FailsAsync(ErrorId.AccountNotFound, () => Directory.AddMembersAsync("g1", ["u1"], CancellationToken.None));
        await FailsAsync(ErrorId.AccountNotFound, () => Directory.PatchGroupAsync("g1", new AccountGroupPatch { DisplayName = "x" }, CancellationToken.None));
        await Directory.DeleteGroupAsync("g1", CancellationToken.None);
    }

    [Fact]
    public async Task Members_are_removed_by_value_if_the_server_refuses_filters_in_paths()
    {
        Server.RefusesMemberPaths = true;
        Server.AddGroup("Sales", "g-1", "u1", "u2", "u3", "u4", "u5");
        await Directory.RemoveMembersAsync("g1", ["u1"], CancellationToken.None);
        Assert.Equal(["u2", "u3", "u4", "u5"], ScimServer.MembersOf(Server.Group("g1")));
        Assert.Equal(["PATCH", "GET", "PATCH", "GET"], Server.Calls.Select(c => c.Method));
        var operation = Assert.Single((JsonArray)JsonNode.Parse(Server.Calls[2].Body)!["Operations"]!)!;
        Assert.True(JsonNode.DeepEquals(Json("""{"op":"remove","path":"members","value":[{"value":"u1"}]}"""), operation));

        // The server has proved that it removes only these members.
        await Directory.RemoveMembersAsync("g1", ["u2", "u3"], CancellationToken.None);
        Assert.Equal(["u4", "u5"], ScimServer.MembersOf(Server.Group("g1")));
        Assert.Equal(5, Server.Calls.Count);
    }

    [Fact]
    public async Task Several_members_are_removed_by_value_in_one_request_once_the_first_one_was()
    {
        Server.RefusesMemberPaths = true;
        var members = Enumerable.Range(0, 101).Select(i => "u" + i).ToArray();
        Server.AddGroup("Sales", "g-1", members);
        // The first account is no member any more, and the server shows that.
        await Directory.RemoveMembersAsync("g1", ["gone", .. members[..100]], CancellationToken.None);
        Assert.Equal(["u100"], ScimServer.MembersOf(Server.Group("g1")));
        Assert.Equal(["PATCH", "PATCH", "GET", "PATCH", "GET", "PATCH"], Server.Calls.Select(c => c.Method));
    }

    [Fact]
    public async Task An_account_that_is_not_found_among_the_values_counts_as_removed_if_the_group_does_not_contain_it()
    {
        Server.RefusesMemberPaths = true;
        Server.AddGroup("Sales", "g-1", "u1", "u2", "u3");
        await Directory.RemoveMembersAsync("g1", ["u1"], CancellationToken.None);
        Next("PATCH", "/Groups/g1", c => ScimServer.ErrorAsync(c, 404), times: 1);
        await Directory.RemoveMembersAsync("g1", ["u1"], CancellationToken.None);
        Next("PATCH", "/Groups/g1", c => ScimServer.ErrorAsync(c, 404), times: 1);
        await FailsAsync(ErrorId.AccountNotFound, () => Directory.RemoveMembersAsync("g1", ["u2"], CancellationToken.None));
    }

    [Fact]
    public async Task Only_one_group_is_tried_at_once_on_a_server_that_may_empty_it()
    {
        Server.RefusesMemberPaths = true;
        Server.EmptiesGroups = true;
        var groups = Enumerable.Range(0, 8).Select(i => (string)Server.AddGroup("Group " + i, "g-" + i, "u1", "u2", "u3")["id"]!).ToList();
        await Task.WhenAll(groups.Select(async g => await Record.ExceptionAsync(() => Directory.RemoveMembersAsync(g, ["u1"], CancellationToken.None))));
        Assert.Single(Server.Calls, c => c.Body.Contains("\"op\":\"remove\",\"path\":\"members\",", System.StringComparison.Ordinal));
        Assert.All(groups, g => Assert.Contains("u3", ScimServer.MembersOf(Server.Group(g))));
    }

    [Fact]
    public async Task A_server_that_empties_the_group_instead_gets_the_other_members_back()
    {
        Server.RefusesMemberPaths = true;
        Server.EmptiesGroups = true;
        Server.AddGroup("Sales", "g-1", "u1", "u2", "u3");
        await Directory.RemoveMembersAsync("g1", ["u1"], CancellationToken.None);
        Assert.Equal(["u2", "u3"], ScimServer.MembersOf(Server.Group("g1")));
        await FailsAsync(ErrorId.AccountRefused, () => Directory.RemoveMembersAsync("g1", ["u2"], CancellationToken.None));
        Assert.Equal(["u2", "u3"], ScimServer.MembersOf(Server.Group("g1")));
    }

    /// <summary>The caller sends the members of a refused request again one by one.</summary>
    [Fact]
    public async Task A_member_that_was_removed_before_the_others_were_refused_stays_removed()
    {
        Server.RefusesMemberPaths = true;
        Server.EmptiesGroups = true;
        Server.AddGroup("Sales", "g-1", "u1", "u2", "u3");
        await FailsAsync(ErrorId.AccountRefused, () => Directory.RemoveMembersAsync("g1", ["u1", "u2"], CancellationToken.None));
        await Directory.RemoveMembersAsync("g1", ["u1"], CancellationToken.None);
        await FailsAsync(ErrorId.AccountRefused, () => Directory.RemoveMembersAsync("g1", ["u2"], CancellationToken.None));
        Assert.Equal(["u2", "u3"], ScimServer.MembersOf(Server.Group("g1")));
    }

    [Fact]
    public async Task Members_that_the_server_does_not_show_are_not_removed_by_value()
    {
        Server.RefusesMemberPaths = true;
        Server.AddGroup("Sales", "g-1");
        await FailsAsync(ErrorId.AccountRefused, () => Directory.RemoveMembersAsync("g1", ["u1"], CancellationToken.None));
        Assert.Equal(["PATCH", "GET"], Server.Calls.Select(c => c.Method));
    }

    [Fact]
    public async Task Members_are_removed_one_by_one_if_the_server_refuses_several_operations()
    {
        Server.AddGroup("Sales", "g-1", "u1", "u2", "u3");
        Next("PATCH", "/Groups/g1", c => ScimServer.ErrorAsync(c, 400, "invalidSyntax"), times: 1);
        await Directory.RemoveMembersAsync("g1", ["u1", "u2"], CancellationToken.None);
        Assert.Equal(["u3"], ScimServer.MembersOf(Server.Group("g1")));
    }

    [Fact]
    public async Task Many_members_are_sent_in_one_request()
    {
        Server.AddGroup("Sales", "g-1");
        var ids = Enumerable.Range(0, 100).Select(i => "u" + i).ToArray();
        await Directory.AddMembersAsync("g1", ids, CancellationToken.None);
        Assert.Single(Server.Calls);
        await Directory.RemoveMembersAsync("g1", ids, CancellationToken.None);
        Assert.Empty(ScimServer.MembersOf(Server.Group("g1")));
        Assert.Equal(2, Server.Calls.Count);
    }

    [Fact]
    public async Task An_empty_member_change_is_not_sent()
    {
        await Directory.AddMembersAsync("g1", [], CancellationToken.None);
        await Directory.RemoveMembersAsync("g1", Array.Empty<string>(), CancellationToken.None);
        Assert.Empty(Server.Calls);
    }

    [Fact]
    public async Task Deletes_a_group()
    {
        Server.AddGroup("Sales", "g-1");
        await Directory.DeleteGroupAsync("g1", CancellationToken.None);
        Assert.Empty(Server.Groups);
    }
}
