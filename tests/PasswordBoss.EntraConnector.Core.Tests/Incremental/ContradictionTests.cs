using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.DecisionTable;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>Change tracking reports a user, but the verifying read of the same run still shows the old value because replicas lag.</summary>
public class ContradictionTests
{
    private readonly World world = new(others: 5);
    private readonly string anna;

    public ContradictionTests()
    {
        anna = world.Join("anna");
        world.Sync();
        world.SyncChanges();
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("removed")]
    [InlineData("deleted")]
    public void A_leaver_that_a_stale_read_still_shows_is_rechecked_until_the_read_catches_up(string leavingEvent)
    {
        world.Entra.ReadsFallBehind(anna);
        PersonAndAccountTests.Happen(world, anna, leavingEvent);

        for (var run = 0; run < 2; run++)
        {
            var result = world.SyncChanges();
            Assert.Equal((SyncMode.Incremental, SyncOutcome.Partial, "PersonUnknown"), (result.Mode, result.Outcome, Assert.Single(result.Changes).ErrorId));
            Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
            world.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        world.Entra.ReadsCatchUp();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.Succeeded, 1), (world.SyncChanges().Mode, world.Report!.Result.Outcome, world.Report!.Result.Disabled));
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(true, "the request was refused")]
    [InlineData(false, "contradict each other")]
    public void The_reason_shows_whether_the_read_failed_or_contradicts_the_change(bool fails, string reason)
    {
        world.Entra.ReadsFallBehind(anna);
        if (fails)
            world.Entra.UnknownLookups.Add(anna);
        world.Leave(anna);

        Assert.Contains(reason, Assert.Single(world.SyncChanges().Changes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rename_that_a_stale_read_does_not_show_is_written_later()
    {
        world.Entra.ReadsFallBehind(anna);
        world.Edit(anna, u => u with { Surname = "Smith", DisplayName = "anna Smith" });
        Assert.Equal("PersonUnknown", Assert.Single(world.SyncChanges().Changes).ErrorId);
        world.Entra.ReadsCatchUp();

        Assert.Equal(1, world.SyncChanges().Updated);
        Assert.Equal("Smith", world.PasswordBoss.At("anna@contoso.com").FamilyName);
    }

    [Fact]
    public void A_full_run_in_between_keeps_a_contradicted_change()
    {
        world.Entra.ReadsFallBehind(anna);
        world.Leave(anna);
        world.SyncChanges();

        Assert.Equal("PersonUnknown", Assert.Single(world.Sync().Changes).ErrorId);
        world.Entra.ReadsCatchUp();
        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Disabled));
    }

    [Fact]
    public void A_run_that_turns_full_still_uses_the_changes_it_read()
    {
        // Another change makes the run full, so it reads everything, and these reads lag.
        var sales = world.NewSyncedGroup("Sales", anna);
        world.Sync();
        world.Entra.ReadsFallBehind(anna);
        world.Leave(anna);
        sales.Name = "Sales and marketing";

        var result = world.SyncChanges();

        Assert.Equal(SyncMode.Full, result.Mode);
        Assert.Contains(result.Changes, c => c is { ErrorId: "PersonUnknown" } && c.EntraId == anna);
        world.Entra.ReadsCatchUp();
        Assert.Equal(1, world.SyncChanges().Disabled);
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("removed")]
    [InlineData("deleted")]
    public void A_requested_full_run_keeps_the_changes_reported_since_the_last_run(string leavingEvent)
    {
        world.Entra.ReadsFallBehind(anna);
        PersonAndAccountTests.Happen(world, anna, leavingEvent);

        Assert.Equal((SyncOutcome.Partial, "PersonUnknown"), (world.Sync().Outcome, Assert.Single(world.Report!.Result.Changes).ErrorId));

        world.Entra.ReadsCatchUp();
        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Disabled));
    }

    [Fact]
    public void A_full_run_works_without_the_tracked_changes()
    {
        world.Entra.Changes.Lost = true;
        world.Leave(anna);

        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Sync().Outcome, world.Report!.Result.Disabled));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_joiner_that_a_full_run_does_not_read_yet_is_rechecked(bool wasAskedFor)
    {
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.First());
        world.Sync();
        var bert = world.Hire("bert");
        world.SyncChanges();
        world.Entra.ReadsFallBehind(bert);
        world.UserGroup.Members.Add(bert);
        if (!wasAskedFor)
            sales.Name = "Sales and marketing";

        for (var run = 0; run < 2; run++)
        {
            var result = run == 0 && wasAskedFor ? world.Sync() : world.SyncChanges();
            Assert.Equal((run == 0 ? SyncMode.Full : SyncMode.Incremental, SyncOutcome.Partial), (result.Mode, result.Outcome));
            Assert.Contains(result.Changes, c => c is { ErrorId: "PersonUnknown" } && c.EntraId == bert);
        }

        world.Entra.ReadsCatchUp();
        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Created));
    }

    [Fact]
    public void A_joiner_that_stale_reads_do_not_show_is_reported_in_every_run_until_they_catch_up()
    {
        var bert = world.Hire("bert");
        world.SyncChanges();
        world.Entra.ReadsFallBehind(bert);
        world.UserGroup.Members.Add(bert);

        foreach (var full in new[] { false, false, true, false, false })
        {
            var result = full ? world.Sync() : world.SyncChanges();
            Assert.Equal((full ? SyncMode.Full : SyncMode.Incremental, SyncOutcome.Partial, "PersonUnknown"), (result.Mode, result.Outcome, Assert.Single(result.Changes).ErrorId));
            world.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        world.Entra.ReadsCatchUp();

        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Created));
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Empty(world.Entra.LookedUp);
    }

    [Fact]
    public void A_full_run_after_an_hour_drops_the_contradiction_of_a_joiner_that_has_left_again()
    {
        var bert = world.Hire("bert");
        world.SyncChanges();
        world.Entra.ReadsFallBehind(bert);
        world.UserGroup.Members.Add(bert);
        world.SyncChanges();
        world.UserGroup.Members.Remove(bert);
        world.Entra.Changes.Lost = true;
        world.Entra.ReadsCatchUp();
        world.SyncChanges();
        world.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal((SyncMode.Full, SyncOutcome.NoChange), (world.Sync().Mode, world.Report!.Result.Outcome));
        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (world.SyncChanges().Mode, world.Report!.Result.Outcome));
        world.SyncChanges();
        Assert.Empty(world.Entra.LookedUp);
        Assert.Null(world.PasswordBoss.FindAt("bert@contoso.com"));
    }

    [Fact]
    public void Without_nesting_a_stale_list_that_still_shows_a_leaver_is_read_again()
    {
        world.UserGroup.Members.Add(world.NewGroup("Inner").Id);
        world.Sync();
        world.SyncChanges();
        world.Entra.ReadsFallBehind(anna);
        world.Leave(anna);
        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        world.Entra.ReadsCatchUp();

        Assert.Equal((SyncMode.Full, 1), (world.SyncChanges().Mode, world.Report!.Result.Disabled));
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
    }

    [Fact]
    public void A_full_run_keeps_the_contradiction_of_a_joiner_that_an_earlier_run_could_not_read()
    {
        var bert = world.Hire("bert");
        world.SyncChanges();
        world.Entra.ReadsFallBehind(bert);
        world.UserGroup.Members.Add(bert);
        Assert.Equal("PersonUnknown", Assert.Single(world.SyncChanges().Changes).ErrorId);

        world.Sync();

        world.Entra.ReadsCatchUp();
        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Created));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_restored_user_without_a_link_is_rechecked(bool full)
    {
        world.Rules = World.DefaultRules with { DeletedUser = LeaverRule.Delete };
        world.SoftDelete(anna);
        Assert.Equal(1, world.Sync().Deleted);
        world.SyncChanges();
        world.Entra.ReadsFallBehind(anna);
        world.Restore(anna);

        for (var run = 0; run < 2; run++)
            Assert.Equal(0, world.Sync(new SyncOptions { Full = full && run == 0 }).Created);

        world.Entra.ReadsCatchUp();
        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Created));
    }

    [Fact]
    public void A_joiner_who_left_and_joined_again_in_one_round_is_rechecked()
    {
        var bert = world.Hire("bert");
        world.SyncChanges();
        // Reads lag behind each change: they do not show that the user joined, and then not that they left.
        world.Entra.ReadsFallBehind(bert);
        world.UserGroup.Members.Add(bert);
        Assert.Equal("PersonUnknown", Assert.Single(world.SyncChanges().Changes).ErrorId);
        world.Entra.ReadsCatchUp();
        world.Entra.ReadsFallBehind(bert);
        world.UserGroup.Members.Remove(bert);
        Assert.Equal("PersonUnknown", Assert.Single(world.SyncChanges().Changes).ErrorId);
        world.Entra.ReadsCatchUp();
        world.Entra.ReadsFallBehind(bert);
        world.Entra.Changes.LeftBeforeJoining.Add(bert);
        world.UserGroup.Members.Add(bert);
        Assert.Equal(SyncMode.Full, world.Sync().Mode);

        world.Entra.ReadsCatchUp();

        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Created));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_restored_user_that_full_runs_still_read_as_deleted_is_rechecked(int fullRuns)
    {
        world.SoftDelete(anna);
        Assert.Equal(1, world.SyncChanges().Disabled);
        world.SyncChanges();
        world.Entra.ReadsFallBehind(anna);
        world.Restore(anna);
        for (var run = 0; run < fullRuns; run++)
            Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);

        world.Entra.ReadsCatchUp();

        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Enabled));
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Empty(world.Entra.LookedUp);
    }

    [Fact]
    public void With_nesting_but_no_inner_group_a_leaver_that_a_stale_read_still_shows_is_reported()
    {
        world.Change(c => c with { IncludeNested = true });
        world.Sync();
        world.SyncChanges();
        world.Entra.ReadsFallBehind(anna);
        world.UserGroup.Members.Remove(anna);

        for (var run = 0; run < 2; run++)
            Assert.Equal((SyncMode.Incremental, SyncOutcome.Partial, "PersonUnknown"), (world.SyncChanges().Mode, world.Report!.Result.Outcome, Assert.Single(world.Report!.Result.Changes).ErrorId));
        world.Entra.ReadsCatchUp();

        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Disabled));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void With_nested_groups_a_leaver_still_read_as_a_member_stays_and_is_rechecked(bool inner)
    {
        var group = inner ? world.NewGroup("Inner") : world.UserGroup;
        world.UserGroup.Members.Add(inner ? group.Id : world.NewGroup("Empty").Id);
        if (inner)
        {
            world.UserGroup.Members.Remove(anna);
            group.Members.Add(anna);
        }

        world.Change(c => c with { IncludeNested = true });
        world.Sync();
        world.SyncChanges();
        world.SyncChanges();
        world.Entra.ReadsFallBehind(anna);
        group.Members.Remove(anna);

        for (var run = 0; run < 2; run++)
            Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (world.SyncChanges().Mode, world.Report!.Result.Outcome));
        world.Entra.ReadsCatchUp();

        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Disabled));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_joiner_of_a_group_inside_a_synced_group_is_rechecked_until_the_read_catches_up(bool isJustFound)
    {
        var inner = world.NewGroup("Inner");
        var team = world.NewSyncedGroup("Team", world.UserGroup.Members.Where(m => m != anna).ToArray());
        world.Change(c => c with { IncludeNested = true });
        world.Sync();
        world.SyncChanges();
        team.Members.Add(inner.Id);
        // The run that finds the group inside another is full, and so is the next one.
        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        for (var run = 0; run < 2 && !isJustFound; run++)
            world.SyncChanges();
        world.Entra.ReadsFallBehind(anna);
        inner.Members.Add(anna);

        for (var run = 0; run < 2; run++)
            Assert.Equal((isJustFound && run == 0 ? SyncMode.Full : SyncMode.Incremental, SyncOutcome.NoChange), (world.SyncChanges().Mode, world.Report!.Result.Outcome));
        world.Entra.ReadsCatchUp();

        Assert.Equal((SyncMode.Incremental, SyncAction.AddMember), (world.SyncChanges().Mode, Assert.Single(world.Report!.Result.Changes).Action));
        world.SyncChanges();
        Assert.Empty(world.Entra.LookedUp);
    }

    [Fact]
    public void A_leaver_that_stays_a_member_through_an_inner_group_is_not_rechecked_forever()
    {
        var group = world.NewGroup("Inner");
        world.UserGroup.Members.Add(group.Id);
        group.Members.Add(anna);
        world.Change(c => c with { IncludeNested = true });
        world.Sync();
        world.SyncChanges();
        world.SyncChanges();
        world.UserGroup.Members.Remove(anna);
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Equal(anna, Assert.Single(world.Entra.LookedUp));
        world.Clock.Advance(TimeSpan.FromHours(1));

        world.SyncChanges();
        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (world.SyncChanges().Mode, world.Report!.Result.Outcome));

        Assert.Empty(world.Entra.LookedUp);
    }

    [Fact]
    public void A_contradiction_expires_after_an_hour_because_old_changes_can_be_replayed()
    {
        world.Entra.ReadsFallBehind(anna);
        world.Disable(anna);
        world.SyncChanges();
        world.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(SyncOutcome.Partial, world.SyncChanges().Outcome);
        world.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
    }

    [Fact]
    public void A_leaver_of_an_additional_group_is_rechecked()
    {
        var sales = world.NewSyncedGroup("Sales", anna, world.UserGroup.Members.First());
        world.Sync();
        world.SyncChanges();
        world.Entra.ReadsFallBehind(anna);
        sales.Members.Remove(anna);
        Assert.Equal(SyncOutcome.Partial, world.SyncChanges().Outcome);
        Assert.Contains("anna@contoso.com", world.MembersOf("Sales"));
        world.Entra.ReadsCatchUp();

        world.SyncChanges();

        Assert.DoesNotContain("anna@contoso.com", world.MembersOf("Sales"));
    }

    [Fact]
    public void A_contradiction_is_kept_if_the_server_cannot_filter()
    {
        // With such a server, each run with a changed user reads everything.
        world.PasswordBoss.CanFilter = false;
        world.Entra.ReadsFallBehind(anna);
        world.Disable(anna);
        world.SyncChanges();
        world.Entra.ReadsCatchUp();
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(1, world.SyncChanges().Disabled);
    }

    [Fact]
    public void A_second_entry_without_the_property_does_not_override_the_first()
    {
        // Each entry carries only some of the properties.
        var read = new DirectoryUser { Id = anna, DisplayName = "Anna", AccountEnabled = true };
        var changes = new DirectoryChanges
        {
            Links = new DeltaLinks { Groups = Array.Empty<string>(), Users = "link" },
            Users = new[] { new UserChange(anna, false) { Reported = new[] { new DirectoryUser { Id = anna, AccountEnabled = false }, new DirectoryUser { Id = anna, DisplayName = "Anna" } } } },
        };

        var contradictions = new TrackedChanges(changes, new RunStart(), SyncState.Empty, world.Connection, world.Connection.UserGroup!)
            .Compare([new UserLookup { Id = anna, Existence = UserExistence.Exists, User = read }], [], world.Clock.UtcNow);

        Assert.Equal(false, Assert.Single(contradictions.Doubts).Reported?.AccountEnabled);
    }

    [Fact]
    public void A_new_contradiction_does_not_inherit_the_age_of_the_previous_one()
    {
        world.Entra.ReadsFallBehind(anna);
        world.Edit(anna, u => u with { Surname = "Smith" });
        world.SyncChanges();
        world.Clock.Advance(TimeSpan.FromMinutes(58));
        world.Disable(anna);
        for (var run = 0; run < 2; run++)
        {
            Assert.Equal("PersonUnknown", Assert.Single(world.SyncChanges().Changes).ErrorId);
            world.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        world.Entra.ReadsCatchUp();

        Assert.Equal(1, world.SyncChanges().Disabled);
    }

    [Theory]
    [InlineData("disabled", "refused by the server")]
    [InlineData("removed", "refused by the server")]
    [InlineData("deleted", "refused by the server")]
    [InlineData("removed", "not applied")]
    [InlineData("removed", "waits for a second read")]
    public void A_leaver_that_was_read_once_stays_a_leaver_if_a_later_read_is_older(string leavingEvent, string why)
    {
        world.ReadsTwice = false;
        if (why == "waits for a second read")
            world.Rules = world.Rules with { RemovedUser = LeaverRule.ConvertToPersonal };
        if (why == "not applied")
            world.PasswordBoss.Ignores = (call, _) => call == "PatchAccountAsync";
        if (why == "refused by the server")
            world.PasswordBoss.FaultOn = (call, _) => call == "PatchAccountAsync" ? new Fault(ErrorId.AccountRefused) : null;
        var before = world.Entra.AsNow(anna);
        PersonAndAccountTests.Happen(world, anna, leavingEvent);
        Assert.Equal(SyncOutcome.Partial, world.Sync().Outcome);
        world.PasswordBoss.Ignores = null;
        world.PasswordBoss.FaultOn = null;
        world.Entra.ReadsGoBack(anna, before);
        world.Clock.Advance(TimeSpan.FromMinutes(6));

        for (var run = 0; run < 2; run++)
        {
            Assert.Equal("PersonUnknown", Assert.Single((run == 0 ? world.SyncChanges() : world.Sync()).Changes).ErrorId);
            world.Clock.Advance(TimeSpan.FromMinutes(6));
        }

        world.Entra.ReadsCatchUp();
        world.SyncChanges();
        world.Clock.Advance(TimeSpan.FromMinutes(6));
        world.SyncChanges();
        Assert.NotEqual(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void A_read_that_is_older_does_not_lift_a_pause()
    {
        var leavers = world.UserGroup.Members.ToList();
        var before = leavers.Select(world.Entra.AsNow).ToList();
        world.Join("stays");
        world.SyncChanges();
        foreach (var leaver in leavers)
            world.Leave(leaver);
        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);
        for (var i = 0; i < leavers.Count; i++)
            world.Entra.ReadsGoBack(leavers[i], before[i]);
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(SyncOutcome.Partial, world.SyncChanges().Outcome);
        Assert.Equal(leavers.Count, world.State.Pause!.RefusedKeys.Count);
        world.Entra.ReadsCatchUp();

        Assert.Equal(leavers.Count, world.Force().Disabled);
        Assert.Null(world.State.Pause);
    }

    [Fact]
    public void A_leaver_with_a_pending_retry_who_comes_back_keeps_the_account()
    {
        world.PasswordBoss.FaultOn = (call, _) => call == "PatchAccountAsync" ? new Fault(ErrorId.AccountRefused) : null;
        world.Leave(anna);
        Assert.Equal(SyncOutcome.Partial, world.SyncChanges().Outcome);
        world.PasswordBoss.FaultOn = null;
        world.UserGroup.Members.Add(anna);
        world.Clock.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (world.SyncChanges().Mode, world.Report!.Result.Outcome));
    }

    [Fact]
    public void A_full_run_ends_an_expired_contradiction_and_warns()
    {
        world.Entra.ReadsFallBehind(anna);
        world.Disable(anna);
        world.SyncChanges();
        world.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Contains(world.Listener.Warnings, w => w.Render().Contains("anna Miller: change tracking reported a change", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_outdated_list_of_a_group_that_holds_groups_is_read_again_until_it_agrees(bool isUserGroup)
    {
        var group = isUserGroup ? world.UserGroup : world.NewSyncedGroup("Sales", anna, world.Join("bert"));
        var inner = world.NewGroup("Inside");
        inner.Members.Add(anna);
        group.Members.Add(inner.Id);
        world.Sync();
        world.Entra.ReadsFallBehind(anna);
        group.Members.Remove(anna);

        // Only the first run reads the report that they left. checkMemberGroups cannot confirm it, so full runs must.
        for (var run = 0; run < 4; run++)
        {
            Assert.Equal(run == 0 ? SyncMode.Incremental : SyncMode.Full, world.SyncChanges().Mode);
            Assert.True(HasAccess());
            world.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        world.Entra.ReadsCatchUp();
        for (var run = 0; run < 2; run++)
        {
            Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
            world.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.False(HasAccess());
        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (world.SyncChanges().Mode, world.Report!.Result.Outcome));
        Assert.Empty(world.State.Progress.Doubts);

        bool HasAccess()
        {
            var account = world.PasswordBoss.At("anna@contoso.com");
            return isUserGroup ? account.State == AccountState.Active : world.PasswordBoss.GroupNamed("Sales").MemberIds.Contains(account.Id);
        }
    }

    [Fact]
    public void An_outdated_list_of_a_group_that_holds_groups_is_not_read_again_forever()
    {
        var group = SyncGroupThatHoldsAGroup();
        world.Entra.ReadsFallBehind(anna);
        group.Members.Remove(anna);
        world.SyncChanges();
        world.Clock.Advance(TimeSpan.FromHours(1));

        world.SyncChanges();
        world.SyncChanges();

        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
        Assert.Empty(world.State.Progress.Doubts);
    }

    [Fact]
    public void A_user_who_rejoins_a_group_that_holds_groups_is_in_no_doubt()
    {
        var group = SyncGroupThatHoldsAGroup();
        group.Members.Remove(anna);
        world.SyncChanges();
        group.Members.Add(anna);
        world.SyncChanges();

        Assert.Empty(world.State.Progress.Doubts);
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
        Assert.Contains(world.PasswordBoss.At("anna@contoso.com").Id, world.PasswordBoss.GroupNamed("Sales").MemberIds);
    }

    // Anna is a member of the group and of the group inside it.
    private FakeEntra.Group SyncGroupThatHoldsAGroup()
    {
        var group = world.NewSyncedGroup("Sales", anna, world.Join("bert"));
        var inner = world.NewGroup("Inside");
        inner.Members.Add(anna);
        group.Members.Add(inner.Id);
        world.Sync();
        return group;
    }
}
