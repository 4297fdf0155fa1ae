using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Tests.Upgrade;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.StateProcess;

namespace PasswordBoss.EntraConnector.Clients.Tests.Backups;

/// <summary>A state of an earlier version is backed up and restored on another machine. It loses no data, and no user loses access.</summary>
public sealed class RestoredRunTests : IDisposable
{
    private const string Passphrase = "correct horse battery";
    private readonly string file = Path.Combine(Path.GetTempPath(), "pbentra-" + Guid.NewGuid().ToString("N"));

    public void Dispose() => File.Delete(file);

    [Fact]
    public async Task A_state_of_an_earlier_version_moves_to_another_machine()
    {
        using var home = new OldHome(OldHome.Ended);
        Backup(home);
        var links = Links(home, "Fjordlight");
        var others = Links(home, "Contoso");
        var before = Accounts(home);
        var failures = home.With("Fjordlight", journal => journal.Summarize().Health.ConsecutiveFailures);

        home.ChangeMachine("other");
        Assert.Equal([("Contoso", false), ("Fjordlight", false)], Restore(home).Select(c => (c.Connection, c.IsActive)));

        // The first machine may still run, so the idle connection reads and writes nothing, and this is not a failure.
        var runs = home.With("Fjordlight", journal => journal.ReadRuns(99, null).Count());
        var refused = await home.SyncAsync("Fjordlight");
        Assert.Equal((SyncOutcome.Refused, "StateNotActivated"), (refused.Outcome, refused.ErrorId));
        Assert.Equal((failures, false), home.With("Fjordlight", journal => (journal.Summarize().Health.ConsecutiveFailures, journal.Summarize().Restored!.IsActive)));
        Assert.Equal(runs, home.With("Fjordlight", journal => journal.ReadRuns(99, null).Count()));
        Assert.Equal(links, Links(home, "Fjordlight"));
        Assert.Equal(others, Links(home, "Contoso"));

        Activate(home);
        var result = await home.SyncAsync("Fjordlight");
        Assert.Equal((SyncMode.Full, SyncOutcome.Partial, null), (result.Mode, result.Outcome, result.ErrorId));
        Assert.Equal(0, result.Created + result.Adopted + result.Enabled + result.Disabled + result.Deleted + result.Converted);
        Assert.Contains(result.Warnings, warning => warning.Contains("restored from the backup", StringComparison.Ordinal));
        Assert.Equal(links, Links(home, "Fjordlight"));
        Assert.Equal(before, Accounts(home));
        home.GoOn(TimeSpan.FromMinutes(5));
        Assert.Equal(SyncMode.Incremental, (await home.SyncAsync("Fjordlight")).Mode);
    }

    [Fact]
    public async Task A_user_who_left_since_the_backup_is_removed_only_with_consent()
    {
        using var home = new OldHome(OldHome.Ended);
        Backup(home);
        var leaver = home.With("Fjordlight", journal => journal.Load(default).Links.First(l => l is { Kind: LinkKind.Current, AppliedRule: LeaverRule.None, KnownState: AccountState.Active }));
        home.ChangeMachine("other");
        Restore(home);
        Activate(home);
        new SandboxTenant(home.SandboxFile(home.Connection("Fjordlight"))).RemoveMember(leaver.Email, "Password Boss Users");

        var held = await home.SyncAsync("Fjordlight");

        Assert.Equal((SyncOutcome.Refused, "RecoveredLeaver", 0), (held.Outcome, held.ErrorId, held.Disabled));
        var done = await home.SyncAsync("Fjordlight", new SyncOptions { Full = true, Force = true });
        Assert.Equal(1, done.Disabled);
        Assert.Contains(done.Changes, c => c.Action == SyncAction.Disable && c.Email == leaver.Email && c.Outcome == ChangeOutcome.Done);
    }

    [Fact]
    public async Task Commands_that_write_to_Password_Boss_are_refused_until_the_state_is_active()
    {
        using var home = new OldHome(OldHome.Ended);
        Backup(home);
        home.ChangeMachine("other");
        Restore(home);
        using var service = new ConnectorService(home);
        var link = service.GetLinks("Contoso")[0];

        Assert.Equal(ErrorId.StateNotActivated, (await Assert.ThrowsAsync<ConnectorException>(() => service.RemoveLinksAsync("Contoso", null, link.AccountId, new Agreed(), default))).Id);
        Assert.Equal(ErrorId.StateNotActivated, (await Assert.ThrowsAsync<ConnectorException>(() => service.RemoveAsync("Contoso", releaseAccounts: true, new Unattended(), default))).Id);
        Assert.Equal(link.AccountId, service.GetLinks("Contoso")[0].AccountId);
    }

