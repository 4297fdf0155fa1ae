using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Read;

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

    private string? FullSyncReason(SyncOptions? options = null) => FullSyncPolicy.FullSyncReason(
        world.Connection,
        options ?? new SyncOptions(),
        new RunStart
        {
            Health = world.State.Health,
            Pause = world.State.Pause,
            Progress = world.State.Progress,
            PendingRetries = world.State.PendingRetries,
            HasOpenIntents = world.State.Intents.Count > 0,
        },
        world.Clock.UtcNow)?.Id;

    private void AssertFull(string reason, int runs = 1)
    {
        for (var run = 0; run < runs; run++)
        {
            Assert.Equal(reason, FullSyncReason());
            Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        }

        Assert.Null(FullSyncReason());
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
    }

    // The reason is found while reading.
    private void AssertTurnsFull(int runs = 1)
    {
        Assert.Null(FullSyncReason());
        for (var run = 0; run < runs; run++)
            Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
    }

    [Fact]
    public void The_first_run()
    {
        world.Store.LoseState(world.Connection.Id);

        AssertFull("Full_First");
    }

    [Fact]
    public void It_was_asked_for()
    {
        Assert.Equal("Full_Asked", FullSyncReason(new SyncOptions { Full = true }));
        Assert.Equal("Full_Asked", FullSyncReason(new SyncOptions { Force = true }));
        Assert.Equal(SyncMode.Full, world.Sync().Mode);
    }

    public static TheoryData<string> Edits() => new() { "userGroup", "nesting", "rule", "group", "fullSyncHours" };

    [Theory]
    [MemberData(nameof(Edits))]
    public void The_selection_or_the_rules_changed(string edit)
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
    public void The_order_of_the_groups_is_no_change()
    {
        world.NewSyncedGroup("Support", world.UserGroup.Members.Last());
        world.Sync();
        world.Change(c => c with { AdditionalGroups = c.AdditionalGroups.Reverse().ToList() });

        Assert.Null(FullSyncReason());
    }

    [Fact]
    public void The_end_of_a_write_is_not_known()
    {
        world.Join("anna");
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true) : null;
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
        world.PasswordBoss.FaultOn = null;

        AssertFull("Full_OpenWrites");
        Assert.NotNull(world.State.CurrentLinkOf(world.UserGroup.Members.Last()));
    }

    [Fact]
    public void The_end_of_the_last_run_is_not_known()
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
    public void The_end_of_the_last_run_could_not_be_saved()
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
    public void Removals_are_held_back()
    {
        world.Rules = world.Rules with { MaxRemovalCount = 0 };
        world.Sync();
        var leaver = world.UserGroup.Members.Last();
        world.Rules = world.Rules with { MaxRemovalPercent = 0 };
        world.Sync();
        world.Leave(leaver);
        Assert.Equal((SyncMode.Incremental, SyncOutcome.Refused), Ended(world.SyncChanges()));
        Assert.Equal("Full_Paused", FullSyncReason());
        Assert.Equal((SyncMode.Full, SyncOutcome.Refused), Ended(world.SyncChanges()));
        world.UserGroup.Members.Add(leaver);

        AssertFull("Full_Paused");
    }

    [Fact]
    public void A_full_run_did_not_come_to_its_end()
    {
        world.Entra.FaultOn = (call, _) => call == "ReadGroupAsync" ? new Fault(ErrorId.GraphUnauthorized) : null;
        Assert.Equal(SyncOutcome.Failed, world.Sync().Outcome);
        world.Entra.FaultOn = null;

        AssertFull("Full_Needed");
    }

    [Fact]
    public void The_user_group_could_not_be_read()
    {
        world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Incomplete;
        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);
        Assert.Equal((SyncMode.Full, SyncOutcome.Refused), Ended(world.SyncChanges()));
        world.Entra.Broken.Clear();

        AssertFull("Full_Needed");
    }

    [Fact]
    public void Tracking_is_not_offered()
    {
        world.Entra.TrackingRefused = true;
        var result = world.Sync();

        Assert.Contains(result.Warnings, w => w.Contains("403", StringComparison.Ordinal));
        Assert.Equal("Full_NotTracked", FullSyncReason());
        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        world.Entra.TrackingRefused = false;
        AssertFull("Full_NotTracked");
    }

    [Fact]
    public void Tracking_is_not_offered_any_more()
    {
        world.Entra.TrackingRefused = true;

        Assert.Equal((SyncMode.Full, SyncOutcome.NoChange), Ended(world.SyncChanges()));
        Assert.Equal("Full_NotTracked", FullSyncReason());
    }

    [Fact]
    public void The_user_group_hides_its_members()
    {
        world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Hidden;
        world.Sync();

        Assert.NotNull(FullSyncReason());
    }

    [Fact]
    public void It_is_time()
    {
        world.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Null(FullSyncReason());
        world.Clock.Advance(TimeSpan.FromSeconds(1));

        AssertFull("Full_Regular");
    }

    [Fact]
    public void A_clock_that_went_back_a_little_is_not_followed()
    {
        var last = world.State.Runs[^1];
        world.Clock.Advance(TimeSpan.FromMinutes(-9));

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (result.Mode, result.Outcome));
        Assert.Equal(last.StartedAt + last.Duration, result.StartedAt);
    }

    [Fact]
    public void Something_about_a_group_is_open()
    {
        var support = world.NewSyncedGroup("Support", world.UserGroup.Members.First());
        world.Entra.Broken[support.Id] = ReadingStatus.Incomplete;
        world.Sync();
        Assert.Null(FullSyncReason());
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Entra.Broken.Clear();

        AssertFull("Full_GroupMatter");
        Assert.NotEmpty(world.MembersOf("Support"));
    }

    [Fact]
    public void The_links_are_dead()
    {
        world.Join("anna");
        world.Entra.Changes.Lost = true;

        AssertTurnsFull();
        Assert.NotNull(world.PasswordBoss.FindAt("anna@contoso.com"));
    }

    [Fact]
    public void A_group_was_renamed()
    {
        sales.Name = "Sales and Support";

        AssertTurnsFull();
        Assert.NotNull(world.PasswordBoss.GroupNamed("Sales and Support"));
        Assert.Equal("Sales and Support", world.Store.ListConnections().Single().AdditionalGroups.Single().DisplayName);
    }

    [Fact]
    public void The_name_of_the_user_group_follows()
    {
        world.UserGroup.Name = "Boss Users";

        AssertTurnsFull();
        Assert.Equal("Boss Users", world.Store.ListConnections().Single().UserGroup!.DisplayName);
    }

    [Fact]
    public void A_preview_follows_no_name()
    {
        world.UserGroup.Name = "Boss Users";

        world.WhatIf();

        Assert.Equal(World.UserGroupName, world.Store.ListConnections().Single().UserGroup!.DisplayName);
    }

    [Fact]
    public void A_group_was_deleted()
    {
        world.Entra.Groups.Remove(sales.Id);
        world.Entra.GroupsInDeletedItems.Add(sales.Id);

        Assert.Equal((SyncMode.Full, SyncOutcome.Partial), Ended(world.SyncChanges()));
        Assert.NotNull(world.PasswordBoss.GroupNamed("Sales"));
    }

    [Fact]
    public void Groups_came_into_the_user_group()
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
    public void Who_left_and_is_still_in_a_group_inside_is_believed_to_have_left_by_two_full_runs_and_no_other()
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
    public void So_much_changed_that_it_is_quicker()
    {
        for (var i = 0; i < 101; i++)
            world.Join("new" + i);

        AssertTurnsFull();
        Assert.Equal(106, world.PasswordBoss.Accounts.Count);
    }

    [Fact]
    public void No_property_can_be_read()
    {
        world.Edit(world.UserGroup.Members.First(), u => u with { Surname = "Smith" });
        world.Entra.NullProperties = true;

        Assert.Equal((SyncMode.Full, SyncOutcome.Refused), Ended(world.SyncChanges()));
        Assert.Equal("MembersUnreadable", world.Report!.Result.ErrorId);
    }

    [Fact]
    public void Memberships_may_not_be_asked()
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
    public void An_account_is_not_there()
    {
        var person = world.UserGroup.Members.First();
        var gone = world.State.CurrentLinkOf(person)!;
        world.PasswordBoss.AdminDelete(gone.AccountId);
        world.Edit(person, u => u with { Surname = "Smith" });

        AssertTurnsFull();
        Assert.NotEqual(gone.AccountId, world.State.CurrentLinkOf(person)!.AccountId);
    }

    [Fact]
    public void A_group_is_not_there()
    {
        var group = world.PasswordBoss.GroupNamed("Sales");
        world.PasswordBoss.Groups.Remove(group.Id);
        sales.Members.Add(world.UserGroup.Members.Last());

        AssertTurnsFull();
        Assert.Equal(2, world.MembersOf("Sales").Count);
    }

    [Fact]
    public void What_happens_during_it_is_told_to_the_next_run()
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
