using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

public sealed class StateFolderTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private readonly StateFixture state = new();

    public void Dispose() => state.Dispose();

    [UnixFact]
    public void Folders_and_files_are_private_to_their_owner()
    {
        var connection = Connection();
        state.Store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = "token" });
        using var journal = state.Store.OpenJournal(connection.Id);
        journal.Load(default);

        foreach (var folder in new[] { state.Location.Folder, state.Location.KeyFolder })
        {
            Assert.Equal(Private, Mode(folder));
            var files = Directory.GetFiles(folder);
            Assert.NotEmpty(files);
            Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(file)));
        }

        Assert.Contains(Directory.GetFiles(state.Location.Folder), file => file.EndsWith("-wal", StringComparison.Ordinal));
    }

    [UnixFact]
    public void A_folder_and_a_database_of_ours_open_to_others_are_made_private()
    {
        state.Store.SaveConnection(Connection(), null);
        state.Store.Dispose();
        SetMode(state.Location.Folder, Private | Others);
        SetMode(state.Location.Database, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        using var store = new StateStore(state.Location, state.Clock);
        var connection = Assert.Single(store.ListConnections());
        store.FindLoss();
        using (var journal = store.OpenJournal(connection.Id))
            journal.Load(default);
        // A read changes no permissions.
        Assert.Equal(Private | Others, Mode(state.Location.Folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead, Mode(state.Location.Database));

        store.SaveConnection(connection, null);

        Assert.Equal(Private, Mode(state.Location.Folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(state.Location.Database));
    }

    [UnixTheory]
    [InlineData("index.html", 0x1EDu)] // 0755
    [InlineData("index.html", 0x1C0u)] // 0700
    [InlineData("sandbox/index.html", 0x1EDu)]
    [InlineData("state.db.bak", 0x1EDu)]
    [InlineData("logs/access.log", 0x1EDu)]
    public void A_folder_with_other_files_is_refused_and_unchanged(string file, uint mode)
    {
        var path = Path.Combine(state.Location.Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "theirs");
        Owners.SetMode(state.Location.Folder, mode);

        foreach (var use in new Action[]
        {
            () => state.Store.ListConnections(),
            () => state.Store.FindLoss(),
            () => state.Store.SaveConnection(Connection(), null),
            () => RunLockFiles.TryAcquire(state.Location, Connection(), new RunLockHolder { Mode = SyncMode.Full, Since = SetClock.Start }),
            () => state.Store.SaveConnection(Connection(), new ConnectionSecrets { PasswordBossToken = "token" }),
            () => state.Store.ListConnections(),
        })
        {
            var error = Refused(ErrorId.StateFolderUnusable, use);
            Assert.Contains("The folder " + state.Location.Folder + " cannot be used for the state: it is not empty and contains no state of the connector.", error.Message, StringComparison.Ordinal);
            Assert.Contains("an empty folder", error.Recommendation.Render(), StringComparison.Ordinal);
        }

        Assert.Equal(mode, UnixFile.Find(state.Location.Folder)!.Value.Mode & 0xFFF);
        Assert.Single(Directory.GetFileSystemEntries(state.Location.Folder));
    }

    [RootFact]
    public void A_file_of_another_user_with_our_file_name_does_not_make_a_folder_ours()
    {
        Directory.CreateDirectory(state.Location.Folder);
        Owners.SetMode(state.Location.Folder, 0x3FF); // 1777, as /tmp
        File.WriteAllText(state.Location.Database, "");
        Owners.Give(state.Location.Database, 65534);

        Refused(ErrorId.StateFolderUnusable, () => state.Store.ListConnections());
        Refused(ErrorId.StateFolderUnusable, () => state.Store.SaveConnection(Connection(), null));

        Assert.Equal(0x3FFu, UnixFile.Find(state.Location.Folder)!.Value.Mode & 0xFFF);
    }

    [UnixTheory]
    [InlineData(false)]
    [InlineData(true)] // The root of a new file system.
    public void An_empty_folder_is_made_private_by_the_first_write(bool isMount)
    {
        Directory.CreateDirectory(isMount ? Path.Combine(state.Location.Folder, "lost+found") : state.Location.Folder);
        Owners.SetMode(state.Location.Folder, 0x1ED);

        Assert.Empty(state.Store.ListConnections());
        Assert.Null(state.Store.FindLoss());
        Assert.Equal(0x1EDu, UnixFile.Find(state.Location.Folder)!.Value.Mode & 0xFFF);

        state.Store.SaveConnection(Connection(), null);
        Assert.Equal(Private, Mode(state.Location.Folder));
    }

    [UnixTheory]
    [InlineData("state.damaged-20260304T050607Z.db")]
    [InlineData("run-0a1b.lock")]
    [InlineData("sandbox/620259c65d554c41a1747fc0bcea04f0.json")]
    public void A_folder_with_the_remains_of_a_state_is_accepted_without_its_database(string file)
    {
        var path = Path.Combine(state.Location.Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");

        Assert.Empty(state.Store.ListConnections());
        state.Store.SaveConnection(Connection(), null);
        Assert.Single(state.Store.ListConnections());
    }

    [UnixFact]
    public void A_witness_folder_with_other_files_is_unchanged()
    {
        var connection = Connection();
        state.Store.SaveConnection(connection, null);
        Directory.CreateDirectory(state.Location.WitnessFolder);
        File.WriteAllText(Path.Combine(state.Location.WitnessFolder, "index.html"), "theirs");
        Owners.SetMode(state.Location.WitnessFolder, 0x1ED);

        new Witness(state.Location, connection.Id).TryWrite(new WitnessRecord(1, 1, []));

        Assert.Equal(0x1EDu, UnixFile.Find(state.Location.WitnessFolder)!.Value.Mode & 0xFFF);
        Assert.Single(Directory.GetFileSystemEntries(state.Location.WitnessFolder));
        Assert.Contains("contains no state", Witness.FindProblem(state.Location)!.Render(), StringComparison.Ordinal);
    }

    [UnixFact]
    public void A_link_in_place_of_a_folder_is_refused_and_its_target_unchanged()
    {
        var target = Path.Combine(state.Root, "target");
        Directory.CreateDirectory(target);
        SetMode(target, Private | Others);
        foreach (var place in new[] { state.Location.Folder, state.Location.KeyFolder })
        {
            // With a slash or dots behind it, it is the same link.
            foreach (var home in new[] { place, place + "/", place + "/." })
            {
                Directory.CreateSymbolicLink(place, target);
                var surroundings = new Home(home);
                var folder = place == state.Location.Folder ? StateLocation.For(surroundings).Folder : state.Location.Folder;
                using var store = new StateStore(new StateLocation(folder, state.Location.KeyFolder, isMachineWide: true), state.Clock);

                var error = Refused(ErrorId.StateFolderUnusable, () => store.SaveConnection(Connection(), new ConnectionSecrets { PasswordBossToken = "token" }));

                Assert.Contains(place + " cannot be used for the state: it is a link.", error.Message, StringComparison.Ordinal);
                Assert.Equal(Private | Others, Mode(target));
                Assert.Empty(Directory.GetFileSystemEntries(target));
                File.Delete(place);
                if (Directory.Exists(state.Location.KeyFolder))
                    Directory.Delete(state.Location.KeyFolder, recursive: true);
                if (Directory.Exists(state.Location.Folder))
                    Directory.Delete(state.Location.Folder, recursive: true);
            }
        }

        // A link that points nowhere creates nothing.
        Directory.CreateSymbolicLink(state.Location.Folder, Path.Combine(state.Root, "nowhere"));
        Refused(ErrorId.StateFolderUnusable, () => state.Store.ListConnections());
        Refused(ErrorId.StateFolderUnusable, () => state.Store.SaveConnection(Connection(), null));
        Assert.False(Directory.Exists(Path.Combine(state.Root, "nowhere")));
    }

    [UnixTheory]
    [InlineData(0x1FF, true)] // 0777
    [InlineData(0x3FF, false)] // 1777
    [InlineData(0x1ED, false)] // 0755
    public void The_parent_folders_are_checked_before_anything_is_written(uint mode, bool refused)
    {
        var above = Path.Combine(state.Root, "above");
        Directory.CreateDirectory(Path.Combine(above, "inner"));
        Owners.SetMode(above, mode);
        using var store = new StateStore(new StateLocation(above + "/inner/state", above + "/inner/keys", isMachineWide: true), state.Clock);

        if (refused)
        {
            var error = Refused(ErrorId.StateFolderUnusable, () => store.SaveConnection(Connection(), new ConnectionSecrets { PasswordBossToken = "token" }));
            Assert.Contains("other users can write to " + above + " (mode 0777)", error.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(above + "/inner"));
            return;
        }

        store.SaveConnection(Connection(), new ConnectionSecrets { PasswordBossToken = "token" });
        Assert.Single(store.ListConnections());
    }

    [RootFact]
    public void A_parent_folder_of_another_user_is_refused()
    {
        var above = Path.Combine(state.Root, "above");
        Directory.CreateDirectory(above);
        Owners.Give(above, 65534);
        using var store = new StateStore(new StateLocation(above + "/state", above + "/keys", isMachineWide: true), state.Clock);

        var error = Refused(ErrorId.StateFolderUnusable, () => store.SaveConnection(Connection(), null));

        Assert.Contains(above + " belongs to another user (65534)", error.Message, StringComparison.Ordinal);
        // Write access would not help.
        Assert.DoesNotContain("write access", error.Recommendation.Render(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(above));
    }

    [UnixFact]
    public void Created_parent_folders_are_writable_only_by_their_owner()
    {
        using var store = new StateStore(new StateLocation(state.Root + "/a/b/state", state.Root + "/a/b/keys", isMachineWide: true), state.Clock);
        store.SaveConnection(Connection(), null);

        foreach (var folder in new[] { "/a", "/a/b" })
            Assert.Equal(default, Mode(state.Root + folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
    }

    [UnixTheory]
    [InlineData("link")]
    [InlineData("owner")]
    public void Files_planted_in_an_open_folder_are_refused_and_unchanged(string planted)
    {
        if (planted == "owner" && !Environment.IsPrivilegedProcess)
            return;
        Directory.CreateDirectory(state.Location.Folder);
        SetMode(state.Location.Folder, Private | Others);
        var victim = Path.Combine(state.Root, "victim");
        File.WriteAllText(victim, "precious");
        SetMode(victim, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        if (planted == "link")
        {
            File.CreateSymbolicLink(state.Location.Database, victim);
        }
        else
        {
            File.Copy(victim, state.Location.Database);
            Owners.Give(state.Location.Database, 65534);
        }

        Refused(ErrorId.StateFolderUnusable, () => state.Store.SaveConnection(Connection(), null));
        // They are refused even after the folder is closed.
        Refused(ErrorId.StateFolderUnusable, () => state.Store.SaveConnection(Connection(), null));

        Assert.Equal("precious", File.ReadAllText(state.Location.Database));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.OtherRead, Mode(planted == "link" ? victim : state.Location.Database));
    }

    [UnixFact]
    public void A_folder_of_another_user_is_refused_and_unchanged()
    {
        Directory.CreateDirectory(state.Location.Folder);
        SetMode(state.Location.Folder, Private | Others);
        var facts = UnixFile.Find(state.Location.Folder)!.Value with { Owner = 4711 };

        var error = Refused(ErrorId.StateFolderUnusable, () => PrivateFolder.KeepPrivate(state.Location.Folder, UnixFile.EffectiveUser, facts));

        Assert.Contains("4711", error.Message, StringComparison.Ordinal);
        Assert.Equal(Private | Others, Mode(state.Location.Folder));
    }

    [RootFact]
    public async Task Root_does_not_use_the_folder_of_another_user()
    {
        SetMode(state.Root, Private | Others | UnixFileMode.StickyBit);
        using (var other = SecondProcess.Start(withoutRights: true, "save", state.Location.Folder, state.Location.KeyFolder, "theirs"))
            Assert.Equal("saved", await other.ReadLineAsync());
        var before = Directory.GetFiles(state.Location.Folder).Select(file => (file, File.GetLastWriteTimeUtc(file))).ToArray();

        var error = Refused(ErrorId.StateFolderUnusable, () => state.Store.SaveConnection(Connection(), new ConnectionSecrets()));

        Assert.Contains("65534", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(state.Location.Folder).Select(file => (file, File.GetLastWriteTimeUtc(file))));
    }

    [RootFact]
    public async Task Another_user_gets_an_error_and_writes_nothing()
    {
        state.Store.SaveConnection(Connection(), new ConnectionSecrets { PasswordBossToken = "token" });
        SetMode(state.Root, Private | Others | UnixFileMode.StickyBit);

        // Root's folder cannot be entered; a folder that cannot be written; a parent that cannot be written.
        using (var other = SecondProcess.Start(withoutRights: true, "save", state.Location.Folder, state.Location.KeyFolder, "theirs"))
            Assert.StartsWith("StateFolderUnusable: ", await other.ReadLineAsync(), StringComparison.Ordinal);

        using (var other = SecondProcess.Start(withoutRights: true, "list", state.Location.Folder, state.Location.KeyFolder))
            Assert.StartsWith("StateFolderUnusable: ", await other.ReadLineAsync(), StringComparison.Ordinal);

        var closed = Path.Combine(state.Root, "closed");
        Directory.CreateDirectory(closed);
        using (var other = SecondProcess.Start(withoutRights: true, "save", Path.Combine(closed, "state"), Path.Combine(state.Root, "k"), "theirs"))
            Assert.StartsWith("StateFolderUnusable: ", await other.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(closed));
    }

    [RootFact]
    public async Task A_folder_that_became_read_only_is_reported_and_not_treated_as_damage()
    {
        SetMode(state.Root, Private | Others | UnixFileMode.StickyBit);
        using (var other = SecondProcess.Start(withoutRights: true, "save", state.Location.Folder, state.Location.KeyFolder, "theirs"))
            Assert.Equal("saved", await other.ReadLineAsync());
        SetMode(state.Location.Folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        SetMode(state.Location.Database, UnixFileMode.UserRead);
        var before = ReadAllBytes(state.Location.Database);

        using (var other = SecondProcess.Start(withoutRights: true, "save", state.Location.Folder, state.Location.KeyFolder, "second"))
            Assert.StartsWith("StateFolderUnusable: ", await other.ReadLineAsync(), StringComparison.Ordinal);
        // The connections can still be listed.
        using (var other = SecondProcess.Start(withoutRights: true, "list", state.Location.Folder, state.Location.KeyFolder))
            Assert.Equal("theirs", await other.ReadLineAsync());

        Assert.Equal(before, ReadAllBytes(state.Location.Database));
        Assert.Equal(new[] { "state.db" }, Directory.GetFiles(state.Location.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_in_place_of_the_folder_is_refused()
    {
        File.WriteAllText(state.Location.Folder, "a file");

        Refused(ErrorId.StateFolderUnusable, () => state.Store.ListConnections());
        Refused(ErrorId.StateFolderUnusable, () => state.Store.SaveConnection(Connection(), null));

        Assert.Equal("a file", File.ReadAllText(state.Location.Folder));
    }

    [Fact]
    public void A_file_in_place_of_a_parent_is_refused()
    {
        var file = Path.Combine(state.Root, "file");
        File.WriteAllText(file, "a file");
        using var store = new StateStore(new StateLocation(Path.Combine(file, "state"), Path.Combine(file, "keys"), isMachineWide: false), state.Clock);

        Refused(ErrorId.StateFolderUnusable, () => store.SaveConnection(Connection(), null));
        Assert.Equal("a file", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("nfs4", true)]
    [InlineData("cifs", true)]
    [InlineData("SMB3", true)]
    [InlineData("fuse.sshfs", true)]
    [InlineData("ext4", false)]
    [InlineData("overlay", false)]
    [InlineData("tmpfs", false)]
    [InlineData("apfs", false)]
    public void Network_file_systems_are_recognised(string type, bool expected) => Assert.Equal(expected, MountTable.IsNetwork(type));

    [Theory]
    [InlineData(0, 58, "nfs4")]
    [InlineData(8, 1, "ext4")]
    [InlineData(8, 2, null)]
    public void The_file_system_type_is_found_by_the_device(uint major, uint minor, string? expected)
    {
        const string Text = """
            24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            97 24 0:58 / /mnt/with\040space rw,relatime shared:52 master:3 - nfs4 server:/export rw,vers=4.2
            """;
        Assert.Equal(expected, MountTable.TypeOf(new StringReader(Text), major, minor));
    }

    [Fact]
    public void The_folder_for_temporary_files_is_not_a_network_file_system() => Assert.Null(MountTable.FindNetworkType(Path.GetTempPath()));

    private sealed class Home(string home) : StateLocation.Surroundings
    {
        public override string? Variable(string name) => name == StateLocation.HomeVariable ? home : base.Variable(name);
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }
}
