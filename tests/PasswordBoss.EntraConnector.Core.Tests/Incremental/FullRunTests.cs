using System;
using System.Linq;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Execution;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Reading;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>When everything is read although nobody asked for it, and that the run after it goes on from what changed.</summary>
public class FullRunTests
{
    private readonly World world = new(others: 5);
    private readonly FakeEntra.Group sales;

    public FullRunTests()
    {
        sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.First());
        world.Sync();
    }

    private string? WhyFull(SyncOptions? options = null) => RunSchedule.WhyFull(
        world.Connection,
        options ?? new SyncOptions(),
        new RunStart
        {
            Health = world.State.Health,
            Pause = world.State.Pause,
            Progress = world.State.Progress,
            OpenMatters = world.State.OpenMatters,
            HasOpenIntents = world.State.Intents.Count > 0,
        },
        world.Clock.UtcNow)?.Id;

    private void AssertFull(string reason, int runs = 1)
    {
        for (var run = 0; run < runs; run++)
        {
            Assert.Equal(reason, WhyFull());
            Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        }

        Assert.Null(WhyFull());
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
    }

    // The reason is found while reading.
    private void AssertTurnsFull(int runs = 1)
    {
        Assert.Null(WhyFull());
        for (var run = 0; run < runs; run++)
            Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
    }

    [Fact]
    public void TheFirstRun()
    {
        world.Store.LoseState(world.Connection.Id);

        AssertFull("Full_First");
    }

    [Fact]
    public void ItWasAskedFor()
    {
        Assert.Equal("Full_Asked", WhyFull(new SyncOptions { Full = true }));
        Assert.Equal("Full_Asked", WhyFull(new SyncOptions { Force = true }));
        Assert.Equal(SyncMode.Full, world.Sync().Mode);
    }

    public static TheoryData<string> Edits() => new() { "userGroup", "nesting", "rule", "group", "fullSyncHours" };

    [Theory]
    [MemberData(nameof(Edits))]
    public void TheSelectionOrTheRulesChanged(string edit)
    {
        var other = world.NewGroup("Other");
        other.Members.UnionWith(world.UserGroup.Members);
        world.Change(c => edit switch
        {
            "userGroup" => c with { UserGroup = new GroupReference(other.Id, other.Name) },
            "nesting" => c with { IncludeNested = true },
            "rule" => c with { Rules = c.Rules with { DeletedUser = LeaverRule.None } },
            "group" => c with { AdditionalGroups = Array.Empty<GroupReference>() },
            _ => c with { Rules = c.Rules with { FullSyncHours = 12 } },
        });

        AssertFull("Full_ScopeChanged");
    }

    [Fact]
    public void TheOrderOfTheGroupsIsNoChange()
    {
        world.NewSyncedGroup("Support", world.UserGroup.Members.Last());
        world.Sync();
        world.Change(c => c with { AdditionalGroups = c.AdditionalGroups.Reverse().ToList() });

        Assert.Null(WhyFull());
    }

    [Fact]
    public void TheEndOfAWriteIsNotKnown()
    {
        world.Join("anna");
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true) : null;
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
        world.PasswordBoss.FaultOn = null;

        AssertFull("Full_OpenWrites");
        Assert.NotNull(world.State.CurrentLinkOf(world.UserGroup.Members.Last()));
    }

    [Fact]
    public void TheEndOfTheLastRunIsNotKnown()
    {
        var anna = world.Join("anna");
        sales.Members.Add(anna);
        // Killed when she has her account and is not in her group yet.
        world.PasswordBoss.Called = call =>
        {
            if (call == "AddMembersAsync")
                world.Wire.StartProcess(0);
        };
        Assert.Throws<ProcessDiedException>(() => world.SyncChanges());
        world.PasswordBoss.Called = null;
        world.Wire.StartProcess();

        AssertFull("Full_OpenWrites");
        Assert.Contains("anna@contoso.com", world.MembersOf("Sales"));
    }

    [Fact]
    public void TheEndOfTheLastRunCouldNotBeSaved()
    {
        var anna = world.Hire("anna");
        sales.Members.Add(anna);
        world.SyncChanges();
        world.UserGroup.Members.Add(anna);
        // That she is still to come into her group is known nowhere.
        world.PasswordBoss.FaultOn = (call, _) => call == "AddMembersAsync" ? new Fault(ErrorId.AccountRefused) : null;
        world.Store.FaultOn = call => call == "SaveRun" ? new Fault(ErrorId.StateBusy) : null;
        Assert.Equal((SyncMode.Incremental, SyncOutcome.Failed), Ended(world.SyncChanges()));
        world.PasswordBoss.FaultOn = null;
        world.Store.FaultOn = null;

        AssertFull("Full_OpenWrites");
        Assert.Contains("anna@contoso.com", world.MembersOf("Sales"));
    }

    [Fact]
    public void RemovalsAreHeldBack()
    {
        world.Rules = world.Rules with { MaxRemovalCount = 0 };
        world.Sync();
        var leaver = world.UserGroup.Members.Last();
        world.Rules = world.Rules with { MaxRemovalPercent = 0 };
        world.Sync();
        world.Leave(leaver);
        Assert.Equal((SyncMode.Incremental, SyncOutcome.Refused), Ended(world.SyncChanges()));
        Assert.Equal("Full_Paused", WhyFull());
        Assert.Equal((SyncMode.Full, SyncOutcome.Refused), Ended(world.SyncChanges()));
        world.UserGroup.Members.Add(leaver);

        AssertFull("Full_Paused");
    }

    [Fact]
    public void AFullRunDidNotComeToItsEnd()
    {
        world.Entra.FaultOn = (call, _) => call == "ReadGroupAsync" ? new Fault(ErrorId.GraphUnauthorized) : null;
        Assert.Equal(SyncOutcome.Failed, world.Sync().Outcome);
        world.Entra.FaultOn = null;

        AssertFull("Full_Needed");
    }

    [Fact]
    public void TheUserGroupCouldNotBeRead()
    {
        world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Incomplete;
        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);
        Assert.Equal((SyncMode.Full, SyncOutcome.Refused), Ended(world.SyncChanges()));
        world.Entra.Broken.Clear();

        AssertFull("Full_Needed");
    }

    [Fact]
    public void TrackingIsNotOffered()
    {
        world.Entra.TrackingRefused = true;
        var result = world.Sync();

        Assert.Contains(result.Warnings, w => w.Contains("403", StringComparison.Ordinal));
        Assert.Equal("Full_NotTracked", WhyFull());
        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        world.Entra.TrackingRefused = false;
        AssertFull("Full_NotTracked");
    }

    [Fact]
    public void TrackingIsNotOfferedAnyMore()
    {
        world.Entra.TrackingRefused = true;

        Assert.Equal((SyncMode.Full, SyncOutcome.NoChange), Ended(world.SyncChanges()));
        Assert.Equal("Full_NotTracked", WhyFull());
    }

    [Fact]
    public void TheUserGroupHidesItsMembers()
    {
        world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Hidden;
        world.Sync();

        Assert.NotNull(WhyFull());
    }

    [Fact]
    public void ItIsTime()
    {
        world.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Null(WhyFull());
        world.Clock.Advance(TimeSpan.FromSeconds(1));

        AssertFull("Full_Regular");
    }

    [Fact]
    public void AClockThatWentBackALittleIsNotFollowed()
    {
        var last = world.State.Runs[^1];
        world.Clock.Advance(TimeSpan.FromMinutes(-9));

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (result.Mode, result.Outcome));
        Assert.Equal(last.StartedAt + last.Duration, result.StartedAt);
    }

    [Fact]
    public void SomethingAboutAGroupIsOpen()
    {
        var support = world.NewSyncedGroup("Support", world.UserGroup.Members.First());
        world.Entra.Broken[support.Id] = ReadingStatus.Incomplete;
        world.Sync();
        Assert.Null(WhyFull());
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Entra.Broken.Clear();

        AssertFull("Full_GroupMatter");
        Assert.NotEmpty(world.MembersOf("Support"));
    }

    [Fact]
    public void TheLinksAreDead()
    {
        world.Join("anna");
        world.Entra.Changes.Lost = true;

        AssertTurnsFull();
        Assert.NotNull(world.PasswordBoss.FindAt("anna@contoso.com"));
    }

    [Fact]
    public void AGroupWasRenamed()
    {
        sales.Name = "Sales and Support";

        AssertTurnsFull();
        Assert.NotNull(world.PasswordBoss.GroupNamed("Sales and Support"));
        Assert.Equal("Sales and Support", world.Store.ListConnections().Single().AdditionalGroups.Single().DisplayName);
    }

    [Fact]
    public void TheNameOfTheUserGroupFollows()
    {
        world.UserGroup.Name = "Boss Users";

        AssertTurnsFull();
        Assert.Equal("Boss Users", world.Store.ListConnections().Single().UserGroup!.DisplayName);
    }

    [Fact]
    public void APreviewFollowsNoName()
    {
        world.UserGroup.Name = "Boss Users";

        world.WhatIf();

        Assert.Equal(World.UserGroupName, world.Store.ListConnections().Single().UserGroup!.DisplayName);
    }

    [Fact]
    public void AGroupWasDeleted()
    {
        world.Entra.Groups.Remove(sales.Id);
        world.Entra.GroupsInDeletedItems.Add(sales.Id);

        Assert.Equal((SyncMode.Full, SyncOutcome.Partial), Ended(world.SyncChanges()));
        Assert.NotNull(world.PasswordBoss.GroupNamed("Sales"));
    }

    [Fact]
    public void GroupsCameIntoTheUserGroup()
    {
        world.Change(c => c with { IncludeNested = true });
        var inner = world.NewGroup("Inner");
        var anna = world.Hire("anna");
        inner.Members.Add(anna);
        world.Sync();
        world.UserGroup.Members.Add(inner.Id);

        // The inner group is tracked from the second full run on.
        AssertTurnsFull(runs: 2);
        Assert.NotNull(world.PasswordBoss.FindAt("anna@contoso.com"));
        inner.Members.Add(world.Hire("bert"));
        Assert.Equal((SyncMode.Incremental, SyncOutcome.Succeeded), Ended(world.SyncChanges()));
        Assert.NotNull(world.PasswordBoss.FindAt("bert@contoso.com"));
        inner.Members.Remove(anna);
        Assert.Equal((SyncMode.Incremental, SyncOutcome.Succeeded), Ended(world.SyncChanges()));
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void WhoLeftAndIsStillInAGroupInsideIsBelievedToHaveLeftByTwoFullRunsAndNoOther()
    {
        var anna = world.Join("anna");
        var inner = world.NewGroup("Inner");
        inner.Members.Add(anna);
        world.UserGroup.Members.Add(inner.Id);
        world.Sync();
        world.Leave(anna);

        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void SoMuchChangedThatItIsQuicker()
    {
        for (var i = 0; i < 101; i++)
            world.Join("new" + i);

        AssertTurnsFull();
        Assert.Equal(106, world.PasswordBoss.Accounts.Count);
    }

    [Fact]
    public void NoPropertyCanBeRead()
    {
        world.Edit(world.UserGroup.Members.First(), u => u with { Surname = "Smith" });
        world.Entra.NullProperties = true;

        Assert.Equal((SyncMode.Full, SyncOutcome.Refused), Ended(world.SyncChanges()));
        Assert.Equal("MembersUnreadable", world.Report!.Result.ErrorId);
    }

    [Fact]
    public void MembershipsMayNotBeAsked()
    {
        var anna = world.Hire("anna");
        sales.Members.Add(anna);
        world.SyncChanges();
        world.UserGroup.Members.Add(anna);
        world.Entra.MembershipChecksRefused = true;

        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Contains("anna@contoso.com", world.MembersOf("Sales"));
    }

    [Fact]
    public void AnAccountIsNotThere()
    {
        var person = world.UserGroup.Members.First();
        var gone = world.State.CurrentLinkOf(person)!;
        world.PasswordBoss.AdminDelete(gone.AccountId);
        world.Edit(person, u => u with { Surname = "Smith" });

        AssertTurnsFull();
        Assert.NotEqual(gone.AccountId, world.State.CurrentLinkOf(person)!.AccountId);
    }

    [Fact]
    public void AGroupIsNotThere()
    {
        var group = world.PasswordBoss.GroupNamed("Sales");
        world.PasswordBoss.Groups.Remove(group.Id);
        sales.Members.Add(world.UserGroup.Members.Last());

        AssertTurnsFull();
        Assert.Equal(2, world.MembersOf("Sales").Count);
    }

    [Fact]
    public void WhatHappensDuringItIsToldToTheNextRun()
    {
        // The members of the group have been read when she joins.
        world.PasswordBoss.Called = call =>
        {
            if (call == "ListAccountsAsync" && world.PasswordBoss.FindAt("anna@contoso.com") is null)
                world.Join("anna");
        };
        world.Sync();
        world.PasswordBoss.Called = null;
        Assert.Null(world.PasswordBoss.FindAt("anna@contoso.com"));

        Assert.Equal((SyncMode.Incremental, SyncOutcome.Succeeded), Ended(world.SyncChanges()));
        Assert.NotNull(world.PasswordBoss.FindAt("anna@contoso.com"));
    }

    private static (SyncMode, SyncOutcome) Ended(PBSyncResult result) => (result.Mode, result.Outcome);
}
