using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>The rule Delete disables at once and deletes after a wait; the rule ConvertToPersonal waits for a second read.</summary>
public class DeletionTests
{
    private readonly World world = new(others: 5) { ReadsTwice = false, Rules = SyncRules.Default with { DeletedUser = LeaverRule.Delete, FullSyncHours = 144 } };
    private readonly string anna;

    public DeletionTests()
    {
        anna = world.Join("anna");
        world.Link(anna);
        world.Sync();
        world.SoftDelete(anna);
    }

    private AccountLink? Link => world.State.CurrentLinkOf(anna);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Delete_disables_at_once_and_deletes_after_thirty_days(bool full)
    {
        var first = Run(full);

        Assert.Equal((SyncOutcome.Succeeded, 1, 0), (first.Outcome, first.Disabled, first.Deleted));
        Assert.Matches(@"Deletion is due on 2026-04-01 \d\d:\d\d UTC\.", first.Changes.Single(c => c.EntraId == anna).Message);
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        Assert.Equal(1, Summary.PendingDeletes);
        world.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromHours(1));
        Assert.Equal(SyncOutcome.NoChange, Run(full).Outcome);
        world.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(SyncOutcome.NoChange, Run(full).Outcome);
        if (!full)
            Assert.Empty(world.PasswordBoss.Calls);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(SyncAction.Delete, Assert.Single(world.WhatIf().Changes).Action);

        var due = Run(full);

        Assert.Equal((full ? SyncMode.Full : SyncMode.Incremental, SyncOutcome.Succeeded, 1), (due.Mode, due.Outcome, due.Deleted));
        Assert.Contains("waiting period", Assert.Single(due.Changes).Reason, StringComparison.Ordinal);
        Assert.Null(world.PasswordBoss.FindAt("anna@contoso.com"));
        Assert.Null(Link);
        Assert.Equal(0, Summary.PendingDeletes);
        // The removal was counted when the account was disabled.
        Assert.Single(world.State.Removals);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_user_who_is_due_for_deletion_but_cannot_be_verified_is_reported(bool full)
    {
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(31));
        world.Entra.UnknownLookups.Add(anna);

        var result = Run(full);

