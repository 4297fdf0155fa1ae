using System;
using System.Linq;
using System.Threading;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"After a crash, or with the state lost".</summary>
public class RecoveryTests
{
    private readonly World world = new(others: 3);

    private void LoseTheAnswerOf(string call, string target) =>
        world.PasswordBoss.FaultOn = (c, t) => c == call && t == target ? new Fault(ErrorId.AccountServerUnreachable, AnswerLost: true) : null;

    private PBSyncResult SyncAgain()
    {
        world.PasswordBoss.FaultOn = null;
        return world.Sync();
    }

    [Fact]
    public void An_intent_is_committed_before_each_write_and_closed_when_the_link_is_saved()
    {
        world.Join("anna");
        var open = -1;
        world.PasswordBoss.Called = call =>
        {
            if (call == "CreateAccountAsync")
                open = world.State.Intents.Values.Count(i => i.Action == SyncAction.Create);
        };

        world.Sync();

        Assert.Equal(1, open);
        Assert.Empty(world.State.Intents);
    }

    [Theory]
    [InlineData(ExistingAccountRule.Adopt)]
    [InlineData(ExistingAccountRule.Skip)]
    public void A_creation_with_a_lost_response_is_linked_even_under_the_rule_Skip(ExistingAccountRule rule)
    {
        world.Rules = World.DefaultRules with { ExistingAccount = rule };
        var anna = world.Join("anna");
        LoseTheAnswerOf("CreateAccountAsync", "anna@contoso.com");
        Assert.Equal(SyncOutcome.Partial, world.Sync().Outcome);
        Assert.Null(world.State.CurrentLinkOf(anna));

        SyncAgain();

        Assert.Equal(world.PasswordBoss.At("anna@contoso.com").Id, world.State.CurrentLinkOf(anna)!.AccountId);
        Assert.Equal(1, world.PasswordBoss.Writes);
        Assert.Empty(world.State.Intents);
    }

    [Fact]
    public void A_creation_that_is_not_listed_yet_keeps_its_intent()
    {
        var anna = world.Join("anna");
        LoseTheAnswerOf("CreateAccountAsync", "anna@contoso.com");
        world.Sync();
        world.PasswordBoss.NotListed.Add(world.PasswordBoss.At("anna@contoso.com").Id);
        // The next run cannot search for it, either.
        world.PasswordBoss.FaultOn = null;
        world.Sync(approver: new Approver(_ => false));
        world.PasswordBoss.NotListed.Clear();

        world.Sync();

        Assert.Equal(world.PasswordBoss.At("anna@contoso.com").Id, world.State.CurrentLinkOf(anna)!.AccountId);
        Assert.Equal(1, world.PasswordBoss.Writes);
    }

    [Fact]
    public void An_adoption_with_a_lost_response_is_linked()
    {
        var anna = world.Join("anna");
        var account = world.PasswordBoss.AdminCreate("anna@contoso.com");
        LoseTheAnswerOf("PatchAccountAsync", "anna@contoso.com");
        world.Sync();

        SyncAgain();

        Assert.Equal(account.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void An_adoption_at_a_new_address_with_a_lost_response_retires_the_old_account()
    {
        var anna = world.Join("anna");
        world.Link(anna);
        world.Edit(anna, u => u with { Mail = "married@contoso.com" });
        var fresh = world.PasswordBoss.AdminCreate("married@contoso.com", name: "anna Miller");
        LoseTheAnswerOf("PatchAccountAsync", "married@contoso.com");
        world.Sync();
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);

        SyncAgain();

        Assert.Equal(fresh.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Theory]
    [InlineData(AccountState.Active)]
    [InlineData(AccountState.Pending)]
    public void A_disabled_account_with_a_disable_intent_was_disabled_by_us(AccountState before)
    {
        var anna = world.Join("anna");
        world.Link(anna, before);
        world.Leave(anna);
        LoseTheAnswerOf("PatchAccountAsync", "anna@contoso.com");
        world.Sync();
        SyncAgain();
        Assert.Equal(1, world.PasswordBoss.Writes);
        world.UserGroup.Members.Add(anna);

        Assert.Equal(1, world.Sync().Enabled);
        Assert.Equal(before, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Fact]
    public void A_disable_that_did_not_happen_is_repeated()
    {
        var anna = world.Join("anna");
        world.Link(anna);
        world.Leave(anna);
        world.PasswordBoss.FaultOn = (c, _) => c == "PatchAccountAsync" ? new Fault(ErrorId.AccountServerUnreachable) : null;
        world.Sync();

        Assert.Equal(1, SyncAgain().Disabled);
        Assert.Empty(world.State.Intents);
    }

    [Fact]
    public void A_personal_account_with_a_convert_intent_was_converted()
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.ConvertToPersonal };
        var anna = world.Join("anna");
        world.Link(anna);
        world.Leave(anna);
        LoseTheAnswerOf("PatchAccountAsync", "anna@contoso.com");
        world.Sync();
        SyncAgain();

        Assert.Equal(LeaverRule.ConvertToPersonal, world.State.CurrentLinkOf(anna)!.AppliedRule);
        world.UserGroup.Members.Add(anna);
        Assert.Equal("AddressTaken", Assert.Single(world.Sync().Changes).ErrorId);
    }

    [Fact]
    public void A_missing_account_with_a_convert_intent_was_converted()
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.ConvertToPersonal };
        var anna = world.Join("anna");
        var account = world.Link(anna);
        world.Leave(anna);
        LoseTheAnswerOf("PatchAccountAsync", "anna@contoso.com");
        world.Sync();
        world.PasswordBoss.AdminDelete(account.Id);
        SyncAgain();

