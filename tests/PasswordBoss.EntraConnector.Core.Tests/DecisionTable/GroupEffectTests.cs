using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"Groups" and "Done means seen": from run to run, against servers that hide members, keep removed ones, or have others than ours.</summary>
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
    public void AServerThatHidesMembersIsFilledOnceAndEmptiedAllTheSame(int shown)
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
    public void AServerThatBeginsToHideMembersIsFilledOnceMore(int shown)
    {
        world.NewSyncedGroup("Sales", anna, bert);
        world.Sync();
        world.Sync();
        Hide(shown);

        world.Sync();
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void ARemovalThatIsNotDoneIsRepeatedAndIsWeighedOnce()
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
    public void ARemovalThatTheServerDoesLaterIsClosedWithoutASecondWrite()
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
    public void AnUnknownMemberMakesOneRunPartialAndIsNamedInAllFullOnes()
    {
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        PutInto("Sales", world.PasswordBoss.AdminCreate("stranger@contoso.com").Id);

        AssertNamed(SyncOutcome.Partial);
        // It is no open matter, which would make the incremental runs Partial too.
        Assert.Empty(world.State.OpenMatters);
        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (world.SyncChanges().Mode, world.Report!.Result.Outcome));
        AssertNamed(SyncOutcome.NoChange);
        AssertNamed(SyncOutcome.NoChange);
        // Another one is news again.
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
    public void AnUnknownMemberInAPreviewIsNamedAndRemainsNews()
    {
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        PutInto("Sales", world.PasswordBoss.AdminCreate("stranger@contoso.com").Id);

        Assert.Equal("UnknownMember", Assert.Single(world.WhatIf(new Execution.SyncOptions { Full = true }).Changes).ErrorId);
        Assert.Equal(SyncOutcome.Partial, world.Sync().Outcome);
    }

    [Fact]
    public void UnderTheRuleRemoveAnUnknownMemberIsRemovedAndConfirmed()
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
    public void TheRemovalOfAnUnknownMemberThatIsNotAppliedStaysOpenWhenSomebodyElseMoves()
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

        // The incremental run is about the leaver, and about the group because they leave it.
        Assert.Equal((SyncMode.Incremental, SyncOutcome.Partial), (world.SyncChanges().Mode, world.Report!.Result.Outcome));
        Assert.Contains(world.Report.Result.Changes, c => c is { Email: "stranger@contoso.com", ErrorId: "NotConfirmed" });
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Empty(world.MembersOf("Sales"));
    }

    [Fact]
    public void UnderTheRuleRemoveManyUnknownMembersAreRefusedAndForceRemovesExactlyThose()
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
        // What was allowed does not count, so one more may go.
        world.Sync();
        Assert.Equal(new[] { "anna@contoso.com" }, world.MembersOf("Sales"));
    }

    [Fact]
    public void ForceRemovesTheMembersOfTheRefusalAndTheNextRunWeighsTheOthers()
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
        // Ten of the 28 who are left are weighed as in any run.
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
    public void OneLostAnswerOfManyHidesNoneOfTheOthers()
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
            // All three together; then each alone, and of the second the answer is lost.
            1 => new Fault(ErrorId.AccountRefused),
            3 => new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true),
            _ => null,
        };

        Assert.Equal(2, world.Sync().Changes.Count(c => c is { Action: SyncAction.RemoveMember, Outcome: ChangeOutcome.Done }));
        Assert.Equal(2, world.State.Removals.Count);
    }
}
