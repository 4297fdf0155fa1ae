using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Core.Tests.DecisionTable;

/// <summary>A state from a backup is idle until it is activated. Then removals are held as in a first run.</summary>
public class RestoredTests
{
    private readonly World world = new(others: 4);

    [Fact]
    public void An_idle_connection_reads_and_saves_nothing()
    {
        world.Join("anna");
        Restore(isActive: false);
        var commits = world.State.Commits;

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Refused, "StateNotActivated", 0), (result.Outcome, result.ErrorId, result.Changes.Count));
        Assert.Equal(ErrorId.StateNotActivated, Assert.Single(world.Report!.Errors).Id);
        Assert.Equal(commits, world.State.Commits);
        Assert.Empty(world.Entra.Calls);
        Assert.Empty(world.PasswordBoss.Calls);
        Assert.Empty(world.State.Runs);
        Assert.Equal((ConnectorStatus.NotActivated, 0), (world.Service.GetStatus(World.Name).Status, world.Service.GetStatus(World.Name).ConsecutiveFailures));
        Assert.StartsWith("Connection 'Contoso' was restored from the backup of 2026-", world.Service.GetStatus(World.Name).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_preview_of_an_idle_connection_shows_what_the_first_run_would_do()
    {
        world.Join("anna");
        Restore(isActive: false);

        var result = world.WhatIf();

        Assert.Equal((SyncOutcome.Planned, 1), (result.Outcome, result.Created));
        Assert.Equal(0, world.PasswordBoss.Writes);
    }

    [Fact]
    public void An_activated_connection_reads_everything_and_reports_that_once()
    {
        world.Sync();
        Restore(isActive: true);

        Assert.Equal(SyncMode.Full, world.SyncChanges().Mode);
        Assert.Contains(world.Listener.Warnings, w => w.Id == "Warning_Restored");
        Assert.Null(world.State.Progress.Restored);
        Assert.Equal(SyncMode.Incremental, world.SyncChanges().Mode);
        Assert.DoesNotContain(world.Listener.Warnings, w => w.Id == "Warning_Restored");
    }

    [Fact]
    public void A_run_that_fails_leaves_the_connection_restored()
    {
        Restore(isActive: true);
        world.PasswordBoss.FaultOn = (_, _) => new Fault(ErrorId.AccountServerUnreachable);

        Assert.Equal(SyncOutcome.Failed, world.SyncChanges().Outcome);
        Assert.NotNull(world.State.Progress.Restored);
    }

    [Theory]
    [InlineData(LeaverRule.None)]
    [InlineData(LeaverRule.Disable)]
    public void A_leaver_of_a_restored_state_waits_for_an_admin_even_if_a_deletion_is_due(LeaverRule done)
    {
        world.Rules = World.DefaultRules with { RemovedUser = LeaverRule.Delete, DeleteAfterDays = 1 };
        var anna = world.Join("anna");
        var account = world.Link(anna, done == LeaverRule.None ? AccountState.Active : AccountState.Disabled, done, done == LeaverRule.None ? LeavingEvent.None : LeavingEvent.Removed);
        world.Leave(anna);
        if (done == LeaverRule.Disable)
            world.State.Links[account.Id] = world.State.Links[account.Id] with { WaitingDeletion = new WaitingEvent(LeavingEvent.Removed, world.Clock.UtcNow.AddDays(-9)) };
        Restore(isActive: true);

        var result = world.Sync();

        Assert.Equal((SyncOutcome.Refused, "RecoveredLeaver"), (result.Outcome, result.ErrorId));
        Assert.Equal(done == LeaverRule.None ? AccountState.Active : AccountState.Disabled, world.PasswordBoss.Accounts[account.Id].State);
        Assert.NotNull(world.State.Pause);
        // The next runs hold the removal, too.
        Assert.Equal(SyncOutcome.Refused, world.SyncChanges().Outcome);

        var forced = world.Force();

        Assert.Equal(1, forced.Disabled + forced.Deleted);
        Assert.Null(world.State.Pause);
    }

    [Fact]
    public void A_user_who_was_seen_present_is_no_longer_held()
    {
        var anna = world.Join("anna");
        world.Sync();
        Restore(isActive: true);
        world.Sync();
        Assert.DoesNotContain(world.State.Links.Values, l => l.NeedsConsent);

        world.Leave(anna);

        Assert.Equal((SyncOutcome.Succeeded, 1), (world.Sync().Outcome, world.Report!.Result.Disabled));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("elevenchars")]
    [InlineData("              ")]
    [InlineData("aaaaaaaaaaaaaaaaaaaa")]
    [InlineData("abababababababababab")]
    public void A_weak_passphrase_is_refused(string passphrase) =>
        Assert.Equal(ErrorId.PassphraseWeak, Assert.Throws<ConnectorException>(() => BackupPassphrase.Validate(passphrase)).Id);

    [Theory]
    [InlineData("twelve chars")]
    [InlineData("correct horse battery staple")]
    public void A_long_passphrase_is_accepted(string passphrase) => Assert.Null(Record.Exception(() => BackupPassphrase.Validate(passphrase)));

    // The effect of a restore on the state of a connection.
    private void Restore(bool isActive)
    {
        foreach (var link in world.State.Links.Values.ToList())
            world.State.Links[link.AccountId] = link with { NeedsConsent = true, AppliedRuleSeen = false };
        world.State.Health = world.State.Health with { Relinked = false };
        world.State.Progress = new SyncProgress { Restored = new BackupOrigin { BackedUpAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Machine = "first", IsActive = isActive } };
    }
}
