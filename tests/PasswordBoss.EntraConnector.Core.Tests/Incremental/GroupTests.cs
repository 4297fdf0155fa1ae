using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.DecisionTable;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>Changed memberships: a run reads and writes only the affected groups.</summary>
public class GroupTests
{
    private readonly World world = new(others: 6);
    private readonly string anna;
    private readonly FakeEntra.Group sales;
    private readonly FakeEntra.Group support;

    public GroupTests()
    {
        anna = world.Join("anna");
        sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.First());
        support = world.NewSyncedGroup("Support");
        world.Sync();
    }

    private PBSyncResult SyncChanges()
    {
        var result = world.SyncChanges();
        Assert.Equal(SyncMode.Incremental, result.Mode);
        Assert.Empty(world.PasswordBoss.Violations);
        return result;
    }

    [Fact]
    public void Only_the_changed_group_is_read()
    {
        sales.Members.Add(anna);

        SyncChanges();

        Assert.Equal("ADD to Sales: anna@contoso.com", Assert.Single(world.PasswordBoss.Log));
        // Once for the plan and once to confirm its effect.
        Assert.Equal(2, world.PasswordBoss.Calls["GetGroupAsync"]);
        Assert.False(world.PasswordBoss.Calls.ContainsKey("ListGroupsAsync"));
        Assert.False(world.PasswordBoss.Calls.ContainsKey("ListAccountsAsync"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void The_first_member_creates_the_group()
    {
        support.Members.Add(anna);

        SyncChanges();

        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Support"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_member_who_is_not_in_the_user_group_creates_nothing()
    {
        support.Members.Add(world.Hire("outsider"));

        Assert.Equal(SyncOutcome.NoChange, SyncChanges().Outcome);
        Assert.Single(world.PasswordBoss.Groups);
    }

    [Fact]
    public void A_group_is_created_when_its_first_member_joins_the_user_group()
    {
        var bert = world.Hire("bert");
        support.Members.Add(bert);
        SyncChanges();
        world.UserGroup.Members.Add(bert);

        SyncChanges();

        Assert.Equal(new[] { "bert@contoso.com" }, world.MembersOf("Support"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_name_that_is_taken_is_a_conflict()
    {
        world.PasswordBoss.AdminCreateGroup("Support");
        support.Members.Add(anna);

        Assert.Equal("GroupNameTaken", Assert.Single(SyncChanges().Changes).ErrorId);
        Assert.Empty(world.MembersOf("Support"));
    }

    [Fact]
    public void The_group_is_emptied_when_its_last_members_leave()
    {
        sales.Members.Clear();

        SyncChanges();

        Assert.Empty(world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData("removed", false)]
    [InlineData("deleted", false)]
    [InlineData("disabled", true)]
    public void A_leaver_is_removed_from_the_groups_and_a_returning_user_is_added_again(string leaving, bool stays)
    {
        sales.Members.Add(anna);
        SyncChanges();
        PersonAndAccountTests.Happen(world, anna, leaving);
        SyncChanges();
        Assert.Equal(stays, world.MembersOf("Sales").Contains("anna@contoso.com"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
        PersonAndAccountTests.Undo(world, anna, leaving);

        SyncChanges();

        Assert.Contains("anna@contoso.com", world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_member_added_in_Password_Boss_stays()
    {
        var stranger = world.PasswordBoss.AdminCreate("stranger@contoso.com");
        var group = world.PasswordBoss.GroupNamed("Sales");
        world.PasswordBoss.Groups[group.Id] = group with { MemberIds = group.MemberIds.Append(stranger.Id).ToList() };
        sales.Members.Clear();

        // Full runs report unlinked members.
        Assert.DoesNotContain(SyncChanges().Changes, c => c.ErrorId == "UnknownMember");
        Assert.Equal(new[] { "stranger@contoso.com" }, world.MembersOf("Sales"));
    }

    [Fact]
    public void A_leaver_is_removed_from_a_group_that_hides_its_members()
    {
        sales.Members.Add(anna);
        SyncChanges();
        world.PasswordBoss.HidesMembers = true;
        foreach (var accountId in world.PasswordBoss.GroupNamed("Sales").MemberIds)
            world.State.GroupMembers[(sales.Id, accountId)] = new GroupMember(sales.Id, accountId, GroupMemberMark.AddedNotShown);
        sales.Members.Remove(anna);

        SyncChanges();

        Assert.Equal("REMOVE from Sales: anna@contoso.com", Assert.Single(world.PasswordBoss.Log));
        Assert.DoesNotContain("anna@contoso.com", world.MembersOf("Sales"));
    }

    [Fact]
    public void Only_the_newcomer_is_added_to_a_group_that_hides_its_members()
    {
        world.PasswordBoss.HidesMembers = true;
        foreach (var accountId in world.PasswordBoss.GroupNamed("Sales").MemberIds)
            world.State.GroupMembers[(sales.Id, accountId)] = new GroupMember(sales.Id, accountId, GroupMemberMark.AddedNotShown);
        sales.Members.Add(anna);

        SyncChanges();

        Assert.Equal("ADD to Sales: anna@contoso.com", Assert.Single(world.PasswordBoss.Log));
    }

    [Fact]
    public void A_user_whose_account_has_another_external_ID_is_added_to_no_group()
    {
        var account = world.PasswordBoss.At("anna@contoso.com");
        world.PasswordBoss.Accounts[account.Id] = account with { ExternalId = "someone else" };
        sales.Members.Add(anna);

        var result = SyncChanges();

        Assert.Equal("AccountMismatch", Assert.Single(result.Changes).ErrorId);
        Assert.DoesNotContain("anna@contoso.com", world.MembersOf("Sales"));
        world.Sync();
        Assert.DoesNotContain("anna@contoso.com", world.MembersOf("Sales"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_user_whose_account_cannot_be_read_is_added_to_no_group(bool full)
    {
        var account = world.PasswordBoss.At("anna@contoso.com");
        sales.Members.Add(anna);
        if (full)
            world.PasswordBoss.NotListed.Add(account.Id);
        world.PasswordBoss.FaultOn = (call, _) => call == "GetAccountAsync" ? new Fault(Errors.ErrorId.AccountServerFailed) : null;

        Assert.Contains((full ? world.Sync() : SyncChanges()).Changes, c => c.ErrorId == "AccountNotReadable");
        Assert.DoesNotContain("anna@contoso.com", world.MembersOf("Sales"));
        world.PasswordBoss.FaultOn = null;
        world.PasswordBoss.NotListed.Clear();
        world.Clock.Advance(System.TimeSpan.FromMinutes(5));
        world.SyncChanges();
        Assert.Contains("anna@contoso.com", world.MembersOf("Sales"));
    }

    [Fact]
    public void A_member_reported_as_both_added_and_removed_is_read_again()
    {
        var inner = world.NewGroup("Inner");
        inner.Members.Add(anna);
        sales.Members.Add(inner.Id);
        world.Sync();
        sales.Members.Add(anna);
        SyncChanges();
        // The addition is reported once more beside the removal; checkMemberGroups finds the user in the inner group.
        world.Entra.Changes.Replays = true;
        sales.Members.Remove(anna);

        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        world.SyncChanges();
        Assert.DoesNotContain("anna@contoso.com", world.MembersOf("Sales"));
    }

    [Fact]
    public void Direct_members_of_a_group_with_inner_groups_are_recorded()
    {
        var inner = world.NewGroup("Inner");
        inner.Members.Add(anna);
        sales.Members.Add(inner.Id);
        world.Sync();
        Assert.DoesNotContain("anna@contoso.com", world.MembersOf("Sales"));
        // checkMemberGroups cannot distinguish the two.
        sales.Members.Add(anna);
        var bert = world.Hire("bert");
        sales.Members.Add(bert);
        SyncChanges();
        Assert.Contains("anna@contoso.com", world.MembersOf("Sales"));
        world.UserGroup.Members.Add(bert);

        SyncChanges();

        Assert.Contains("bert@contoso.com", world.MembersOf("Sales"));
        sales.Members.Remove(anna);
        for (var run = 0; run < 3; run++)
            world.SyncChanges();
        Assert.DoesNotContain("anna@contoso.com", world.MembersOf("Sales"));
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
    }
}
