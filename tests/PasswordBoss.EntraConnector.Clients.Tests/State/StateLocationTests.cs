using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Clients.Backups;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sandbox;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

public sealed class StateLocationTests
{
    [Theory]
    [InlineData(true, "/var/lib/passwordboss-entraconnector", "/etc/passwordboss-entraconnector/keys")]
    [InlineData(false, "/home/ada/.local/share/passwordboss-entraconnector", "/home/ada/.config/passwordboss-entraconnector/keys")]
    public void Root_uses_the_machine_store_on_Linux_and_each_other_user_their_own(bool root, string folder, string keys)
    {
        var location = StateLocation.For(new Given { Root = root });

        // On Windows the paths get its separators.
        Assert.Equal(folder, location.Folder.Replace('\\', '/'));
        Assert.Equal(keys, location.KeyFolder.Replace('\\', '/'));
        Assert.Equal(root, location.IsMachineWide);
        Assert.NotEqual(root, Assert.Single(location.Others).IsMachineWide);
    }

    [Theory]
    [InlineData("state", "state.db", true)]
    [InlineData("state", "STATE.DB-wal", true)]
    [InlineData("state", "run-1.lock", true)]
    [InlineData("state", "state.lock", true)]
    [InlineData("state", "state.draft.db", true)]
    [InlineData("state", "state.damaged-20260304T050607Z.db", true)]
    [InlineData("state/sandbox", "0.json", true)]
    [InlineData("keys", "key", true)]
    [InlineData("state.witness", "a", true)]
    [InlineData("", "state", true)]
    [InlineData("state", "sandbox", true)]
    [InlineData("", "state.witness", true)]
    [InlineData("", "keys", true)]
    [InlineData("state", "state.pbbackup", false)]
    [InlineData("other", "state.db", false)]
    public void A_file_of_the_user_does_not_replace_the_state(string folder, string name, bool refused)
    {
        var above = Path.GetTempPath();
        var location = new StateLocation(Path.Combine(above, "state"), Path.Combine(above, "keys"), isMachineWide: false);

        var error = Record.Exception(() => location.RefuseOwn(Path.Combine(above, folder, name)));

        Assert.Equal(refused ? ErrorId.FileUnusable : null, (error as ConnectorException)?.Id);
    }

    [Fact]
    public void No_file_that_the_store_has_created_is_replaced()
    {
        using var state = new StateFixture();
        var connection = Connection();
        state.Store.SaveConnection(connection, new ConnectionSecrets { PasswordBossToken = "token" });
        using (var journal = state.Store.OpenJournal(connection.Id))
            journal.SaveRun(Run(SetClock.Start), ConnectionHealth.New, null, null);
        using var taken = RunLockFiles.TryAcquire(state.Location, connection, new RunLockHolder { Mode = SyncMode.Full, Since = SetClock.Start });
        new SandboxTenant(SandboxLocation.PathOf(state.Location, Guid.NewGuid())).SetSecretExpired(false);
        using (StateDraft.Create(state.Location))
            RefusesAll();
        state.Store.Dispose();
        File.WriteAllText(state.Location.Database, "This is not a database.");
        using var store = new StateStore(state.Location, state.Clock);
        Refused(ErrorId.StateDamaged, () => store.ListNames());
        RefusesAll();

        void RefusesAll() => Assert.All(
            Directory.GetFiles(state.Root, "*", SearchOption.AllDirectories),
            file => Assert.Equal(file, Refused(ErrorId.FileUnusable, () => state.Location.RefuseOwn(file)).Problem.Target));
    }

    [Theory]
    [InlineData("state.db", true)]
    [InlineData("state", true)]
    [InlineData("run-0123", true)]
    [InlineData("own.log", false)]
    [InlineData("logs/passwordboss-sync.log", false)]
    public void Neither_a_log_nor_its_lock_is_a_file_of_the_state(string log, bool refused)
    {
        using var state = new StateFixture();

        var error = Record.Exception(() => state.Location.RefuseOwnLog(Path.Combine(state.Location.Folder, log)));

        Assert.Equal(refused ? ErrorId.FileUnusable : null, (error as ConnectorException)?.Id);
    }

    [UnixFact]
    public void A_link_to_the_folder_does_not_hide_its_files()
    {
        using var state = new StateFixture();
        state.Store.SaveConnection(Connection(), null);
        var link = Path.Combine(state.Root, "link");
        Directory.CreateSymbolicLink(link, state.Location.Folder);

        Refused(ErrorId.FileUnusable, () => state.Location.RefuseOwn(Path.Combine(link, "state.db")));
    }

