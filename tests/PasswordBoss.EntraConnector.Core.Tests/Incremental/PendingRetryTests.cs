using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Incremental;

/// <summary>Pending retries: reported until they succeed or their cause is gone, retried with growing delays, and never lost.</summary>
public class PendingRetryTests
{
    private readonly World world = new(others: 6);

    public PendingRetryTests() => world.Sync();

    private void Refuse(string call) => world.PasswordBoss.FaultOn = (c, _) => c == call ? new Fault(ErrorId.AccountRefused) : null;

    private string Status => world.Service.GetStatus(World.Name).Message;

    [Fact]
    public void A_failed_change_is_retried_with_doubling_delay()
    {
        world.Join("anna");
        Refuse("CreateAccountAsync");
        Assert.Equal(1, world.SyncChanges().Failed);
        var early = new List<PBSyncResult>();
        foreach (var minutes in new[] { 5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440 })
        {
            // The regular full run does not delay the retry.
            world.Clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            early.Add(world.SyncChanges());
            if (early[^1].Mode == SyncMode.Incremental)
                Assert.Empty(world.PasswordBoss.Calls);
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            world.SyncChanges();
            Assert.Equal(1, world.PasswordBoss.Calls["CreateAccountAsync"]);
        }

        Assert.Contains(early, run => run.Mode == SyncMode.Incremental);
    }

    [Fact]
    public void The_history_has_the_counts_of_the_result()
    {
        world.Join("anna");
        world.Join("bert");
        world.NewSyncedGroup("Sales", world.Join("cora"));
        Refuse("CreateAccountAsync");
        for (var run = 0; run < 3; run++)
        {
            var result = world.SyncChanges();
            var stored = world.Service.GetHistory(World.Name, 1, null).Single();

            Assert.Equal((SyncOutcome.Partial, result.RunId, result.Message), (stored.Outcome, stored.RunId, stored.Message));
            Assert.Equal(Counts(result), Counts(stored));
            Assert.NotEqual(0, result.Skipped + result.Failed);
        }

        static string Counts(PBSyncResult r) => string.Join(" ", r.Created, r.Adopted, r.Updated, r.Enabled, r.Disabled, r.Deleted, r.Converted, r.GroupsChanged, r.Skipped, r.Failed);
    }

