using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Backups;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.Backups;

/// <summary>A backup moves a whole store to another machine with other keys, where it is idle. A backup that fails moves nothing.</summary>
public sealed class BackupTests : IDisposable
{
    private const string Passphrase = "correct horse battery";
    private const string Secret = "the-client-secret-of-contoso";
    private static readonly KeyDerivation Cheap = SealedFile.Cost with { MemoryKiB = 1024, Iterations = 1 };
    private readonly StateFixture first = new();
    private readonly StateFixture second = new();
    private readonly ConnectionSettings contoso = Connection("Contoso");
    private readonly ConnectionSettings fabrikam = Connection("Fabrikam", address: "https://other.example.com/v2");

    public BackupTests()
    {
        first.Store.SaveConnection(contoso, new ConnectionSecrets { ClientSecret = Secret, PasswordBossToken = "token of contoso" });
        first.Store.SaveConnection(fabrikam, new ConnectionSecrets { ClientSecret = "another", PasswordBossToken = "token of fabrikam" });
        Save(first, contoso, Link(1), Link(2) with { AppliedRule = LeaverRule.Disable, WaitingDeletion = new WaitingEvent(LeavingEvent.Removed, SetClock.Start), AppliedRuleSeen = true });
    }

    private string FilePath => Path.Combine(first.Root, "state.pbbackup");

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public void A_restore_with_other_keys_restores_everything()
    {
        var written = Backup();
        Restore();

        Assert.Equal(["Contoso", "Fabrikam"], written.Connections.Select(c => c.Name));
        Assert.Equal((2, 1, SetClock.Start + TimeSpan.FromSeconds(2)), (written.Connections[0].ManagedUsers, written.Connections[0].RunNumber, written.Connections[0].LastSync));
        Assert.Equal(["Contoso", "Fabrikam"], second.Store.ListConnections().Select(c => c.Name));
        Assert.Equal((Secret, "token of contoso"), (second.Store.ReadSecrets(contoso).ClientSecret, second.Store.ReadSecrets(contoso).PasswordBossToken));
        Assert.Equal("another", second.Store.ReadSecrets(fabrikam).ClientSecret);
        var before = Dump(first);
        var after = Dump(second);
        Assert.Equal(before.Keys, after.Keys);
        foreach (var table in before.Keys.Except(["connections", "links"]))
            Assert.Equal(before[table], after[table]);
        Assert.NotEmpty(before["runs"]);
        var links = Links(second, contoso);
        Assert.Equal(Links(first, contoso).Select(l => l with { NeedsConsent = true, AppliedRuleSeen = false }), links);
        Assert.Equal("wal", Raw(second, database => database.Query("PRAGMA journal_mode", row => row.GetString(0)))[0]);
    }

    // This is what StateVanished recommends.
    [Fact]
    public void A_restore_fills_an_empty_file_in_place_of_the_database()
    {
        Backup();
        Directory.CreateDirectory(second.Location.Folder);
        File.WriteAllBytes(second.Location.Database, []);

        Restore();

        Assert.Equal(["Contoso", "Fabrikam"], second.Store.ListConnections().Select(c => c.Name));
    }

    [Fact]
    public void A_restored_connection_is_idle_and_has_no_progress()
    {
        Save(first, contoso);
        Backup();
        Restore();

        using var journal = second.Store.OpenJournal(contoso.Id);
        var start = journal.LoadStart();
        Assert.Equal((SetClock.Start, Environment.MachineName, false), (start.Progress.Restored!.BackedUpAt, start.Progress.Restored.Machine, start.Progress.Restored.IsActive));
        Assert.Null(start.Progress.LastFullAt);
        Assert.Null(start.Progress.Links);
        Assert.Null(start.Pause);
        Assert.False(start.Health.Relinked);
        Assert.Equal(start.Progress.Restored, journal.Summarize().Restored);

        Assert.Equal(["Contoso", "Fabrikam"], second.Store.Activate());
        Assert.True(journal.LoadStart().Progress.Restored!.IsActive);
        Assert.Empty(second.Store.Activate());
    }

    [Fact]
    public void An_idle_connection_is_not_due_and_is_due_at_once_when_it_is_activated()
    {
        Backup();
        Restore();

        Assert.Empty(second.Store.ListTurns());

        second.Store.Activate();
        Assert.Equal([("Contoso", true), ("Fabrikam", true)], second.Store.ListTurns().Select(t => (t.Connection, t.IsDueAtOnce)));
    }

