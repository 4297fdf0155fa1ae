using System;
using System.IO;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>A restored database is detected, a witness that cannot be trusted is ignored, and no run fails because of its witness.</summary>
public sealed class WitnessTests : IDisposable
{
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly StateFixture state = new();
    private readonly ConnectionSettings connection = Connection();
    private StateStore store;

    public WitnessTests()
    {
        store = new StateStore(state.Location, state.Clock);
        store.SaveConnection(connection, null);
    }

    private string WitnessFile => Path.Combine(state.Location.WitnessFolder, connection.Id.ToString("D") + ".json");

    public void Dispose()
    {
        store.Dispose();
        state.Dispose();
    }

    [Fact]
    public void A_restored_database_is_reported_until_a_run_is_saved()
    {
        SaveRun();
        var backup = Backup();
        SaveRun();
        SaveRun();
        Assert.False(With(journal => journal.LoadStart().WasRolledBack));

        RollBackTo(backup);

        Assert.True(With(journal => journal.LoadStart().WasRolledBack));
        // A read, as in a preview, changes nothing.
        Assert.True(With(journal => journal.LoadStart().WasRolledBack));
        SaveRun();
        Assert.False(With(journal => journal.LoadStart().WasRolledBack));
        Assert.Equal(4, RunNumber());
        SaveRun();
        Assert.Equal(5, RunNumber());

        // The same backup is restored again.
        RollBackTo(backup);
        Assert.True(With(journal => journal.LoadStart().WasRolledBack));
    }

    [Fact]
    public void Removals_missing_in_a_restored_database_count_again()
    {
        var old = new RemovalRecord { At = SetClock.Start.AddHours(-25) };
        var kept = new RemovalRecord { At = SetClock.Start.AddHours(-2) };
        var lost = new RemovalRecord { At = SetClock.Start.AddHours(-1) };
        var forced = lost with { Forced = true };
        var member = lost with { GroupId = "group \"é\"" };
        Remove(old, kept);
        SaveRun();
        var backup = Backup();
        Remove(kept, lost, lost, forced, member);
        SaveRun();

        RollBackTo(backup);

        // Two removals at the same time count as two.
        Assert.Equal(Sorted(old, kept, kept, lost, lost, forced, member), Removals(default));
        Assert.Equal(Sorted(lost, lost, forced, member), Removals(SetClock.Start.AddMinutes(-90)));
        SaveRun();
        Assert.Equal(Sorted(old, kept, kept, lost, lost, forced, member), Removals(default));
        SaveRun();
        Assert.Equal(7, Removals(default).Length);
    }

    [Fact]
    public void The_witness_adds_nothing_to_a_database_that_was_not_restored()
    {
        var removal = new RemovalRecord { At = SetClock.Start.AddYears(3) };
        Remove(removal);
        SaveRun();

        // A removal whose time was set back is not a missing removal.
        With(journal => journal.SetBackTimes(SetClock.Start));

        Assert.Equal([removal with { At = SetClock.Start }], Removals(default));
        SaveRun();
        Assert.Single(Removals(default));
    }

    [Fact]
    public void An_incomplete_run_leaves_the_restored_database_to_the_next_run()
    {
        var progress = new ProgressChange { Progress = new SyncProgress { Scope = "s", LastFullAt = SetClock.Start }, PendingRetries = [] };
        With(journal => journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, progress));
        var backup = Backup();
        SaveRun();
        Assert.False(With(journal => journal.LoadStart().Progress.FullNeeded));
        RollBackTo(backup);

        SaveRun();

