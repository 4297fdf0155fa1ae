using System;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Entra;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Clients.Tests.Entra;

/// <summary>Change tracking of the sandbox, and its users by ID or address.</summary>
public sealed class DeltaSandboxTests : IDisposable
{
    private const string Finance = "f10d1194-0000-4000-9000-000000000002";
    private const string Zoe = "f10d1194-0000-4000-8000-000000000003";
    private readonly SandboxState state = SandboxState.InMemory();
    private readonly SandboxTenant tenant;
    private readonly GraphDirectoryReader reader;

    public DeltaSandboxTests()
    {
        tenant = new SandboxTenant(state);
        reader = Open(state);
    }

    public void Dispose()
    {
        reader.Dispose();
        tenant.Dispose();
    }

    private static GraphDirectoryReader Open(SandboxState state)
    {
        var endpoints = SandboxEndpoints.Default;
        var connection = TestConnections.To(endpoints.AuthorityHost, endpoints.GraphEndpoint, endpoints.PasswordBossUri) with
        {
            TenantId = SandboxCredentials.TenantId,
            ClientId = SandboxCredentials.ClientId,
            IsSandbox = true,
        };
        return TestConnections.OpenReader(connection, new ConnectionSecrets { ClientSecret = SandboxCredentials.ClientSecret }, new SandboxHandler(state), HttpTiming.Default);
    }

    [Fact]
    public async Task The_lifecycle_of_a_user_is_reported_step_by_step()
    {
        var links = await reader.StartTrackingAsync([SandboxCredentials.UserGroupId, Finance], default);
        async Task<DirectoryChanges> NextAsync(Action act)
        {
            act();
            var changes = await reader.ReadChangesAsync(links, default);
            links = changes.Links;
            return changes;
        }

        Assert.Empty((await NextAsync(() => { })).Users);

        var joined = await NextAsync(() => tenant.AddMember(Zoe, Finance));
        Assert.Equal(new MembershipChange(Finance, Zoe, false, false), Assert.Single(joined.Memberships));
        Assert.Equal(Finance, Assert.Single(joined.Groups).GroupId);
        Assert.Empty(joined.Users);

        var renamed = await NextAsync(() => tenant.RenameGroup(Finance, "Money"));
        Assert.Equal(new GroupChange(Finance, false, "Money"), Assert.Single(renamed.Groups));

        var disabled = Assert.Single((await NextAsync(() => tenant.Disable(Zoe))).Users);
        Assert.Equal((Zoe, false), (disabled.UserId, disabled.IsRemoved));
        Assert.False(Assert.Single(disabled.Reported).AccountEnabled);

        // The user is now in deleted items, and only the user is reported.
        var deleted = await NextAsync(() => tenant.Delete(Zoe));
        Assert.Equal((Zoe, true, 0), ReportOf(deleted));
        Assert.Empty(deleted.Memberships);

        var restored = await NextAsync(() => tenant.Restore(Zoe));
        Assert.Equal((Zoe, false, 1), ReportOf(restored));
        Assert.Empty(restored.Memberships);

        await NextAsync(() => tenant.Delete(Zoe));
        var gone = await NextAsync(() => tenant.Delete(Zoe));
        Assert.Equal((Zoe, true, 0), ReportOf(gone));
        Assert.Equal([Finance, SandboxCredentials.UserGroupId], gone.Memberships.Where(m => m is { MemberId: Zoe, IsRemoved: true, IsGroup: false }).Select(m => m.GroupId).Order().Reverse());

        var nested = await NextAsync(() => tenant.AddNestedGroup(tenant.CreateGroup("Inner"), Finance));
        Assert.True(Assert.Single(nested.Memberships).IsGroup);

        Assert.True(Assert.Single((await NextAsync(() => tenant.DeleteGroup(Finance))).Groups).IsRemoved);
    }

