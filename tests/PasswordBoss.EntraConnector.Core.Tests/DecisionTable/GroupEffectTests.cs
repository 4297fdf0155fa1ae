using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"Groups" and "Done means seen": several runs against servers that hide members, keep removed ones, or have members that we did not add.</summary>
public class GroupEffectTests
{
    private readonly World world = new(others: 3);
    private readonly string anna;
    private readonly string bert;

    public GroupEffectTests()
    {
        anna = world.Join("anna");
        bert = world.Join("bert");
        world.Link(anna);
        world.Link(bert);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_group_that_hides_members_is_filled_once_and_removals_still_work(int shown)
    {
        Hide(shown);
        var sales = world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        Assert.Equal(2, world.MembersOf("Sales").Count);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);

        sales.Members.Remove(bert);
        var result = world.Sync();

        Assert.Equal((SyncAction.RemoveMember, ChangeOutcome.Done), (Assert.Single(result.Changes).Action, result.Changes[0].Outcome));
        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_group_that_begins_to_hide_members_is_filled_once_more(int shown)
    {
        world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.Sync();
        Hide(shown);

        world.Sync();
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_removal_that_is_not_applied_is_repeated_and_counts_once()
    {
        world.Rules = SyncRules.Default with { MaxRemovalCount = 1, MaxRemovalPercent = 0 };
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.ToArray());
        world.Sync();
        world.PasswordBoss.KeepsRemovedMembers = true;
        sales.Members.Remove(bert);
        Assert.Equal((SyncOutcome.Partial, 1), (world.Sync().Outcome, world.Report!.Result.Failed));
        for (var run = 0; run < 3; run++)
            Assert.Equal((SyncOutcome.Partial, 1), (world.Sync().Outcome, world.Report!.Result.Failed));
        Assert.Single(world.State.Removals);

        world.PasswordBoss.KeepsRemovedMembers = false;
        Assert.Equal(SyncOutcome.Succeeded, world.Sync().Outcome);
        Assert.DoesNotContain("bert@contoso.com", world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_removal_that_the_server_applies_later_needs_no_second_write()
    {
        var sales = world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.PasswordBoss.KeepsRemovedMembers = true;
        sales.Members.Remove(bert);
        world.Sync();
        var group = world.PasswordBoss.GroupNamed("Sales");
        world.PasswordBoss.Groups[group.Id] = group with { MemberIds = group.MemberIds.Where(m => world.PasswordBoss.Accounts[m].UserName != "bert@contoso.com").ToList() };

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        Assert.Empty(world.PasswordBoss.Log);
    }

    [Fact]
    public void An_unknown_member_makes_one_run_Partial_and_is_reported_in_all_full_runs()
    {
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        PutInto("Sales", world.PasswordBoss.AdminCreate("stranger@contoso.com").Id);

        AssertNamed(SyncOutcome.Partial);
        // It is not a pending retry, which would make incremental runs Partial, too.
        Assert.Empty(world.State.PendingRetries);
        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (world.SyncChanges().Mode, world.Report!.Result.Outcome));
        AssertNamed(SyncOutcome.NoChange);
        AssertNamed(SyncOutcome.NoChange);
        // Another unknown member is new again.
        PutInto("Sales", world.PasswordBoss.AdminCreate("second@contoso.com").Id);
        Assert.Equal(SyncOutcome.Partial, world.Sync().Outcome);

        void AssertNamed(SyncOutcome outcome)
        {
            var result = world.Sync();
            Assert.Equal((outcome, 1), (result.Outcome, result.Skipped));
            Assert.Equal(("UnknownMember", ChangeOutcome.Skipped), (Assert.Single(result.Changes).ErrorId, result.Changes[0].Outcome));
        }
    }

    [Fact]
    public void An_unknown_member_reported_in_a_preview_stays_new()
    {
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        PutInto("Sales", world.PasswordBoss.AdminCreate("stranger@contoso.com").Id);

        Assert.Equal("UnknownMember", Assert.Single(world.WhatIf(new SyncOptions { Full = true }).Changes).ErrorId);
        Assert.Equal(SyncOutcome.Partial, world.Sync().Outcome);
    }

    [Fact]
    public void The_rule_Remove_removes_an_unknown_member_and_confirms_it()
    {
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        PutInto("Sales", world.PasswordBoss.AdminCreate("stranger@contoso.com").Id);
        world.Sync();
        world.Rules = world.Rules with { UnknownMember = UnknownMemberRule.Remove };

        var result = world.Sync();

        var change = Assert.Single(result.Changes);
        Assert.Equal((SyncOutcome.Succeeded, SyncAction.RemoveMember, ChangeOutcome.Done, "stranger@contoso.com"), (result.Outcome, change.Action, change.Outcome, change.Email));
        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
        Assert.Single(world.State.GroupMembers);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void An_unapplied_removal_of_an_unknown_member_survives_other_changes()
    {
        world.Rules = world.Rules with { UnknownMember = UnknownMemberRule.Remove };
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        world.SyncChanges();
        PutInto("Sales", world.PasswordBoss.AdminCreate("stranger@contoso.com").Id);
        world.PasswordBoss.Ignores = (call, _) => call == "RemoveMembersAsync";
        Assert.Equal("NotConfirmed", Assert.Single(world.Sync().Changes).ErrorId);
        world.PasswordBoss.Ignores = null;
        world.Leave(anna);

        // The incremental run handles the leaver, and so the group that they leave.
        Assert.Equal((SyncMode.Incremental, SyncOutcome.Partial), (world.SyncChanges().Mode, world.Report!.Result.Outcome));
        Assert.Contains(world.Report.Result.Changes, c => c is { Email: "stranger@contoso.com", ErrorId: "NotConfirmed" });
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Empty(world.MembersOf("Sales"));
    }

    [Fact]
    public void Many_removals_of_unknown_members_are_refused_and_Force_allows_exactly_those()
    {
        world.Rules = SyncRules.Default with { UnknownMember = UnknownMemberRule.Remove, MaxRemovalCount = 1, MaxRemovalPercent = 0 };
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        PutInto("Sales", world.PasswordBoss.AdminCreate("first@contoso.com").Id);
        PutInto("Sales", world.PasswordBoss.AdminCreate("second@contoso.com").Id);
        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);
        PutInto("Sales", world.PasswordBoss.AdminCreate("third@contoso.com").Id);

        var result = world.Force();

        Assert.NotEqual(SyncOutcome.Refused, result.Outcome);
        Assert.Equal(new[] { "anna@contoso.com", "third@contoso.com" }, world.MembersOf("Sales"));
        Assert.Equal(ConnectorStatus.Connected, world.Service.GetStatus(World.Name).Status);
        // Allowed removals do not count against the limit, so another one is possible.
        world.Sync();
        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
    }

    [Fact]
    public void Force_removes_the_refused_members_and_the_next_run_checks_the_others()
    {
        var large = new World(40);
        var sales = large.NewSyncedGroup("Sales", large.UserGroup.Members.ToArray());
        large.Sync();
        foreach (var id in sales.Members.Take(12).ToList())
            sales.Members.Remove(id);
        Assert.Equal(SyncOutcome.Refused, large.Sync().Outcome);
        foreach (var id in sales.Members.Take(10).ToList())
            sales.Members.Remove(id);

        var forced = large.Force();

        Assert.Equal(28, large.MembersOf("Sales").Count);
        Assert.Equal(10, forced.Changes.Count(c => c.Outcome == ChangeOutcome.Skipped));
        // The limit applies to ten of the remaining 28 members, as in any run.
        Assert.Equal(SyncOutcome.Refused, large.Sync().Outcome);
        Assert.Equal(28, large.MembersOf("Sales").Count);
    }

    private void Hide(int shown)
    {
        world.PasswordBoss.HidesMembers = shown == 0;
        world.PasswordBoss.ShowsOnlyFirst = shown == 0 ? null : shown;
    }

    private void PutInto(string groupName, string accountId)
    {
        var group = world.PasswordBoss.GroupNamed(groupName);
        world.PasswordBoss.Groups[group.Id] = group with { MemberIds = group.MemberIds.Append(accountId).ToList() };
    }

    [Fact]
    public void One_lost_response_does_not_hide_the_other_results()
    {
        var world = new World(others: 8);
        world.NewSyncedGroup("Sales", world.UserGroup.Members.ToArray());
        world.Sync();
        var sales = world.Entra.Groups.Values.Single(g => g.Name == "Sales");
        foreach (var member in sales.Members.Take(3).ToList())
            sales.Members.Remove(member);
        var requests = 0;
        world.PasswordBoss.FaultOn = (call, _) => call != "RemoveMembersAsync" ? null : ++requests switch
        {
            // One request for all three, then one for each. The response to the second is lost.
            1 => new Fault(ErrorId.AccountRefused),
            3 => new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true),
            _ => null,
        };

        Assert.Equal(2, world.Sync().Changes.Count(c => c is { Action: SyncAction.RemoveMember, Outcome: ChangeOutcome.Done }));
        Assert.Equal(2, world.State.Removals.Count);
    }
}