    [Fact]
    public void Alerts_are_restored_with_their_addresses_and_an_idle_connection_causes_none()
    {
        var alert = new AlertRegistration
        {
            Id = Guid.NewGuid(),
            Scope = AlertScope.All,
            Settings = new AlertSettings { Host = "hooks.example", Format = AlertFormat.Slack, Events = [AlertEvent.SecretExpires], CreatedAt = SetClock.Start },
        };
        first.Store.SaveConnection(contoso with { SecretExpires = SetClock.Start.AddDays(31) }, null);
        first.Store.Alerts.Save(alert, "https://hooks.example/secret-part");
        Backup();
        Restore();

        var restored = Assert.Single(second.Store.Alerts.List());
        Assert.Equal(alert.Id, restored.Id);
        Assert.Equal("https://hooks.example/secret-part", second.Store.Alerts.ReadAddress(restored));
        Assert.Empty(FilesWith(second.Root, "secret-part"));
        Assert.Empty(second.Store.Alerts.Collect(SetClock.Start.AddDays(30)));
        second.Store.Activate();
        Assert.NotEmpty(second.Store.Alerts.Collect(SetClock.Start.AddDays(30)));
    }

    [Fact]
    public void A_store_that_was_not_restored_has_nothing_to_activate()
    {
        Assert.Empty(first.Store.Activate());
        Assert.Empty(second.Store.Activate());
        Assert.False(Directory.Exists(second.Location.Folder));
        using var journal = first.Store.OpenJournal(contoso.Id);
        Assert.Null(journal.Summarize().Restored);
    }

    [Fact]
    public void The_time_of_a_backup_is_before_the_copy()
    {
        var content = new StateExport(first.Location, new CopyClock(Path.Combine(first.Location.Folder, StateLocation.DraftPrefix + ".db"))).WriteTo(new MemoryStream());

        Assert.Equal(SetClock.Start, content.CreatedAt);
    }

    [UnixFact]
    public void The_file_is_private_and_no_secret_is_on_a_disk()
    {
        Backup();
        Restore();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(FilePath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(second.Location.Database));
        Assert.Empty(FilesWith(first.Root, Secret));
        Assert.Empty(FilesWith(second.Root, Secret));
        Assert.Empty(FilesWith(Path.GetDirectoryName(FilePath)!, "Contoso").Intersect([Path.GetFileName(FilePath)]));
        Assert.Empty(Drafts(first).Concat(Drafts(second)));
    }

    [Fact]
    public void An_existing_file_is_replaced_only_on_request()
    {
        File.WriteAllText(FilePath, "mine");

        Refused(ErrorId.FileExists, () => Backup());
        Assert.Equal("mine", File.ReadAllText(FilePath));
        Backup(overwrite: true);
        Restore();
        Assert.Equal(2, second.Store.ListNames().Count);
    }

    [Fact]
    public void A_path_that_cannot_be_used_is_reported()
    {
        Refused(ErrorId.FileUnusable, () => BackupAt(Path.Combine(first.Root, "no", "file"), first).Write(Passphrase, overwrite: false));
        Refused(ErrorId.FileUnusable, () => BackupAt(Path.Combine(first.Root, "no", "file"), second).Open(Passphrase));
        var tooLong = Assert.Throws<ConnectorException>(() => BackupAt(Path.Combine(first.Root, new string('x', 240)), first).Write(Passphrase, overwrite: false)).Problem;
        Assert.Equal(ErrorId.FileUnusable, tooLong.Id);
        Assert.DoesNotContain(".new", tooLong.Render(), StringComparison.Ordinal);
        Refused(ErrorId.FileExists, () => BackupAt(first.Root, first).Write(Passphrase, overwrite: false));
        Assert.Empty(Drafts(first));
    }

