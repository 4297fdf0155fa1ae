using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>"Order within a run, outcome"; previews and prompts.</summary>
public class OrderAndOutcomeTests
{
    /// <summary>A company in which a run has changes of every kind.</summary>
    internal static World Busy()
    {
        var world = new World(others: 9);
        var disabled = world.Join("disabled");
        var deleted = world.Join("deleted");
        var converted = world.Join("converted");
        foreach (var id in new[] { disabled, deleted, converted })
            world.Link(id);
        var old = world.NewSyncedGroup("Old", disabled);
        var sales = world.NewSyncedGroup("Sales", disabled, converted);
        world.Rules = World.DefaultRules with { DisabledUser = LeaverRule.Disable, DeletedUser = LeaverRule.Delete, RemovedUser = LeaverRule.ConvertToPersonal };
        world.Sync();

        world.Disable(disabled);
        world.HardDelete(deleted);
        world.Leave(converted);
        // An earlier run has read that they left.
        var link = world.State.CurrentLinkOf(converted)!;
        world.State.Links[link.AccountId] = link with { WaitingConversion = new(LeavingEvent.Removed, world.Clock.UtcNow.AddMinutes(-5)) };
        world.Link(world.Join("back"), AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Removed);
        world.Edit(world.UserGroup.Members.First(), u => u with { Surname = "Smith" });
        var joiner = world.Join("joiner");
        world.Join("adopted");
        world.PasswordBoss.AdminCreate("adopted@contoso.com");
        sales.Members.Add(joiner);
        world.NewSyncedGroup("New", joiner);
        world.Change(c => c with { AdditionalGroups = c.AdditionalGroups.Where(g => g.Id != old.Id).ToList() });
        return world;
    }

    [Fact]
    public void The_progress_of_the_writes_ends_at_their_number()
    {
        var world = Busy();
        // Only the state changes: the user and the account are gone.
        var gone = world.Join("gone");
        world.PasswordBoss.AdminDelete(world.Link(gone).Id);
        world.HardDelete(gone);

        var result = world.Sync();

        Assert.Contains(result.Changes, c => c is { Action: SyncAction.Unlink, Outcome: ChangeOutcome.Done });
        var steps = world.Listener.Steps.Where(s => s.Activity.Equals(Texts.PhaseExecute)).ToList();
        Assert.NotEmpty(steps);
        Assert.Equal(Enumerable.Range(1, steps.Count).Select(done => (done, steps.Count)), steps.Select(s => (s.Done, s.Total)));
    }