        Assert.Equal((SyncOutcome.Partial, 0), (result.Outcome, result.Deleted));
        Assert.Equal(("PersonUnknown", ChangeOutcome.Skipped), (result.Changes.Single(c => c.EntraId == anna).ErrorId, result.Changes.Single(c => c.EntraId == anna).Outcome));
        world.Entra.UnknownLookups.Clear();
        Assert.Equal(1, Run(full).Deleted);
    }

    [Fact]
    public void A_returning_user_cancels_the_deletion()
    {
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(29));
        world.Restore(anna);
        Assert.Equal(1, world.Sync().Enabled);
        world.Clock.Advance(TimeSpan.FromDays(30));

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        Assert.Equal((AccountState.Active, 0), (world.PasswordBoss.At("anna@contoso.com").State, Summary.PendingDeletes));
    }

    [Theory]
    [InlineData(LeaverRule.Disable)]
    [InlineData(LeaverRule.None)]
    public void A_rule_other_than_Delete_cancels_a_scheduled_deletion_with_a_warning(LeaverRule rule)
    {
        world.Sync();
        world.Rules = world.Rules with { DeletedUser = rule };
        world.Clock.Advance(TimeSpan.FromDays(30));

        var result = world.Sync();

        Assert.Equal((SyncOutcome.NoChange, "DeletionDropped"), (result.Outcome, Assert.Single(result.Changes).ErrorId));
        Assert.Contains(world.Listener.Warnings, w => w.Render().Contains("was cancelled", StringComparison.Ordinal));
        Assert.Equal((AccountState.Disabled, 0), (world.PasswordBoss.At("anna@contoso.com").State, Summary.PendingDeletes));
        Assert.Empty(world.Sync().Changes);
    }

    [Fact]
    public void The_next_run_handles_an_event_that_came_with_a_cancelled_deletion()
    {
        world.Restore(anna);
        world.Sync();
        world.Rules = world.Rules with { RemovedUser = LeaverRule.Delete };
        world.Leave(anna);
        world.Sync();
        world.Rules = world.Rules with { RemovedUser = LeaverRule.None, DisabledUser = LeaverRule.ConvertToPersonal, DeletedUser = LeaverRule.Disable };
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(30));
        world.Edit(anna, u => u with { AccountEnabled = false });
        Assert.Equal("DeletionDropped", Assert.Single(world.SyncChanges().Changes).ErrorId);

        Assert.Equal((SyncMode.Incremental, "ConversionWaits"), (world.SyncChanges().Mode, Assert.Single(world.Report!.Result.Changes).ErrorId));
    }

    [Fact]
    public void A_restored_user_is_not_deleted_even_outside_the_group()
    {
        world.Sync();
        world.Restore(anna);
        world.Leave(anna);
        world.Clock.Advance(TimeSpan.FromDays(30));

        Assert.Equal("DeletionDropped", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.NotNull(world.PasswordBoss.FindAt("anna@contoso.com"));
    }

    [Fact]
    public void A_user_who_cannot_be_verified_is_not_deleted()
    {
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(30));
        world.Entra.AllLookupsUnknown = true;

        world.Sync();

        Assert.NotNull(world.PasswordBoss.FindAt("anna@contoso.com"));
        world.Entra.AllLookupsUnknown = false;
        Assert.Equal(1, world.Sync().Deleted);
    }

    [Fact]
    public void A_shorter_period_deletes_nothing_within_a_day_of_the_change()
    {
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(10));
        world.Rules = world.Rules with { DeleteAfterDays = 1, DeleteAfterDaysChangedAt = world.Clock.UtcNow };

        Assert.Equal(0, world.Sync().Deleted);
        world.Clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, world.SyncChanges().Deleted);
        world.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Deleted));
    }

    [Fact]
    public void A_longer_period_postpones_the_deletion()
    {
        world.Sync();
        world.Rules = world.Rules with { DeleteAfterDays = 90, DeleteAfterDaysChangedAt = world.Clock.UtcNow };
        world.Clock.Advance(TimeSpan.FromDays(89));
        Assert.Equal(0, world.Sync().Deleted);
        world.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, world.Sync().Deleted);
    }

    [Theory]
    [InlineData(LinkOrigin.Unknown)]
    [InlineData(LinkOrigin.Adopted)]
    [InlineData(LinkOrigin.Linked)]
    public void An_account_not_created_here_stays_disabled_and_is_reported(LinkOrigin origin)
    {
        world.State.Links[Link!.AccountId] = Link with { Origin = origin };

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Succeeded, 1), (result.Outcome, result.Disabled));
        Assert.Contains(result.Changes, c => c is { EntraId: var id, ErrorId: "AccountNeverDeleted" } && id == anna);
        Assert.Equal(0, Summary.PendingDeletes);
        world.Rules = world.Rules with { DeleteAfterDays = 0 };
        world.Clock.Advance(TimeSpan.FromDays(100));
        Assert.Equal("", string.Join(",", world.Sync().Changes.Select(c => c.ErrorId)));
        // With -Reapply the rule applies again, and the run reports why it changes nothing.
        Assert.Equal("AccountNeverDeleted", Assert.Single(world.Reapply().Changes).ErrorId);
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void Reapply_schedules_the_deletion_of_an_earlier_leaver_from_that_day()
    {
        world.Rules = world.Rules with { DeletedUser = LeaverRule.Disable };
        world.Sync();
        world.Rules = world.Rules with { DeletedUser = LeaverRule.Delete };
        world.Clock.Advance(TimeSpan.FromDays(400));
        Assert.Equal((SyncOutcome.NoChange, 0), (world.Sync().Outcome, Summary.PendingDeletes));

        Assert.Contains("Deletion is due", Assert.Single(world.WhatIf(new SyncOptions { Full = true, Reapply = true }).Changes).Message, StringComparison.Ordinal);
        world.Reapply();

        Assert.Equal(1, Summary.PendingDeletes);
        Assert.Empty(world.PasswordBoss.Log);
        world.Clock.Advance(TimeSpan.FromDays(29));
        world.Reapply();
        Assert.Empty(world.PasswordBoss.Log);
        world.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, world.Sync().Deleted);
    }

    [Fact]
    public void Scheduling_deletions_counts_against_the_limits()
    {
        var people = Enumerable.Range(0, 10).Select(i => world.Join("user" + i)).ToList();
        foreach (var person in people)
            world.Link(person, AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Deleted);
        foreach (var person in people)
            world.SoftDelete(person);
        world.Sync();

        var result = world.Reapply();

        Assert.Equal((SyncOutcome.Refused, 10), (result.Outcome, result.Changes.Count(c => c.Outcome == ChangeOutcome.Refused)));
        Assert.Equal(1, Summary.PendingDeletes);
    }

    [Fact]
    public void An_account_enabled_by_an_admin_is_not_deleted()
    {
        world.Sync();
        world.PasswordBoss.AdminSet(world.PasswordBoss.At("anna@contoso.com").Id, AccountState.Active);
        world.Clock.Advance(TimeSpan.FromDays(31));

        Assert.Equal("AccountReenabledByAdmin", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Equal((AccountState.Active, 0), (world.PasswordBoss.At("anna@contoso.com").State, Summary.PendingDeletes));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_account_that_an_admin_disabled_stays_disabled_if_its_user_returns_before_the_deletion(bool full)
    {
        AdminDisablesBefore();
        Assert.Equal((1, 1), (Run(full).Disabled, Summary.PendingDeletes));
        world.Restore(anna);

        var result = Run(full);

        Assert.Equal((full ? SyncMode.Full : SyncMode.Incremental, SyncOutcome.NoChange, 0), (result.Mode, result.Outcome, result.Enabled));
        Assert.Equal((AccountState.Disabled, 0), (world.PasswordBoss.At("anna@contoso.com").State, Summary.PendingDeletes));
        Assert.True(world.State.CurrentLinkOf(anna)!.AdminChangeReported);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_account_that_an_admin_disabled_is_deleted_after_the_period(bool full)
    {
        AdminDisablesBefore();
        Run(full);
        world.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromHours(1));
        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        world.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, Run(full).Deleted);
        Assert.Null(world.PasswordBoss.FindAt("anna@contoso.com"));
        Assert.Single(world.State.Removals);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_account_that_an_admin_disables_and_enables_is_reported_and_not_deleted(bool seenActive)
    {
        AdminDisablesBefore();
        world.State.Links[Link!.AccountId] = Link with { SeenActive = seenActive, AdminChangeReported = seenActive };
        world.Sync();
        Assert.Equal(1, Summary.PendingDeletes);
        world.PasswordBoss.AdminSet(Link.AccountId, AccountState.Active);

        for (var run = 0; run < 2; run++)
            Assert.Equal("AccountReenabledByAdmin", Assert.Single(world.Sync().Changes).ErrorId);

        world.Clock.Advance(TimeSpan.FromDays(31));
        world.Sync();
        Assert.Equal((AccountState.Active, 0), (world.PasswordBoss.At("anna@contoso.com").State, Summary.PendingDeletes));
    }

    [Fact]
    public void An_account_never_seen_active_is_not_enabled_if_its_user_returns_before_the_deletion()
    {
        AdminDisablesBefore();
        world.State.Links[Link!.AccountId] = Link with { SeenActive = false, AdminChangeReported = false };
        world.Sync();
        Assert.Equal(1, Summary.PendingDeletes);
        world.Restore(anna);

        Assert.Equal("AccountNeverActive", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Equal((AccountState.Disabled, 0), (world.PasswordBoss.At("anna@contoso.com").State, Summary.PendingDeletes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public void An_account_that_an_admin_disabled_stays_disabled_if_its_user_returns_after_a_deletion_that_is_not_applied(int days)
    {
        world.Rules = world.Rules with { DeleteAfterDays = days };
        AdminDisablesBefore();
        world.PasswordBoss.Ignores = (call, _) => call == "DeleteAccountAsync";
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(days));
        for (var run = 0; run < 2; run++)
            Assert.Equal("NotConfirmed", Assert.Single(world.Sync().Changes).ErrorId);
        world.Restore(anna);

        Assert.Equal(0, world.Sync().Enabled);
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_hidden_account_is_deleted_by_its_ID(bool isGone)
    {
        world.PasswordBoss.HidesDisabled = true;
        world.Sync();
        if (isGone)
            world.PasswordBoss.AdminDelete(Link!.AccountId);
        world.Clock.Advance(TimeSpan.FromDays(30));

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Succeeded, 1), (result.Outcome, result.Deleted));
        Assert.Null(world.PasswordBoss.FindAt("anna@contoso.com"));
        Assert.Null(Link);
    }

    [Theory]
    [InlineData(ErrorId.AccountRefused, false, true)]
    [InlineData(ErrorId.AccountRefused, false, false)]
    [InlineData(ErrorId.AccountRefused, true, true)]
    [InlineData(ErrorId.AccountServerFailed, false, true)]
    [InlineData(ErrorId.AccountServerFailed, false, false)]
    [InlineData(ErrorId.AccountServerFailed, true, false)]
    public void A_deletion_of_a_hidden_account_that_fails_is_reported_and_sent_again(ErrorId error, bool isGone, bool full)
    {
        world.PasswordBoss.HidesDisabled = true;
        world.Sync();
        var account = Link!.AccountId;
        if (isGone)
            world.PasswordBoss.AdminDelete(account);
        // The last full run before the deletion is due.
        world.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromHours(1));
        world.Sync();
        world.Clock.Advance(TimeSpan.FromHours(1));
        world.PasswordBoss.DeletionError = error;

        for (var attempt = 0; attempt < 3; attempt++)
        {
            var result = Run(full);
            var change = Assert.Single(result.Changes);
            Assert.Equal((full ? SyncMode.Full : SyncMode.Incremental, SyncOutcome.Partial, ChangeOutcome.Failed, error.ToString()), (result.Mode, result.Outcome, change.Outcome, change.ErrorId));
            Assert.EndsWith("end this with Remove-PBLink -Name 'Contoso' -Account '" + account + "'.", change.Message, StringComparison.Ordinal);
            Assert.Equal(LinkKind.Current, Link!.Kind);
            world.Clock.Advance(TimeSpan.FromHours(1));
        }

        world.PasswordBoss.DeletionError = null;
        Assert.Equal(1, Run(full).Deleted);
        Assert.Null(Link);
        Assert.False(world.PasswordBoss.Accounts.ContainsKey(account));
        // The removal was counted when the account was disabled.
        Assert.Single(world.State.Removals);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(ErrorId.AccountRefused, true)]
    [InlineData(ErrorId.AccountRefused, false)]
    [InlineData(ErrorId.AccountServerFailed, true)]
    [InlineData(ErrorId.AccountServerFailed, false)]
    public void A_user_who_returns_after_a_failed_deletion_of_a_hidden_account_gets_it_back(ErrorId error, bool full)
    {
        world.PasswordBoss.HidesDisabled = true;
        world.Sync();
        var account = Link!.AccountId;
        world.Clock.Advance(TimeSpan.FromDays(30));
        world.PasswordBoss.DeletionError = error;
        world.Sync();
        world.Restore(anna);

        var result = Run(full);

        Assert.Equal((SyncOutcome.Succeeded, 1, 0), (result.Outcome, result.Enabled, result.Created));
        Assert.Equal((account, AccountState.Active), (world.PasswordBoss.At("anna@contoso.com").Id, world.PasswordBoss.At("anna@contoso.com").State));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_failed_deletion_of_a_shown_account_is_done_if_the_account_is_then_missing(bool full)
    {
        world.Sync();
        var account = Link!.AccountId;
        world.Clock.Advance(TimeSpan.FromDays(30));
        world.PasswordBoss.DeletionError = ErrorId.AccountServerFailed;
        world.PasswordBoss.Called = call =>
        {
            if (call == "DeleteAccountAsync")
                world.PasswordBoss.AdminDelete(account);
        };

        Assert.Equal((SyncOutcome.Succeeded, 1), (Run(full).Outcome, world.Report!.Result.Deleted));
        Assert.Null(Link);
    }

    [Theory]
    [InlineData("disabled", true)]
    [InlineData("disabled", false)]
    [InlineData("removed", true)]
    [InlineData("removed", false)]
    public void A_disabled_or_removed_user_is_also_deleted_after_the_period(string leavingEvent, bool full)
    {
        world.Restore(anna);
        world.Rules = world.Rules with { DisabledUser = LeaverRule.Delete, RemovedUser = LeaverRule.Delete, FullSyncHours = 144 };
        PersonAndAccountTests.Happen(world, anna, leavingEvent);
        Assert.Equal(1, world.Sync().Disabled);
        // The last full run before the deletion is due.
        world.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromHours(1));
        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        world.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal((full ? SyncMode.Full : SyncMode.Incremental, 1), (Run(full).Mode, world.Report!.Result.Deleted));
        Assert.Null(Link);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_killed_after_the_disable_does_not_lose_the_deletion(bool hides)
    {
        world.PasswordBoss.HidesDisabled = hides;
        // The process dies before it gets the response to the first write.
        world.PasswordBoss.Called = call =>
        {
            if (call == "PatchAccountAsync")
                world.Wire.StartProcess(1);
        };
        try
        {
            world.SyncAndDie(int.MaxValue);
        }
        finally
        {
            world.PasswordBoss.Called = null;
        }

        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        Assert.NotEmpty(world.State.Intents);

        world.Sync();

        Assert.Equal((LeaverRule.Disable, LeavingEvent.Deleted, 1), (Link!.AppliedRule, Link.WaitingDeletion?.Event, Summary.PendingDeletes));
        Assert.Single(world.State.Removals);
        world.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(1, world.Sync().Deleted);
    }

    [Fact]
    public void Converting_an_account_cancels_its_scheduled_deletion()
    {
        world.Rules = world.Rules with { DisabledUser = LeaverRule.Delete, DeletedUser = LeaverRule.ConvertToPersonal };
        world.Restore(anna);
        world.Disable(anna);
        world.Sync();
        Assert.Equal(1, Summary.PendingDeletes);
        world.SoftDelete(anna);
        world.Sync();
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal((1, 0), (world.Sync().Converted, Summary.PendingDeletes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public void A_stronger_event_also_deletes_a_hidden_account(int days)
    {
        world.PasswordBoss.HidesDisabled = true;
        world.Rules = world.Rules with { DeleteAfterDays = days };
        world.Restore(anna);
        world.Disable(anna);
        world.Sync();
        Assert.Equal((LeaverRule.Disable, null), (Link!.AppliedRule, Link.WaitingDeletion));
        world.HardDelete(anna);

        var result = world.Sync();
        if (days > 0)
        {
            Assert.Equal((SyncOutcome.Succeeded, 1, 1), (result.Outcome, result.Disabled, Summary.PendingDeletes));
            Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
            world.Clock.Advance(TimeSpan.FromDays(days));
            result = world.Sync();
        }

        Assert.Equal((SyncOutcome.Succeeded, 1), (result.Outcome, result.Deleted));
        Assert.Null(world.PasswordBoss.FindAt("anna@contoso.com"));
        Assert.Null(Link);
    }

    [Fact]
    public void A_due_deletion_that_is_not_applied_is_retried()
    {
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(30));
        world.PasswordBoss.Ignores = (call, _) => call == "DeleteAccountAsync";
        Assert.Equal("NotConfirmed", Assert.Single(world.SyncChanges().Changes).ErrorId);
        world.PasswordBoss.Ignores = null;
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(1, world.SyncChanges().Deleted);
        Assert.Null(Link);
    }

    [Theory]
    [InlineData(0, false, true)]
    [InlineData(0, true, true)]
    [InlineData(30, false, true)]
    [InlineData(30, false, false)]
    [InlineData(30, true, true)]
    [InlineData(30, true, false)]
    public void A_deletion_that_is_not_applied_is_sent_again_if_the_server_then_hides_the_account(int days, bool isAppliedLate, bool full)
    {
        world.Rules = world.Rules with { DeleteAfterDays = days };
        world.Restore(anna);
        world.Disable(anna);
        world.Sync();
        world.SoftDelete(anna);
        if (days > 0)
            world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(days));
        var account = LeaveDeletionUnapplied();
        var removals = world.State.Removals.Count;
        world.PasswordBoss.HidesDisabled = true;
        if (isAppliedLate)
            world.PasswordBoss.AdminDelete(account);

        var result = Run(full);

        Assert.Equal((full ? SyncMode.Full : SyncMode.Incremental, SyncOutcome.Succeeded, 1), (result.Mode, result.Outcome, result.Deleted));
        Assert.False(world.PasswordBoss.Accounts.ContainsKey(account));
        Assert.Null(Link);
        Assert.Equal(removals, world.State.Removals.Count);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_user_who_returns_after_a_deletion_that_was_not_applied_gets_the_hidden_account_back()
    {
        world.Sync();
        world.Clock.Advance(TimeSpan.FromDays(30));
        var account = LeaveDeletionUnapplied();
        world.PasswordBoss.HidesDisabled = true;
        world.Restore(anna);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Succeeded, 1, 0), (result.Outcome, result.Enabled, result.Created));
        Assert.Equal((account, AccountState.Active), (world.PasswordBoss.At("anna@contoso.com").Id, world.PasswordBoss.At("anna@contoso.com").State));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData("deleted", false)]
    [InlineData("deleted", true)]
    [InlineData("disabled", false)]
    [InlineData("disabled", true)]
    public void A_deletion_of_a_disabled_account_for_which_Reapply_asked_is_retried_until_it_is_seen(string leavingEvent, bool hides)
    {
        DisableBeforeTheRuleDelete(leavingEvent);
        var account = LeaveDeletionUnapplied(reapply: true);
        world.PasswordBoss.HidesDisabled = hides;

        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Sync().Outcome, world.Report!.Result.Deleted));

        Assert.False(world.PasswordBoss.Accounts.ContainsKey(account));
        Assert.Null(Link);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_deletion_that_was_not_applied_ends_with_its_rule(bool hides)
    {
        DisableBeforeTheRuleDelete("disabled");
        var rules = world.Rules;
        LeaveDeletionUnapplied(reapply: true);
        world.PasswordBoss.HidesDisabled = hides;
        world.Rules = rules with { DisabledUser = LeaverRule.Disable };
        world.Sync();

        // A rule acts only on events from now on.
        world.Rules = rules;

        Assert.Equal((SyncOutcome.NoChange, 0), (world.Sync().Outcome, world.Report!.Result.Deleted));
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Theory]
    [InlineData(LeaverRule.Disable)]
    [InlineData(LeaverRule.Delete)]
    public void A_removal_that_was_not_applied_ends_with_the_rule_None(LeaverRule rule)
    {
        var rules = world.Rules with { DeletedUser = rule, DeleteAfterDays = 0 };
        world.Rules = rules;
        world.PasswordBoss.Ignores = (_, _) => true;
        Assert.Equal("NotConfirmed", Assert.Single(world.Sync().Changes).ErrorId);
        world.PasswordBoss.Ignores = null;
        world.Rules = rules with { DeletedUser = LeaverRule.None };
        world.Sync();

        // A rule acts only on events from now on.
        world.Rules = rules;

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void A_conversion_waits_for_a_second_read_at_least_five_minutes_later()
    {
        world.Rules = SyncRules.Default with { DeletedUser = LeaverRule.ConvertToPersonal };

        for (var run = 0; run < 2; run++)
        {
            var result = world.Sync();
            Assert.Equal((SyncOutcome.Partial, ChangeOutcome.Skipped, "ConversionWaits"), (result.Outcome, Assert.Single(result.Changes).Outcome, result.Changes[0].ErrorId));
            Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
            world.Clock.Advance(TimeSpan.FromMinutes(2));
        }

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = world.SyncChanges();
        Assert.Equal((SyncMode.Incremental, SyncOutcome.Succeeded, 1), (second.Mode, second.Outcome, second.Converted));
        Assert.Single(world.State.Removals);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_user_who_returns_after_a_conversion_that_was_not_applied_gets_the_hidden_account_back(bool isLost)
    {
        world.Rules = SyncRules.Default with { FullSyncHours = 144 };
        Assert.Equal(1, world.Sync().Disabled);
        world.Rules = world.Rules with { DeletedUser = LeaverRule.ConvertToPersonal };
        world.Reapply();
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        if (isLost)
            world.PasswordBoss.FaultOn = (call, _) => call == "PatchAccountAsync" ? new Fault(ErrorId.AccountServerUnreachable) : null;
        else
            world.PasswordBoss.Ignores = (call, _) => call == "PatchAccountAsync";
        Assert.Equal(isLost ? "AccountServerUnreachable" : "NotConfirmed", Assert.Single(world.Reapply().Changes).ErrorId);
        world.PasswordBoss.FaultOn = null;
        world.PasswordBoss.Ignores = null;
        world.PasswordBoss.HidesDisabled = true;
        world.Sync();
        world.Restore(anna);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Succeeded, 1, 0), (result.Outcome, result.Enabled, result.Created));
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_conversion_that_was_not_applied_is_sent_again_when_the_server_shows_the_account()
    {
        world.Rules = SyncRules.Default with { FullSyncHours = 144 };
        world.Sync();
        world.Rules = world.Rules with { DeletedUser = LeaverRule.ConvertToPersonal };
        world.Reapply();
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.PasswordBoss.Ignores = (call, _) => call == "PatchAccountAsync";
        world.Reapply();
        world.PasswordBoss.Ignores = null;
        world.PasswordBoss.HidesDisabled = true;
        Assert.Equal(0, world.Sync().Converted);
        world.PasswordBoss.HidesDisabled = false;

        Assert.Equal(1, world.Sync().Converted);
    }

    [Fact]
    public void A_stale_read_converts_no_account()
    {
        world.Rules = SyncRules.Default with { DeletedUser = LeaverRule.ConvertToPersonal };
        world.Sync();
        world.Restore(anna);
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        world.SoftDelete(anna);
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        // A later read showed the user as present, so the next absence is a first read again.
        Assert.Equal("ConversionWaits", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
    }

    // An admin disables the account while the user is present, and a run reports that. Then the user is deleted.
    private void AdminDisablesBefore()
    {
        world.Restore(anna);
        world.PasswordBoss.AdminSet(world.PasswordBoss.At("anna@contoso.com").Id, AccountState.Disabled);
        Assert.Equal("AccountDisabledByAdmin", Assert.Single(world.Sync().Changes).ErrorId);
        world.SoftDelete(anna);
    }

    private ConnectionSummary Summary => world.Store.OpenJournal(world.Connection.Id).Summarize();

    // The server acknowledges the deletion in this run without applying it.
    private string LeaveDeletionUnapplied(bool reapply = false)
    {
        world.PasswordBoss.Ignores = (call, _) => call == "DeleteAccountAsync";
        Assert.Equal("NotConfirmed", Assert.Single((reapply ? world.Reapply() : world.Sync()).Changes).ErrorId);
        world.PasswordBoss.Ignores = null;
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        return Link!.AccountId;
    }

    private void DisableBeforeTheRuleDelete(string leavingEvent)
    {
        world.Restore(anna);
        world.Rules = SyncRules.Default with { FullSyncHours = 144 };
        PersonAndAccountTests.Happen(world, anna, leavingEvent);
        Assert.Equal(1, world.Sync().Disabled);
        world.Rules = world.Rules with { DisabledUser = LeaverRule.Delete, DeletedUser = LeaverRule.Delete, DeleteAfterDays = 0 };
    }

    private PBSyncResult Run(bool full) => full ? world.Sync() : world.SyncChanges();
}
