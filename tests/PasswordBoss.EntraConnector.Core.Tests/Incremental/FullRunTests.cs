using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>The reasons for a full run without -Full. The run after it continues with the changes.</summary>
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

    // The run finds the reason while it reads.
    private void AssertTurnsFull(int runs = 1)
    {
        Assert.Null(FullSyncReason());
        for (var run = 0; run < runs; run++)
            Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_reported_joiner_whose_membership_cannot_be_read_waits_for_the_list(bool hasLeftAgain)
    {
        var company = new World(others: 5);
        company.Sync();
        var bert = company.Join("bert");
        company.Entra.MembershipChecksRefused = true;
        if (hasLeftAgain)
        {
            company.Entra.Changes.FallBehind();
            company.Leave(bert);
        }
        else
        {
            company.Entra.MissingFromLists.Add((company.UserGroup.Id, bert));
        }

        Assert.Equal((SyncMode.Full, 0), (company.SyncChanges().Mode, company.Report!.Result.Created));
        company.Entra.Changes.CatchUp();
        company.Entra.MissingFromLists.Clear();

        Assert.Equal(hasLeftAgain ? 0 : 1, company.SyncChanges().Created);
        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (company.SyncChanges().Mode, company.Report!.Result.Outcome));
    }

    [Fact]
    public void The_first_run_is_full()
    {
        world.Store.LoseState(world.Connection.Id);

        AssertFull("Full_First");
    }

    [Fact]
    public void A_requested_full_run_is_full()
    {
        Assert.Equal("Full_Asked", FullSyncReason(new SyncOptions { Full = true }));
        Assert.Equal("Full_Asked", FullSyncReason(new SyncOptions { Force = true }));
        Assert.Equal(SyncMode.Full, world.Sync().Mode);
    }

    public static TheoryData<string> Edits() => new() { "userGroup", "nesting", "rule", "group", "fullSyncHours" };

    [Theory]
    [MemberData(nameof(Edits))]
    public void A_run_after_a_change_of_groups_or_rules_is_full(string edit)
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
    public void The_order_of_the_groups_does_not_cause_a_full_run()
    {
        world.NewSyncedGroup("Support", world.UserGroup.Members.Last());
        world.Sync();
        world.Change(c => c with { AdditionalGroups = c.AdditionalGroups.Reverse().ToList() });

        Assert.Null(FullSyncReason());
    }

    [Fact]
    public void A_run_after_a_write_with_an_unknown_result_is_full()
    {
        world.Join("anna");
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true) : null;
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
        world.PasswordBoss.FaultOn = null;

        AssertFull("Full_OpenWrites");
        Assert.NotNull(world.State.CurrentLinkOf(world.UserGroup.Members.Last()));
    }

    [Fact]
    public void A_run_after_a_killed_run_is_full()
    {
        var anna = world.Join("anna");
        sales.Members.Add(anna);
        // Killed when Anna has an account and is not in the group yet.
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
    public void A_run_after_a_run_that_was_not_saved_is_full()
    {
        var anna = world.Hire("anna");
        sales.Members.Add(anna);
        world.SyncChanges();
        world.UserGroup.Members.Add(anna);
        // No record shows that Anna must still be added to the group.
        world.PasswordBoss.FaultOn = (call, _) => call == "AddMembersAsync" ? new Fault(ErrorId.AccountRefused) : null;
        world.Store.FaultOn = call => call == "SaveRun" ? new Fault(ErrorId.StateBusy) : null;
        Assert.Equal((SyncMode.Incremental, SyncOutcome.Failed), Ended(world.SyncChanges()));
        world.PasswordBoss.FaultOn = null;
        world.Store.FaultOn = null;

        AssertFull("Full_OpenWrites");
        Assert.Contains("anna@contoso.com", world.MembersOf("Sales"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_run_that_cannot_load_the_state_keeps_the_pause_and_the_health(int failedLoads)
    {
        Pause();
        var (pause, health) = (world.State.Pause, world.State.Health);
        Assert.NotNull(pause);
        var loads = 0;
        world.Store.FaultOn = call => call == "LoadStart" && loads++ < failedLoads ? new Fault(ErrorId.StateBusy) : null;

        Assert.Equal((SyncOutcome.Failed, "StateBusy"), (world.SyncChanges().Outcome, world.Report!.Result.ErrorId));

        world.Store.FaultOn = null;
        Assert.Same(pause, world.State.Pause);
        Assert.Equal(
            (health.FirstSuccessAt, health.LastSuccess, true, health.ConsecutiveFailures + (failedLoads == 1 ? 1 : 0)),
            (world.State.Health.FirstSuccessAt, world.State.Health.LastSuccess, world.State.Health.Relinked, world.State.Health.ConsecutiveFailures));
        Assert.Equal((SyncMode.Full, SyncOutcome.Refused), Ended(world.SyncChanges()));
    }

    [Fact]
    public void A_run_replaces_a_damaged_text_of_the_state()
    {
        Pause();
        world.Store.FaultOn = call => call == "LoadStart" ? new Fault(ErrorId.StoredTextDamaged) : null;

        Assert.Equal("StoredTextDamaged", world.SyncChanges().ErrorId);

        world.Store.FaultOn = null;
        Assert.Equal((null, 1), (world.State.Pause, world.State.Health.ConsecutiveFailures));
    }

    private void Pause()
    {
        world.Rules = world.Rules with { MaxRemovalCount = 0, MaxRemovalPercent = 0 };
        world.Sync();
        world.Leave(world.UserGroup.Members.Last());
        Assert.Equal(SyncOutcome.Refused, world.SyncChanges().Outcome);
    }

    [Fact]
    public void A_run_is_full_while_removals_are_held_back()
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
    public void A_run_after_an_unfinished_full_run_is_full()
    {
        world.Entra.FaultOn = (call, _) => call == "ReadGroupAsync" ? new Fault(ErrorId.GraphUnauthorized) : null;
        Assert.Equal(SyncOutcome.Failed, world.Sync().Outcome);
        world.Entra.FaultOn = null;

        AssertFull("Full_Needed");
    }

    [Fact]
    public void A_run_after_the_user_group_was_unreadable_is_full()
    {
        world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Incomplete;
        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);
        Assert.Equal((SyncMode.Full, SyncOutcome.Refused), Ended(world.SyncChanges()));
        world.Entra.Broken.Clear();

        AssertFull("Full_Needed");
    }

    [Fact]
    public void A_run_is_full_without_change_tracking()
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
    public void A_run_is_full_when_change_tracking_is_no_longer_available()
    {
        world.Entra.TrackingRefused = true;

        Assert.Equal((SyncMode.Full, SyncOutcome.NoChange), Ended(world.SyncChanges()));
        Assert.Equal("Full_NotTracked", FullSyncReason());
    }

    [Fact]
    public void A_run_is_full_if_the_user_group_hides_its_members()
    {
        world.Entra.Broken[world.UserGroup.Id] = ReadingStatus.Hidden;
        world.Sync();

        Assert.NotNull(FullSyncReason());
    }

    [Fact]
    public void A_run_is_full_after_24_hours()
    {
        world.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Null(FullSyncReason());
        world.Clock.Advance(TimeSpan.FromSeconds(1));

        AssertFull("Full_Regular");
    }

    [Fact]
    public void A_clock_that_is_set_back_slightly_is_ignored()
    {
        var last = world.State.Runs[^1];
        world.Clock.Advance(TimeSpan.FromMinutes(-9));

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (result.Mode, result.Outcome));
        Assert.Equal(last.StartedAt + last.Duration, result.StartedAt);
    }

    [Fact]
    public void A_run_that_retries_a_group_is_full()
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
    public void A_run_with_expired_delta_links_is_full()
    {
        world.Join("anna");
        world.Entra.Changes.Lost = true;

        AssertTurnsFull();
        Assert.NotNull(world.PasswordBoss.FindAt("anna@contoso.com"));
    }

    [Fact]
    public void A_renamed_group_turns_the_run_full()
    {
        sales.Name = "Sales and Support";

        AssertTurnsFull();
        Assert.NotNull(world.PasswordBoss.GroupNamed("Sales and Support"));
        Assert.Equal("Sales and Support", world.Store.ListConnections().Single().AdditionalGroups.Single().DisplayName);
    }

    [Fact]
    public void The_stored_name_of_the_user_group_follows_a_rename()
    {
        world.UserGroup.Name = "Boss Users";

        AssertTurnsFull();
        Assert.Equal("Boss Users", world.Store.ListConnections().Single().UserGroup!.DisplayName);
    }

    [Fact]
    public void A_preview_does_not_store_a_new_group_name()
    {
        world.UserGroup.Name = "Boss Users";

        world.WhatIf();

        Assert.Equal(World.UserGroupName, world.Store.ListConnections().Single().UserGroup!.DisplayName);
    }

    [Fact]
    public void A_deleted_group_turns_the_run_full()
    {
        world.Entra.Groups.Remove(sales.Id);
        world.Entra.GroupsInDeletedItems.Add(sales.Id);

        Assert.Equal((SyncMode.Full, SyncOutcome.Partial), Ended(world.SyncChanges()));
        Assert.NotNull(world.PasswordBoss.GroupNamed("Sales"));
    }

    [Fact]
    public void A_new_inner_group_turns_two_runs_full()
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
    public void Two_full_runs_remove_a_leaver_that_is_still_in_an_inner_group()
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
    public void Many_changes_turn_the_run_full()
    {
        for (var i = 0; i < 101; i++)
            world.Join("new" + i);

        AssertTurnsFull();
        Assert.Equal(106, world.PasswordBoss.Accounts.Count);
    }

    [Fact]
    public void Unreadable_properties_turn_the_run_full()
    {
        world.Edit(world.UserGroup.Members.First(), u => u with { Surname = "Smith" });
        world.Entra.NullProperties = true;

        Assert.Equal((SyncMode.Full, SyncOutcome.Refused), Ended(world.SyncChanges()));
        Assert.Equal("MembersUnreadable", world.Report!.Result.ErrorId);
    }

    [Fact]
    public void Refused_membership_checks_turn_the_run_full()
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
    public void A_missing_account_turns_the_run_full()
    {
        var person = world.UserGroup.Members.First();
        var gone = world.State.CurrentLinkOf(person)!;
        world.PasswordBoss.AdminDelete(gone.AccountId);
        world.Edit(person, u => u with { Surname = "Smith" });

        AssertTurnsFull();
        Assert.NotEqual(gone.AccountId, world.State.CurrentLinkOf(person)!.AccountId);
    }

    [Fact]
    public void A_missing_group_turns_the_run_full()
    {
        var group = world.PasswordBoss.GroupNamed("Sales");
        world.PasswordBoss.Groups.Remove(group.Id);
        sales.Members.Add(world.UserGroup.Members.Last());

        AssertTurnsFull();
        Assert.Equal(2, world.MembersOf("Sales").Count);
    }

    [Fact]
    public void The_next_run_reads_the_changes_made_during_a_full_run()
    {
        // Anna joins after the run has read the members of the group.
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