    [Theory]
    [InlineData(Zoe, "Zoë")]
    [InlineData("zoe.obrien-mueller@fjordlight.example", "Zoë")]
    [InlineData("rosa.calder@harbour-trust.example", "Rosa")]
    [InlineData("Rosa.Calder_harbour-trust.example#EXT#@fjordlight.example", "Rosa")]
    [InlineData("ada.nwosu+studio@fjordlight.example", "Ada")]
    [InlineData("O'Brien@fjordlight.example", "Astrid")]
    [InlineData("frontdesk@fjordlight.example", "Elias", "Emma")]
    [InlineData("f10d1194-0000-4000-8000-0000000000ff")]
    [InlineData("unknown@fjordlight.example")]
    public async Task A_user_is_found_by_ID_and_by_address(string wanted, params string[] expected)
    {
        tenant.ChangeMail("astrid.solheim@fjordlight.example", "o'brien@fjordlight.example");
        Assert.Equal(expected, (await reader.FindUsersAsync(wanted, default)).Select(u => u.GivenName).Order());
        Assert.InRange(reader.GraphClockDifference!.Value, TimeSpan.FromSeconds(-30), TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("zoë O'BRIEN-Müller", "Zoë")]
    [InlineData("zoe.obrien-mueller@fjordlight.example", "Zoë")]
    [InlineData("Vidar Strand", "Vidar")]
    [InlineData("Zoë")]
    [InlineData("")]
    public async Task A_user_is_found_by_name_too(string wanted, params string[] expected) =>
        Assert.Equal(expected, (await reader.SearchUsersAsync(wanted, default)).Select(u => u.GivenName).Order());

    [Fact]
    public async Task The_way_from_a_user_to_a_group_is_the_shortest_one()
    {
        const string priya = "f10d1194-0000-4000-8000-000000000018", dmytro = "f10d1194-0000-4000-8000-000000000019";
        const string group = SandboxCredentials.UserGroupId;
        async Task<string> WayAsync(string user, string to) => string.Join(" > ", (await reader.ReadMembershipsAsync(user, to, default)).Path.Select(g => g.DisplayName));

        Assert.Equal("Password Boss Users", await WayAsync(Zoe, group));
        Assert.Equal("Project Aurora > Password Boss Users", await WayAsync(priya, group));
        Assert.Equal("", await WayAsync(dmytro, group));
        var outer = tenant.CreateGroup("Outer");
        var middle = tenant.CreateGroup("Middle");
        tenant.AddNestedGroup(group, outer);
        tenant.AddNestedGroup(outer, middle);
        tenant.AddNestedGroup(middle, outer);
        Assert.Equal("Project Aurora > Password Boss Users > Outer > Middle", await WayAsync(priya, middle));
        Assert.Equal("", await WayAsync(priya, Guid.NewGuid().ToString()));

        var direct = (await reader.ReadMembershipsAsync(priya, group, default)).Direct!;
        Assert.Equal(["f10d1194-0000-4000-9000-000000000005"], direct);
        tenant.Delete(priya);
        Assert.Null((await reader.ReadMembershipsAsync(priya, group, default)).Direct);
    }

    private static (string Id, bool IsRemoved, int Entries) ReportOf(DirectoryChanges changes)
    {
        var user = Assert.Single(changes.Users);
        return (user.UserId, user.IsRemoved, user.Reported.Count);
    }

    [Fact]
    public async Task Hundreds_of_changes_are_read_from_many_pages()
    {
        var large = SandboxState.Generated(1500);
        using var edits = new SandboxTenant(large);
        using var many = Open(large);
        var links = await many.StartTrackingAsync([SandboxCredentials.UserGroupId], default);
        for (var i = 1; i <= 450; i++)
            edits.RemoveMember("person" + i + "@" + SandboxCredentials.TenantDomain, SandboxCredentials.UserGroupId);
        for (var i = 451; i <= 900; i++)
            edits.Disable("person" + i + "@" + SandboxCredentials.TenantDomain);

        var changes = await many.ReadChangesAsync(links, default);

        Assert.Single(changes.Groups);
        Assert.Equal(450, changes.Memberships.Select(m => m.MemberId).Distinct().Count());
        Assert.Equal(450, changes.Users.Count);
    }
}