    [Theory]
    [InlineData("/data", "/conf", "/data", "/conf")]
    [InlineData("data", "conf", "/home/ada/.local/share", "/home/ada/.config")]
    public void Absolute_XDG_folders_are_used(string data, string config, string expectedData, string expectedConfig)
    {
        var location = StateLocation.For(new Given { Variables = { ["XDG_DATA_HOME"] = data, ["XDG_CONFIG_HOME"] = config } });

        // Paths are joined as on the system of the test.
        Assert.Equal(expectedData + "/passwordboss-entraconnector", location.Folder.Replace('\\', '/'));
        Assert.Equal(expectedConfig + "/passwordboss-entraconnector/keys", location.KeyFolder.Replace('\\', '/'));
    }

    [Theory]
    [InlineData(true, "/Library/Application Support/PasswordBoss.EntraConnector")]
    [InlineData(false, "/home/ada/Library/Application Support/PasswordBoss.EntraConnector")]
    public void The_store_is_in_Application_Support_on_macOS(bool root, string folder)
    {
        var location = StateLocation.For(new Given { Mac = true, Root = root });

        Assert.Equal(folder, location.Folder.Replace('\\', '/'));
        Assert.Equal(folder + ".keys", location.KeyFolder.Replace('\\', '/'));
    }

    [Theory]
    [InlineData(true, "CommonApplicationData")]
    [InlineData(false, "LocalApplicationData")]
    public void Administrators_share_the_machine_store_on_Windows(bool administrator, string parent)
    {
        var location = StateLocation.For(new Given { Windows = true, Root = administrator });

        Assert.Equal(Path.Combine("/special/" + parent, "PasswordBoss.EntraConnector"), location.Folder);
        Assert.Equal(administrator, location.IsMachineWide);
    }

    [Theory]
    [InlineData("/srv/pb", "/srv/pb", "/srv/pb.keys")]
    [InlineData("/srv/pb/", "/srv/pb", "/srv/pb.keys")]
    public void PBENTRA_HOME_overrides_both_stores_and_the_keys_are_beside_it(string home, string folder, string keys)
    {
        foreach (var root in new[] { true, false })
        {
            var location = StateLocation.For(new Given { Root = root, Variables = { ["PBENTRA_HOME"] = home } });

            Assert.Equal(folder, location.Folder);
            Assert.Equal(keys, location.KeyFolder);
            Assert.Equal(folder + ".witness", location.WitnessFolder);
            Assert.Equal(root, location.IsMachineWide);
            Assert.Equal([true, false], location.Others.Select(other => other.IsMachineWide));
        }
    }

    [Theory]
    [InlineData(false, "state")]
    [InlineData(false, "./state")]
    [InlineData(false, "~/state")]
    [InlineData(false, "/")]
    [InlineData(true, @"C:state")]
    [InlineData(true, @"\state")]
    [InlineData(true, @"state")]
    public void PBENTRA_HOME_must_be_an_absolute_path_and_not_the_root(bool windows, string home)
    {
        var error = Refused(ErrorId.StateFolderUnusable, () => StateLocation.For(new Given { Windows = windows, Variables = { ["PBENTRA_HOME"] = home } }));
        Assert.Contains("PBENTRA_HOME", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_home_folder_is_reported() =>
        Refused(ErrorId.StateFolderUnusable, () => StateLocation.For(new Given { Home = "" }));

    [Theory]
    [InlineData(@"\\server\share\state", true)]
    [InlineData("//server/share/state", true)]
    [InlineData(@"\\?\UNC\server\share", true)]
    [InlineData(@"\\?\C:\state", false)]
    [InlineData(@"C:\state", false)]
    public void A_network_path_is_recognised(string path, bool expected) =>
        Assert.Equal(expected, PrivateFolder.IsNetworkName(path));

    private sealed class Given : StateLocation.Surroundings
    {
        public bool Windows { get; init; }

        public bool Mac { get; init; }

        public bool Root { get; init; }

        public string Home { get; init; } = "/home/ada";

        public Dictionary<string, string> Variables { get; } = new();

        public override bool IsWindows => Windows;

        public override bool IsMacOS => Mac;

        public override bool IsPrivileged => Root;

        public override string? Variable(string name) => Variables.GetValueOrDefault(name);

        public override string Folder(Environment.SpecialFolder folder) => folder == Environment.SpecialFolder.UserProfile ? Home : "/special/" + folder;
    }
}