        Assert.Equal(LeaverRule.ConvertToPersonal, world.State.CurrentLinkOf(anna)!.AppliedRule);
    }

    [Fact]
    public void A_deletion_with_a_lost_response_is_complete()
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.Delete };
        var anna = world.Join("anna");
        world.Link(anna);
        world.Leave(anna);
        LoseTheAnswerOf("DeleteAccountAsync", "anna@contoso.com");
        world.Sync();

        var result = SyncAgain();

        Assert.Equal(SyncOutcome.NoChange, result.Outcome);
        Assert.Null(world.State.CurrentLinkOf(anna));
        Assert.Single(world.State.Removals);
    }

    [Fact]
    public void An_enable_with_a_lost_response_is_complete()
    {
        var anna = world.Join("anna");
        world.Link(anna, AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Removed);
        LoseTheAnswerOf("PatchAccountAsync", "anna@contoso.com");
        world.Sync();
        SyncAgain();
        world.Leave(anna);

        Assert.Equal(1, world.Sync().Disabled);
    }

    [Fact]
    public void A_group_with_our_external_ID_is_linked()
    {
        world.NewSyncedGroup("Sales", world.UserGroup.Members.First());
        LoseTheAnswerOf("CreateGroupAsync", "Sales");
        world.Sync();

        SyncAgain();

        Assert.Single(world.PasswordBoss.Groups);
        Assert.Single(world.MembersOf("Sales"));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void A_reclaimed_group_is_released_when_it_is_deselected()
    {
        world.NewSyncedGroup("Sales", world.UserGroup.Members.First());
        LoseTheAnswerOf("CreateGroupAsync", "Sales");
        world.Sync();
        SyncAgain();
        world.Change(c => c with { AdditionalGroups = Array.Empty<GroupReference>() });

        world.Sync();

        Assert.Equal(ManagedBy.PasswordBoss, world.PasswordBoss.GroupNamed("Sales").ManagedBy);
    }

    [Fact]
    public void Recovered_removals_count_against_the_limit()
    {
        world.Rules = World.DefaultRules with { MaxRemovalCount = 1, MaxRemovalPercent = 0 };
        var anna = world.Join("anna");
        world.Link(anna);
        world.Leave(anna);
        LoseTheAnswerOf("PatchAccountAsync", "anna@contoso.com");
        world.Sync();
        world.PasswordBoss.FaultOn = null;
        world.Leave(world.UserGroup.Members.First());

        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);
    }

    [Fact]
    public void An_intent_stays_open_while_its_account_is_unknown()
    {
        var anna = world.Join("anna");
        var account = world.Link(anna);
        world.Leave(anna);
        LoseTheAnswerOf("PatchAccountAsync", "anna@contoso.com");
        world.Sync();
        world.PasswordBoss.NotListed.Add(account.Id);
        world.PasswordBoss.FaultOn = (c, _) => c == "GetAccountAsync" ? new Fault(ErrorId.AccountServerFailed) : null;
        world.Sync();
        Assert.Single(world.State.Intents);
        world.PasswordBoss.NotListed.Clear();

        SyncAgain();

        Assert.Equal(LeaverRule.Disable, world.State.CurrentLinkOf(anna)!.AppliedRule);
        Assert.Empty(world.State.Intents);
    }

    [Theory]
    [InlineData(ErrorId.AccountServerAnswerInvalid)]
    [InlineData(ErrorId.AccountServerNotScim)]
    public void A_creation_with_an_unreadable_response_is_linked(ErrorId error)
    {
        var anna = world.Join("anna");
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(error, AnswerLost: true) : null;
        Assert.Equal(1, world.Sync().Failed);
        Assert.NotEmpty(world.State.Intents);

        SyncAgain();

        Assert.Equal(world.PasswordBoss.At("anna@contoso.com").Id, world.State.CurrentLinkOf(anna)!.AccountId);
        Assert.Equal(1, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_creation_interrupted_by_a_stop_is_linked()
    {
        var anna = world.Join("anna");
        using var stop = new CancellationTokenSource();
        world.PasswordBoss.Called = call =>
        {
            if (call == "CreateAccountAsync")
                stop.Cancel();
        };
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.Cancelled, AnswerLost: true) : null;
        Assert.Equal("Cancelled", world.Sync(cancellationToken: stop.Token).ErrorId);
        world.PasswordBoss.Called = null;

        SyncAgain();

        Assert.Equal(world.PasswordBoss.At("anna@contoso.com").Id, world.State.CurrentLinkOf(anna)?.AccountId);
        Assert.Equal(1, world.PasswordBoss.Writes);
    }

    [Theory]
    [InlineData("Complete")]
    [InlineData("FlushAsync")]
    public void A_completed_write_that_could_not_be_journaled_is_recognised(string call)
    {
        var anna = world.Join("anna");
        var bert = world.Join("bert");
        world.Store.FaultOn = c => c == call ? new Fault(ErrorId.StateFolderUnusable) : null;

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Failed, "StateFolderUnusable"), (result.Outcome, result.ErrorId));
        Assert.NotEmpty(world.State.Intents);
        if (call == "Complete")
            Assert.Equal("POST anna@contoso.com", Assert.Single(world.PasswordBoss.Log));
        world.Store.FaultOn = null;
        SyncAgain();
        Assert.Equal(world.PasswordBoss.At("anna@contoso.com").Id, world.State.CurrentLinkOf(anna)!.AccountId);
        Assert.Equal(world.PasswordBoss.At("bert@contoso.com").Id, world.State.CurrentLinkOf(bert)!.AccountId);
        Assert.Equal(2, world.PasswordBoss.Writes);
    }

    [Fact]
    public void Changes_of_the_plan_that_could_not_be_saved_are_planned_again()
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.None };
        world.Sync();
        var leaver = world.UserGroup.Members.First();
        world.Leave(leaver);
        // For a leaver whose account stays, the run only records the event.
        var applied = 0;
        world.Store.FaultOn = c => c == "Apply" && applied++ == 0 ? new Fault(ErrorId.StateBusy) : null;
        Assert.Equal(SyncOutcome.Failed, world.SyncChanges().Outcome);
        Assert.Equal(LeavingEvent.None, world.State.CurrentLinkOf(leaver)!.HandledEvent);

        world.SyncChanges();

        Assert.Equal(LeavingEvent.Removed, world.State.CurrentLinkOf(leaver)!.HandledEvent);
    }

    [Fact]
    public void A_disabled_account_that_was_replaced_is_retired_after_a_crash()
    {
        world.Rules = World.DefaultRules with { DisabledUser = LeaverRule.Disable, RemovedUser = LeaverRule.Delete };
        var anna = world.Join("anna");
        world.Sync();
        world.Disable(anna);
        world.Sync();
        world.Enable(anna);
        world.Edit(anna, u => u with { Mail = "anna.smith@contoso.com" });
        var successor = world.PasswordBoss.AdminCreate("anna.smith@contoso.com", name: "anna Miller");
        LoseTheAnswerOf("PatchAccountAsync", "anna.smith@contoso.com");
        world.Sync();
        Assert.NotNull(world.PasswordBoss.FindAt("anna@contoso.com"));

        SyncAgain();

        Assert.Equal(successor.Id, world.State.CurrentLinkOf(anna)!.AccountId);
        Assert.Null(world.PasswordBoss.FindAt("anna@contoso.com"));
    }

    [Fact]
    public void Intents_are_committed_shortly_before_their_writes()
    {
        var world = new World();
        for (var i = 0; i < 1200; i++)
            world.Join("joiner" + i);
        var begun = 0;
        var unannounced = 0;
        var mostAhead = 0;
        world.PasswordBoss.FaultOn = (call, target) =>
        {
            if (call != "CreateAccountAsync")
                return null;
            // No intent is closed before the end of the step here, so all committed intents are open.
            unannounced += world.State.Intents.Values.Any(intent => intent.Email == target) ? 0 : 1;
            mostAhead = Math.Max(mostAhead, world.State.Intents.Count - begun++);
            return null;
        };

        var result = world.Sync();

        Assert.Equal((1200, 1200, 0), (result.Created, begun, unannounced));
        // The current batch, the next one, and the run itself.
        Assert.InRange(mostAhead, 256, 513);
        Assert.Empty(world.State.Intents);
    }

    [Fact]
    public void A_stop_leaves_no_open_intent_for_writes_that_were_not_tried()
    {
        var world = new World();
        for (var i = 0; i < 600; i++)
            world.Join("joiner" + i);
        using var stop = new CancellationTokenSource();
        var created = 0;
        world.PasswordBoss.Called = call =>
        {
            if (call == "CreateAccountAsync" && ++created == 4)
                stop.Cancel();
        };

        var result = world.Sync(cancellationToken: stop.Token);

        Assert.Equal((SyncOutcome.Failed, 4), (result.Outcome, result.Created));
        Assert.Empty(world.State.Intents);
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void The_run_after_a_kill_at_any_point_reaches_the_same_state()
    {
        var undisturbed = OrderAndOutcomeTests.Busy();
        undisturbed.Wire.StartProcess();
        undisturbed.Sync();
        var instants = undisturbed.Wire.Passages;
        var expected = Histories.Snapshot.Of(undisturbed);
        Assert.InRange(instants, 50, 200);
        for (var instant = 0; instant < instants; instant++)
        {
            var killed = OrderAndOutcomeTests.Busy();
            killed.SyncAndDie(instant);
            killed.Sync();

            Assert.Equal(expected, Histories.Snapshot.Of(killed));
            Assert.Empty(killed.PasswordBoss.Violations);
            PersonAndAccountTests.AssertSecondRunWritesNothing(killed);
            Assert.Empty(killed.State.Intents);
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void The_run_after_an_incremental_run_killed_at_any_point_reaches_the_same_state()
    {
        var undisturbed = MuchHasChanged();
        undisturbed.Wire.StartProcess();
        Assert.Equal(SyncMode.Incremental, undisturbed.SyncChanges().Mode);
        var instants = undisturbed.Wire.Passages;
        var expected = Histories.Snapshot.Of(undisturbed);
        Assert.InRange(instants, 30, 200);
        for (var instant = 0; instant < instants; instant++)
        {
            var killed = MuchHasChanged();
            killed.SyncAndDie(instant, full: false);
            killed.SyncChanges();

            Assert.Equal(expected, Histories.Snapshot.Of(killed));
            Assert.Empty(killed.PasswordBoss.Violations);
            PersonAndAccountTests.AssertSecondRunWritesNothing(killed);
            Assert.Empty(killed.State.Intents);
        }
    }

    // Anna was always in Sales, so change tracking does not report it, and nothing else does once the account exists.
    private static World MuchHasChanged()
    {
        var world = new World(others: 8);
        var members = world.UserGroup.Members.ToList();
        var anna = world.Hire("anna");
        world.NewSyncedGroup("Sales", members[6], members[7], anna);
        world.Rules = World.DefaultRules with { DisabledUser = LeaverRule.Delete };
        world.Sync();
        world.UserGroup.Members.Add(anna);
        world.Leave(members[0]);
        world.Disable(members[2]);
        world.Edit(members[3], u => u with { Surname = "Smith" });
        return world;
    }

    // ── a lost state ────────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void A_run_without_state_links_the_accounts_of_the_tenant_again()
    {
        var anna = world.Join("anna");
        var left = world.Join("left");
        var deleted = world.Join("deleted");
        world.Sync();
        world.Leave(left);
        world.SoftDelete(deleted);
        world.Sync();
        world.State.Links.Values.ToList().ForEach(l => Assert.Equal(LinkKind.Current, l.Kind));
        var before = world.PasswordBoss.Writes;
        world.Store.LoseState(world.Connection.Id);

        var result = world.Sync();

        Assert.Equal(before, world.PasswordBoss.Writes);
        Assert.Equal(6, world.State.Links.Count);
        Assert.NotNull(world.State.CurrentLinkOf(anna));
        Assert.Contains(result.Warnings, w => w.EndsWith("found by their external ID: 6.", StringComparison.Ordinal));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void Disabled_accounts_linked_again_are_reported_and_enabled_by_Reapply()
    {
        var anna = world.Join("anna");
        world.Sync();
        world.Leave(anna);
        world.Sync();
        world.Store.LoseState(world.Connection.Id);
        world.Sync();
        world.UserGroup.Members.Add(anna);

        for (var run = 0; run < 2; run++)
        {
            var result = world.Sync();
            Assert.Equal((SyncOutcome.Partial, "AccountNeverActive"), (result.Outcome, Assert.Single(result.Changes).ErrorId));
            Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        }

        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Reapply().Outcome, world.Report!.Result.Enabled));
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void Removals_of_leavers_linked_again_wait_for_the_consent_of_an_admin()
    {
        var anna = world.Join("anna");
        world.Sync();
        world.Store.LoseState(world.Connection.Id);
        world.Leave(anna);

        for (var run = 0; run < 2; run++)
        {
            var held = world.Sync();
            Assert.Equal((SyncOutcome.Refused, 0, "RecoveredLeaver"), (held.Outcome, held.Disabled, held.ErrorId));
            Assert.Equal(anna, Assert.Single(held.Changes, c => c.Outcome == ChangeOutcome.Refused).EntraId);
            Assert.Equal(ConnectorStatus.Paused, world.Service.GetStatus(World.Name).Status);
        }

        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Force().Outcome, world.Report!.Result.Disabled));
        Assert.Equal(ConnectorStatus.Connected, world.Service.GetStatus(World.Name).Status);
    }

    [Theory]
    [InlineData("00000000-1111-2222-3333-444444444444")]
    [InlineData(null)]
    public void Orphaned_accounts_are_reported_and_not_changed(string? externalId)
    {
        var orphan = world.PasswordBoss.AdminCreate("orphan@contoso.com", managedBy: ManagedBy.AzureAD, externalId: externalId);

        var result = world.Sync();

        Assert.Equal(orphan, world.PasswordBoss.Accounts[orphan.Id]);
        Assert.DoesNotContain(world.State.Links, l => l.Key == orphan.Id);
        if (externalId is not null)
            Assert.Contains(result.Warnings, w => w.Contains("orphan@contoso.com", StringComparison.Ordinal));
    }

    [Fact]
    public void Accounts_of_permanently_deleted_users_are_orphans()
    {
        var anna = world.Join("anna");
        world.Sync();
        world.Store.LoseState(world.Connection.Id);
        world.HardDelete(anna);

        world.Sync();

        Assert.Null(world.State.CurrentLinkOf(anna));
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
    }

    [Theory]
    [InlineData(ManagedBy.PasswordBoss)]
    [InlineData(ManagedBy.ActiveDirectory)]
    public void Accounts_not_managed_from_Entra_are_not_linked_again(ManagedBy managedBy)
    {
        var bert = world.Hire("bert");
        var account = world.PasswordBoss.AdminCreate("bert@contoso.com", managedBy: managedBy, externalId: bert);

        world.Sync();

        Assert.Null(world.State.CurrentLinkOf(bert));
        Assert.Equal(account, world.PasswordBoss.Accounts[account.Id]);
    }

    [Fact]
    public void Linking_again_happens_once()
    {
        world.Sync();
        var bert = world.Hire("bert");
        world.PasswordBoss.AdminCreate("bert@contoso.com", managedBy: ManagedBy.AzureAD, externalId: bert);

        world.Sync();

        Assert.Null(world.State.CurrentLinkOf(bert));
    }

    [Fact]
    public void A_preview_does_not_link_accounts_again()
    {
        world.Sync();
        world.Store.LoseState(world.Connection.Id);

        world.WhatIf();

        Assert.Empty(world.State.Links);
        world.Sync();
        Assert.Equal(3, world.State.Links.Count);
    }
}