    [Fact]
    public void A_store_with_a_connection_is_not_replaced()
    {
        Backup();
        var mine = Connection("Mine");
        second.Store.SaveConnection(mine, new ConnectionSecrets { PasswordBossToken = "mine" });

        var error = Refused(ErrorId.StoreNotEmpty, () => Restore());

        Assert.Contains("Mine", error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", second.Store.ReadSecrets(mine).PasswordBossToken);
        Assert.Equal(["Mine"], second.Store.ListNames());
    }

    [Fact]
    public void A_store_whose_connections_were_all_removed_can_be_restored()
    {
        Backup();
        var old = Connection("Old");
        second.Store.SaveConnection(old, new ConnectionSecrets { PasswordBossToken = "old" });
        Save(second, old, Link(7));
        second.Store.RemoveConnection(old.Id);

        Restore();

        // The restoring store still has its database open, as in a PowerShell session.
        Assert.Equal(["Contoso", "Fabrikam"], second.Store.ListNames());
        Assert.Equal(Secret, second.Store.ReadSecrets(contoso).ClientSecret);
        Assert.Equal(2, Links(second, contoso).Count);
        Assert.Single(Raw(second, database => database.Query("SELECT key FROM runs AS r JOIN connections AS c ON c.key = r.connection", row => row.GetInt64(0))));
    }

    [Theory]
    [InlineData("wrong passphrase")]
    [InlineData("flipped")]
    [InlineData("truncated")]
    public void A_backup_that_does_not_open_creates_nothing(string how)
    {
        Backup();
        var bytes = File.ReadAllBytes(FilePath);
        if (how == "flipped")
            bytes[bytes.Length / 2] ^= 1;
        if (how == "truncated")
            bytes = bytes[..^100];
        File.WriteAllBytes(FilePath, bytes);

        Refused(ErrorId.BackupUnreadable, () => BackupAt(FilePath, second).Open(how == "wrong passphrase" ? how : Passphrase));

        Assert.False(Directory.Exists(second.Location.Folder));
        Assert.False(Directory.Exists(second.Location.KeyFolder));
    }

    [Fact]
    public void Opening_a_backup_creates_nothing()
    {
        Backup();

        using (var open = BackupAt(FilePath, second).Open(Passphrase))
        {
            open.RequireEmptyStore();
            Assert.Equal(["Contoso", "Fabrikam"], open.Content.Connections.Select(c => c.Settings!.Name));
        }

        Assert.False(Directory.Exists(second.Location.Folder));
    }

    [Fact]
    public void A_backup_of_a_newer_schema_is_reported()
    {
        var header = new BackupHeader { Version = 1, Schema = SchemaMigrations.All.Count + 1, CreatedAt = SetClock.Start, Connections = 1, KeyDerivation = Cheap, Cipher = "", Nonce = [] };
        File.WriteAllBytes(FilePath, SealedFile.Seal([1, 2, 3], 3, header, Passphrase));

        var error = Refused(ErrorId.BackupTooNew, () => Restore());

        Assert.Contains("schema " + (SchemaMigrations.All.Count + 1), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_authentic_file_with_other_content_is_no_backup()
    {
        var header = new BackupHeader { Version = 1, Schema = 5, CreatedAt = SetClock.Start, Connections = 1, KeyDerivation = Cheap, Cipher = "", Nonce = [] };
        File.WriteAllBytes(FilePath, SealedFile.Seal([1, 2, 3], 3, header, Passphrase));

        Refused(ErrorId.BackupUnreadable, () => Restore());
    }

    [Fact]
    public async Task A_backup_during_runs_is_consistent()
    {
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            using var store = new StateStore(first.Location, new SetClock());
            using var journal = store.OpenJournal(contoso.Id);
            var number = 100;
            while (!stop.IsCancellationRequested)
            {
                journal.Apply([new StateChange.LinkSaved(Link(number))], []);
                journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);
                number++;
            }
        });
        await Task.Run(() => SpinWait.SpinUntil(() => RunNumber(first) > 3, TimeSpan.FromSeconds(30)));
        Backup();
        await stop.CancelAsync();
        await writer;

        Restore();

        // Each run was saved after one link, so a consistent state has at most one link more than runs.
        var runs = RunNumber(second);
        var links = Links(second, contoso).Count(l => l.AccountId is not ("account1" or "account2"));
        Assert.InRange(runs, 4, RunNumber(first));
        Assert.InRange(links, runs - 1, runs);
        Assert.Equal("ok", Raw(second, database => database.Query("PRAGMA integrity_check", row => row.GetString(0)))[0]);
    }

    [Fact]
    public void Secrets_that_cannot_be_decrypted_do_not_prevent_a_backup()
    {
        Raw(first, database => database.Run("UPDATE connections SET secrets = x'0102' WHERE name = 'Fabrikam'"));
        Raw(first, database => database.Run("INSERT INTO connections (id, name, name_key, tenant_key, address_key, settings) VALUES ('x', 'Odd', 'ODD', 't', 'a', '{')"));

        var written = Backup();
        Restore();

        Assert.Equal([("Contoso", true), ("Fabrikam", false), ("Odd", false)], written.Connections.Select(c => (c.Name, c.HasSecrets)));
        Assert.Null(written.Connections[2].Settings);
        Assert.Equal(Secret, second.Store.ReadSecrets(contoso).ClientSecret);
        Refused(ErrorId.SecretUnreadable, () => second.Store.ReadSecrets(fabrikam));
        Assert.NotNull(second.Store.FindConnection("Odd")!.Damage);
    }

    [Fact]
    public void An_older_backup_is_recognised_on_the_machine_that_made_it()
    {
        Save(first, contoso);
        Backup();
        Save(first, contoso);
        Save(first, contoso);
        first.Store.Dispose();
        File.Delete(first.Location.Database);

        long missing;
        using (var open = BackupAt(FilePath, first).Open(Passphrase))
        {
            missing = open.CountMissingRuns(open.Content.Connections[0]);
            open.Restore();
        }

        Assert.Equal(2, missing);
        using var store = new StateStore(first.Location, first.Clock);
        using var journal = store.OpenJournal(contoso.Id);
        Assert.True(journal.LoadStart().WasRolledBack);
        Assert.Null(store.FindLoss());
        Assert.Equal(Secret, store.ReadSecrets(contoso).ClientSecret);
    }

