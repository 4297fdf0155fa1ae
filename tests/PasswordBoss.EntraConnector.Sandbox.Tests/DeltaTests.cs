using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Sandbox.Tests;

public sealed class DeltaTests
{
    private const string UserGroup = SandboxCredentials.UserGroupId;
    private const string Finance = "f10d1194-0000-4000-9000-000000000002";
    private const string Board = "f10d1194-0000-4000-9000-00000000000c";
    private const string Zoe = "f10d1194-0000-4000-8000-000000000003";
    private readonly SandboxState state = SandboxState.InMemory();

    [Fact]
    public async Task The_latest_token_returns_no_data_and_a_query_without_changes_is_empty()
    {
        using var client = new SandboxClient(state);
        var (items, last, _) = await client.GraphAllAsync("/users/delta?$deltatoken=latest&$select=displayName,accountEnabled");
        Assert.Empty(items);
        var again = await client.GraphAllAsync(last.Json["@odata.deltaLink"]!.GetValue<string>());
        Assert.Empty(again.Items);
        Assert.True(again.Last.Json.ContainsKey("@odata.deltaLink"));
    }

    [Fact]
    public async Task Only_selected_properties_are_tracked()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        var link = await StartAsync(client, "/users/delta?$select=displayName,accountEnabled,mail");
        tenant.ChangeMail("henrik.dahl@fjordlight.example", null);
        var narrow = await StartAsync(client, "/users/delta?$select=displayName");
        tenant.Disable(Zoe);
        var (items, last, _) = await client.GraphAllAsync(link);
        Assert.Equal(2, items.Count);
        Assert.Equal($$"""{"id":"{{Zoe}}","displayName":"Zo\u00EB O\u0027Brien-M\u00FCller","accountEnabled":false,"mail":"zoe.obrien-mueller@fjordlight.example"}""", items[0].ToJsonString());
        // A property that was changed to null is returned as null.
        Assert.True(items[1].ContainsKey("mail"));
        Assert.Null(items[1]["mail"]);
        Assert.Empty((await client.GraphAllAsync(narrow)).Items);
        Assert.Empty((await client.GraphAllAsync(last.Json["@odata.deltaLink"]!.GetValue<string>())).Items);
        // Using the same link again returns the same changes.
        Assert.Equal(2, (await client.GraphAllAsync(link)).Items.Count);
    }

    [Fact]
    public async Task With_return_minimal_only_changed_properties_are_returned()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        var link = await StartAsync(client, "/users/delta?$select=displayName,accountEnabled");
        tenant.Disable(Zoe);
        var (items, last, _) = await client.GraphAllAsync(link, ("Prefer", "return=minimal"));
        Assert.Equal($$"""{"id":"{{Zoe}}","accountEnabled":false}""", Assert.Single(items).ToJsonString());
        Assert.Equal("return=minimal", last.Header("Preference-Applied"));
    }

    [Fact]
    public async Task A_soft_deletion_is_only_in_the_users_delta_and_a_permanent_one_in_both()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        var users = await StartAsync(client, "/users/delta?$select=displayName");
        var groups = await StartAsync(client, $"/groups/delta?$select=displayName,members&$filter=id eq '{UserGroup}'");

        tenant.Delete(Zoe);
        Assert.Equal($$$"""{"id":"{{{Zoe}}}","@removed":{"reason":"changed"}}""", Assert.Single((await client.GraphAllAsync(users)).Items).ToJsonString());
        Assert.Empty((await client.GraphAllAsync(groups)).Items);

        tenant.Restore(Zoe);
        Assert.False(Assert.Single((await client.GraphAllAsync(users)).Items).ContainsKey("@removed"));
        Assert.Empty((await client.GraphAllAsync(groups)).Items);

        tenant.Delete(Zoe);
        tenant.Delete(Zoe);
        Assert.Equal("deleted", Assert.Single((await client.GraphAllAsync(users)).Items)["@removed"]!["reason"]!.GetValue<string>());
        var group = Assert.Single((await client.GraphAllAsync(groups)).Items);
        Assert.Equal($$$"""[{"@odata.type":"#microsoft.graph.user","id":"{{{Zoe}}}","@removed":{"reason":"deleted"}}]""", group["members@delta"]!.ToJsonString());
    }

    [Fact]
    public async Task Membership_changes_are_additions_and_removals_of_the_filtered_groups()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        var link = await StartAsync(client, $"/groups/delta?$select=displayName,members&$filter=id eq '{UserGroup}' or id eq '{Finance}'");
        tenant.RemoveMember(Zoe, "Password Boss Users");
        tenant.AddMember(Zoe, "Finance");
        tenant.AddMember(Zoe, "IT");
        tenant.RenameGroup(Finance, "Money");
        var items = (await client.GraphAllAsync(link)).Items.ToDictionary(i => i["id"]!.GetValue<string>());
        Assert.Equal(new[] { UserGroup, Finance }, items.Keys.Order());
        Assert.Equal("deleted", items[UserGroup]["members@delta"]![0]!["@removed"]!["reason"]!.GetValue<string>());
        Assert.Equal("Money", items[Finance]["displayName"]!.GetValue<string>());
        Assert.Null(items[Finance]["members@delta"]![0]!["@removed"]);
        // If members are not tracked, only the new name is reported.
        var names = await StartAsync(client, "/groups/delta?$select=displayName");
        tenant.RemoveMember(Zoe, Finance);
        Assert.Empty((await client.GraphAllAsync(names)).Items);
    }

    [Fact]
    public async Task A_removed_inner_group_is_reported_as_a_group_even_if_it_is_deleted()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        var inner = tenant.CreateGroup("Inner");
        var link = await StartAsync(client, $"/groups/delta?$select=members&$filter=id eq '{Finance}'");
        tenant.AddNestedGroup(inner, Finance);
        Assert.Equal($$"""[{"@odata.type":"#microsoft.graph.group","id":"{{inner}}"}]""", Assert.Single((await client.GraphAllAsync(link)).Items)["members@delta"]!.ToJsonString());

        tenant.DeleteGroup(inner);
        Assert.Equal(
            $$$"""[{"@odata.type":"#microsoft.graph.group","id":"{{{inner}}}","@removed":{"reason":"deleted"}}]""",
            Assert.Single((await client.GraphAllAsync(link)).Items)["members@delta"]!.ToJsonString());
    }

    [Fact]
    public async Task Hidden_members_are_returned_only_with_permission()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        const string Select = "/groups/delta?$select=displayName,members";
        Assert.DoesNotContain((await client.GraphAllAsync(Select)).Items, g => g.ContainsKey("members@delta") && g["id"]!.GetValue<string>() == Board);

        tenant.SetApplicationRoles("Group.Read.All", "User.Read.All", "Member.Read.Hidden");
        await client.RefreshTokenAsync();
        Assert.Contains((await client.GraphAllAsync(Select)).Items, g => g.ContainsKey("members@delta") && g["id"]!.GetValue<string>() == Board);
    }

    [Fact]
    public async Task The_change_log_in_a_file_is_limited_and_older_delta_links_expire()
    {
        var folder = Path.Combine(Path.GetTempPath(), "sandbox " + Guid.NewGuid().ToString("N"));
        var path = Path.Combine(folder, "sandbox.json");
        try
        {
            using var client = new SandboxClient(SandboxState.AtFile(path));
            var old = await StartAsync(client, "/users/delta?$select=displayName");
            var document = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            document["Version"] = document["Version"]!.GetValue<long>() + 1;
            document["Changes"] = new JsonArray([.. Enumerable.Range(0, 5000).Select(_ => new JsonObject { ["Kind"] = 1, ["ObjectId"] = Zoe, ["Detail"] = "displayName" })]);
            File.WriteAllText(path, document.ToJsonString());
            Assert.Single((await client.GraphAllAsync(old)).Items);
            var young = await StartAsync(client, "/users/delta?$select=displayName");

            using var tenant = new SandboxTenant(path);
            tenant.Rename(Zoe, "Zoe");

            // Another process.
            using var other = new SandboxClient(SandboxState.AtFile(path));
            var answer = await other.GraphAsync(old);
            Assert.Equal((410, "resyncRequired"), (answer.Status, answer.Code));
            Assert.Equal(SandboxClient.Graph + "/users/delta?$deltatoken=", answer.Header("Location"));
            Assert.Single((await other.GraphAllAsync(young)).Items);
            Assert.True(JsonNode.Parse(File.ReadAllText(path))!["Changes"]!.AsArray().Count <= 5000);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public async Task A_deleted_group_is_reported_with_its_reason()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        var link = await StartAsync(client, "/groups/delta?$select=displayName");
        tenant.DeleteGroup(Finance);
        tenant.DeleteGroup("Fjordlight News");
        var reasons = (await client.GraphAllAsync(link)).Items.Select(i => i["@removed"]!["reason"]!.GetValue<string>());
        Assert.Equal(new[] { "deleted", "changed" }, reasons);
    }

    [Fact]
    public async Task The_first_delta_query_returns_everything_and_large_groups_in_parts()
    {
        var state = SandboxState.Generated(450, 3);
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        var people = await client.GraphAllAsync("/users/delta?$select=displayName");
        Assert.Equal((450, 3), (people.Items.Count, people.Pages));

        var groups = await client.GraphAllAsync("/groups/delta?$select=displayName,members");
        Assert.True(groups.Pages > 5);
        var parts = groups.Items.Where(i => i["id"]!.GetValue<string>() == UserGroup).ToList();
        Assert.True(parts.Count > 1);
        Assert.All(parts, part => Assert.Equal("Password Boss Users", part["displayName"]!.GetValue<string>()));
        var members = parts.SelectMany(part => part["members@delta"]!.AsArray()).Select(m => m!["id"]!.GetValue<string>()).ToList();
        Assert.Equal(450, members.Count);
        Assert.Equal(450, members.Distinct().Count());

        // A later round is split in the same way.
        foreach (var id in members.Take(250).ToList())
            tenant.RemoveMember(id, UserGroup);
        var later = await client.GraphAllAsync(groups.Last.Json["@odata.deltaLink"]!.GetValue<string>());
        Assert.Equal(3, later.Pages);
        Assert.Equal(members.Take(250).Order(), later.Items.SelectMany(i => i["members@delta"]!.AsArray()).Select(m => m!["id"]!.GetValue<string>()).Order());
    }

    [Fact]
    public async Task Changes_during_a_delta_query_are_returned_by_its_delta_link()
    {
        var state = SandboxState.Generated(300);
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        var first = await client.GraphAsync("/users/delta?$select=accountEnabled");
        tenant.Disable("person1@fjordlight.example");
        tenant.Disable("person299@fjordlight.example");
        var rest = await client.GraphAllAsync(first.Json["@odata.nextLink"]!.GetValue<string>());
        var next = await client.GraphAllAsync(rest.Last.Json["@odata.deltaLink"]!.GetValue<string>());
        Assert.Equal(2, next.Items.Count);
    }

    [Fact]
    public async Task Query_options_are_allowed_only_in_the_first_request()
    {
        var state = SandboxState.Generated(300);
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        var next = (await client.GraphAsync("/users/delta?$select=displayName")).Json["@odata.nextLink"]!.GetValue<string>();
        Assert.Equal(400, (await client.GraphAsync(next + "&$select=displayName")).Status);
        var delta = await StartAsync(client, "/users/delta?$select=displayName");
        Assert.Equal(400, (await client.GraphAsync(delta + "&$filter=id eq '" + Zoe + "'")).Status);
        // A select with a delta token would change the tracked properties.
        tenant.Disable("person1@fjordlight.example");
        Assert.Empty((await client.GraphAllAsync(delta)).Items);
        Assert.Single((await client.GraphAllAsync(delta + "&$select=accountEnabled")).Items);
        Assert.Equal(400, (await client.GraphAsync(delta.Replace("/users/", "/groups/", StringComparison.Ordinal))).Status);
        Assert.Equal(400, (await client.GraphAsync(delta.Replace("$deltatoken", "$skiptoken", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task At_most_fifty_objects_can_be_filtered()
    {
        using var client = new SandboxClient(state);
        string Filter(int count) => "/groups/delta?$select=members&$deltatoken=latest&$filter=" + string.Join(" or ", Enumerable.Range(0, count).Select(i => $"id eq '{Guid.NewGuid()}'"));
        Assert.Equal(200, (await client.GraphAsync(Filter(50))).Status);
        Assert.Equal(400, (await client.GraphAsync(Filter(51))).Status);
    }

    [Fact]
    public async Task An_expired_delta_token_is_refused()
    {
        var clock = new ManualClock();
        using var client = new SandboxClient(SandboxState.InMemory(clock));
        var link = await StartAsync(client, "/groups/delta?$select=members");
        clock.UtcNow += TimeSpan.FromDays(7);
        await client.RefreshTokenAsync();
        Assert.Equal(200, (await client.GraphAsync(link)).Status);
        clock.UtcNow += TimeSpan.FromSeconds(1);
        Assert.Equal((400, "syncStateNotFound"), ((await client.GraphAsync(link)).Status, (await client.GraphAsync(link)).Code));
    }

    [Fact]
    public async Task A_token_of_another_history_is_refused_with_a_Location_header()
    {
        using var client = new SandboxClient(state);
        using var tenant = new SandboxTenant(state);
        tenant.Disable(Zoe);
        var link = await StartAsync(client, "/users/delta?$select=displayName");
        using var fresh = new SandboxClient(SandboxState.InMemory());
        var answer = await fresh.GraphAsync(link);
        Assert.Equal((410, "resyncRequired"), (answer.Status, answer.Code));
        Assert.Equal(SandboxClient.Graph + "/users/delta?$deltatoken=", answer.Header("Location"));
        Assert.Equal(38, (await fresh.GraphAllAsync(answer.Header("Location")!)).Items.Count);
    }

    [Theory]
    [InlineData("/users/delta()")]
    [InlineData("/users/microsoft.graph.delta()")]
    public async Task The_full_function_name_is_accepted(string path)
    {
        using var client = new SandboxClient(state);
        Assert.Equal(38, (await client.GraphAllAsync(path)).Items.Count);
    }

    private static async Task<string> StartAsync(SandboxClient client, string path)
    {
        var answer = await client.GraphAsync(path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "$deltatoken=latest");
        Assert.Equal(200, answer.Status);
        return answer.Json["@odata.deltaLink"]!.GetValue<string>();
    }
}
