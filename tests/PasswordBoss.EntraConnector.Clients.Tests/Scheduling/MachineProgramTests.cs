using System;
using System.Collections.Generic;
using System.IO;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Scheduling;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Scheduling;

/// <summary>A task of root runs nothing that another user can change.</summary>
public sealed class MachineProgramTests : IDisposable
{
    private const uint UnprivilegedUser = 65534;
    private const uint Sticky = 0x3FF; // 1777
    private const uint Closed = 0x1ED; // 0755
    private const uint Plain = 0x1A4; // 0644

    private readonly SchedulingFixture fixture = new();
    private readonly string above;
    private readonly string module;
    private readonly string shell;

    public MachineProgramTests()
    {
        above = Directory.CreateDirectory(Path.Combine(fixture.Root, "opt")).FullName;
        module = Directory.CreateDirectory(Path.Combine(above, "PasswordBoss.EntraConnector", "0.2.0")).FullName;
        foreach (var file in new[] { Script, Manifest, Library })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "");
        }

        shell = Directory.CreateDirectory(Path.Combine(fixture.Root, "powershell", "7")).FullName;
        foreach (var file in new[] { Host, Path.Combine(shell, "System.Management.Automation.dll"), Path.Combine(shell, "pwsh.dll") })
            File.WriteAllText(file, "");
    }

    private string Script => Path.Combine(module, "examples", "Sync-AllTenants.ps1");

    private string Manifest => Path.Combine(module, "PasswordBoss.EntraConnector.psd1");

    private string Library => Path.Combine(module, "module", "core", "Some.dll");

    private string Host => Path.Combine(shell, "pwsh");

    public void Dispose() => fixture.Dispose();

    [RootFact]
    public void A_task_for_a_module_that_only_root_can_change_is_registered()
    {
        fixture.AddProgram("systemctl", "");

        // The folder for temporary files, above all of this, is sticky and belongs to root.
        Register();
        // Others may create entries, and touch none of root's.
        Owners.SetMode(above, Sticky);
        Register();

        Assert.Contains("restart " + TaskLimits.Prefix + SchedulingFixture.Target.Key + ".timer", fixture.Calls);
    }

    [RootFact]
    public void The_mode_and_owner_of_each_file_and_parent_folder_are_checked()
    {
        fixture.AddProgram("systemctl", "");
        foreach (var path in new[]
        {
            Script, Path.GetDirectoryName(Script)!, Manifest, Library, Path.GetDirectoryName(Library)!, module, Path.GetDirectoryName(module)!, above,
            Host, Path.Combine(shell, "pwsh.dll"), shell, Path.GetDirectoryName(shell)!,
        })
        {
            var former = UnixFile.Find(path, followLinks: false)!.Value.Mode & 0xFFF;
            Owners.SetMode(path, former | 0x2); // o+w
            Refuses(path, "other users can write");
            Owners.SetMode(path, former | 0x10); // g+w
            Refuses(path, "other users can write");
            Owners.SetMode(path, former);
            Owners.Give(path, UnprivilegedUser);
            Refuses(path, "another user (65534)");
            Owners.Give(path, 0);
            Owners.SetMode(path, former);
            Register();
        }
    }

    [RootFact]
    public void A_sticky_folder_within_the_module_or_beside_PowerShell_is_refused()
    {
        fixture.AddProgram("systemctl", "");
        var core = Path.GetDirectoryName(Library)!;
        var native = Directory.CreateDirectory(Path.Combine(core, "runtimes")).FullName;
        var help = Directory.CreateDirectory(Path.Combine(module, "en-US")).FullName;
        var shellModules = Directory.CreateDirectory(Path.Combine(shell, "Modules")).FullName;
        foreach (var folder in new[] { module, Path.Combine(module, "module"), core, native, Path.GetDirectoryName(Script)!, help, shell, shellModules })
        {
            foreach (var mode in new uint[] { Sticky, 0x3FB, 0x3F8 }) // 1777, 1773, 1770
            {
                Owners.SetMode(folder, mode);
                Refuses(folder, "other users can write");
            }

            Owners.SetMode(folder, Closed);
            Register();
        }

        // A shell without its libraries beside it.
        File.Delete(Path.Combine(shell, "System.Management.Automation.dll"));
        Owners.SetMode(shell, Sticky);
        Refuses(shell, "other users can write");
        Owners.SetMode(shell, Closed);

        // A link to what is not there yet, and what others can put there.
        var open = Directory.CreateDirectory(Path.Combine(fixture.Root, "open")).FullName;
        Owners.SetMode(open, Sticky);
        File.CreateSymbolicLink(Path.Combine(core, "later.dll"), Path.Combine(open, "later.dll"));
        Refuses(open, "other users can write");
    }

    [RootFact]
    public void Paths_in_environment_settings_are_checked_with_their_parent_folders()
    {
        var above = Directory.CreateDirectory(Path.Combine(fixture.Root, "etc")).FullName;
        var file = Path.Combine(above, "file");
        var folder = Directory.CreateDirectory(Path.Combine(above, "folder")).FullName;
        File.WriteAllText(file, "");
        foreach (var (name, path, closed, open) in new[]
        {
            ("PBENTRA_HOME", folder, Closed, 0x1FFu), ("SSL_CERT_FILE", file, Plain, 0x1B6u), ("SSL_CERT_DIR", folder, Closed, Sticky),
            ("XDG_DATA_HOME", folder, Closed, Sticky), ("XDG_CONFIG_HOME", folder, Closed, Sticky),
        })
        {
            Owners.SetMode(above, Sticky);
            Assert.Equal((name, null), (name, FlawOf(name, path)));
            Owners.SetMode(path, open);
            Assert.Equal((name, path), (name, FlawOf(name, path)));
            Owners.SetMode(path, closed);
            Owners.Give(path, UnprivilegedUser);
            Assert.Equal((name, path), (name, FlawOf(name, path)));
            Owners.Give(path, 0);
            Owners.SetMode(above, 0x1FF); // 0777
            Assert.Equal((name, above), (name, FlawOf(name, path)));
            Owners.SetMode(above, Closed);
            Assert.Equal((name, null), (name, FlawOf(name, path)));
            Assert.Equal((name, null), (name, FlawOf(name, Path.Combine(above, "not-there", "yet"))));
        }
    }

    [RootFact]
    public void A_missing_path_in_a_setting_is_refused_unless_it_is_the_state_folder()
    {
        var open = Directory.CreateDirectory(Path.Combine(fixture.Root, "open")).FullName;
        Owners.SetMode(open, Sticky);
        foreach (var name in new[] { "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME" })
            Assert.Equal((name, open), (name, FlawOf(name, Path.Combine(open, "later"))));
        Assert.Null(FlawOf("PBENTRA_HOME", Path.Combine(open, "later")));

        // A list of folders, and an authority in the second.
        var first = Directory.CreateDirectory(Path.Combine(fixture.Root, "first")).FullName;
        var second = Directory.CreateDirectory(Path.Combine(fixture.Root, "second")).FullName;
        var authority = Path.Combine(second, "0a1b2c3d.0");
        File.WriteAllText(authority, "");
        Assert.Null(FlawOf("SSL_CERT_DIR", first + ":" + second));
        Owners.SetMode(authority, 0x1B6); // 0666
        Assert.Equal(authority, FlawOf("SSL_CERT_DIR", first + ":" + second));
        Owners.SetMode(second, Sticky);
        Assert.Equal(second, FlawOf("SSL_CERT_DIR", first + ":" + second));
    }

    [RootFact]
    public void A_link_is_checked_with_its_target_and_PowerShell_with_its_neighbours()
    {
        fixture.AddProgram("systemctl", "");
        var bin = Directory.CreateDirectory(Path.Combine(fixture.Root, "bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(bin, "pwsh"), Host);
        Register(bin);

        Owners.SetMode(Path.Combine(shell, "pwsh.dll"), 0x1B6); // 0666
        Refuses(Path.Combine(shell, "pwsh.dll"), "other users can write", bin);
        Owners.SetMode(Path.Combine(shell, "pwsh.dll"), Plain);

        // A link within the module, to a file that another user owns.
        var foreign = Path.Combine(fixture.Root, "foreign.dll");
        File.WriteAllText(foreign, "");
        Owners.Give(foreign, UnprivilegedUser);
        File.CreateSymbolicLink(Path.Combine(module, "linked.dll"), foreign);
        Refuses(foreign, "another user (65534)");
        File.Delete(Path.Combine(module, "linked.dll"));

        Directory.CreateSymbolicLink(Path.Combine(module, "circle"), module);
        Refuses(Path.Combine(module, "circle"), "is a link");
    }

    [RootFact]
    public void Every_scheduler_of_root_refuses_an_unsafe_module()
    {
        fixture.AddProgram("systemctl", "");
        fixture.AddProgram("launchctl", "");
        fixture.AddCrontab();
        Owners.SetMode(Library, 0x1B6); // 0666

        foreach (var scheduler in new Ports.ITaskScheduler[]
        {
            new SystemdScheduler(fixture.OpenPrograms(), fixture.Units, isSystem: true),
            new LaunchdScheduler(fixture.OpenPrograms(), fixture.Units, isSystem: true),
            new CronScheduler(fixture.OpenPrograms()),
            new WindowsScheduler(fixture.OpenPrograms(), isSystem: true),
        })
        {
            var error = Assert.Throws<ConnectorException>(() => scheduler.Register(SchedulingFixture.Target, TimeSpan.FromMinutes(5), Program(shell)));
            Assert.Equal(ErrorId.TaskProgramUnsafe, error.Id);
        }

        Assert.False(Directory.Exists(fixture.Units));
        Assert.Empty(fixture.Calls);
    }

    // Given as they are: the environment of this process belongs to all tests.
    private string? FlawOf(string name, string value)
    {
        var error = Record.Exception(() => MachineProgram.RequireSafe(Program(shell), Host, new Dictionary<string, string> { [name] = value }));
        if (error is null)
            return null;
        Assert.Equal(ErrorId.TaskProgramUnsafe, Assert.IsType<ConnectorException>(error).Id);
        Assert.Contains((string)((ConnectorException)error).Target!, error.Message, StringComparison.Ordinal);
        return (string)((ConnectorException)error).Target!;
    }

    private TaskProgram Program(string home) => new(home, Script, module);

    private void Register(string? home = null) =>
        new SystemdScheduler(fixture.OpenPrograms(), fixture.Units, isSystem: true).Register(SchedulingFixture.Target, TimeSpan.FromMinutes(5), Program(home ?? shell));

    private void Refuses(string path, string why, string? home = null)
    {
        var calls = fixture.Calls.Length;
        var error = Assert.Throws<ConnectorException>(() => Register(home));
        Assert.Equal((ErrorId.TaskProgramUnsafe, path), (error.Id, error.Target));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains("Install-PSResource PasswordBoss.EntraConnector -Scope AllUsers", error.Recommendation.Render(), StringComparison.Ordinal);
        Assert.Equal(calls, fixture.Calls.Length);
    }
}