    [Fact]
    public void Files_left_by_a_killed_process_do_not_prevent_a_backup()
    {
        Backup();
        Directory.CreateDirectory(second.Location.Folder);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(second.Location.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(second.Location.Folder, "state.draft.db"), "half of it");
        File.WriteAllText(Path.Combine(second.Location.Folder, "state.draft.db-wal"), "half of it");

        Restore();

        Assert.Equal(2, second.Store.ListNames().Count);
        Assert.Empty(Drafts(second));
    }

    [UnixFact]
    public void A_state_that_is_moved_while_it_is_open_gets_no_more_writes()
    {
        using var journal = first.Store.OpenJournal(contoso.Id);
        journal.Apply([new StateChange.LinkSaved(Link(3))], []);
        var moved = first.Location.Folder + "-moved";
        Directory.Move(first.Location.Folder, moved);

        var error = Refused(ErrorId.StateMoved, () => journal.Begin([Intent()]));

        Assert.Contains(first.Location.Database, error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorId.StateVanished, first.Store.FindLoss()!.Id);
        Refused(ErrorId.StateVanished, () => first.Store.OpenJournal(contoso.Id));
        Assert.False(File.Exists(first.Location.Database));
        Directory.Move(moved, first.Location.Folder);
        // After it was moved back, the state is used again with all its data.
        Assert.Equal(3, Links(first, contoso).Count);
        Assert.Equal(2, first.Store.ListNames().Count);
    }

    private static void Save(StateFixture state, ConnectionSettings connection, params AccountLink[] links)
    {
        using var journal = state.Store.OpenJournal(connection.Id);
        journal.Apply(links.Select(link => new StateChange.LinkSaved(link)).ToList(), []);
        journal.SaveRun(
            Run(SetClock.Start),
            ConnectionHealth.New with { Relinked = true },
            new PauseRecord { RunId = Guid.NewGuid(), At = SetClock.Start, RefusedKeys = ["key"], Reason = Messages.Texts.ReasonDeleted },
            new ProgressChange { Progress = new SyncProgress { LastFullAt = SetClock.Start, Scope = "scope" }, PendingRetries = [] });
    }

    private static IReadOnlyList<AccountLink> Links(StateFixture state, ConnectionSettings connection)
    {
        using var journal = state.Store.OpenJournal(connection.Id);
        return journal.Load(default).Links;
    }

    private static int RunNumber(StateFixture state) => (int)Raw(state, database => database.Number("SELECT run_number FROM connections WHERE name = 'Contoso'"));

    private static T Raw<T>(StateFixture state, Func<SqliteConnection, T> work)
    {
        SqliteNative.EnsureLoaded();
        using var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadWrite);
        return work(raw);
    }

    private static void Raw(StateFixture state, Action<SqliteConnection> work) => Raw(state, database =>
    {
        work(database);
        return true;
    });

    private static Dictionary<string, string[]> Dump(StateFixture state) => Raw(state, database =>
        database.Query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", row => row.GetString(0)).ToDictionary(table => table, table =>
        {
            var columns = database.Query("SELECT name FROM pragma_table_info($1)", row => row.GetString(0), table);
            return database.Query($"SELECT {string.Join(" || '|' || ", columns.Select(c => $"quote({c})"))} FROM {table}", row => row.GetString(0)).Order(StringComparer.Ordinal).ToArray();
        }));

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static IEnumerable<string> Drafts(StateFixture state) =>
        Directory.Exists(state.Location.Folder) ? Directory.GetFiles(state.Location.Folder, "state.draft.db*") : [];

    private static BackupFile BackupAt(string path, StateFixture state) => new(path, state.Location, state.Clock, Cheap);

    private BackupContent Backup(bool overwrite = false) => BackupAt(FilePath, first).Write(Passphrase, overwrite);

    private void Restore()
    {
        using var open = BackupAt(FilePath, second).Open(Passphrase);
        open.Restore();
    }

    // An hour later as soon as the copy has content.
    private sealed class CopyClock(string copy) : IClock
    {
        public DateTimeOffset UtcNow => File.Exists(copy) && new FileInfo(copy).Length > 0 ? SetClock.Start.AddHours(1) : SetClock.Start;

        public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) => Task.CompletedTask;

        public void CancelAfter(CancellationTokenSource source, TimeSpan time) => source.CancelAfter(time);
    }
}