    [Fact]
    public async Task A_run_that_was_killed_before_the_backup_is_completed_after_the_move()
    {
        using var home = new OldHome(OldHome.Killed);
        Backup(home);
        home.ChangeMachine("other");
        Restore(home);
        Assert.NotEmpty(home.With("Served", journal => journal.Load(default).OpenIntents));
        Activate(home);

        var first = await home.SyncAsync("Served");
        Assert.NotEqual(SyncOutcome.Failed, first.Outcome);
        home.GoOn(TimeSpan.FromHours(2));
        await home.SyncAsync("Served");

        Assert.Empty(home.With("Served", journal => journal.Load(default).OpenRuns));
    }

    [Fact]
    public async Task An_alert_of_one_connection_moves_with_it_and_reports_after_the_activation()
    {
        using var home = new OldHome(OldHome.Ended);
        var receiver = new Recorder();
        home.Receiver = receiver;
        Guid alert;
        using (var service = new ConnectorService(home))
        {
            var settings = new AlertSettings { Host = "", Events = [AlertEvent.NoSuccess], NoSuccessMinutes = 60 };
            alert = service.RegisterAlert(service.ScopeOf("Fjordlight"), "https://hooks.example/x", settings).Id;
        }

        Backup(home);
        home.ChangeMachine("other");
        Restore(home);
        home.GoOn(TimeSpan.FromHours(2));
        await DeliverAsync(home);
        Assert.Empty(receiver.Notices);

        Activate(home);
        await DeliverAsync(home);

        using var moved = new ConnectorService(home);
        Assert.Equal((alert, "Fjordlight", "hooks.example"), moved.ListAlerts().Select(a => (a.Id, a.Connection, a.Host)).Single());
        var notice = Assert.Single(receiver.Notices);
        Assert.Equal((AlertEvent.NoSuccess, "Fjordlight", AlertNotice.SourceOf(home.Connection("Fjordlight").Id)), (notice.Event, notice.Connection, notice.Source));
        await DeliverAsync(home);
        Assert.Single(receiver.Notices);
    }

    private static async Task DeliverAsync(OldHome home)
    {
        using var service = new ConnectorService(home);
        await service.DeliverAlertsAsync(new Unattended(), default);
    }

    private static string[] Accounts(OldHome home) =>
        new SandboxPasswordBoss(home.OpenSandboxState(home.Connection("Fjordlight"))).Accounts.Select(a => $"{a.Email} {a.State}").ToArray();

    private static string[] Links(OldHome home, string name) => home.With(name, journal => journal.Load(default).Links.Select(l => $"{l.EntraId} {l.AccountId} {l.Email} {l.Kind} {l.AppliedRule}").ToArray());

    private static void Activate(OldHome home)
    {
        using var service = new ConnectorService(home);
        Assert.NotEmpty(service.ListNotActivated());
        Assert.All(service.Activate(), connection => Assert.True(connection.IsActive));
        Assert.Equal(ErrorId.NothingToActivate, Assert.Throws<ConnectorException>(() => service.ListNotActivated()).Id);
    }

    private void Backup(OldHome home)
    {
        using var service = new ConnectorService(home);
        Assert.NotEmpty(service.Backup(file, Passphrase, overwrite: false));
    }

    private System.Collections.Generic.IReadOnlyList<PBRestoredConnection> Restore(OldHome home)
    {
        using var service = new ConnectorService(home);
        using var restore = service.OpenBackup(file, Passphrase);
        return restore.Restore();
    }

    private sealed class Recorder : Ports.IAlertReceiver
    {
        public System.Collections.Generic.List<AlertNotice> Notices { get; } = [];

        public Task<Ports.AlertResponse> SendAsync(Guid id, AlertNotice notice, System.Threading.CancellationToken cancellationToken)
        {
            Notices.Add(notice);
            return Task.FromResult(new Ports.AlertResponse(204, null));
        }
    }

    private sealed class Agreed : Ports.IStepApprover
    {
        public bool IsPreview => false;

        public Task<bool> ApproveAsync(string target, Messages.Message action, System.Threading.CancellationToken cancellationToken) => Task.FromResult(true);
    }
}
