using System;
using System.IO;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Tests.State;

/// <summary>Which users can replace the file or folder of a path.</summary>
public sealed class TrustedPathTests : IDisposable
{
    private const uint UnprivilegedUser = 65534;
    private readonly string root = Directory.CreateTempSubdirectory("pbentra-path").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [UnixFact]
    public void A_path_that_only_its_owner_can_change_has_no_flaw()
    {
        // The folder for temporary files is sticky and belongs to root.
        var file = NewFile("a/b/file", 0x1A4);

        Assert.Null(TrustedPath.FindFlaw(file));
        Assert.Null(TrustedPath.FindFlaw(Path.GetDirectoryName(file)!));
        Assert.Null(TrustedPath.FindFlaw(Path.Combine(root, "a", "not-there", "yet")));
        Assert.Null(TrustedPath.FindFlaw("/"));
    }

    [UnixTheory]
    [InlineData(0x1FF, true)] // 0777
    [InlineData(0x1F8, true)] // 0770
    [InlineData(0x1DA, true)] // 0732
    [InlineData(0x3FF, false)] // 1777: a user who creates an entry in it cannot touch ours.
    [InlineData(0x3F8, false)] // 1770
    [InlineData(0x1ED, false)] // 0755
    public void A_parent_folder_writable_by_others_and_not_sticky_is_a_flaw(uint mode, bool flawed)
    {
        var file = NewFile("a/b/file", 0x1A4);
        Owners.SetMode(Path.Combine(root, "a"), mode);
        GiveGroup(Path.Combine(root, "a"));

        if (flawed)
            Is(TrustedPath.FindFlaw(file), "Path_Writable", Path.Combine(root, "a"));
        else
            Assert.Null(TrustedPath.FindFlaw(file));
    }

    [UnixTheory]
    [InlineData(0x3FF, true)] // 1777
    [InlineData(0x3F8, true)] // 1770
    [InlineData(0x1FF, true)] // 0777
    [InlineData(0x3ED, false)] // 1755
    [InlineData(0x1ED, false)] // 0755
    public void A_closed_folder_where_others_can_create_entries_is_a_flaw(uint mode, bool flawed)
    {
        _ = NewFile("a/b/file", 0x1A4);
        var folder = Path.Combine(root, "a");
        Owners.SetMode(folder, mode);
        GiveGroup(folder);

        // For each form of the path, and for an entry that does not exist yet.
        foreach (var path in new[] { folder, folder + "/", folder + "/.", folder + "/b/..", folder + "/not-there" })
        {
            if (flawed)
                Is(TrustedPath.FindFlaw(path, mustBeClosed: true), "Path_Writable", folder);
            else
                Assert.Null(TrustedPath.FindFlaw(path, mustBeClosed: true));
        }

        if (mode == 0x3FF)
            Assert.Null(TrustedPath.FindFlaw(folder + "/b", mustBeClosed: true));
    }

    [UnixTheory]
    [InlineData(0x1B6, true)] // 0666
    [InlineData(0x1B4, true)] // 0664
    [InlineData(0x3B6, true)] // 1666: sticky means nothing for a file.
    [InlineData(0x1A4, false)] // 0644
    [InlineData(0x180, false)] // 0600
    public void A_file_writable_by_others_is_a_flaw(uint mode, bool flawed)
    {
        var file = NewFile("file", mode);
        GiveGroup(file);

        var flaw = TrustedPath.FindFlaw(file);

        if (flawed)
            Is(flaw, "Path_Writable", file);
        else
            Assert.Null(flaw);
    }

    [RootFact]
    public void A_file_or_folder_of_another_user_anywhere_in_the_path_is_a_flaw()
    {
        var file = NewFile("a/b/file", 0x1A4);
        foreach (var path in new[] { Path.Combine(root, "a"), Path.Combine(root, "a", "b"), file })
        {
            Owners.Give(path, UnprivilegedUser);
            Is(TrustedPath.FindFlaw(file), "Path_Owner", path);
            Owners.Give(path, 0);
        }

        Assert.Null(TrustedPath.FindFlaw(file));
        // The owner of a sticky folder can delete its entries.
        Owners.SetMode(Path.Combine(root, "a"), 0x3FF);
        Owners.Give(Path.Combine(root, "a"), UnprivilegedUser);
        Is(TrustedPath.FindFlaw(file), "Path_Owner", Path.Combine(root, "a"));
    }

