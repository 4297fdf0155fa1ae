using System;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Sandbox.Tests;

public sealed class GraphTests
{
    private const string UserGroup = SandboxCredentials.UserGroupId;
    private const string Aurora = "f10d1194-0000-4000-9000-000000000005";
    private const string Board = "f10d1194-0000-4000-9000-00000000000c";
    private const string Zoe = "f10d1194-0000-4000-8000-000000000003";
    private const string Priya = "f10d1194-0000-4000-8000-000000000018";
    private static readonly (string, string) Eventual = ("ConsistencyLevel", "eventual");
    private readonly SandboxState state = SandboxState.InMemory();

    [Fact]
    public async Task A_request_without_a_valid_token_gets_401_with_a_challenge()
    {
        using var client = new SandboxClient(state);
        foreach (var token in new[] { null, "nonsense", "e30.e30.e30" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, SandboxClient.Graph + "/groups");
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            var answer = await ReceivedResponse.ReadAsync(await client.Http.SendAsync(request));
            Assert.Equal((401, "InvalidAuthenticationToken"), (answer.Status, answer.Code));
            Assert.StartsWith("Bearer ", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_token_expires_after_its_lifetime()
    {
        var clock = new ManualClock();
        using var client = new SandboxClient(SandboxState.InMemory(clock));
        Assert.Equal(200, (await client.GraphAsync("/groups")).Status);
        clock.UtcNow += TimeSpan.FromSeconds(3598);
        Assert.Equal(200, (await client.GraphAsync("/groups")).Status);
        clock.UtcNow += TimeSpan.FromSeconds(1);
        Assert.Equal(401, (await client.GraphAsync("/groups")).Status);
    }

    [Fact]
    public async Task A_group_is_found_by_ID_or_by_name_without_case_and_names_are_not_unique()
    {
        using var client = new SandboxClient(state);
        Assert.Equal("Password Boss Users", (await client.GraphAsync("/groups/" + UserGroup)).Json["displayName"]!.GetValue<string>());
        var found = await client.GraphAsync("/groups?$filter=displayName%20eq%20'PASSWORD%20boss%20users'&$select=id");
        Assert.Equal("""[{"id":"f10d1194-0000-4000-9000-000000000001"}]""", found.Json["value"]!.ToJsonString());
        Assert.Equal(2, (await client.GraphAsync("/groups?$filter=displayName+eq+'Archive'")).Json["value"]!.AsArray().Count);
        Assert.Equal(2, (await client.GraphAsync("/groups?$filter=startsWith(displayName,'Fi') or startswith(displayName,'it')")).Json["value"]!.AsArray().Count);
        Assert.Equal(2, (await client.GraphAsync("/groups?$filter=groupTypes/any(c:c eq 'Unified')")).Json["value"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("zoe.obrien-mueller@fjordlight.example", Zoe)]
    [InlineData("FrontDesk@FJORDLIGHT.example", "f10d1194-0000-4000-8000-000000000023", "f10d1194-0000-4000-8000-000000000024")]
    [InlineData("elias.berg@fjordlight.example", "f10d1194-0000-4000-8000-000000000024")]
    [InlineData("ada.nwosu+studio@fjordlight.example", "f10d1194-0000-4000-8000-000000000026")]
    [InlineData("rosa.calder@harbour-trust.example", "f10d1194-0000-4000-8000-00000000001f")]
    [InlineData("rosa.calder_harbour-trust.example#EXT#@fjordlight.example", "f10d1194-0000-4000-8000-00000000001f")]
    [InlineData("o'brien@fjordlight.example", "f10d1194-0000-4000-8000-000000000001")]
    [InlineData("unknown@fjordlight.example")]
    public async Task A_user_is_found_by_either_address_without_case(string address, params string[] ids)
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        tenant.ChangeMail("astrid.solheim@fjordlight.example", "O'Brien@fjordlight.example");
        var value = Uri.EscapeDataString("'" + address.Replace("'", "''", StringComparison.Ordinal) + "'");

        var (items, _, pages) = await client.GraphAllAsync($"/users?$filter=userPrincipalName%20eq%20{value}%20or%20mail%20eq%20{value}&$select=id,mail,userPrincipalName&$top=1");

        Assert.Equal(ids, items.Select(u => u["id"]!.GetValue<string>()));
        Assert.Equal(Math.Max(ids.Length, 1), pages);
    }

    [Fact]
    public async Task A_user_in_deleted_items_is_not_found_by_an_address()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        tenant.Delete(Zoe);
        Assert.Empty((await client.GraphAllAsync("/users?$filter=userPrincipalName eq 'zoe.obrien-mueller@fjordlight.example' or mail eq 'zoe.obrien-mueller@fjordlight.example'")).Items);
    }

    // A client computes the error of its own clock from it.
    [Fact]
    public async Task Every_response_has_a_Date_header()
    {
        var clock = new ManualClock();
        using var client = new SandboxClient(SandboxState.InMemory(clock));
        foreach (var path in new[] { "/groups", "/users/unknown@fjordlight.example", "/groops" })
            Assert.Equal(clock.UtcNow.ToString("R"), (await client.GraphAsync(path)).Header("Date"));
    }

    [Theory]
    [InlineData("/groups/f10d1194-0000-4000-9000-0000000000ff", 404, "Request_ResourceNotFound")]
    [InlineData("/groups/nonsense", 400, "Request_BadRequest")]
    [InlineData("/users/unknown@fjordlight.example", 404, "Request_ResourceNotFound")]
    [InlineData("/groops", 400, "BadRequest")]
    [InlineData("/groups?$top=1000", 400, "Request_UnsupportedQuery")]
    [InlineData("/groups?$top=0", 400, "Request_UnsupportedQuery")]
    [InlineData("/groups?$top=x", 400, "Request_BadRequest")]
    [InlineData("/groups?$skip=5", 400, "Request_UnsupportedQuery")]
    [InlineData("/groups?$expand=members", 400, "Request_UnsupportedQuery")]
    [InlineData("/groups?$select=id&$select=mail", 400, "Request_BadRequest")]
    [InlineData("/groups?select=id", 400, "Request_BadRequest")]
    [InlineData("/groups?$select=shoeSize", 400, "BadRequest")]
    [InlineData("/groups?$filter=displayName eq 'open", 400, "Request_BadRequest")]
    [InlineData("/groups?$filter=displayName ne 'IT'", 400, "Request_UnsupportedQuery")]
    [InlineData("/groups?$filter=contains(displayName,'IT')", 400, "Request_BadRequest")]
    [InlineData("/groups?$filter=membershipRule eq 'x'", 400, "Request_UnsupportedQuery")]
    [InlineData("/groups?$orderby=mail", 400, "Request_UnsupportedQuery")]
    [InlineData("/users?$filter=mail eq 'O'Brien'", 400, "Request_BadRequest")]
    [InlineData("/users?$select=aboutMe", 501, "NotImplemented")]
    [InlineData("/users?$skiptoken=nonsense", 400, "Request_BadRequest")]
    [InlineData("/groups/" + UserGroup + "/members/$count", 400, "Request_BadRequest")]
    [InlineData("/groups/" + UserGroup + "/members/microsoft.graph.user", 400, "Request_UnsupportedQuery")]
    [InlineData("/groups/" + UserGroup + "/members?$filter=displayName eq 'x'", 400, "Request_UnsupportedQuery")]
    [InlineData("/directory/deletedItems", 400, "Request_BadRequest")]
    [InlineData("/applications", 403, "Authorization_RequestDenied")]
    [InlineData("/groups/delta?$top=5", 400, "Request_UnsupportedQuery")]
    [InlineData("/groups/delta?$filter=displayName eq 'IT'", 400, "Request_UnsupportedQuery")]
    [InlineData("/groups/delta?$deltatoken=nonsense", 400, "Request_BadRequest")]
    [InlineData("/users/delta?$select=members", 400, "BadRequest")]
    public async Task An_unsupported_request_gets_an_error_in_the_Graph_format(string path, int status, string code)
    {
        using var client = new SandboxClient(state);
        var answer = await client.GraphAsync(path);
        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.NotNull(answer.Json["error"]!["innerError"]!["request-id"]);
    }

    [Theory]
    [InlineData("POST", "/groups")]
    [InlineData("PATCH", "/users/" + Zoe)]
    [InlineData("DELETE", "/groups/" + UserGroup)]
    public async Task Write_requests_are_refused(string method, string path)
    {
        using var client = new SandboxClient(state);
        Assert.Equal(403, (await client.GraphAsync(path, method, "{}")).Status);
    }

    [Fact]
    public async Task More_than_fifteen_alternatives_in_a_filter_are_refused()
    {
        using var client = new SandboxClient(state);
        string In(int count) => "/groups?$filter=displayName in (" + string.Join(",", Enumerable.Range(0, count).Select(i => $"'{i}'")) + ")";
        Assert.Equal(200, (await client.GraphAsync(In(15))).Status);
        Assert.Equal(400, (await client.GraphAsync(In(16))).Status);
    }

    [Fact]
    public async Task Members_have_mixed_types_and_only_an_ID_without_permission()
    {
        using var client = new SandboxClient(state);
        var (items, _, _) = await client.GraphAllAsync($"/groups/{UserGroup}/members?$select=id,displayName,accountEnabled");
        Assert.Equal(29, items.Count);
        Assert.Equal(27, items.Count(i => i["@odata.type"]!.GetValue<string>() == "#microsoft.graph.user" && i["accountEnabled"] is not null));
        Assert.Single(items, i => i["@odata.type"]!.GetValue<string>() == "#microsoft.graph.group");
        var device = Assert.Single(items, i => i["@odata.type"]!.GetValue<string>() == "#microsoft.graph.device");
        Assert.Null(device["displayName"]);
        Assert.True(device.ContainsKey("displayName"));
        Assert.NotNull(device["id"]);
    }

    [Fact]
    public async Task Users_without_select_have_the_documented_properties_and_no_accountEnabled()
    {
        using var client = new SandboxClient(state);
        var user = await client.GraphAsync("/users/" + Zoe);
        Assert.Equal(
            new[] { "@odata.context", "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage", "surname", "userPrincipalName" },
            user.Json.Select(p => p.Key));
        Assert.Equal("Zoë O'Brien-Müller", user.Json["displayName"]!.GetValue<string>());
        Assert.True((await client.GraphAsync($"/users/{Zoe}?$select=accountEnabled")).Json["accountEnabled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Users_are_found_by_principal_name_with_plus_hash_and_apostrophe()
    {
        using var client = new SandboxClient(state);
        Assert.Equal(200, (await client.GraphAsync("/users/ada.nwosu%2Bstudio@fjordlight.example")).Status);
        Assert.Equal(200, (await client.GraphAsync("/users/rosa.calder_harbour-trust.example%23EXT%23@fjordlight.example")).Status);
        Assert.Empty((await client.GraphAsync("/users?$filter=mail eq 'ada.nwosu+studio@fjordlight.example'")).Json["value"]!.AsArray());
        Assert.Single((await client.GraphAsync("/users?$filter=mail eq 'ada.nwosu%2Bstudio@fjordlight.example'")).Json["value"]!.AsArray());
        Assert.Single((await client.GraphAsync("/users?$filter=surname eq 'O''Brien-Müller'")).Json["value"]!.AsArray());
    }

    [Fact]
    public async Task Pages_contain_each_member_once_while_members_leave()
    {
        using var client = new SandboxClient(SandboxState.Generated(2500));
        var (all, _, pages) = await client.GraphAllAsync($"/groups/{UserGroup}/members?$select=id&$top=999");
        Assert.Equal(3, pages);
        Assert.Equal(2500, all.Select(i => i["id"]!.GetValue<string>()).Distinct().Count());
        Assert.Equal(25, (await client.GraphAllAsync($"/groups/{UserGroup}/members?$select=id")).Pages);
        Assert.Equal(2, (await client.GraphAllAsync("/users?$top=999&$select=id&$filter=startsWith(mail,'person1')")).Pages);

        using var tenant = new SandboxTenant(state);
        using var other = new SandboxClient(state);
        var first = await other.GraphAsync($"/groups/{UserGroup}/members?$select=id&$top=10");
        var seen = first.Json["value"]!.AsArray().Select(i => i!["id"]!.GetValue<string>()).ToList();
        tenant.RemoveMember(seen[3], UserGroup);
        tenant.RemoveMember(seen[9], UserGroup);
        var (rest, _, _) = await other.GraphAllAsync(first.Json["@odata.nextLink"]!.GetValue<string>());
        Assert.Equal(19, rest.Count);
        Assert.Empty(rest.Select(i => i["id"]!.GetValue<string>()).Intersect(seen));
    }

    [Fact]
    public async Task A_full_last_page_has_no_next_link()
    {
        using var client = new SandboxClient(SandboxState.Generated(200));
        Assert.Equal(2, (await client.GraphAllAsync($"/groups/{UserGroup}/members?$top=100&$select=id")).Pages);
    }

    [Fact]
    public async Task A_skip_token_of_another_resource_is_refused()
    {
        using var client = new SandboxClient(SandboxState.Generated(300, 2));
        var link = (await client.GraphAsync("/users?$select=id")).Json["@odata.nextLink"]!.GetValue<string>();
        var answer = await client.GraphAsync(link.Replace("/users?", $"/groups/{UserGroup}/members?", StringComparison.Ordinal));
        Assert.Equal(400, answer.Status);
    }

    [Fact]
    public async Task Counts_need_the_ConsistencyLevel_header_on_every_page_of_an_advanced_query()
    {
        using var client = new SandboxClient(state);
        var count = await client.GraphAsync($"/groups/{UserGroup}/members/$count", headers: Eventual);
        Assert.Equal(("29", "text/plain"), (count.Body, count.MediaType));
        Assert.Equal("27", (await client.GraphAsync($"/groups/{UserGroup}/members/microsoft.graph.user/$count", headers: Eventual)).Body);
        Assert.False((await client.GraphAsync("/groups?$count=true")).Json.ContainsKey("@odata.count"));
        var page = await client.GraphAsync("/users?$count=true&$filter=userType ne 'Guest'&$top=20&$select=id", headers: Eventual);
        Assert.Equal(37, page.Json["@odata.count"]!.GetValue<int>());
        var next = page.Json["@odata.nextLink"]!.GetValue<string>();
        Assert.Equal((400, "Request_UnsupportedQuery"), ((await client.GraphAsync(next)).Status, (await client.GraphAsync(next)).Code));
        var second = await client.GraphAsync(next, headers: Eventual);
        Assert.Equal(17, second.Json["value"]!.AsArray().Count);
        Assert.False(second.Json.ContainsKey("@odata.count"));
    }

    [Fact]
    public async Task Lists_can_be_ordered_by_name()
    {
        using var client = new SandboxClient(state);
        var (items, _, pages) = await client.GraphAllAsync("/groups?$orderby=displayName desc&$select=displayName&$top=5");
        var names = items.Select(i => i["displayName"]!.GetValue<string>()).ToList();
        Assert.Equal((12, 3), (names.Count, pages));
        Assert.Equal(names.OrderByDescending(n => n, StringComparer.OrdinalIgnoreCase), names);
    }

    [Fact]
    public async Task Transitive_members_are_a_flat_list_with_the_inner_group()
    {
        using var client = new SandboxClient(state);
        var direct = (await client.GraphAllAsync($"/groups/{UserGroup}/members?$select=id")).Items.Select(i => i["id"]!.GetValue<string>()).ToList();
        var all = (await client.GraphAllAsync($"/groups/{UserGroup}/transitiveMembers?$select=id&$top=7")).Items.Select(i => i["id"]!.GetValue<string>()).ToList();
        Assert.DoesNotContain(Priya, direct);
        Assert.Contains(Priya, all);
        Assert.Contains(Aurora, all);
        Assert.Equal(all.Distinct().Count(), all.Count);
    }

    [Fact]
    public async Task MemberOf_is_a_list_of_the_direct_groups()
    {
        using var client = new SandboxClient(state);
        Assert.Equal([Aurora], (await client.GraphAllAsync($"/users/{Priya}/memberOf?$select=id,displayName")).Items.Select(i => i["id"]!.GetValue<string>()));
        var outer = (await client.GraphAllAsync($"/groups/{Aurora}/memberOf?$select=id")).Items;
        Assert.Contains(UserGroup, outer.Select(i => i["id"]!.GetValue<string>()));
        Assert.All(outer, group => Assert.Equal("#microsoft.graph.group", group["@odata.type"]!.GetValue<string>()));
        Assert.Equal(404, (await client.GraphAsync("/users/f10d1194-0000-4000-8000-0000000000ff/memberOf")).Status);
    }

    [Fact]
    public async Task CheckMemberGroups_is_transitive_and_returns_only_requested_groups()
    {
        using var client = new SandboxClient(state);
        var body = $$"""{"groupIds":["{{UserGroup}}","{{Aurora}}","{{Board}}","f10d1194-0000-4000-9000-000000000002","00000000-0000-0000-0000-000000000000"]}""";
        var answer = await client.GraphAsync($"/users/{Priya}/checkMemberGroups", "POST", body);
        Assert.Equal(new[] { UserGroup, Aurora }, answer.Json["value"]!.AsArray().Select(v => v!.GetValue<string>()).Order());
        Assert.Equal(404, (await client.GraphAsync("/users/f10d1194-0000-4000-8000-0000000000ff/checkMemberGroups", "POST", body)).Status);
        Assert.Equal(400, (await client.GraphAsync($"/users/{Priya}/checkMemberGroups", "POST", """{"groupIds":["x"]}""")).Status);
        Assert.Equal(400, (await client.GraphAsync($"/users/{Priya}/checkMemberGroups", "POST", """{"groupIds":"x"}""")).Status);
        Assert.Equal(400, (await client.GraphAsync($"/users/{Priya}/checkMemberGroups", "POST", "{")).Status);
        var tooMany = "{\"groupIds\":[" + string.Join(",", Enumerable.Repeat($"\"{UserGroup}\"", 21)) + "]}";
        Assert.Equal(400, (await client.GraphAsync($"/users/{Priya}/checkMemberGroups", "POST", tooMany)).Status);
    }

    [Fact]
    public async Task A_hidden_membership_reads_as_an_empty_group_without_the_permission()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        Assert.Equal("HiddenMembership", (await client.GraphAsync("/groups/" + Board)).Json["visibility"]!.GetValue<string>());
        Assert.Empty((await client.GraphAsync($"/groups/{Board}/members")).Json["value"]!.AsArray());
        tenant.SetApplicationRoles("Group.Read.All", "User.Read.All", "Member.Read.Hidden");
        await client.RefreshTokenAsync();
        Assert.Equal(2, (await client.GraphAsync($"/groups/{Board}/members")).Json["value"]!.AsArray().Count);
    }

    [Fact]
    public async Task Without_User_Read_All_members_have_only_IDs_and_users_are_refused()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        tenant.SetApplicationRoles("GroupMember.Read.All");
        var page = await client.GraphAsync($"/groups/{UserGroup}/members?$select=id,mail,accountEnabled&$top=1");
        Assert.Equal(200, page.Status);
        var member = page.Json["value"]![0]!.AsObject();
        Assert.NotNull(member["id"]);
        Assert.Null(member["mail"]);
        Assert.Null(member["accountEnabled"]);
        Assert.Equal((403, "Authorization_RequestDenied"), ((await client.GraphAsync("/users/" + Zoe)).Status, (await client.GraphAsync("/users/" + Zoe)).Code));
        tenant.SetApplicationRoles();
        await client.RefreshTokenAsync();
        Assert.Equal(403, (await client.GraphAsync("/groups/" + UserGroup)).Status);
        tenant.SetApplicationRoles("Directory.Read.All");
        await client.RefreshTokenAsync();
        Assert.Equal(200, (await client.GraphAsync("/users/" + Zoe)).Status);
    }

    [Fact]
    public async Task Deleted_users_are_in_deleted_items_with_a_prefixed_name_until_they_expire()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        tenant.Delete(Zoe);
        Assert.Equal(404, (await client.GraphAsync("/users/" + Zoe)).Status);
        Assert.Equal(404, (await client.GraphAsync($"/users/{Zoe}/checkMemberGroups", "POST", $$"""{"groupIds":["{{UserGroup}}"]}""")).Status);
        Assert.Equal("28", (await client.GraphAsync($"/groups/{UserGroup}/members/$count", headers: Eventual)).Body);
        var item = await client.GraphAsync($"/directory/deletedItems/{Zoe}");
        Assert.Equal("#microsoft.graph.user", item.Json["@odata.type"]!.GetValue<string>());
        Assert.Equal("f10d119400004000" + "8000000000000003zoe.obrien-mueller@fjordlight.example", item.Json["userPrincipalName"]!.GetValue<string>());
        Assert.Single((await client.GraphAsync("/directory/deletedItems/graph.user?$select=id")).Json["value"]!.AsArray());
        Assert.Empty((await client.GraphAsync("/directory/deletedItems/microsoft.graph.group")).Json["value"]!.AsArray());

        tenant.Restore("zoe.obrien-mueller@fjordlight.example");
        Assert.Equal(200, (await client.GraphAsync("/users/" + Zoe)).Status);
        Assert.Equal("29", (await client.GraphAsync($"/groups/{UserGroup}/members/$count", headers: Eventual)).Body);

        tenant.Delete(Zoe);
        tenant.Delete(Zoe);
        Assert.Equal(404, (await client.GraphAsync($"/directory/deletedItems/{Zoe}")).Status);
    }

    [Fact]
    public async Task Only_a_Microsoft_365_group_can_be_found_in_deleted_items()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        tenant.DeleteGroup("Finance");
        tenant.DeleteGroup("Fjordlight News");
        var deleted = await client.GraphAsync("/directory/deletedItems/microsoft.graph.group?$select=displayName");
        Assert.Equal("""[{"displayName":"Fjordlight News"}]""", deleted.Json["value"]!.ToJsonString());
    }

    [Fact]
    public async Task A_batch_returns_a_response_per_request_in_any_order()
    {
        using var client = new SandboxClient(state);
        var batch = await client.GraphAsync("/$batch", "POST", $$$"""
            {"requests":[
            {"id":"1","method":"GET","url":"/users/{{{Zoe}}}?$select=id"},
            {"id":"2","method":"GET","url":"/users/f10d1194-0000-4000-8000-0000000000ff"},
            {"id":"3","method":"POST","url":"/users/{{{Zoe}}}/checkMemberGroups","headers":{"Content-Type":"application/json"},"body":{"groupIds":["{{{UserGroup}}}"]}},
            {"id":"4","method":"POST","url":"/users/{{{Zoe}}}/checkMemberGroups","body":{"groupIds":["{{{UserGroup}}}"]}},
            {"id":"5","method":"GET","url":"/groups/{{{UserGroup}}}/members/$count","headers":{"ConsistencyLevel":"eventual"}},
            {"id":"6","method":"GET","url":"/users/{{{Zoe}}}","dependsOn":["2"]},
            {"id":"7","method":"GET","url":"/users?$top=1"}]}
            """);
        Assert.Equal(200, batch.Status);
        var answers = batch.Json["responses"]!.AsArray();
        Assert.NotEqual("1", answers[0]!["id"]!.GetValue<string>());
        JsonNode Of(string id) => answers.Single(a => a!["id"]!.GetValue<string>() == id)!;
        Assert.Equal(new[] { 200, 404, 200, 415, 200, 424, 200 }, Enumerable.Range(1, 7).Select(i => Of($"{i}")["status"]!.GetValue<int>()));
        Assert.Equal(Zoe, Of("1")["body"]!["id"]!.GetValue<string>());
        Assert.Equal("Request_ResourceNotFound", Of("2")["body"]!["error"]!["code"]!.GetValue<string>());
        Assert.Equal(UserGroup, Of("3")["body"]!["value"]![0]!.GetValue<string>());
        Assert.Equal("29", Of("5")["body"]!.GetValue<string>());
        Assert.StartsWith(SandboxClient.Graph + "/users?", Of("7")["body"]!["@odata.nextLink"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_has_at_most_twenty_requests_with_IDs_that_are_unique_without_case()
    {
        using var client = new SandboxClient(state);
        string Batch(params string[] ids) => "{\"requests\":[" + string.Join(",", ids.Select(id => $$"""{"id":"{{id}}","method":"GET","url":"/groups"}""")) + "]}";
        Assert.Equal(200, (await client.GraphAsync("/$batch", "POST", Batch(Enumerable.Range(0, 20).Select(i => $"{i}").ToArray()))).Status);
        Assert.Equal(400, (await client.GraphAsync("/$batch", "POST", Batch(Enumerable.Range(0, 21).Select(i => $"{i}").ToArray()))).Status);
        Assert.Equal(400, (await client.GraphAsync("/$batch", "POST", Batch("a", "A"))).Status);
        Assert.Equal(400, (await client.GraphAsync("/$batch", "POST", Batch())).Status);
        Assert.Equal(400, (await client.GraphAsync("/$batch", "POST", """{"requests":[{"id":"1","method":"GET","url":"https://graph.microsoft.com/v1.0/groups"}]}""")).Status);
        Assert.Equal(405, (await client.GraphAsync("/$batch")).Status);
    }
}
