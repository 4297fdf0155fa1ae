using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>A run that takes too long: its own deadline, and the reports of the runs that it blocks.</summary>
public sealed class LongRunTests
{
    private readonly World world = new(others: 3);

    private PBConnectorStatus Status => world.Service.GetStatus(World.Name);

    private static readonly SyncOptions Full = new() { Full = true };

    // ── the deadline of a full run ──────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void The_deadline_of_a_full_run_is_an_hour() => Assert.Equal(TimeSpan.FromMinutes(60), new SyncOptions().FullDeadline);

    [Theory]
    [InlineData("ReadGroupAsync", false)]
    [InlineData("ReadGroupAsync", true)]
    [InlineData("ReadChangesAsync", false)]
    [InlineData("LookUpUsersAsync", false)]
    public void A_full_run_that_cannot_read_in_time_fails_and_the_status_shows_it(string call, bool interactive)
    {
        world.Sync();
        world.Leave(world.UserGroup.Members.First());
        world.Entra.HangsOn = call;

        var result = world.Sync(Full, new Approver(interactive: interactive));

        Assert.Equal((SyncMode.Full, SyncOutcome.Failed, "FullReadTooSlow", 0), (result.Mode, result.Outcome, result.ErrorId, world.PasswordBoss.Writes));
        Assert.Equal(ErrorId.FullReadTooSlow, Assert.Single(world.Report!.Errors).Id);
        Assert.Contains("The read was not complete after", Status.Message, StringComparison.Ordinal);
        Assert.Equal((SyncOutcome.Failed, 1), (Status.LastOutcome, Status.ConsecutiveFailures));
        // Reads are not continued: the next run reads everything, although no option requests it.
        world.Entra.HangsOn = null;
        var next = world.SyncChanges();
        Assert.Equal((SyncMode.Full, SyncOutcome.Succeeded, 1), (next.Mode, next.Outcome, next.Disabled));
        Assert.DoesNotContain("within", Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_turns_full_and_cannot_read_in_time_reports_it()
    {
        world.Entra.HangsOn = "ReadGroupAsync";

        var result = world.Sync(new SyncOptions());

        Assert.Equal((SyncMode.Full, "FullReadTooSlow", ConnectorStatus.PendingConnection), (result.Mode, result.ErrorId, Status.Status));
    }

    [Fact]
    public void The_next_run_continues_the_writes_of_a_full_run()
    {
        world.Sync();
        for (var i = 0; i < 10; i++)
            world.Join("joiner" + i);
        var approver = new Approver();
        var created = 0;
        world.PasswordBoss.Called = call =>
        {
            if (call == "CreateAccountAsync" && ++created == 4)
                world.Clock.AdvanceToDeadline();
        };

        var cut = world.Sync(Full, approver);

        Assert.Equal((SyncOutcome.Failed, "DeadlineExceeded", 4), (cut.Outcome, cut.ErrorId, cut.Created));
        world.PasswordBoss.Called = null;
        Assert.Equal(6, world.SyncChanges().Created);
        Assert.Equal((SyncOutcome.NoChange, 13), (world.Sync().Outcome, world.State.Links.Count));
    }

    [Fact]
    public void The_deadline_does_not_apply_while_waiting_for_an_answer()
    {
        world.Sync();
        world.Join("anna");
        Approver? approver = null;
        approver = new Approver(interactive: true)
        {
            Meanwhile = () =>
            {
                world.Clock.Advance(Full.FullDeadline + TimeSpan.FromMinutes(1));
                Assert.False(approver!.Stop.IsCancellationRequested);
            },
        };

        Assert.Equal(1, world.Sync(Full, approver).Created);
    }

    // ── the lock holder ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void A_run_publishes_its_mode_start_and_deadline()
    {
        var begun = world.Clock.UtcNow;

        world.SyncChanges();
        Assert.Equal(new[] { (SyncMode.Incremental, (DateTimeOffset?)null), (SyncMode.Full, begun.AddMinutes(60)) }, world.Factory.Reported.Select(h => (h.Mode, h.Until)));
        Assert.All(world.Factory.Reported, h => Assert.Equal(begun, h.Since));
        world.Factory.Reported.Clear();
        world.SyncChanges();
        world.Sync();
        Assert.Equal(new[] { SyncMode.Incremental, SyncMode.Full, SyncMode.Full }, world.Factory.Reported.Select(h => h.Mode));
    }

    [Fact]
    public void A_refused_run_and_the_status_name_the_lock_holder()
    {
        world.Sync();
        Hold(SyncMode.Full, TimeSpan.FromMinutes(7));

        var result = world.SyncChanges();

        Assert.Equal((SyncOutcome.AlreadyRunning, "AlreadyRunning"), (result.Outcome, result.ErrorId));
        Assert.Empty(world.Report!.Errors);
        foreach (var text in new[] { result.Message, Status.Message })
        {
            Assert.Contains("process pwsh 4711", text, StringComparison.Ordinal);
            Assert.Contains("mode Full", text, StringComparison.Ordinal);
            Assert.Contains("since 2026-03-02 07:53 UTC", text, StringComparison.Ordinal);
        }

        // The outcome of the last run is still reported.
        Assert.Equal((SyncOutcome.NoChange, 0, ConnectorStatus.Connected), (Status.LastOutcome, Status.ConsecutiveFailures, Status.Status));
        Release();
        world.SyncChanges();
        Assert.Equal("The last run succeeded.", Status.Message);
    }

    [Fact]
    public void A_full_run_that_holds_the_lock_past_its_hour_fails_the_other_runs()
    {
        world.Sync();
        Hold(SyncMode.Full, TimeSpan.Zero);
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(SyncOutcome.AlreadyRunning, world.SyncChanges().Outcome);
            world.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        var late = world.SyncChanges();

        Assert.Equal((SyncOutcome.Failed, "AlreadyRunning"), (late.Outcome, late.ErrorId));
        Assert.Equal(ErrorId.AlreadyRunning, Assert.Single(world.Report!.Errors).Id);
        Assert.Contains("pwsh 4711", late.Message, StringComparison.Ordinal);
        Assert.Equal((SyncOutcome.Failed, 1), (Status.LastOutcome, Status.ConsecutiveFailures));
        Assert.Equal(SyncOutcome.Failed, world.SyncChanges().Outcome);
        Assert.Equal(2, Status.ConsecutiveFailures);
        Release();
        Assert.Equal(SyncOutcome.NoChange, world.SyncChanges().Outcome);
        Assert.Equal((SyncOutcome.NoChange, 0), (Status.LastOutcome, Status.ConsecutiveFailures));
    }

    [Theory]
    [InlineData(SyncMode.Incremental)]
    [InlineData(SyncMode.User)]
    [InlineData(null)]
    public void Any_other_lock_holder_fails_the_third_run_in_a_row(SyncMode? mode)
    {
        world.Sync();
        for (var round = 0; round < 2; round++)
        {
            Hold(mode, TimeSpan.Zero);
            Assert.Equal(SyncOutcome.AlreadyRunning, world.SyncChanges().Outcome);
            // A preview is not a scheduled run.
            Assert.Equal(SyncOutcome.AlreadyRunning, world.WhatIf().Outcome);
            Assert.Equal(SyncOutcome.AlreadyRunning, world.SyncChanges().Outcome);
            // Only consecutive failures count: a run between them restarts the count.
            Release();
            world.SyncChanges();
        }

        Hold(mode, TimeSpan.Zero);
        world.SyncChanges();
        world.SyncChanges();
        Assert.Equal((SyncOutcome.Failed, "AlreadyRunning"), (world.SyncChanges().Outcome, world.Report!.Result.ErrorId));
        Assert.Equal(1, Status.ConsecutiveFailures);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_check_names_the_lock_holder_also_before_any_run_is_saved(bool hasRun)
    {
        if (hasRun)
            world.Sync();
        Hold(SyncMode.Incremental, TimeSpan.Zero);
        world.SyncChanges();
        Assert.Equal(CheckStatus.Warning, (await CheckAsync()).Status);
        world.SyncChanges();
        world.SyncChanges();

        var check = await CheckAsync();

        Assert.Equal(CheckStatus.Failed, check.Status);
        Assert.Contains("pwsh 4711", check.Detail, StringComparison.Ordinal);
        Assert.Contains("end its process", check.Recommendation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_names_the_lock_holder_and_the_remedy_for_a_pause()
    {
        world.Sync();
        world.State.Pause = new PauseRecord
        {
            RunId = Guid.NewGuid(),
            At = world.Clock.UtcNow,
            RefusedKeys = Array.Empty<string>(),
            Reason = Problems.RemovalLimitExceeded("Too many.").Text,
            Recommendation = Problems.RemovalLimitExceeded("Too many.").Recommendation,
        };
        world.State.Health = world.State.Health with { Messages = Array.Empty<Message>(), Recommendation = null };
        Hold(SyncMode.Incremental, TimeSpan.Zero);
        world.SyncChanges();

        var check = await CheckAsync();

        Assert.Contains("pwsh 4711", check.Detail, StringComparison.Ordinal);
        Assert.Contains("-Force", check.Recommendation, StringComparison.Ordinal);
        Assert.Contains("end its process", check.Recommendation, StringComparison.Ordinal);
    }

    private async Task<PBConnectionCheck> CheckAsync() => (await world.Service.TestAsync(World.Name, CancellationToken.None)).Single(c => c.Name == "LastRun");

    [Fact]
    public async Task A_command_that_needs_the_lock_names_its_holder()
    {
        Hold(SyncMode.Full, TimeSpan.Zero);

        var error = await Assert.ThrowsAsync<ConnectorException>(() => world.Service.RemoveAsync(World.Name, false, new Listener(), CancellationToken.None));

        Assert.Equal(ErrorId.AlreadyRunning, error.Id);
        Assert.Contains("process pwsh 4711, mode Full, since 2026-03-02 08:00 UTC", error.Message, StringComparison.Ordinal);
        Release();
        await world.Service.RemoveAsync(World.Name, false, new Listener(), CancellationToken.None);
        Assert.Equal(SyncMode.User, world.Factory.Reported[^1].Mode);
    }

    // ── another store, and a lost store ─────────────────────────────────────────────────────────────────────────────────────────

    [Fact]
    public void A_full_run_warns_if_another_store_syncs_the_same_pair()
    {
        world.Store.OtherStoreWarning = Texts.WarningOtherStore("/var/lib/other", "Theirs");

        Assert.Contains(world.Sync().Warnings, w => w.Contains("/var/lib/other", StringComparison.Ordinal) && w.Contains("'Theirs'", StringComparison.Ordinal));
        world.Store.OtherStoreWarning = null;
        Assert.Empty(world.Sync().Warnings);
    }

    [Fact]
    public void The_first_run_of_a_new_state_warns_that_the_former_one_was_lost()
    {
        world.Sync();
        world.Store.LoseState(world.Connection.Id);
        world.State.WasRolledBack = true;
        world.State.WasLost = true;

        var result = world.Sync();

        Assert.Contains(result.Warnings, w => w.StartsWith("The earlier state was lost.", StringComparison.Ordinal));
        Assert.DoesNotContain(world.Sync().Warnings, w => w.StartsWith("The earlier state was lost.", StringComparison.Ordinal));
    }

    private void Hold(SyncMode? mode, TimeSpan already)
    {
        var since = world.Clock.UtcNow - already;
        world.Factory.LockedElsewhere = true;
        world.Factory.Holder = mode is { } known
            ? new RunLockHolder { Process = "pwsh 4711", Mode = known, Since = since, Until = known == SyncMode.Full ? since.AddMinutes(60) : null }
            : null;
    }

    private void Release()
    {
        world.Factory.LockedElsewhere = false;
        world.Factory.Holder = null;
    }
}