        var start = With(journal => journal.LoadStart());
        Assert.Equal((false, true, "s"), (start.WasRolledBack, start.Progress.FullNeeded, start.Progress.Scope));
        RollBackTo(backup);
        With(journal => journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, progress));
        start = With(journal => journal.LoadStart());
        Assert.Equal((false, false), (start.WasRolledBack, start.Progress.FullNeeded));
    }

    [Fact]
    public void A_missing_witness_is_ignored_and_the_next_run_creates_it()
    {
        SaveRun();
        SaveRun();
        Directory.Delete(state.Location.WitnessFolder, recursive: true);

        Assert.False(With(journal => journal.LoadStart().WasRolledBack));
        Assert.Empty(With(journal => journal.Load(default).Removals));
        Assert.False(Directory.Exists(state.Location.WitnessFolder));
        SaveRun();
        Assert.Equal(3, Witnessed());
    }

    [Fact]
    public void Each_connection_has_a_witness_that_is_removed_with_it()
    {
        var other = Connection("Other");
        store.SaveConnection(other, null);
        SaveRun();
        using (var journal = store.OpenJournal(other.Id))
            journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);
        Assert.Equal(2, Directory.GetFiles(state.Location.WitnessFolder).Length);

        store.RemoveConnection(connection.Id);

        Assert.Equal([other.Id.ToString("D") + ".json"], Directory.GetFiles(state.Location.WitnessFolder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_lost_state_is_reported_and_not_treated_as_a_first_start()
    {
        Assert.Null(store.FindLoss());
        SaveRun();
        Assert.Null(store.FindLoss());

        Lose();

        var loss = store.FindLoss()!;
        Assert.Equal((ErrorId.StateVanished, state.Location.Database), (loss.Id, loss.Target));
        Assert.Contains("the files in " + state.Location.WitnessFolder + " show", loss.Render(), StringComparison.Ordinal);
        // A read creates no file.
        Assert.False(File.Exists(state.Location.Database));
        // The folder may be missing, too.
        store.Dispose();
        Directory.Delete(state.Location.Folder, recursive: true);
        store = new StateStore(state.Location, state.Clock);
        Assert.NotNull(store.FindLoss());
        store.SaveConnection(Connection(), null);
        Assert.Null(store.FindLoss());
    }

    // A crash of the machine can leave a file without content.
    [Fact]
    public void An_empty_file_in_place_of_the_database_is_a_lost_state()
    {
        SaveRun();
        Lose();
        File.WriteAllBytes(state.Location.Database, []);

        Assert.Equal(ErrorId.StateVanished, store.FindLoss()?.Id);
        Assert.Empty(store.ListNames());
        Assert.Empty(File.ReadAllBytes(state.Location.Database));
        store.SaveConnection(Connection(), null);
        Assert.Null(store.FindLoss());
        Assert.Single(store.ListNames());
    }

    [Fact]
    public void A_state_without_saved_runs_or_connections_is_not_lost()
    {
        Lose();
        Assert.Null(store.FindLoss());
        store.SaveConnection(connection, null);
        SaveRun();
        store.RemoveConnection(connection.Id);
        Lose();
        Assert.Null(store.FindLoss());
        // A file that another user could have written proves nothing.
        Directory.CreateDirectory(state.Location.WitnessFolder);
        File.WriteAllText(WitnessFile, "{}");
        Assert.Null(store.FindLoss());
    }

    [Fact]
    public void The_removals_of_a_lost_state_count_for_the_connection_that_replaces_it()
    {
        var removal = new RemovalRecord { At = SetClock.Start.AddHours(-1) };
        Remove(removal, removal);
        SaveRun();
        SaveRun();
        Lose();
        // The same pair in another notation, and another connection.
        var again = connection with { Id = Guid.NewGuid(), TenantId = connection.TenantId.ToUpperInvariant() };
        var other = Connection("Other");
        store.SaveConnection(again, null);
        store.SaveConnection(other, null);

        using (var journal = store.OpenJournal(other.Id))
        {
            var start = journal.LoadStart();
            Assert.Equal((false, false), (start.WasRolledBack, start.WasLost));
            Assert.Empty(journal.Load(default).Removals);
            journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);
        }

        using (var journal = store.OpenJournal(again.Id))
        {
            var start = journal.LoadStart();
            Assert.Equal((true, true), (start.WasRolledBack, start.WasLost));
            Assert.Equal([removal, removal], journal.Load(default).Removals);
            journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);
            start = journal.LoadStart();
            Assert.Equal((false, false), (start.WasRolledBack, start.WasLost));
            Assert.Equal([removal, removal], journal.Load(default).Removals);
        }

        // From now on the witness of the new connection contains the removals.
        Assert.False(File.Exists(WitnessFile));
        Assert.Equal(2, Directory.GetFiles(state.Location.WitnessFolder).Length);
    }

    [Fact]
    public void Only_the_first_run_searches_for_a_lost_state_and_a_removal_forgets_it()
    {
        SaveRun();
        // A process that died before it could delete the file of the state that its own replaces.
        var lost = Path.Combine(state.Location.WitnessFolder, Guid.NewGuid().ToString("D") + ".json");
        File.Copy(WitnessFile, lost);

        SaveRun();

        Assert.True(File.Exists(lost));
        Assert.Equal((false, false), With(journal => (journal.LoadStart().WasRolledBack, journal.LoadStart().WasLost)));
        store.RemoveConnection(connection.Id);
        Assert.Empty(Directory.GetFiles(state.Location.WitnessFolder));
    }

    [Fact]
    public void The_witness_of_a_stored_connection_that_had_other_sides_is_not_of_a_lost_state()
    {
        SaveRun();
        var former = connection.TenantId;
        store.SaveConnection(connection with { TenantId = Guid.NewGuid().ToString() }, null);
        var other = Connection("Other") with { TenantId = former, PasswordBossUri = connection.PasswordBossUri };
        store.SaveConnection(other, null);

        using (var journal = store.OpenJournal(other.Id))
        {
            Assert.False(journal.LoadStart().WasLost);
            journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);
        }

        Assert.Equal(1, Witnessed());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no text that means anything")]
    [InlineData("{\"format\":1,\"run\":99,\"schema\":3,\"removals\":[")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"run\":99,\"schema\":3,\"removals\":[]}")]
    [InlineData("{\"format\":2,\"run\":99,\"schema\":3,\"removals\":[]}")]
    [InlineData("{\"format\":1,\"run\":\"99\",\"schema\":3,\"removals\":[]}")]
    [InlineData("{\"format\":1,\"run\":-1,\"schema\":3,\"removals\":[]}")]
    [InlineData("{\"format\":1,\"run\":9223372036854775807,\"schema\":3,\"removals\":[]}")]
    [InlineData("{\"format\":1,\"run\":99e99,\"schema\":3,\"removals\":[]}")]
    [InlineData("{\"format\":1,\"run\":99,\"removals\":[]}")]
    [InlineData("{\"format\":1,\"run\":99,\"schema\":3}")]
    [InlineData("{\"format\":1,\"run\":99,\"schema\":3,\"removals\":{}}")]
    [InlineData("{\"format\":1,\"run\":99,\"schema\":3,\"removals\":[{\"at\":[-1]}]}")]
    [InlineData("{\"format\":1,\"run\":99,\"schema\":3,\"removals\":[{\"at\":[9223372036854775807]}]}")]
    [InlineData("{\"format\":1,\"run\":99,\"schema\":3,\"removals\":[{\"at\":7}]}")]
    [InlineData("{\"format\":1,\"run\":99,\"schema\":3,\"removals\":[{\"at\":[7],\"forced\":\"yes\"}]}")]
    public void An_unreadable_witness_is_ignored_and_rewritten(string content)
    {
        SaveRun();
        File.WriteAllText(WitnessFile, content);

        Assert.False(With(journal => journal.LoadStart().WasRolledBack));
        Assert.Empty(With(journal => journal.Load(default).Removals));
        SaveRun();
        Assert.Equal(2, Witnessed());
    }

    [Fact]
    public void A_readable_witness_is_used()
    {
        // The readable form of the texts above.
        SaveRun();
        File.WriteAllText(WitnessFile, "{\"format\":1,\"run\":99,\"schema\":3,\"removals\":[{\"at\":[7]}]}");

        Assert.True(With(journal => journal.LoadStart().WasRolledBack));
        Assert.Equal([new RemovalRecord { At = new DateTimeOffset(7, TimeSpan.Zero) }], Removals(default));
        SaveRun();
        Assert.Equal(100, Witnessed());
    }

    [Fact]
    public void A_witness_that_is_too_large_is_not_read()
    {
        SaveRun();
        using (var file = new FileStream(WitnessFile, FileMode.Create))
        {
            file.Write("{\"format\":1,\"run\":99,\"schema\":3,\"removals\":[]}"u8);
            file.Write(Enumerable.Repeat((byte)' ', 17 * 1024 * 1024).ToArray());
        }

        Assert.False(With(journal => journal.LoadStart().WasRolledBack));
        SaveRun();
        Assert.True(new FileInfo(WitnessFile).Length < 200);
    }

    [UnixFact]
    public void A_witness_is_private()
    {
        SaveRun();

        Assert.Equal(PrivateFile | UnixFileMode.UserExecute, Mode(state.Location.WitnessFolder));
        Assert.Equal(PrivateFile, Mode(WitnessFile));
        Assert.Equal([WitnessFile], Directory.GetFileSystemEntries(state.Location.WitnessFolder));
    }

    [UnixFact]
    public void A_witness_that_others_can_write_is_ignored_and_rewritten()
    {
        SaveRun();
        Lie(WitnessFile);
        Owners.SetMode(WitnessFile, 0x1B6);

        Assert.False(With(journal => journal.LoadStart().WasRolledBack));
        SaveRun();
        Assert.Equal((2, PrivateFile), (Witnessed(), Mode(WitnessFile)));
    }

    [UnixFact]
    public void A_witness_in_a_folder_that_others_can_write_is_ignored()
    {
        SaveRun();
        Lie(WitnessFile);
        Owners.SetMode(state.Location.WitnessFolder, 0x1FF);

        Assert.False(With(journal => journal.LoadStart().WasRolledBack));
        Assert.Equal((UnixFileMode)0x1FF, Mode(state.Location.WitnessFolder));
        SaveRun();
        Assert.Equal((2, PrivateFile | UnixFileMode.UserExecute), (Witnessed(), Mode(state.Location.WitnessFolder)));
    }

    [UnixFact]
    public void A_link_in_place_of_a_witness_is_not_followed()
    {
        SaveRun();
        var target = Path.Combine(state.Root, "target.json");
        Lie(target);
        var before = File.ReadAllText(target);
        File.Delete(WitnessFile);
        File.CreateSymbolicLink(WitnessFile, target);

        Assert.False(With(journal => journal.LoadStart().WasRolledBack));
        SaveRun();
        Assert.Equal((2, before), (Witnessed(), File.ReadAllText(target)));
        Assert.Null(new FileInfo(WitnessFile).LinkTarget);

        File.Delete(WitnessFile);
        File.CreateSymbolicLink(WitnessFile, target);
        store.RemoveConnection(connection.Id);
        Assert.Equal(before, File.ReadAllText(target));
        Assert.Empty(Directory.GetFileSystemEntries(state.Location.WitnessFolder));
    }

    [UnixFact]
    public void A_link_in_place_of_the_folder_is_not_followed()
    {
        var target = Path.Combine(state.Root, "target");
        Directory.CreateDirectory(target);
        Owners.SetMode(target, 0x1ED);
        Lie(Path.Combine(target, Path.GetFileName(WitnessFile)));
        Directory.CreateSymbolicLink(state.Location.WitnessFolder, target);

        Assert.False(With(journal => journal.LoadStart().WasRolledBack));
        SaveRun();
        store.RemoveConnection(connection.Id);

        Assert.Equal((UnixFileMode)0x1ED, Mode(target));
        Assert.Contains("99", File.ReadAllText(Assert.Single(Directory.GetFileSystemEntries(target))), StringComparison.Ordinal);
    }

    [RootFact]
    public void A_witness_of_another_user_is_ignored()
    {
        SaveRun();
        Lie(WitnessFile);
        ChangeOwner(WitnessFile);
        Assert.False(With(journal => journal.LoadStart().WasRolledBack));
        SaveRun();
        Assert.Equal(2, Witnessed());

        // Nothing is written to or removed from a folder of another user.
        Lie(WitnessFile);
        ChangeOwner(state.Location.WitnessFolder);
        Assert.False(With(journal => journal.LoadStart().WasRolledBack));
        SaveRun();
        store.RemoveConnection(connection.Id);
        Assert.Contains("99", File.ReadAllText(WitnessFile), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unwritable_witness_does_not_stop_a_run()
    {
        File.WriteAllText(state.Location.WitnessFolder, "a file");
        SaveRun();
        Assert.Equal("a file", File.ReadAllText(state.Location.WitnessFolder));

        File.Delete(state.Location.WitnessFolder);
        Directory.CreateDirectory(Path.Combine(WitnessFile, "a folder with something in it"));
        SaveRun();
        Assert.Equal(2, RunNumber());
        Assert.False(With(journal => journal.LoadStart().WasRolledBack));

        // A temporary file of a dead process does not prevent a write.
        Directory.Delete(WitnessFile, recursive: true);
        File.WriteAllText(WitnessFile + ".next", "half");
        SaveRun();
        Assert.Equal(3, Witnessed());
    }

    [Fact]
    public void Many_removals_stay_a_small_file()
    {
        Remove(Enumerable.Range(0, 10_000).Select(i => new RemovalRecord { At = SetClock.Start.AddSeconds(-i), GroupId = i % 2 == 0 ? "f10d1194-0000-4000-9000-000000000003" : null }).ToArray());
        SaveRun();

        Assert.InRange(new FileInfo(WitnessFile).Length, 100_000, 250_000);
    }

    private static RemovalRecord[] Sorted(params RemovalRecord[] removals) =>
        removals.OrderBy(r => r.At).ThenBy(r => r.GroupId, StringComparer.Ordinal).ThenBy(r => r.Forced).ToArray();

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static void Lie(string path)
    {
        File.WriteAllText(path, "{\"format\":1,\"run\":99,\"schema\":3,\"removals\":[]}");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, PrivateFile);
    }

    private static void ChangeOwner(string path)
    {
        using var chown = System.Diagnostics.Process.Start("chown", ["65534", path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    private RemovalRecord[] Removals(DateTimeOffset since) => Sorted(With(journal => journal.Load(since).Removals.ToArray()));

    private void Remove(params RemovalRecord[] removals) =>
        With(journal => journal.Apply(removals.Select(removal => new StateChange.RemovalCounted(removal)).ToArray(), []));

    private void SaveRun() => With(journal => journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null));

    private long Witnessed() => new Witness(state.Location, connection.Id).Read()!.RunNumber;

    private long RunNumber()
    {
        using var raw = StateDatabase.Connect(state.Location.Database, SqliteOpenMode.ReadOnly);
        return raw.Number("SELECT run_number FROM connections");
    }

    private void With(Action<ISyncJournal> act) => With(journal =>
    {
        act(journal);
        return true;
    });

    private T With<T>(Func<ISyncJournal, T> act)
    {
        using var journal = store.OpenJournal(connection.Id);
        return act(journal);
    }

    private void Lose()
    {
        store.Dispose();
        foreach (var file in Directory.GetFiles(state.Location.Folder))
            File.Delete(file);
        store = new StateStore(state.Location, state.Clock);
    }

    private byte[] Backup()
    {
        store.Dispose();
        var backup = File.ReadAllBytes(state.Location.Database);
        store = new StateStore(state.Location, state.Clock);
        return backup;
    }

    private void RollBackTo(byte[] backup)
    {
        store.Dispose();
        Assert.Equal(["state.db"], Directory.GetFiles(state.Location.Folder).Select(Path.GetFileName));
        File.WriteAllBytes(state.Location.Database, backup);
        store = new StateStore(state.Location, state.Clock);
    }
}
