using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using static PasswordBoss.EntraConnector.Clients.Tests.State.StateFixture;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

public sealed class StateLocationTests
{
    [Theory]
    [InlineData(true, "/var/lib/passwordboss-entraconnector", "/etc/passwordboss-entraconnector/keys")]
    [InlineData(false, "/home/ada/.local/share/passwordboss-entraconnector", "/home/ada/.config/passwordboss-entraconnector/keys")]
    public void On_Linux_root_has_the_machines_store_and_everybody_else_an_own_one(bool root, string folder, string keys)
    {
        var location = StateLocation.For(new Given { Root = root });

        // Where the test runs on Windows, its separators come in.
        Assert.Equal(folder, location.Folder.Replace('\\', '/'));
        Assert.Equal(keys, location.KeyFolder.Replace('\\', '/'));
        Assert.Equal(root, location.IsMachineWide);
        Assert.NotEqual(root, Assert.Single(location.Others).IsMachineWide);
    }

    [Theory]
    [InlineData("/data", "/conf", "/data", "/conf")]
    [InlineData("data", "conf", "/home/ada/.local/share", "/home/ada/.config")]
    public void The_folders_of_the_desktop_are_honoured_when_they_are_absolute(string data, string config, string expectedData, string expectedConfig)
    {
        var location = StateLocation.For(new Given { Variables = { ["XDG_DATA_HOME"] = data, ["XDG_CONFIG_HOME"] = config } });

        // Where the test itself runs, paths are joined as the system does it.
        Assert.Equal(expectedData + "/passwordboss-entraconnector", location.Folder.Replace('\\', '/'));
        Assert.Equal(expectedConfig + "/passwordboss-entraconnector/keys", location.KeyFolder.Replace('\\', '/'));
    }

    [Theory]
    [InlineData(true, "/Library/Application Support/PasswordBoss.EntraConnector")]
    [InlineData(false, "/home/ada/Library/Application Support/PasswordBoss.EntraConnector")]
    public void On_macOS_it_lies_where_applications_keep_their_data(bool root, string folder)
    {
        var location = StateLocation.For(new Given { Mac = true, Root = root });

        Assert.Equal(folder, location.Folder.Replace('\\', '/'));
        Assert.Equal(folder + ".keys", location.KeyFolder.Replace('\\', '/'));
    }

    [Theory]
    [InlineData(true, "CommonApplicationData")]
    [InlineData(false, "LocalApplicationData")]
    public void On_Windows_administrators_share_the_machines_store(bool administrator, string parent)
    {
        var location = StateLocation.For(new Given { Windows = true, Root = administrator });

        Assert.Equal(Path.Combine("/special/" + parent, "PasswordBoss.EntraConnector"), location.Folder);
        Assert.Equal(administrator, location.IsMachineWide);
    }

    [Theory]
    [InlineData("/srv/pb", "/srv/pb", "/srv/pb.keys")]
    [InlineData("/srv/pb/", "/srv/pb", "/srv/pb.keys")]
    public void PBENTRA_HOME_overrides_both_and_the_keys_lie_beside_it(string home, string folder, string keys)
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
    public void PBENTRA_HOME_must_name_one_place_for_ever(bool windows, string home)
    {
        var error = Refused(ErrorId.StateFolderUnusable, () => StateLocation.For(new Given { Windows = windows, Variables = { ["PBENTRA_HOME"] = home } }));
        Assert.Contains("PBENTRA_HOME", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_without_a_home_is_told_so() =>
        Refused(ErrorId.StateFolderUnusable, () => StateLocation.For(new Given { Home = "" }));

    [Theory]
    [InlineData(@"\\server\share\state", true)]
    [InlineData("//server/share/state", true)]
    [InlineData(@"\\?\UNC\server\share", true)]
    [InlineData(@"\\?\C:\state", false)]
    [InlineData(@"C:\state", false)]
    public void A_name_of_another_machine_is_recognised(string path, bool expected) =>
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
