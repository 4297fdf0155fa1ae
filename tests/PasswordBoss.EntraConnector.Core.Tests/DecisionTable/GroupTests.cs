using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"Groups".</summary>
public class GroupTests
{
    private static readonly string[] AnnaAndBert = { "anna@contoso.com", "bert@contoso.com" };

    private readonly World world = new(others: 3);
    private readonly string anna;
    private readonly string bert;

    public GroupTests()
    {
        anna = world.Join("anna");
        bert = world.Join("bert");
        world.Link(anna);
        world.Link(bert);
    }

    [Fact]
    public void Members_are_the_linked_users_of_both_the_Entra_group_and_the_user_group()
    {
        var outsider = world.Hire("outsider");
        var skipped = world.Join("skipped");
        world.Edit(skipped, u => u with { Mail = "nowhere" });
        var joiner = world.Join("joiner");
        world.NewSyncedGroup("Sales", anna, outsider, skipped, joiner);

        world.Sync();

        Assert.Equal(new[] { "anna@contoso.com", "joiner@contoso.com" }, world.MembersOf("Sales"));
        Assert.Equal(ManagedBy.AzureAD, world.PasswordBoss.GroupNamed("Sales").ManagedBy);
        Assert.Null(world.PasswordBoss.FindAt("outsider@contoso.com"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void Disabled_users_stay_members_so_that_enabling_restores_them()
    {
        world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.Disable(anna);
        world.Sync();
        Assert.Equal(AnnaAndBert, world.MembersOf("Sales"));
        world.Enable(anna);
        world.Sync();
        Assert.Equal(AnnaAndBert, world.MembersOf("Sales"));
    }

    [Fact]
    public void A_group_without_synced_members_is_not_created()
    {
        world.NewSyncedGroup("Sales", world.Hire("outsider"));

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        Assert.Empty(world.PasswordBoss.Groups);
    }

    [Fact]
    public void Members_are_added_and_removed()
    {
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        sales.Members.Remove(anna);
        sales.Members.Add(bert);

        var result = world.Sync();

        Assert.Equal(new[] { SyncAction.AddMember, SyncAction.RemoveMember }, result.Changes.Select(c => c.Action));
        Assert.Equal(new[] { "bert@contoso.com" }, world.MembersOf("Sales"));
        // "additions and removals, never a whole list"
        Assert.Equal(new[] { "ADD to Sales: bert@contoso.com", "REMOVE from Sales: anna@contoso.com" }, world.PasswordBoss.Log);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_linked_group_loses_its_last_members_on_verified_removals()
    {
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        sales.Members.Clear();

        world.Sync();

        Assert.Empty(world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_group_that_reads_empty_without_a_membership_check_is_left_and_reported()
    {
        var sales = world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.Entra.MissingFromLists.UnionWith(new[] { (sales.Id, anna), (sales.Id, bert) });
        world.Entra.MembershipChecksRefused = true;

        var result = world.Sync();

        Assert.Equal("GroupReadsEmpty", Assert.Single(result.Changes).ErrorId);
        Assert.Equal(SyncOutcome.Partial, result.Outcome);
        Assert.Equal(AnnaAndBert, world.MembersOf("Sales"));
    }

    [Fact]
    public void A_stale_list_removes_no_member()
    {
        var sales = world.NewSyncedGroup("Sales", anna, bert);
        world.Change(c => c with { IncludeNested = true });
        world.Sync();
        world.Entra.MissingFromLists.Add((sales.Id, anna));
        for (var run = 0; run < 3; run++)
            world.Sync();

        Assert.Equal(AnnaAndBert, world.MembersOf("Sales"));
    }

    [Fact]
    public void An_unknown_user_or_one_whose_removal_is_refused_keeps_the_memberships()
    {
        world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.Leave(anna);
        world.Entra.UnknownLookups.Add(anna);
        world.Sync();
        Assert.Equal(AnnaAndBert, world.MembersOf("Sales"));

        world.Entra.UnknownLookups.Clear();
        world.Rules = World.DefaultRules with { MaxRemovalCount = 0, MaxRemovalPercent = 0 };
        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);
        Assert.Equal(AnnaAndBert, world.MembersOf("Sales"));
    }

    [Fact]
    public void A_user_whose_accountEnabled_is_unknown_keeps_the_memberships()
    {
        var sales = world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.Edit(anna, u => u with { AccountEnabled = null });
        sales.Members.Remove(anna);
        world.Sync();
        Assert.Equal(AnnaAndBert, world.MembersOf("Sales"));

        world.Enable(anna);
        world.Sync();
        Assert.Equal(new[] { "bert@contoso.com" }, world.MembersOf("Sales"));
    }

    [Fact]
    public void A_user_whose_removal_failed_or_was_declined_keeps_the_memberships()
    {
        world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.Leave(anna);
        world.PasswordBoss.FaultOn = (call, target) => call == "PatchAccountAsync" && target == "anna@contoso.com" ? new Fault(ErrorId.AccountRefused) : null;
        world.Sync();
        Assert.Equal(AnnaAndBert, world.MembersOf("Sales"));

        world.PasswordBoss.FaultOn = null;
        world.Sync(approver: new Approver(a => a.Action != SyncAction.Disable));
        Assert.Equal(AnnaAndBert, world.MembersOf("Sales"));

        world.Sync();
        Assert.Equal(new[] { "bert@contoso.com" }, world.MembersOf("Sales"));
    }

    [Theory]
    [InlineData(LeaverRule.None)]
    [InlineData(LeaverRule.Disable)]
    [InlineData(LeaverRule.ConvertToPersonal)]
    [InlineData(LeaverRule.Delete)]
    public void A_leaver_of_the_user_group_is_removed_from_the_groups(LeaverRule rule)
    {
        world.Rules = World.DefaultRules with { RemovedUser = rule };
        world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.Leave(anna);

        world.Sync();

        Assert.Equal(new[] { "bert@contoso.com" }, world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_leaver_whose_account_an_admin_disabled_is_removed_from_the_groups()
    {
        world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.PasswordBoss.AdminSet(world.PasswordBoss.At("anna@contoso.com").Id, AccountState.Disabled);
        world.Leave(anna);

        world.Sync();

        Assert.Equal(new[] { "bert@contoso.com" }, world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_group_renamed_in_Entra_is_renamed()
    {
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        sales.Name = "Sales Europe";

        var result = world.Sync();

        Assert.Equal((SyncAction.UpdateGroup, "Sales", "Sales Europe"), (Assert.Single(result.Changes).Action, result.Changes[0].Before, result.Changes[0].After));
        Assert.Equal("Sales Europe", Assert.Single(world.PasswordBoss.Groups.Values).DisplayName);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(RemovedGroupRule.Release)]
    [InlineData(RemovedGroupRule.Delete)]
    public void A_deselected_group_is_released_or_deleted_by_rule(RemovedGroupRule rule)
    {
        world.Rules = World.DefaultRules with { RemovedGroup = rule };
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        world.Sync();
        Assert.Single(world.State.GroupMembers);
        world.Change(c => c with { AdditionalGroups = Array.Empty<GroupReference>() });

        world.Sync();

        AssertReleasedOrDeleted(rule);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(RemovedGroupRule.Release)]
    [InlineData(RemovedGroupRule.Delete)]
    public void A_group_deleted_in_Entra_is_released_or_deleted_after_two_404(RemovedGroupRule rule)
    {
        world.Rules = World.DefaultRules with { RemovedGroup = rule };
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        world.Entra.Groups.Remove(sales.Id);

        var first = world.Sync();
        Assert.Equal((SyncOutcome.Partial, "GroupMissingInEntra"), (first.Outcome, Assert.Single(first.Changes).ErrorId));
        Assert.Equal(ManagedBy.AzureAD, world.PasswordBoss.GroupNamed("Sales").ManagedBy);

        world.Sync();
        AssertReleasedOrDeleted(rule);

        // While it stays selected, a full run still reports it, but no longer announces the rule.
        var later = Assert.Single(world.Sync().Changes);
        Assert.Equal("GroupMissingInEntra", later.ErrorId);
        Assert.StartsWith("Group 'Sales' was not found in Entra, so nothing is synced from it.", later.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_group_in_deleted_items_is_left_until_it_cannot_be_restored(bool appearsThereLater)
    {
        world.Rules = World.DefaultRules with { RemovedGroup = RemovedGroupRule.Delete };
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        world.Entra.Groups.Remove(sales.Id);
        if (appearsThereLater)
            world.Sync();
        world.Entra.GroupsInDeletedItems.Add(sales.Id);
        for (var run = 0; run < 3; run++)
            world.Sync();

        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
    }

    [Fact]
    public void A_group_that_is_back_between_two_404_is_not_deleted()
    {
        world.Rules = World.DefaultRules with { RemovedGroup = RemovedGroupRule.Delete };
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        for (var run = 0; run < 3; run++)
        {
            world.Entra.Broken[sales.Id] = ReadingStatus.NotFound;
            world.Sync();
            world.Entra.Broken.Clear();
            world.Sync();
        }

        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
    }

    [Fact]
    public void A_released_group_that_is_selected_again_is_managed_again()
    {
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        var selected = world.Connection.AdditionalGroups;
        world.Change(c => c with { AdditionalGroups = Array.Empty<GroupReference>() });
        world.Sync();
        sales.Members.Add(bert);
        world.Change(c => c with { AdditionalGroups = selected });

        world.Sync();

        Assert.Equal((ManagedBy.AzureAD, 1), (world.PasswordBoss.GroupNamed("Sales").ManagedBy, world.PasswordBoss.Groups.Count));
        Assert.Equal(AnnaAndBert, world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    /// <summary>A released group has no link, but its members are looked up like those of a linked group.</summary>
    [Fact]
    public void A_member_who_left_a_released_group_is_removed_when_the_group_is_selected_again()
    {
        var sales = world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        var selected = world.Connection.AdditionalGroups;
        world.Change(c => c with { AdditionalGroups = Array.Empty<GroupReference>() });
        world.Sync();
        sales.Members.Remove(bert);
        world.Change(c => c with { AdditionalGroups = selected });

        world.Sync();

        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_name_taken_by_a_group_that_is_not_ours_is_a_conflict_and_nothing_is_overwritten()
    {
        var existing = world.PasswordBoss.AdminCreateGroup("sales");
        world.NewSyncedGroup("Sales", anna);

        var result = world.Sync();

        Assert.Equal((SyncAction.Conflict, "GroupNameTaken"), (Assert.Single(result.Changes).Action, result.Changes[0].ErrorId));
        Assert.Equal(existing, Assert.Single(world.PasswordBoss.Groups.Values));
    }

    [Fact]
    public void The_second_of_two_Entra_groups_with_one_name_is_a_conflict()
    {
        world.NewSyncedGroup("Sales", anna);
        world.NewSyncedGroup("SALES", bert);

        var result = world.Sync();

        Assert.Equal("GroupNameTaken", Assert.Single(result.Changes, c => c.Action == SyncAction.Conflict).ErrorId);
        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_rename_to_a_taken_name_is_a_conflict()
    {
        world.PasswordBoss.AdminCreateGroup("Marketing");
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        sales.Name = "Marketing";

        Assert.Equal("GroupNameTaken", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
    }

    [Fact]
    public void A_member_added_in_Password_Boss_is_reported_and_not_removed()
    {
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        var stranger = world.PasswordBoss.AdminCreate("stranger@contoso.com");
        PutInto("Sales", stranger.Id);

        var result = world.Sync();

        var named = Assert.Single(result.Changes);
        Assert.Equal((SyncAction.Skip, "UnknownMember", "stranger@contoso.com", "Sales"), (named.Action, named.ErrorId, named.Email, named.Group));
        Assert.Equal((SyncOutcome.Partial, 1), (result.Outcome, result.Skipped));
        Assert.Contains("stranger@contoso.com", world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
        Assert.Equal(GroupMemberMark.Unlinked, world.State.GroupMembers.Values.Single(m => m.AccountId == stranger.Id).Mark);

        world.PasswordBoss.AdminDelete(stranger.Id);
        world.Sync();
        Assert.DoesNotContain(world.State.GroupMembers.Values, m => m.AccountId == stranger.Id);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_leaver_of_a_group_is_removed_even_if_the_server_does_not_list_them(int shown)
    {
        var sales = world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        HideMembers(shown, sales, anna, bert);
        sales.Members.Remove(bert);

        world.Sync();

        Assert.Equal("REMOVE from Sales: bert@contoso.com", Assert.Single(world.PasswordBoss.Log));
        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
    }

    [Fact]
    public void A_leaver_of_the_user_group_is_removed_from_groups_that_hide_members()
    {
        var sales = world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        HideMembers(0, sales, anna, bert);
        world.Leave(bert);

        world.Sync();

        Assert.Equal(new[] { "PATCH bert@contoso.com Disabled", "REMOVE from Sales: bert@contoso.com" }, world.PasswordBoss.Log);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_group_that_hides_its_members_is_not_filled_again(int shown)
    {
        var sales = world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        HideMembers(shown, sales, anna, bert);

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_member_that_an_admin_removed_from_a_group_is_added_again()
    {
        world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.Sync();
        var group = world.PasswordBoss.GroupNamed("Sales");
        world.PasswordBoss.Groups[group.Id] = group with { MemberIds = group.MemberIds.Take(1).ToList() };

        world.Sync();

        Assert.Single(world.PasswordBoss.Log);
        Assert.Equal(AnnaAndBert, world.MembersOf("Sales"));
    }

    [Fact]
    public void A_member_whose_removal_is_confirmed_later_is_not_removed_twice()
    {
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        var account = world.PasswordBoss.At("bert@contoso.com").Id;
        world.State.GroupMembers[(sales.Id, account)] = new GroupMember(sales.Id, account, GroupMemberMark.RemovalUnconfirmed);

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        Assert.Empty(world.PasswordBoss.Log);
        Assert.DoesNotContain(world.State.GroupMembers.Values, m => m.AccountId == account);
    }

    [Fact]
    public void Recorded_memberships_are_not_written_again()
    {
        world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        PutInto("Sales", world.PasswordBoss.AdminCreate("stranger@contoso.com").Id);
        world.Sync();
        var written = world.State.GroupMembers.Values.OrderBy(m => m.AccountId, StringComparer.Ordinal).ToList();
        Assert.Equal(3, written.Count);

        world.Sync();

        Assert.All(world.State.GroupMembers.Values.OrderBy(m => m.AccountId, StringComparer.Ordinal).Zip(written), pair => Assert.Same(pair.Second, pair.First));
    }

    [Fact]
    public void A_group_that_vanished_from_Password_Boss_is_created_again()
    {
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        world.PasswordBoss.Groups.Clear();

        world.Sync();

        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_user_who_gets_another_account_changes_it_in_the_groups_at_once()
    {
        world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.Edit(anna, u => u with { Mail = "married@contoso.com" });
        world.PasswordBoss.AdminCreate("married@contoso.com", name: "anna Miller");

        world.Sync();

        Assert.Equal(new[] { "bert@contoso.com", "married@contoso.com" }, world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_user_whose_adoption_failed_or_was_declined_is_added_to_no_group(bool declined)
    {
        var joiner = world.Join("joiner");
        world.PasswordBoss.AdminCreate("joiner@contoso.com");
        world.NewSyncedGroup("Sales", anna, joiner);
        if (!declined)
            world.PasswordBoss.FaultOn = (call, target) => call == "PatchAccountAsync" && target == "joiner@contoso.com" ? new Fault(ErrorId.AccountRefused) : null;

        world.Sync(approver: declined ? new Approver(a => a.Action != SyncAction.Adopt) : null);

        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
        Assert.Empty(world.PasswordBoss.Violations);
    }

    [Fact]
    public void An_account_converted_by_an_admin_is_not_a_member_and_causes_no_failure()
    {
        var account = world.PasswordBoss.At("anna@contoso.com");
        world.PasswordBoss.AdminSet(account.Id, AccountState.Personal);
        world.NewSyncedGroup("Sales", anna, bert);

        var result = world.Sync();

        Assert.Equal(0, result.Failed);
        Assert.Equal(new[] { "bert@contoso.com" }, world.MembersOf("Sales"));
    }

    [Fact]
    public void One_refused_member_does_not_keep_the_others_out()
    {
        world.NewSyncedGroup("Sales", anna, bert);
        var calls = new List<string>();
        world.PasswordBoss.FaultOn = (call, target) =>
        {
            if (call == "AddMembersAsync")
                calls.Add(target);
            return call == "AddMembersAsync" && calls.Count <= 2 ? new Fault(ErrorId.AccountRefused) : null;
        };

        var result = world.Sync();

        // One request for both, then one for each. The first of these is refused.
        Assert.Equal(3, calls.Count);
        Assert.Equal(1, result.Failed);
        Assert.Single(world.MembersOf("Sales"));
    }

    [Fact]
    public void A_server_without_groups_only_makes_the_run_Partial()
    {
        world.PasswordBoss.HasGroups = false;
        world.NewSyncedGroup("Sales", anna);
        world.Join("joiner");

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 1), (result.Outcome, result.Created));
        Assert.Equal("GroupsNotSupported", Assert.Single(result.Changes, c => c.Group == "Sales").ErrorId);
    }

    private void PutInto(string groupName, string accountId)
    {
        var group = world.PasswordBoss.GroupNamed(groupName);
        world.PasswordBoss.Groups[group.Id] = group with { MemberIds = group.MemberIds.Append(accountId).ToList() };
    }

    // The server shows only the first members of each group from now on; earlier runs added these users and did not see those that it hides.
    private void HideMembers(int shown, FakeEntra.Group group, params string[] added)
    {
        world.PasswordBoss.HidesMembers = shown == 0;
        world.PasswordBoss.ShowsOnlyFirst = shown == 0 ? null : shown;
        var existing = world.PasswordBoss.GroupNamed(group.Name);
        foreach (var accountId in added.Select(p => world.State.CurrentLinkOf(p)!.AccountId))
        {
            var isShown = existing.MemberIds.Take(shown).Contains(accountId);
            world.State.GroupMembers[(group.Id, accountId)] = new GroupMember(group.Id, accountId, isShown ? GroupMemberMark.Shown : GroupMemberMark.AddedNotShown);
        }
    }

    private void AssertReleasedOrDeleted(RemovedGroupRule rule)
    {
        if (rule == RemovedGroupRule.Delete)
        {
            Assert.Empty(world.PasswordBoss.Groups);
        }
        else
        {
            Assert.Equal(ManagedBy.PasswordBoss, world.PasswordBoss.GroupNamed("Sales").ManagedBy);
            Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
        }

        Assert.Empty(world.State.GroupLinks);
        Assert.Empty(world.State.GroupMembers);
    }
}