    [UnixFact]
    public void A_link_is_checked_with_the_parent_folders_of_its_target()
    {
        var target = NewFile("open/in/file", 0x1A4);
        Directory.CreateDirectory(Path.Combine(root, "closed"));
        var file = Path.Combine(root, "closed", "file");
        var folder = Path.Combine(root, "closed", "folder");
        File.CreateSymbolicLink(file, target);
        File.CreateSymbolicLink(folder, "../open/./in");
        Assert.Null(TrustedPath.FindFlaw(file));
        Assert.Null(TrustedPath.FindFlaw(folder + "/file"));

        Owners.SetMode(Path.Combine(root, "open"), 0x1FF);

        Is(TrustedPath.FindFlaw(file), "Path_Writable", Path.Combine(root, "open"));
        Is(TrustedPath.FindFlaw(folder + "/file"), "Path_Writable", Path.Combine(root, "open"));
    }

    [RootFact]
    public void A_link_of_another_user_is_a_flaw()
    {
        var target = NewFile("file", 0x1A4);
        Owners.SetMode(root, 0x3FF);
        var link = Path.Combine(root, "link");
        File.CreateSymbolicLink(link, target);
        Owners.Give(link, UnprivilegedUser);

        Is(TrustedPath.FindFlaw(link), "Path_Owner", link);
    }

    [UnixFact]
    public void A_cycle_of_links_is_a_flaw()
    {
        File.CreateSymbolicLink(Path.Combine(root, "a"), Path.Combine(root, "b"));
        File.CreateSymbolicLink(Path.Combine(root, "b"), Path.Combine(root, "a"));

        Assert.Equal("Path_Link", TrustedPath.FindFlaw(Path.Combine(root, "a"))!.Id);
    }

    [RootFact]
    public async Task Another_user_trusts_their_own_files()
    {
        var theirs = NewFile("theirs/file", 0x1A4);
        Owners.SetMode(root, 0x3FF);
        Owners.Give(Path.GetDirectoryName(theirs)!, UnprivilegedUser);
        Owners.Give(theirs, UnprivilegedUser);

        using var other = SecondProcess.Start(withoutRights: true, "judge", theirs);

        Assert.Equal("safe", await other.ReadLineAsync());
        Is(TrustedPath.FindFlaw(theirs), "Path_Owner", Path.GetDirectoryName(theirs)!);
    }

    [RootFact]
    public async Task A_private_group_of_a_user_is_not_a_flaw()
    {
        // The user daemon has a group of the same name. Many distributions create such a group for each user.
        const uint Daemon = 1;
        var file = NewFile("theirs/file", 0x1B4);
        Owners.SetMode(root, 0x3FF);
        foreach (var path in new[] { Path.GetDirectoryName(file)!, file })
            Owners.Give(path, Daemon);
        Owners.SetMode(Path.GetDirectoryName(file)!, 0x1FD);
        Assert.Equal(Daemon, UnixFile.Find(file)!.Value.Group);

        using (var judge = SecondProcess.StartAs(Daemon, "judge", file))
            Assert.Equal("safe", await judge.ReadLineAsync());
        Owners.Give(file, Daemon, UnprivilegedUser);
        using (var judge = SecondProcess.StartAs(Daemon, "judge", file))
            Assert.Equal("other users can write to " + file + " (mode 0664).", await judge.ReadLineAsync());
        // Root trusts no group.
        Owners.Give(file, 0, 0);
        Owners.Give(Path.GetDirectoryName(file)!, 0, 0);
        Is(TrustedPath.FindFlaw(file), "Path_Writable", Path.GetDirectoryName(file)!);
    }