    [Fact]
    public void A_server_error_names_the_affected_user()
    {
        world.Join("anna");
        world.PasswordBoss.FaultOn = (c, _) => c == "CreateAccountAsync" ? new Fault(ErrorId.AccountServerFailed) { Of = "scim.example" } : null;

        world.SyncChanges();

        var error = Assert.Single(world.Report!.Errors);
        Assert.Equal("anna@contoso.com", error.Target);
        Assert.StartsWith("anna@contoso.com: The Password Boss server scim.example failed", error.Render(), StringComparison.Ordinal);
        Assert.StartsWith("anna@contoso.com: ", Status, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_that_already_names_the_user_does_so_only_once()
    {
        world.Join("anna");
        world.PasswordBoss.FaultOn = (c, _) => c == "CreateAccountAsync" ? new Fault(ErrorId.LicenseLimit) : null;

        world.SyncChanges();

        Assert.StartsWith("'anna@contoso.com'", Assert.Single(world.Report!.Errors).Render(), StringComparison.Ordinal);
        Assert.StartsWith("'anna@contoso.com'", Status, StringComparison.Ordinal);
    }

    [Fact]
    public void The_status_shows_the_error_that_ended_a_run_only_once()
    {
        world.Join("anna");
        world.PasswordBoss.FaultOn = (c, _) => c == "CreateAccountAsync" ? new Fault(ErrorId.AccountServerTokenRejected) { Of = "scim.example" } : null;

        Assert.Equal(SyncOutcome.Failed, world.SyncChanges().Outcome);

        Assert.Equal(Status.IndexOf("rejected", StringComparison.Ordinal), Status.LastIndexOf("rejected", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pending_retry_is_in_every_result_and_the_status_but_only_once_in_the_history()
    {
        world.Join("anna");
        Refuse("CreateAccountAsync");
        world.SyncChanges();

        for (var run = 0; run < 2; run++)
        {
            var result = world.SyncChanges();
            Assert.Equal((SyncMode.Incremental, SyncOutcome.Partial), (result.Mode, result.Outcome));
            var change = Assert.Single(result.Changes);
            Assert.Equal(("anna@contoso.com", ChangeOutcome.Skipped, "AccountRefused"), (change.Email, change.Outcome, change.ErrorId));
            Assert.Contains("anna@contoso.com", string.Join(" ", result.Warnings), StringComparison.Ordinal);
            Assert.Contains("anna@contoso.com", Status, StringComparison.Ordinal);
            Assert.Empty(world.State.Runs.Last().Changes);
            Assert.Empty(world.PasswordBoss.Calls);
        }
    }

    [Fact]
    public void A_pending_retry_is_removed_once_it_succeeds()
    {
        world.Join("anna");
        Refuse("CreateAccountAsync");
        world.SyncChanges();
        world.PasswordBoss.FaultOn = null;
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Created));
        Assert.Empty(world.State.PendingRetries);
        Assert.DoesNotContain("anna@contoso.com", Status, StringComparison.Ordinal);
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
    }

    [Fact]
    public void A_pending_retry_is_removed_when_its_cause_is_gone()
    {
        var anna = world.Join("anna");
        Refuse("CreateAccountAsync");
        world.SyncChanges();
        world.Leave(anna);

        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Empty(world.State.PendingRetries);
    }

    [Fact]
    public void A_change_in_Entra_makes_a_pending_retry_due_at_once()
    {
        var anna = world.Join("anna");
        world.Edit(anna, u => u with { Mail = null, UserPrincipalName = null });
        Assert.Equal("AddressMissing", Assert.Single(world.SyncChanges().Changes).ErrorId);
        world.Edit(anna, u => u with { Mail = "anna@contoso.com" });

        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Created));
        Assert.Empty(world.State.PendingRetries);
    }

    [Fact]
    public void A_user_waiting_for_an_address_is_retried_once_it_is_freed()
    {
        world.Rules = world.Rules with { RemovedUser = LeaverRule.Delete };
        var first = world.Join("anna");
        world.Sync();
        // A user who already has the address blocks a newcomer with the same address.
        world.Edit(first, u => u with { Mail = "anna.smith@contoso.com" });
        var second = world.Join("anna");
        Assert.Equal("AddressTaken", world.SyncChanges().Changes.Single(c => c.EntraId == second).ErrorId);
        world.Leave(first);
        world.SyncChanges();
        Assert.Null(world.PasswordBoss.FindAt("anna@contoso.com"));

        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Created));
        Assert.Equal(second, world.PasswordBoss.At("anna@contoso.com").ExternalId);
        Assert.Empty(world.State.PendingRetries);
    }

    [Fact]
    public void When_one_of_two_users_with_the_same_address_changes_it_both_are_retried()
    {
        var anna = world.Join("anna");
        var other = world.Join("other anna");
        world.Edit(other, u => u with { Mail = "anna@contoso.com" });
        Assert.Equal(2, world.SyncChanges().Changes.Count(c => c.ErrorId == "AddressDuplicate"));
        world.Edit(other, u => u with { Mail = "other@contoso.com" });

        Assert.Equal((SyncMode.Incremental, 2), (world.SyncChanges().Mode, world.Report!.Result.Created));
        Assert.Equal(anna, world.PasswordBoss.At("anna@contoso.com").ExternalId);
    }

    [Fact]
    public void A_result_that_a_rule_requires_is_not_retried()
    {
        world.Rules = world.Rules with { ExistingAccount = ExistingAccountRule.Skip };
        world.Sync();
        world.PasswordBoss.AdminCreate("anna@contoso.com");
        world.Join("anna");

        Assert.Equal("AdoptionSkipped", Assert.Single(world.SyncChanges().Changes).ErrorId);
        Assert.Empty(world.State.PendingRetries);
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
    }

    [Fact]
    public void A_failed_membership_is_retried()
    {
        var sales = world.NewSyncedGroup("Sales", world.UserGroup.Members.First());
        world.Sync();
        sales.Members.Add(world.UserGroup.Members.Last());
        Refuse("AddMembersAsync");
        Assert.Equal(1, world.SyncChanges().Failed);
        world.PasswordBoss.FaultOn = null;
        world.SyncChanges();
        Assert.Empty(world.PasswordBoss.Log);
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal((SyncMode.Incremental, SyncOutcome.Succeeded), (world.SyncChanges().Mode, world.Report!.Result.Outcome));
        Assert.Equal(2, world.MembersOf("Sales").Count);
        Assert.Empty(world.State.PendingRetries);
    }

    [Fact]
    public void The_next_run_completes_a_run_that_was_cut_short()
    {
        for (var i = 0; i < 3; i++)
            world.Join("new" + i);
        using var stop = new CancellationTokenSource();
        world.PasswordBoss.Called = call =>
        {
            if (call == "CreateAccountAsync")
                stop.Cancel();
        };
        var cut = world.SyncChanges(cancellationToken: stop.Token);
        world.PasswordBoss.Called = null;
        Assert.Equal((SyncOutcome.Failed, "Cancelled"), (cut.Outcome, cut.ErrorId));
        Assert.InRange(cut.Created, 0, 1);

        var next = world.SyncChanges();

        Assert.Equal(SyncMode.Incremental, next.Mode);
        Assert.Equal(3, cut.Created + next.Created);
        Assert.Empty(world.State.PendingRetries);
        Assert.Equal(9, world.PasswordBoss.Accounts.Count);
    }

    [Theory]
    [InlineData("ReadChangesAsync")]
    [InlineData("LookUpUsersAsync")]
    public void A_read_that_hangs_ends_at_the_deadline_and_is_retried(string call)
    {
        world.Join("anna");
        world.Entra.HangsOn = call;

        var cut = world.Sync(new SyncOptions());

        Assert.Equal((SyncMode.Incremental, SyncOutcome.Failed, "DeadlineExceeded"), (cut.Mode, cut.Outcome, cut.ErrorId));
        world.Entra.HangsOn = null;
        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Created));
    }

    [Fact]
    public void The_deadline_does_not_apply_to_full_runs_and_interactive_runs()
    {
        world.Join("anna");
        var none = new SyncOptions { IncrementalDeadline = TimeSpan.Zero };

        Assert.Equal(1, world.Sync(none with { Full = true }).Created);
        world.Join("bert");
        Assert.Equal((SyncMode.Incremental, 1), (world.Sync(none, new Approver(interactive: true)).Mode, world.Report!.Result.Created));
    }

    [Theory]
    [InlineData(ErrorId.GraphThrottled)]
    [InlineData(ErrorId.GraphUnreachable)]
    [InlineData(ErrorId.GraphUnauthorized)]
    [InlineData(ErrorId.GraphFailed)]
    [InlineData(ErrorId.PermissionMissing)]
    public void A_run_that_cannot_read_keeps_the_delta_links_and_reports_the_error(ErrorId error)
    {
        world.Join("anna");
        var links = world.State.Progress.Links;
        world.Entra.FaultOn = (call, _) => call == "ReadChangesAsync" ? new Fault(error) : null;

        var result = world.SyncChanges();

        Assert.Equal((SyncOutcome.Failed, error.ToString()), (result.Outcome, result.ErrorId));
        Assert.Same(links, world.State.Progress.Links);
        world.Entra.FaultOn = null;
        Assert.Equal((SyncMode.Incremental, 1), (world.SyncChanges().Mode, world.Report!.Result.Created));
    }
}
