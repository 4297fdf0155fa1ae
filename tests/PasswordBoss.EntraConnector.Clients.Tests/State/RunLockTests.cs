using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Locks;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

public sealed class RunLockTests : IDisposable
{
    private const string Tenant = "contoso.com";
    private const string Address = "https://scim.example.com/v2";
    private readonly StateFixture state = new();

    private string Folder => state.Location.Folder;

    public void Dispose() => state.Dispose();

    [Fact]
    public void One_run_at_a_time_within_a_process()
    {
        using (var first = TakeLock(Tenant, Address))
        {
            Assert.NotNull(first);
            Assert.Null(TakeLock(Tenant, Address));
            Assert.Null(TakeLock("CONTOSO.com", "HTTPS://scim.EXAMPLE.com:443/v2/"));
        }

        using var after = TakeLock(Tenant, Address);
        Assert.NotNull(after);
    }

    [Fact]
    public void Other_connections_run_at_the_same_time()
    {
        using var first = TakeLock(Tenant, Address);
        using var otherTenant = TakeLock("fabrikam.com", Address);
        using var otherAddress = TakeLock(Tenant, Address + "/other");

        Assert.NotNull(first);
        Assert.NotNull(otherTenant);
        Assert.NotNull(otherAddress);
    }

    [Fact]
    public void The_file_name_does_not_reveal_the_connection()
    {
        using var taken = TakeLock(Tenant, Address);

        Assert.Matches("^run-[0-9a-f]{64}\\.lock$", Path.GetFileName(LockFile));
    }

    [UnixFact]
    public void Only_the_owner_can_open_the_lock()
    {
        using var taken = TakeLock(Tenant, Address);

        Assert.Equal(Folder, Path.GetDirectoryName(LockFile));
        Assert.False(UnixFile.Find(Folder)!.Value.IsOpenToOthers);
        Assert.False(UnixFile.Find(LockFile)!.Value.IsOpenToOthers);
    }

    [Fact]
    public async Task A_second_process_holds_the_lock_until_it_is_killed()
    {
        using var other = SecondProcess.Start("lock", Folder, Tenant, Address);
        Assert.Equal("held", await other.ReadLineAsync());
        Assert.Null(TakeLock(Tenant, Address));

        other.Kill();

        using var taken = TakeLock(Tenant, Address);
        Assert.NotNull(taken);
    }

    [Fact]
    public async Task A_second_process_is_refused_while_this_one_holds_the_lock()
    {
        using var taken = TakeLock(Tenant, Address);
        using var other = SecondProcess.Start("lock", Folder, Tenant, Address);

        Assert.Equal("refused", await other.ReadLineAsync());
    }

    [Fact]
    public async Task A_refused_process_can_read_the_lock_holder()
    {
        Assert.Null(Holder());
        using (var other = SecondProcess.Start("lock", Folder, Tenant, Address))
        {
            Assert.Equal("held", await other.ReadLineAsync());
            var theirs = Holder()!;
            Assert.EndsWith(" " + other.Id, theirs.Process, StringComparison.Ordinal);
            Assert.Equal((SyncMode.Incremental, null), (theirs.Mode, theirs.Until));
            Assert.InRange(theirs.Since, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
        }

        // A killed process leaves its note. The next holder overwrites the note, and removes its own one.
        var until = SetClock.Start.AddHours(1);
        using (var ours = TakeLock(Tenant, Address)!)
        {
            Assert.EndsWith(" " + Environment.ProcessId, Holder()!.Process, StringComparison.Ordinal);
            ours.Describe(new RunLockHolder { Mode = SyncMode.Full, Since = SetClock.Start, Until = until });
            var reported = Holder()!;
            Assert.Equal((SyncMode.Full, SetClock.Start, (DateTimeOffset?)until), (reported.Mode, reported.Since, reported.Until));
        }

        Assert.Null(Holder());
    }

    [Fact]
    public void A_lock_released_twice_writes_to_no_other_file()
    {
        var taken = TakeLock(Tenant, Address)!;
        taken.Dispose();
        // On Unix the new file gets the file descriptor of the lock.
        var path = Path.Combine(state.Root, "other");
        using (var other = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite))
            taken.Dispose();

        Assert.Empty(File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("no text that means anything")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"process\":7,\"mode\":\"Full\",\"since\":\"2026-01-01T00:00:00Z\"}")]
    [InlineData("{\"process\":\"x\",\"mode\":\"Other\",\"since\":\"2026-01-01T00:00:00Z\"}")]
    [InlineData("{\"process\":\"x\",\"mode\":\"Full\",\"since\":\"yesterday\"}")]
    public void An_unreadable_note_names_no_holder(string note)
    {
        TakeLock(Tenant, Address)!.Dispose();
        File.WriteAllText(LockFile, note);

        Assert.Null(Holder());
        using var taken = TakeLock(Tenant, Address);
        Assert.NotNull(Holder());
    }

    [RootFact]
    public async Task Another_user_can_neither_hold_nor_replace_the_lock()
    {
        // A user whose store is in a shared folder.
        Owners.SetMode(state.Root, 0x3FF);
        TakeLock(Tenant, Address)!.Dispose();

        using (var theirs = SecondProcess.Start(withoutRights: true, "lock", Folder, Tenant, Address))
            Assert.StartsWith("StateFolderUnusable: ", await theirs.ReadLineAsync(), StringComparison.Ordinal);
        Assert.NotEqual(0, WithoutRights("flock", "--nonblock", LockFile, "true"));
        Assert.NotEqual(0, WithoutRights("mkfifo", Path.Combine(Folder, "run-x.lock")));
        Assert.NotEqual(0, WithoutRights("mv", Folder, Folder + ".aside"));

        using var ours = TakeLock(Tenant, Address);
        Assert.NotNull(ours);
    }