    [SupportedOSPlatform("windows")]
    [WindowsTheory]
    // Owner and access list of a folder, and the account that causes the flaw.
    [InlineData("O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", null)]
    [InlineData("O:SYD:P(A;OICI;FA;;;SY)(A;OICI;0x1200a9;;;BU)", null)]
    // ProgramData: users may create entries, and own them.
    [InlineData("O:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)", null)]
    // A drive: an inherit-only entry applies only to the entries that inherit it.
    [InlineData("O:SYD:P(A;OICIIO;SDGXGWGR;;;AU)(A;;LC;;;AU)(A;OICI;FA;;;BA)", null)]
    [InlineData("O:SYD:P(A;OICIID;0x1301bf;;;AU)(A;OICI;FA;;;BA)", "S-1-5-11")] // modify
    [InlineData("O:SYD:P(A;;SD;;;BU)", "S-1-5-32-545")] // DELETE
    [InlineData("O:SYD:P(A;;DT;;;BU)", "S-1-5-32-545")] // DELETE_CHILD
    [InlineData("O:SYD:P(A;;WD;;;WD)", "S-1-1-0")] // WRITE_DAC
    [InlineData("O:SYD:P(A;;WO;;;WD)", "S-1-1-0")] // WRITE_OWNER
    [InlineData("O:SYD:P(A;;GA;;;WD)", "S-1-1-0")]
    [InlineData("O:S-1-5-21-1-2-3-4D:P(A;OICI;FA;;;BA)", "S-1-5-21-1-2-3-4")]
    [InlineData("O:S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464D:P(A;OICI;FA;;;S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464)", null)]
    public void Delete_and_ownership_rights_of_others_are_flaws_on_Windows_but_create_is_not(string sddl, string? untrusted)
    {
        var security = new DirectorySecurity();
        security.SetSecurityDescriptorSddlForm(sddl);

        Assert.Equal(untrusted, WindowsAccess.FindUntrustedUser(security));
    }

    [SupportedOSPlatform("windows")]
    [WindowsTheory]
    [InlineData("O:SYD:P(A;OICI;FA;;;SY)(A;OICI;0x1200a9;;;BU)", null)] // read and run
    [InlineData("O:SYD:P(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;0x1200a9;;;BU)", null)]
    [InlineData("O:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;CI;DCLCRPCR;;;BU)", "S-1-5-32-545")] // ProgramData
    [InlineData("O:SYD:P(A;OICI;FA;;;BA)(A;;0x2;;;BU)", "S-1-5-32-545")] // CreateFiles
    [InlineData("O:SYD:P(A;OICI;FA;;;BA)(A;;0x4;;;BU)", "S-1-5-32-545")] // CreateDirectories
    [InlineData("O:SYD:P(A;OICI;FA;;;BA)(A;;GW;;;AU)", "S-1-5-11")]
    [InlineData("O:SYD:P(A;OICI;FA;;;BA)(A;OICIIO;0x6;;;BU)", null)] // counts where it arrives
    public void Create_rights_of_others_in_a_closed_folder_are_a_flaw_on_Windows(string sddl, string? untrusted)
    {
        var security = new DirectorySecurity();
        security.SetSecurityDescriptorSddlForm(sddl);

        Assert.Equal(untrusted, WindowsAccess.FindUntrustedUser(security, mustBeClosed: true));
    }

    [SupportedOSPlatform("windows")]
    [WindowsTheory]
    [InlineData("O:BAD:P(A;;FA;;;BA)(A;;FR;;;BU)", null)]
    [InlineData("O:BAD:P(A;;FA;;;BA)(A;;0x2;;;BU)", "S-1-5-32-545")] // write
    [InlineData("O:BAD:P(A;;FA;;;BA)(A;;0x4;;;BU)", "S-1-5-32-545")] // append
    public void Write_rights_of_others_to_a_file_are_a_flaw_on_Windows(string sddl, string? untrusted)
    {
        var security = new FileSecurity();
        security.SetSecurityDescriptorSddlForm(sddl);

        Assert.Equal(untrusted, WindowsAccess.FindUntrustedUser(security));
    }

    private static void Is(Message? flaw, string expected, string path)
    {
        Assert.NotNull(flaw);
        Assert.Equal((expected, path), (flaw.Id, flaw.Arguments[0].Text));
    }

    // If the group of the user who runs the tests has no other member, it counts as that user.
    private static void GiveGroup(string path)
    {
        if (Environment.IsPrivilegedProcess)
            Owners.Give(path, 0, 65534);
    }

    private string NewFile(string name, uint mode)
    {
        var path = Path.Combine(root, name);
        for (var folder = Path.GetDirectoryName(path)!; folder != root; folder = Path.GetDirectoryName(folder)!)
        {
            Directory.CreateDirectory(folder);
            Owners.SetMode(folder, 0x1ED);
        }

        File.WriteAllText(path, "");
        Owners.SetMode(path, mode);
        return path;
    }
}
