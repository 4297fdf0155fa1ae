using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"Done means seen": an acknowledgement does not prove a change.</summary>
public class EffectTests
{
    private readonly World world = new(others: 5);
    private readonly string anna;

    public EffectTests()
    {
        anna = world.Join("anna");
        world.Link(anna);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_disable_that_the_server_accepts_but_does_not_apply_is_retried(bool answersWithTheAccount)
    {
        world.PasswordBoss.AnswersPatches = answersWithTheAccount;
        world.PasswordBoss.Ignores = (_, target) => target == "anna@contoso.com";
        world.Sync();
        world.Leave(anna);

        var first = world.SyncChanges();

        Assert.Equal((SyncOutcome.Partial, 0, 1), (first.Outcome, first.Disabled, first.Failed));
        var change = Assert.Single(first.Changes);
        Assert.Equal((SyncAction.Disable, ChangeOutcome.Failed, "NotConfirmed"), (change.Action, change.Outcome, change.ErrorId));
        Assert.StartsWith("Password Boss accepted the deactivation for 'anna@contoso.com', but still shows: state active.", change.Message, StringComparison.Ordinal);
        Assert.Equal("anna@contoso.com", Assert.Single(world.Report!.Errors).Target);
        // Read at once, after 2 and after 10 seconds.
        Assert.Equal(4, world.PasswordBoss.Calls["GetAccountAsync"]);
        Assert.Empty(world.State.Intents);
        // The run does not retry before the change is due, but reports it.
        Assert.Equal((SyncOutcome.Partial, 0), (world.SyncChanges().Outcome, world.PasswordBoss.Log.Count));
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((SyncOutcome.Partial, 1), (world.SyncChanges().Outcome, world.PasswordBoss.Log.Count));
        // No run attributes the state to an admin, not even a full run.
        Assert.Equal("NotConfirmed", Assert.Single(world.Sync().Changes).ErrorId);
        Assert.Single(world.State.Removals);
        world.PasswordBoss.Ignores = null;
        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Sync().Outcome, world.Report!.Result.Disabled));
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        Assert.Single(world.State.Removals);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, 30)]
    [InlineData(false, 30)]
    public void A_disable_by_Reapply_that_the_server_does_not_apply_is_retried(bool full, int days)
    {
        world.Rules = SyncRules.Default with { RemovedUser = LeaverRule.None, DeleteAfterDays = 30 };
        world.Leave(anna);
        world.Sync();
        world.Rules = world.Rules with { RemovedUser = days == 0 ? LeaverRule.Disable : LeaverRule.Delete };
        world.PasswordBoss.Ignores = (_, target) => target == "anna@contoso.com";
        Assert.Equal("NotConfirmed", Assert.Single(world.Reapply().Changes).ErrorId);
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        var second = full ? world.Sync() : world.SyncChanges();

        Assert.Equal((SyncOutcome.Partial, "NotConfirmed"), (second.Outcome, Assert.Single(second.Changes).ErrorId));
        world.PasswordBoss.Ignores = null;
        world.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(1, (full ? world.Sync() : world.SyncChanges()).Disabled);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_late_effect_completes_the_retry_without_a_second_write()
    {
        world.PasswordBoss.Ignores = (_, target) => target == "anna@contoso.com";
        world.Sync();
        world.Leave(anna);
        world.SyncChanges();
        var account = world.PasswordBoss.At("anna@contoso.com");
        world.PasswordBoss.AdminSet(account.Id, AccountState.Disabled);
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.NoChange), (result.Mode, result.Outcome));
        Assert.Empty(world.PasswordBoss.Log);
        Assert.Empty(world.State.PendingRetries);
        Assert.Equal((LeaverRule.Disable, LeavingEvent.Removed, AccountRequest.None), (world.State.CurrentLinkOf(anna)!.AppliedRule, world.State.CurrentLinkOf(anna)!.HandledEvent, world.State.CurrentLinkOf(anna)!.Unconfirmed.Request));
        // The connector disabled the account, so a returning user gets it back.
        world.PasswordBoss.Ignores = null;
        world.UserGroup.Members.Add(anna);
        Assert.Equal(1, world.SyncChanges().Enabled);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 10)]
    public void A_run_waits_for_replicas_that_lag_by_seconds(int readsBehind, int seconds)
    {
        world.Sync();
        world.PasswordBoss.ReadsBehind = readsBehind;
        world.Leave(anna);
        var start = world.Clock.UtcNow;

        var result = world.SyncChanges();

        Assert.Equal((SyncOutcome.Succeeded, 1), (result.Outcome, result.Disabled));
        Assert.Equal(TimeSpan.FromSeconds(seconds), world.Clock.UtcNow - start);
    }

    [Fact]
    public void A_failed_read_leaves_the_change_pending_and_not_failed()
    {
        world.Sync();
        world.Leave(anna);
        var reads = 0;
        world.PasswordBoss.FaultOn = (call, _) => call == "GetAccountAsync" && ++reads > 1 ? new Fault(ErrorId.AccountServerThrottled) : null;

        var result = world.SyncChanges();

        Assert.Equal((SyncOutcome.Partial, 0, 0), (result.Outcome, result.Disabled, result.Failed));
        Assert.Equal((ChangeOutcome.Skipped, "EffectNotRead"), (Assert.Single(result.Changes).Outcome, result.Changes[0].ErrorId));
        world.PasswordBoss.FaultOn = null;
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Empty(world.PasswordBoss.Log);
        Assert.Equal(LeaverRule.Disable, world.State.CurrentLinkOf(anna)!.AppliedRule);
        Assert.Single(world.State.Removals);
    }

    [Fact]
    public void Confirmation_reads_do_not_delay_a_cancelled_run()
    {
        using var stop = new System.Threading.CancellationTokenSource();
        world.Sync();
        world.Leave(anna);
        world.PasswordBoss.Ignores = (_, _) => true;
        var reads = 0;
        world.PasswordBoss.Called = call =>
        {
            if (call == "GetAccountAsync" && ++reads == 2)
                stop.Cancel();
        };

        var result = world.SyncChanges(cancellationToken: stop.Token);

        Assert.Equal((SyncOutcome.Failed, "Cancelled"), (result.Outcome, result.ErrorId));
        Assert.Equal("EffectNotRead", Assert.Single(result.Changes).ErrorId);
        Assert.Empty(world.State.Intents);
    }

    [Theory]
    [InlineData(LeaverRule.Delete)]
    [InlineData(LeaverRule.ConvertToPersonal)]
    public void Deletions_and_conversions_are_confirmed(LeaverRule rule)
    {
        world.Rules = World.DefaultRules with { RemovedUser = rule };
        world.PasswordBoss.Ignores = (_, target) => target == "anna@contoso.com";
        world.Leave(anna);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, "NotConfirmed"), (result.Outcome, Assert.Single(result.Changes).ErrorId));
        Assert.Equal((0, 0), (result.Deleted, result.Converted));
        Assert.NotNull(world.State.CurrentLinkOf(anna));
        world.PasswordBoss.Ignores = null;
        Assert.Equal(SyncOutcome.Succeeded, world.Sync().Outcome);
        Assert.Single(world.State.Removals);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_enable_is_confirmed_by_its_response_or_by_a_read(bool answersWithTheAccount)
    {
        world.PasswordBoss.AnswersPatches = answersWithTheAccount;
        world.Leave(anna);
        world.Sync();
        world.UserGroup.Members.Add(anna);

        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Sync().Outcome, world.Report!.Result.Enabled));
        Assert.Equal(answersWithTheAccount ? 0 : 1, world.PasswordBoss.Calls.GetValueOrDefault("GetAccountAsync"));
    }

    [Fact]
    public void An_enable_that_is_not_applied_fails_and_is_not_attributed_to_an_admin()
    {
        world.Leave(anna);
        world.Sync();
        world.UserGroup.Members.Add(anna);
        world.PasswordBoss.Ignores = (_, _) => true;

        for (var run = 0; run < 2; run++)
        {
            var result = world.Sync();
            Assert.Equal((SyncOutcome.Partial, "NotConfirmed"), (result.Outcome, Assert.Single(result.Changes).ErrorId));
        }

        world.PasswordBoss.Ignores = null;
        Assert.Equal(1, world.Sync().Enabled);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_member_removal_that_is_not_applied_fails_and_counts_once()
    {
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.ToArray());
        world.Sync();
        sales.Members.Remove(anna);
        world.PasswordBoss.Ignores = (call, _) => call == "RemoveMembersAsync";

        for (var run = 0; run < 2; run++)
        {
            var result = world.Sync();
            Assert.Equal((SyncOutcome.Partial, SyncAction.RemoveMember, "NotConfirmed"), (result.Outcome, Assert.Single(result.Changes).Action, result.Changes[0].ErrorId));
            Assert.StartsWith(
                "Password Boss accepted the removal from group 'Sales' for 'anna@contoso.com', but still shows: still a member.", result.Changes[0].Message, StringComparison.Ordinal);
        }

        world.PasswordBoss.Ignores = null;
        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Sync().Outcome, world.Report!.Result.GroupsChanged));
        Assert.DoesNotContain("anna@contoso.com", world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_server_that_returns_no_states_causes_an_unconfirmed_note()
    {
        world.PasswordBoss.Extension = false;
        world.PasswordBoss.ShowsNoStates = true;
        world.Sync();
        world.Leave(anna);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Succeeded, 1), (result.Outcome, result.Disabled));
        Assert.Contains("cannot be confirmed", Assert.Single(result.Changes).Message, StringComparison.Ordinal);
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        Assert.True(world.State.Health.HidesStates);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
        world.UserGroup.Members.Add(anna);
        Assert.Equal(1, world.Sync().Enabled);
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void Confirmation_costs_one_read_per_leaver_and_one_per_group()
    {
        var company = new World();
        company.Rules = World.DefaultRules with { MaxRemovalPercent = 100, MaxRemovalCount = 1000 };
        var people = Enumerable.Range(0, 150).Select(i => company.Join("user" + i)).ToList();
        foreach (var person in people)
            company.Link(person);
        company.NewSyncedGroup("Sales", people.ToArray());
        company.NewSyncedGroup("Support", people.ToArray());
        company.Sync();
        foreach (var person in people.Take(100))
            company.Leave(person);

        var result = company.Sync();

        Assert.Equal((SyncOutcome.Succeeded, 100), (result.Outcome, result.Disabled));
        Assert.Equal((100, 2), (company.PasswordBoss.Calls["GetAccountAsync"], company.PasswordBoss.Calls["GetGroupAsync"]));
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("removed")]
    [InlineData("deleted")]
    public void A_returning_user_gets_the_hidden_disabled_account_back(string leavingEvent)
    {
        world.PasswordBoss.HidesDisabled = true;
        var account = world.PasswordBoss.At("anna@contoso.com");
        PersonAndAccountTests.Happen(world, anna, leavingEvent);
        Assert.Equal(1, world.Sync().Disabled);
        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        PersonAndAccountTests.Undo(world, anna, leavingEvent);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Succeeded, 1, 0), (result.Outcome, result.Enabled, result.Created));
        Assert.Equal((account.Id, AccountState.Active), (world.PasswordBoss.At("anna@contoso.com").Id, world.PasswordBoss.At("anna@contoso.com").State));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_returning_user_with_a_hidden_account_joins_groups_in_the_next_run()
    {
        world.PasswordBoss.HidesDisabled = true;
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.First());
        world.Leave(anna);
        world.Sync();
        sales.Members.Add(anna);
        world.SyncChanges();
        world.UserGroup.Members.Add(anna);
        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Enabled));

        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);

        Assert.Contains("anna@contoso.com", world.MembersOf("Sales"));
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Empty(world.Entra.LookedUp);
    }

    [Fact]
    public void A_disable_with_a_lost_response_is_recorded_if_the_account_is_hidden()
    {
        world.PasswordBoss.HidesDisabled = true;
        world.Leave(anna);
        world.PasswordBoss.FaultOn = (call, _) => call == "PatchAccountAsync" ? new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true) : null;
        world.Sync();
        world.PasswordBoss.FaultOn = null;
        world.Sync();
        Assert.Equal((LeaverRule.Disable, AccountState.Active), (world.State.CurrentLinkOf(anna)!.AppliedRule, world.State.CurrentLinkOf(anna)!.PriorState));
        Assert.Single(world.State.Removals);
        world.UserGroup.Members.Add(anna);

        Assert.Equal((1, 0), (world.Sync().Enabled, world.Report!.Result.Created));
    }

    [Fact]
    public void A_hidden_account_that_is_really_gone_is_created_again()
    {
        world.Leave(anna);
        world.Sync();
        world.PasswordBoss.AdminDelete(world.PasswordBoss.At("anna@contoso.com").Id);
        world.UserGroup.Members.Add(anna);

        var first = world.Sync();

        Assert.Equal((SyncOutcome.Partial, "AccountGone"), (first.Outcome, Assert.Single(first.Changes).ErrorId));
        Assert.Equal(1, world.Sync().Created);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void Many_hidden_accounts_are_not_mistaken_for_another_company()
    {
        world.PasswordBoss.HidesDisabled = true;
        world.Rules = World.DefaultRules with { MaxRemovalPercent = 100, MaxRemovalCount = 1000 };
        foreach (var person in world.UserGroup.Members.Where(p => p != anna).ToList())
            world.Leave(person);
        Assert.Equal(5, world.Sync().Disabled);
        world.Rules = World.DefaultRules;

        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        world.Join("bert");
        Assert.Equal(1, world.Sync().Created);
    }

    [Fact]
    public void The_link_of_a_deleted_user_with_a_hidden_account_is_dropped_once_restore_is_impossible()
    {
        world.PasswordBoss.HidesDisabled = true;
        world.SoftDelete(anna);
        world.Sync();
        Assert.Equal(SyncOutcome.NoChange, world.Sync().Outcome);
        Assert.NotNull(world.State.CurrentLinkOf(anna));
        world.HardDelete(anna);

        world.Sync();

        Assert.Null(world.State.CurrentLinkOf(anna));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_link_of_a_restored_user_outside_the_group_is_kept_while_the_account_is_hidden(bool full)
    {
        world.PasswordBoss.HidesDisabled = true;
        var other = world.UserGroup.Members.First();
        world.Leave(other);
        world.SoftDelete(anna);
        world.Sync();
        world.Restore(anna);
        world.Leave(anna);
        // The link of another user is dropped in the same run.
        world.HardDelete(other);
        world.Sync(new SyncOptions { Full = full });
        Assert.Null(world.State.CurrentLinkOf(other));

        world.UserGroup.Members.Add(anna);

        Assert.Equal((SyncOutcome.Succeeded, 1, 0), (world.Sync(new SyncOptions { Full = full }).Outcome, world.Report!.Result.Enabled, world.Report!.Result.Created));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_link_of_a_restored_user_is_kept_while_an_outdated_read_shows_them_as_deleted(bool full)
    {
        world.PasswordBoss.HidesDisabled = true;
        world.SoftDelete(anna);
        world.Sync();
        world.Entra.ReadsFallBehind(anna);
        world.Restore(anna);
        for (var run = 0; run < 2; run++)
        {
            world.Sync(new SyncOptions { Full = full });
            Assert.NotNull(world.State.CurrentLinkOf(anna));
        }

        world.Entra.ReadsCatchUp();

        Assert.Equal((SyncOutcome.Succeeded, 1, 0), (world.Sync(new SyncOptions { Full = full }).Outcome, world.Report!.Result.Enabled, world.Report!.Result.Created));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Missing_accounts_in_another_company_are_not_treated_as_hidden(bool full)
    {
        world.Leave(anna);
        world.Sync();
        var link = world.State.CurrentLinkOf(anna)!;
        // One user has returned, and one left again by another event.
        foreach (var happened in new[] { "back", "deleted" })
        {
            if (happened == "back")
                world.UserGroup.Members.Add(anna);
            else
                world.SoftDelete(anna);
            world.Factory.Elsewhere = new FakePasswordBoss(world.Wire, "elsewhere-");

            Assert.Equal(SyncOutcome.Refused, world.Sync(new SyncOptions { Full = full }).Outcome);

            Assert.Empty(world.Factory.Elsewhere.Log);
            Assert.Equal(link, world.State.CurrentLinkOf(anna));
        }
    }

    [Fact]
    public void A_restored_database_does_not_attribute_an_active_account_to_an_admin()
    {
        world.Leave(anna);
        world.Sync();
        var backup = world.State.Copy();
        world.UserGroup.Members.Add(anna);
        Assert.Equal(1, world.Sync().Enabled);
        world.Store.RollBackTo(world.Connection.Id, backup);
        world.Leave(anna);

        for (var run = 0; run < 2; run++)
            Assert.Equal((SyncOutcome.Partial, "NotConfirmed"), (world.Sync().Outcome, Assert.Single(world.Report!.Result.Changes).ErrorId));
        Assert.Equal(1, world.Reapply().Disabled);
    }

    [Fact]
    public void Accounts_created_since_the_restored_backup_are_linked_again()
    {
        world.Sync();
        var backup = world.State.Copy();
        var bert = world.Join("bert");
        var carl = world.Join("carl");
        Assert.Equal(2, world.Sync().Created);
        world.Store.RollBackTo(world.Connection.Id, backup);
        world.Leave(carl);

        Assert.Equal((SyncOutcome.Refused, "RecoveredLeaver"), (world.SyncChanges().Outcome, world.Report!.Result.ErrorId));
        Assert.NotNull(world.State.CurrentLinkOf(bert));
        Assert.Equal(1, world.Force().Disabled);
    }

    [Fact]
    public void An_unknown_user_with_an_unreadable_account_is_reported()
    {
        world.Sync();
        world.Leave(anna);
        world.Entra.UnknownLookups.Add(anna);
        world.PasswordBoss.FaultOn = (call, _) => call == "GetAccountAsync" ? new Fault(ErrorId.AccountServerFailed) : null;

        var result = world.SyncChanges();

        Assert.Equal((SyncMode.Incremental, SyncOutcome.Partial, "PersonUnknown"), (result.Mode, result.Outcome, Assert.Single(result.Changes).ErrorId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_read_from_another_company_confirms_no_effect(bool full)
    {
        world.Leave(anna);
        world.PasswordBoss.Ignores = (_, _) => true;
        Assert.Equal("NotConfirmed", Assert.Single(world.Sync().Changes).ErrorId);
        world.PasswordBoss.Ignores = null;
        world.Clock.Advance(TimeSpan.FromHours(1));
        world.Factory.Elsewhere = new FakePasswordBoss(world.Wire, "elsewhere-");

        Assert.Equal(SyncOutcome.Refused, world.Sync(new SyncOptions { Full = full }).Outcome);

        world.Factory.Elsewhere = null;
        Assert.Equal(1, world.Sync(new SyncOptions { Full = full }).Disabled);
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void An_active_account_of_a_leaver_of_an_older_version_is_only_reported()
    {
        world.Leave(anna);
        var link = world.State.CurrentLinkOf(anna)!;
        world.State.Links[link.AccountId] = link with { AppliedRule = LeaverRule.Disable, HandledEvent = LeavingEvent.Removed, KnownState = AccountState.Disabled, AppliedRuleSeen = false };

        for (var run = 0; run < 2; run++)
        {
            var result = world.Sync();
            Assert.Equal((SyncOutcome.Partial, "NotConfirmed"), (result.Outcome, Assert.Single(result.Changes).ErrorId));
            Assert.Empty(world.PasswordBoss.Log);
        }

        Assert.Equal(1, world.Reapply().Disabled);
    }

    [Fact]
    public void A_linked_account_never_seen_active_is_reported_in_runs_and_previews()
    {
        var account = world.PasswordBoss.At("anna@contoso.com");
        world.PasswordBoss.AdminSet(account.Id, AccountState.Disabled);
        var link = world.State.CurrentLinkOf(anna)!;
        world.State.Links[link.AccountId] = link with { SeenActive = false, KnownState = AccountState.Disabled };

        Assert.Equal("AccountNeverActive", Assert.Single(world.WhatIf().Changes).ErrorId);
        for (var run = 0; run < 2; run++)
            Assert.Equal((SyncOutcome.Partial, "AccountNeverActive"), (world.Sync().Outcome, Assert.Single(world.Report!.Result.Changes).ErrorId));
        Assert.Equal(SyncAction.Enable, Assert.Single(world.WhatIf(new SyncOptions { Full = true, Reapply = true }).Changes).Action);
        Assert.Equal(1, world.Reapply().Enabled);
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void Accounts_created_disabled_by_the_server_are_not_attributed_to_an_admin()
    {
        world.Sync();
        var bert = world.Join("bert");
        world.SyncChanges();
        var link = world.State.CurrentLinkOf(bert)!;
        // The response to the creation contained no state.
        world.State.Links[link.AccountId] = link with { SeenActive = false };
        world.PasswordBoss.AdminSet(link.AccountId, AccountState.Disabled);

        Assert.Equal("AccountNeverActive", Assert.Single(world.Sync().Changes).ErrorId);
    }
}