    [Fact]
    public void The_steps_come_in_the_order_of_the_table()
    {
        var world = Busy();

        var result = world.Sync();

        var steps = world.PasswordBoss.Log.Select(l => l switch
        {
            _ when l.StartsWith("PATCH group Old", StringComparison.Ordinal) => "release group",
            _ when l.StartsWith("POST group", StringComparison.Ordinal) => "create group",
            _ when l.StartsWith("ADD", StringComparison.Ordinal) => "add members",
            _ when l.StartsWith("REMOVE", StringComparison.Ordinal) => "remove members",
            _ when l.StartsWith("DELETE", StringComparison.Ordinal) || l.EndsWith("Personal", StringComparison.Ordinal) => "convert, delete",
            _ when l.EndsWith("Disabled", StringComparison.Ordinal) => "disable",
            _ => "adopt, create, enable, update",
        }).ToList();
        Assert.Equal(
            new[] { "disable", "adopt, create, enable, update", "create group", "add members", "remove members", "convert, delete", "release group" },
            steps.Distinct());
        Assert.Equal(steps.Distinct().Count(), steps.Zip(steps.Skip(1)).Count(p => p.First != p.Second) + 1);
        Assert.Equal(
            (SyncOutcome.Succeeded, 1, 1, 1, 1, 1, 1, 1),
            (result.Outcome, result.Created, result.Adopted, result.Updated, result.Enabled, result.Disabled, result.Deleted, result.Converted));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    [Fact]
    public void WhatIf_lists_the_changes_of_the_next_run_and_saves_nothing()
    {
        var world = Busy();
        var commits = world.State.Commits;
        var writes = world.PasswordBoss.Writes;

        var preview = world.WhatIf();

        Assert.Equal(SyncOutcome.Planned, preview.Outcome);
        Assert.Equal(commits, world.State.Commits);
        Assert.Equal(writes, world.PasswordBoss.Writes);
        var run = world.Sync();
        Assert.Equal(
            preview.Changes.Select(c => (c.Action, c.Email, c.Group, c.Reason, c.Before, c.After, c.ErrorId)),
            run.Changes.Select(c => (c.Action, c.Email, c.Group, c.Reason, c.Before, c.After, c.ErrorId)));
        Assert.All(preview.Changes, c => Assert.Equal(ChangeOutcome.Planned, c.Outcome));
        Assert.All(run.Changes, c => Assert.Equal(ChangeOutcome.Done, c.Outcome));
        Assert.Equal(
            (preview.Created, preview.Updated, preview.Enabled, preview.Disabled, preview.Deleted, preview.Converted, preview.GroupsChanged),
            (run.Created, run.Updated, run.Enabled, run.Disabled, run.Deleted, run.Converted, run.GroupsChanged));
    }

    [Fact]
    public void A_preview_reports_NoChange_or_Refused_like_the_run()
    {
        var world = new World(others: 8);
        Assert.Equal(SyncOutcome.NoChange, world.WhatIf().Outcome);
        foreach (var id in world.UserGroup.Members.Take(7).ToList())
            world.Leave(id);
        Assert.Equal(SyncOutcome.Refused, world.WhatIf().Outcome);
        Assert.Equal(ConnectorStatus.PendingConnection, world.Service.GetStatus(World.Name).Status);
        Assert.Empty(world.State.Runs);
    }

    [Fact]
    public void A_preview_shows_the_removals_that_a_limit_holds_back()
    {
        var world = new World(others: 8);
        foreach (var id in world.UserGroup.Members.Take(7).ToList())
            world.Leave(id);

        var preview = world.WhatIf();

        Assert.Equal(7, preview.Changes.Count(c => c is { Action: SyncAction.Disable, Outcome: ChangeOutcome.Refused, ErrorId: "RemovalLimitExceeded" }));
        Assert.Equal(preview.Changes.Select(c => (c.Email, c.Action, c.Outcome, c.ErrorId)), world.Sync().Changes.Select(c => (c.Email, c.Action, c.Outcome, c.ErrorId)));
    }

    [Fact]
    public void A_failure_for_one_user_does_not_stop_the_others()
    {
        var world = new World(others: 3);
        world.Join("anna");
        world.Join("bert");
        world.PasswordBoss.FaultOn = (call, target) => target == "anna@contoso.com" ? new Fault(ErrorId.AccountRefused) : null;

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 1, 1), (result.Outcome, result.Created, result.Failed));
        Assert.Equal("anna@contoso.com", Assert.Single(world.Report!.Errors).Target);
        world.PasswordBoss.FaultOn = null;
        Assert.Equal(1, world.Sync().Created);
    }

    [Fact]
    public void Failed_outranks_refused()
    {
        var world = new World(others: 12);
        foreach (var id in world.UserGroup.Members.Take(6).ToList())
            world.Leave(id);
        world.Join("joiner");
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.AccountServerTokenRejected) : null;

        Assert.Equal(SyncOutcome.Failed, world.Sync().Outcome);
    }

    [Fact]
    public void A_rejected_token_stops_the_remaining_writes()
    {
        var world = new World(others: 1);
        for (var i = 0; i < 5; i++)
            world.Join("joiner" + i);
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.AccountServerTokenRejected) : null;

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Failed, "AccountServerTokenRejected"), (result.Outcome, result.ErrorId));
        Assert.Equal(1, world.PasswordBoss.Calls["CreateAccountAsync"]);
        world.PasswordBoss.FaultOn = null;
        Assert.Equal(5, world.Sync().Created);
    }

    [Fact]
    public void A_run_stops_after_repeated_server_failures()
    {
        var world = new World(others: 1);
        for (var i = 0; i < 50; i++)
            world.Join("joiner" + i);
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.AccountServerFailed) : null;

        var left = world.UserGroup.Members.First();
        world.Disable(left);

        var result = world.Sync();

        // Creations stop, but other changes continue.
        Assert.Equal((SyncOutcome.Partial, 10, 40, 1), (result.Outcome, result.Failed, result.Skipped, result.Disabled));
        Assert.InRange(world.PasswordBoss.Calls["CreateAccountAsync"], 2, 20);
        Assert.Equal(40, result.Changes.Count(c => c.ErrorId == nameof(ErrorId.TooManyFailures) && c.Message!.Contains(c.Email!, StringComparison.Ordinal)));
        world.PasswordBoss.FaultOn = null;
        Assert.Equal(50, world.Sync().Created);
    }

    [Fact]
    public void Failing_name_updates_do_not_stop_member_removals()
    {
        var world = new World(others: 14);
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.ToArray());
        world.Sync();
        foreach (var id in world.UserGroup.Members.Take(13))
            world.Edit(id, u => u with { Surname = "Smith" });
        var mover = world.UserGroup.Members.Last();
        sales.Members.Remove(mover);
        world.PasswordBoss.FaultOn = (call, _) => call == "PatchAccountAsync" ? new Fault(ErrorId.AccountServerFailed) : null;

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 13), (result.Outcome, result.Failed + result.Skipped));
        Assert.Contains(result.Changes, c => c is { Action: SyncAction.RemoveMember, Outcome: ChangeOutcome.Done } && c.EntraId == mover);
        Assert.All(result.Changes.Where(c => c.Outcome == ChangeOutcome.Skipped), c => Assert.Equal(("TooManyFailures", true), (c.ErrorId, c.Message!.Contains(c.Email!, StringComparison.Ordinal))));
        world.PasswordBoss.FaultOn = null;
        Assert.Equal(13, world.Sync().Updated);
    }

    /// <summary>A server may fail to delete the accounts that it hides or no longer has. No read shows which, so each run sends these deletions again.</summary>
    [Fact]
    public void Failing_deletions_of_hidden_accounts_stop_nothing()
    {
        var world = new World(others: 14) { ReadsTwice = false, Rules = SyncRules.Default with { DeletedUser = LeaverRule.Delete, MaxRemovalPercent = 100, MaxRemovalCount = 100 } };
        world.PasswordBoss.HidesDisabled = true;
        world.Sync();
        foreach (var id in world.UserGroup.Members.Take(12).ToList())
            world.SoftDelete(id);
        Assert.Equal(12, world.Sync().Disabled);
        world.Clock.Advance(TimeSpan.FromDays(30));
        world.PasswordBoss.DeletionError = ErrorId.AccountServerFailed;
        var left = world.UserGroup.Members.Last();
        world.Disable(left);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 12, 0, 1), (result.Outcome, result.Failed, result.Skipped, result.Disabled));
        world.PasswordBoss.DeletionError = null;
        Assert.Equal((SyncOutcome.Succeeded, 12), (world.Sync().Outcome, world.Report!.Result.Deleted));
    }

    [Fact]
    public void A_server_that_fails_every_other_write_stops_the_run()
    {
        var world = new World(others: 50);
        foreach (var id in world.UserGroup.Members)
            world.Edit(id, u => u with { Surname = "Smith" });
        world.PasswordBoss.FaultOn = (call, _) => call == "PatchAccountAsync" ? new Fault(ErrorId.AccountServerUnreachable) : null;

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Failed, 10, 40), (result.Outcome, result.Failed, result.Skipped));
        Assert.InRange(world.PasswordBoss.Calls["PatchAccountAsync"], 2, 20);
        world.PasswordBoss.FaultOn = null;
        Assert.Equal(50, world.Sync().Updated);
    }

    [Theory]
    [InlineData("CreateAccountAsync")]
    [InlineData("PatchAccountAsync")]
    public void Failures_that_are_not_consecutive_do_not_stop_the_run(string call)
    {
        var world = new World(others: call == "PatchAccountAsync" ? 40 : 0);
        foreach (var id in world.UserGroup.Members)
            world.Edit(id, u => u with { Surname = "Smith" });
        for (var i = 0; i < 40 && call == "CreateAccountAsync"; i++)
            world.Join("joiner" + i);
        var tried = 0;
        world.PasswordBoss.FaultOn = (c, _) => c == call && tried++ % 2 == 0 ? new Fault(ErrorId.AccountServerFailed) : null;

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 20, 20), (result.Outcome, result.Created + result.Updated, result.Failed));
        Assert.Equal(40, world.PasswordBoss.Calls[call]);
    }

    [Fact]
    public void An_exhausted_licence_pool_creates_pending_accounts_and_reports_each_user()
    {
        var world = WithFourLicences();

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 3, 1, 0), (result.Outcome, result.Created, result.Updated, result.Failed));
        Assert.Equal(
            new[] { "joiner1@contoso.com CreatePending Done", "joiner2@contoso.com CreatePending Done" },
            result.Changes.Where(c => c.ErrorId == "LicenseLimit").Select(c => $"{c.Email} {c.Action} {c.Outcome}").OrderBy(e => e, StringComparer.Ordinal));
        Assert.All(result.Changes.Where(c => c.ErrorId == "LicenseLimit"), c => Assert.Equal("Pending", c.After));
        // The first refusal shows that the pool is empty, so this run creates no other active account.
        Assert.Equal(4, world.PasswordBoss.Calls["CreateAccountAsync"]);
        Assert.Equal(2, world.PasswordBoss.Accounts.Values.Count(a => a.State == AccountState.Pending));
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
    }

    private static World WithFourLicences()
    {
        var world = new World(others: 3);
        world.PasswordBoss.Licences = 4;
        for (var i = 0; i < 3; i++)
            world.Join("joiner" + i);
        world.Link(world.Join("back"), AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Removed);
        world.Edit(world.UserGroup.Members.First(), u => u with { Surname = "Smith" });
        return world;
    }

    [Fact]
    public void A_returning_user_without_a_licence_stays_disabled_and_is_reported()
    {
        var world = new World(others: 3);
        var id = world.Link(world.Join("back"), AccountState.Disabled, LeaverRule.Disable, LeavingEvent.Removed).Id;
        // The server returns the account only by its ID.
        world.PasswordBoss.FaultOn = (call, _) => call == "PatchAccountAsync" ? new Fault(ErrorId.LicenseLimit) { Of = id } : null;

        var change = world.Sync().Changes.Single(c => c.Action == SyncAction.Enable);

        const string Sentence = "The account 'back@contoso.com' was not enabled and stays disabled: the licences of the company are used up.";
        Assert.Equal((ChangeOutcome.Failed, "LicenseLimit"), (change.Outcome, change.ErrorId));
        Assert.StartsWith(Sentence, change.Message, StringComparison.Ordinal);
        Assert.Equal(Sentence, Assert.Single(world.Report!.Errors).Render());
    }

    [Fact]
    public void Without_the_extension_an_exhausted_licence_pool_only_stops_new_active_accounts()
    {
        var world = WithFourLicences();
        world.PasswordBoss.Extension = false;

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 1, 1), (result.Outcome, result.Created, result.Updated));
        Assert.Equal(
            new[] { "joiner1@contoso.com", "joiner2@contoso.com" },
            result.Changes.Where(c => c.ErrorId == "LicenseLimit").Select(c => c.Email).OrderBy(e => e, StringComparer.Ordinal));
        Assert.Equal(2, world.PasswordBoss.Calls["CreateAccountAsync"]);
        Assert.DoesNotContain(world.PasswordBoss.Accounts.Values, a => a.State == AccountState.Pending);
        world.PasswordBoss.Licences = null;
        Assert.Equal(2, world.Sync().Created);
    }

    [Theory]
    [InlineData("pending")]
    [InlineData("personal")]
    public void A_run_refuses_a_rule_that_the_server_does_not_support(string rule)
    {
        var world = new World(others: 3);
        world.PasswordBoss.Extension = false;
        world.Rules = rule == "pending" ? World.DefaultRules with { NewUser = NewUserRule.CreatePending } : World.DefaultRules with { DeletedUser = LeaverRule.ConvertToPersonal };
        world.Join("joiner");

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Refused, "RuleNotSupported"), (result.Outcome, result.ErrorId));
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_server_without_the_extension_still_works()
    {
        var world = new World();
        world.PasswordBoss.Extension = false;
        var anna = world.Join("anna");
        var bert = world.Join("bert");
        world.PasswordBoss.AdminCreate("bert@contoso.com");
        world.NewSyncedGroup("Sales", anna);
        world.Sync();
        PersonAndAccountTests.AssertSecondRunWritesNothing(world);
        world.Leave(anna);
        world.Sync();
        Assert.Equal(AccountState.Disabled, world.PasswordBoss.At("anna@contoso.com").State);
        world.UserGroup.Members.Add(anna);
        world.Sync();
        Assert.Equal(AccountState.Active, world.PasswordBoss.At("anna@contoso.com").State);
        Assert.NotNull(world.State.CurrentLinkOf(bert));
    }

    [Fact]
    public void Declined_actions_are_not_done_and_are_proposed_again()
    {
        var world = Busy();

        var result = world.Sync(approver: new Approver(a => a.Action is not (SyncAction.Disable or SyncAction.Delete), interactive: true));

        Assert.Equal((0, 0, 1), (result.Disabled, result.Deleted, result.Converted));
        var again = new Approver();
        world.Sync(approver: again);
        Assert.Equal(new[] { SyncAction.Disable, SyncAction.Delete }, again.Asked.Select(a => a.Action));
    }

    [Fact]
    public void The_plan_is_recomputed_after_a_prompt_and_only_approved_actions_are_done()
    {
        var world = new World(others: 9);
        var leaver = world.Join("leaver");
        world.Link(leaver);
        world.Leave(leaver);
        string? late = null;
        var approver = new Approver(interactive: true)
        {
            Meanwhile = () =>
            {
                world.UserGroup.Members.Add(leaver);
                late = world.Join("late");
            },
        };

        var result = world.Sync(approver: approver);

        Assert.Equal(0, world.PasswordBoss.Writes);
        Assert.Equal(ChangeOutcome.Skipped, Assert.Single(result.Changes, c => c.EntraId == late).Outcome);
        Assert.Equal(1, world.Sync().Created);
    }

    [Fact]
    public void One_run_at_a_time_per_connection()
    {
        var world = new World();
        world.Join("anna");
        world.Factory.LockedElsewhere = true;

        var result = world.Sync();

        Assert.Equal((SyncOutcome.AlreadyRunning, 0), (result.Outcome, world.PasswordBoss.Writes));
        Assert.Empty(world.State.Runs);
        world.Factory.LockedElsewhere = false;
        Assert.Equal(1, world.Sync().Created);
        Assert.False(world.Factory.Locked);
    }

    [Fact]
    public void The_lock_is_held_from_the_first_read_to_the_last_commit()
    {
        var world = new World(others: 3);
        world.Join("anna");
        var unlocked = new List<string>();
        world.Store.FaultOn = call =>
        {
            if (!world.Factory.Locked)
                unlocked.Add(call);
            return null;
        };

        Assert.Equal(1, world.Sync().Created);

        Assert.Empty(unlocked);
        Assert.False(world.Factory.Locked);
    }

    [Fact]
    public void Cancellation_saves_finished_work_and_releases_the_lock()
    {
        var world = new World();
        for (var i = 0; i < 10; i++)
            world.Join("joiner" + i);
        using var stop = new CancellationTokenSource();
        var created = 0;
        world.PasswordBoss.Called = call =>
        {
            if (call == "CreateAccountAsync" && ++created == 4)
                stop.Cancel();
        };

        var result = world.Sync(cancellationToken: stop.Token);

        Assert.Equal((SyncOutcome.Failed, "Cancelled", 4), (result.Outcome, result.ErrorId, result.Created));
        Assert.Equal(4, world.State.Links.Count);
        Assert.Empty(world.State.Intents);
        Assert.False(world.Factory.Locked);
        world.PasswordBoss.Called = null;
        Assert.Equal(6, world.Sync().Created);
    }

    [Fact]
    public void Every_run_is_rendered_in_the_history()
    {
        var world = new World();
        world.Join("anna");
        world.Sync();
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Sync();

        var history = world.Service.GetHistory(World.Name, 10, null).ToList();

        Assert.Equal(new[] { SyncOutcome.NoChange, SyncOutcome.Succeeded }, history.Select(r => r.Outcome));
        Assert.Equal("new in group 'Password Boss Users'", Assert.Single(history[1].Changes).Reason);
        Assert.Single(world.Service.GetHistory(World.Name, 10, world.Clock.UtcNow));
        Assert.Single(world.Service.GetHistory(World.Name, 1, null));
    }

    [Fact]
    public void No_output_and_no_record_of_a_run_contains_a_secret()
    {
        var world = Busy();
        world.Store.SaveConnection(world.Connection, new ConnectionSecrets { ClientSecret = "canary-secret", CertificatePassword = "canary-password", PasswordBossToken = "canary-token" });
        world.PasswordBoss.FaultOn = (call, _) => call == "CreateAccountAsync" ? new Fault(ErrorId.AccountRefused) : null;
        var reported = new StringBuilder();
        foreach (var options in new[] { new SyncOptions { Full = true }, new SyncOptions(), new SyncOptions { Force = true } })
        {
            reported.Append(JsonSerializer.Serialize(world.Sync(options))).AppendJoin(' ', world.Listener.Reported.Select(m => m.Render())).AppendJoin(' ', world.Report!.Errors);
            world.PasswordBoss.FaultOn = (call, _) => call == "DiscoverAsync" ? new Fault(ErrorId.AccountServerTokenRejected) : null;
            world.Join("late" + reported.Length);
        }

        reported.Append(JsonSerializer.Serialize(world.State.Runs)).Append(JsonSerializer.Serialize(world.State.Health));

        Assert.Contains("AccountServerTokenRejected", reported.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(world.Listener.Reported);
        Assert.DoesNotContain("canary", reported.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_without_a_user_group_does_nothing()
    {
        var world = new World(others: 2);
        world.Change(c => c with { UserGroup = null });

        Assert.Equal((SyncOutcome.Failed, "UserGroupNotChosen"), (world.Sync().Outcome, world.Report!.Result.ErrorId));
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void A_mostly_idle_run_is_cheap()
    {
        var world = new World(others: 50);
        world.Sync();
        world.Sync();

        // The run reads the changes, restarts change tracking, and reads the user group.
        Assert.Equal(3, world.Entra.Calls.Values.Sum());
        Assert.Equal(2, world.PasswordBoss.Calls.Values.Sum());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_that_changes_nothing_opens_no_intent(bool full)
    {
        var world = new World(others: 5);
        world.Sync();
        world.Sync();
        // A user changed, but no account has to change.
        world.Edit(world.UserGroup.Members.First(), u => u with { UserType = "member" });
        var calls = new List<string>();
        world.Store.FaultOn = call =>
        {
            calls.Add(call);
            return null;
        };

        Assert.Equal(SyncOutcome.NoChange, (full ? world.Sync() : world.SyncChanges()).Outcome);

        Assert.Contains("SaveRun", calls);
        Assert.DoesNotContain("Begin", calls);
        Assert.DoesNotContain("BeginRun", calls);
    }

    [Fact]
    public void Inner_groups_that_are_ignored_without_nesting_are_reported()
    {
        var world = new World(others: 2);
        world.UserGroup.Members.Add(world.NewGroup("Inner").Id);

        Assert.Contains("contains other groups (1)", Assert.Single(world.Sync().Warnings), StringComparison.Ordinal);
    }

    // A server without displayName refuses it for every user, in every run.
    [Fact]
    public void Permanently_refused_updates_do_not_keep_a_leaver_active()
    {
        var world = new World(others: 15);
        var anna = world.Join("anna");
        world.Link(anna);
        var sales = world.NewSyncedGroup("Sales", [.. world.Entra.Users.Keys]);
        world.Sync();
        foreach (var id in world.Entra.Users.Keys.Where(id => id != anna).ToList())
            world.Edit(id, u => u with { DisplayName = u.DisplayName + " the second" });
        world.Leave(anna);
        world.PasswordBoss.FaultOn = (call, target) => call == "PatchAccountAsync" && target != "anna@contoso.com" ? new Fault(ErrorId.AccountRefused) : null;

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Partial, 1, 15), (result.Outcome, result.Disabled, result.Failed));
        Assert.DoesNotContain("anna@contoso.com", world.MembersOf("Sales"));
        Assert.Equal(16, sales.Members.Count);
    }
}