    [RootFact]
    public async Task Two_users_with_two_stores_run_at_the_same_time()
    {
        Owners.SetMode(state.Root, 0x3FF);
        using var ours = TakeLock(Tenant, Address);
        using var theirs = SecondProcess.Start(withoutRights: true, "lock", Path.Combine(state.Root, "theirs"), Tenant, Address);

        Assert.NotNull(ours);
        Assert.Equal("held", await theirs.ReadLineAsync());
    }

    [UnixFact]
    public void A_link_in_place_of_a_lock_is_refused_and_its_target_unchanged()
    {
        TakeLock(Tenant, Address)!.Dispose();
        var file = LockFile;
        var victim = Path.Combine(state.Root, "victim");
        File.WriteAllText(victim, "precious");
        File.Delete(file);
        File.CreateSymbolicLink(file, victim);

        IsOfFile(file, "it is a link.", Refused(ErrorId.StateFolderUnusable, () => TakeLock(Tenant, Address)));
        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Null(Holder());
        // A link that points nowhere creates nothing.
        File.Delete(victim);
        Refused(ErrorId.StateFolderUnusable, () => TakeLock(Tenant, Address));
        Assert.False(File.Exists(victim));
    }

    [UnixFact]
    public async Task A_pipe_in_place_of_a_lock_is_refused_at_once()
    {
        TakeLock(Tenant, Address)!.Dispose();
        var file = LockFile;
        File.Delete(file);
        using (var make = System.Diagnostics.Process.Start("mkfifo", [file]))
            await make.WaitForExitAsync();

        // No process writes to the pipe, so an open that waits would wait for ever.
        var error = await Task.Run(() => Refused(ErrorId.StateFolderUnusable, () => TakeLock(Tenant, Address))).WaitAsync(TimeSpan.FromSeconds(30));
        IsOfFile(file, "a pipe, a folder or a device is in its place.", error);
        Assert.Null(await Task.Run(Holder).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [RootFact]
    public void A_lock_of_another_user_is_refused()
    {
        TakeLock(Tenant, Address)!.Dispose();
        // A user who could write to the folder left it there.
        Owners.SetMode(Folder, 0x1FF);
        File.WriteAllText(state.Location.Database, "");
        var file = LockFile;
        Owners.Give(file, 65534);

        IsOfFile(file, "it belongs to another user (65534).", Refused(ErrorId.StateFolderUnusable, () => TakeLock(Tenant, Address)));
        // It is refused even after the folder is closed.
        IsOfFile(file, "it belongs to another user (65534).", Refused(ErrorId.StateFolderUnusable, () => TakeLock(Tenant, Address)));
    }

    [UnixFact]
    public void A_link_in_place_of_the_folder_is_refused()
    {
        var elsewhere = Path.Combine(state.Root, "elsewhere");
        Directory.CreateDirectory(elsewhere);
        Owners.SetMode(elsewhere, 0x1ED);
        Directory.CreateSymbolicLink(Folder, elsewhere);

        Refused(ErrorId.StateFolderUnusable, () => TakeLock(Tenant, Address));
        Assert.Empty(Directory.GetFileSystemEntries(elsewhere));
        Assert.Equal(0x1EDu, UnixFile.Find(elsewhere)!.Value.Mode & 0xFFF);
    }

    [Fact]
    public void A_file_in_place_of_the_lock_folder_is_reported()
    {
        File.WriteAllText(Folder, "");

        Refused(ErrorId.StateFolderUnusable, () => TakeLock(Tenant, Address));
    }

    [UnixFact]
    public void A_deleted_lock_file_does_not_admit_two_later_runs()
    {
        var abandoned = TakeLock(Tenant, Address);
        File.Delete(LockFile);

        using var second = TakeLock(Tenant, Address);
        Assert.NotNull(second);
        Assert.Null(TakeLock(Tenant, Address));
        abandoned!.Dispose();
        Assert.Null(TakeLock(Tenant, Address));
    }

    [Fact]
    public async Task Only_one_of_many_concurrent_attempts_gets_the_lock()
    {
        for (var round = 0; round < 20; round++)
        {
            var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => TakeLock(Tenant, Address + "/" + round))));
            Assert.Single(taken, one => one is not null);
            foreach (var one in taken)
                one?.Dispose();
        }
    }

    private static int WithoutRights(params string[] command)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", .. command]) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void IsOfFile(string file, string reason, ConnectorException error)
    {
        Assert.StartsWith("The file " + file + " cannot be used for the state: " + reason, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("Remove or move " + file, error.Recommendation.Render(), StringComparison.Ordinal);
    }

    private string LockFile => Assert.Single(Directory.GetFiles(Folder, "*.lock"));

    private RunLockHolder? Holder() => RunLockFiles.FindHolder(state.Location, Connection(tenant: Tenant, address: Address));

    private RunLock? TakeLock(string tenant, string address) =>
        RunLockFiles.TryAcquire(state.Location, Connection(tenant: tenant, address: address), new RunLockHolder { Mode = SyncMode.Incremental, Since = SetClock.Start });
}
