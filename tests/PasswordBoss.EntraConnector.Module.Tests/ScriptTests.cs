using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The scripts that ship, run as a reader runs them.</summary>
[Trait("Speed", "Slow")]
[Collection("Scripts")]
public class ScriptTests(ScriptTests.SchedulerRuns runs) : IClassFixture<ScriptTests.SchedulerRuns>
{
    [Fact]
    public void The_quickstart_completes_and_leaves_nothing_behind()
    {
        var temporary = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        try
        {
            var start = PowerShellProcess.Start(home: null, [Repository.PathOf("examples", "Quickstart.ps1")]);
            start.Environment["TMPDIR"] = start.Environment["TMP"] = start.Environment["TEMP"] = temporary;

            var (exitCode, output) = ChildProcess.Run(start);

            Assert.True(exitCode == 0, output);
            Assert.Contains("What if: ", output, StringComparison.Ordinal);
            Assert.Contains("left group 'Password Boss Users'", output, StringComparison.Ordinal);
            Assert.DoesNotContain("\u001b[", output, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(temporary, "PasswordBoss.EntraConnector.*"));
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    [Fact]
    public void The_scheduler_script_reports_the_outcome_by_exit_code_and_last_line()
    {
        var (exitCode, output) = runs["no connection"];
        Assert.Equal((1, "PBSYNC exit=1 connections=0 succeeded=0 nochange=0 partial=0 refused=0 failed=0 running=0 waiting=0"), (exitCode, LastLine(output)));
        Assert.Contains("ERROR: No connection is stored for this user.", output, StringComparison.Ordinal);
        Assert.Contains("Connect-PBEntra", output, StringComparison.Ordinal);

        // The sandbox has people who cannot be handled, so the run is partial.
        (exitCode, output) = runs["all"];
        Assert.Equal((2, "PBSYNC exit=2 connections=1 succeeded=0 nochange=0 partial=1 refused=0 failed=0 running=0 waiting=0"), (exitCode, LastLine(output)));

        (exitCode, output) = runs["no match"];
        Assert.Equal((1, "PBSYNC exit=1 connections=0 succeeded=0 nochange=0 partial=0 refused=0 failed=0 running=0 waiting=0"), (exitCode, LastLine(output)));
        Assert.Contains("ERROR: No stored connection matches: Contoso*.", output, StringComparison.Ordinal);

        // The stored connections run, but a name that is not stored is a failure.
        (exitCode, output) = runs["a missing name"];
        Assert.Equal((1, "PBSYNC exit=1 connections=1 succeeded=0 nochange=0 partial=1 refused=0 failed=0 running=0 waiting=0"), (exitCode, LastLine(output)));
        Assert.Contains("ERROR: There is no connection 'Missing'.", output, StringComparison.Ordinal);

        // What waits counts as it ended; the exit code does not change until it runs again.
        (exitCode, output) = runs["due"];
        Assert.Equal((2, "PBSYNC exit=2 connections=0 succeeded=0 nochange=0 partial=0 refused=0 failed=0 running=0 waiting=1"), (exitCode, LastLine(output)));
    }

    [SkippableTheory]
    [InlineData("read-only", "cannot be written", "make its file system writable again")]
    [InlineData("full", "is full", "Free space on that disk")]
    public void The_scheduler_script_reports_each_connection_if_nothing_can_be_recorded(string disk, string reason, string advice)
    {
        Skip.If(!OperatingSystem.IsLinux() || ChildProcess.Run(new ProcessStartInfo("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])).ExitCode != 0, "Nothing can be mounted here.");

        var (exitCode, output) = runs.OnDisk(disk);

        Assert.Equal((1, "PBSYNC exit=1 connections=2 succeeded=0 nochange=0 partial=0 refused=0 failed=2 running=0 waiting=0"), (exitCode, LastLine(output)));
        foreach (var name in new[] { "First", "Second" })
        {
            var line = output.Split('\n', StringSplitOptions.TrimEntries).Single(l => l.StartsWith(name + ": Failed. ", StringComparison.Ordinal));
            Assert.Contains(reason, line, StringComparison.Ordinal);
            Assert.Contains(advice, line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_scheduler_script_reports_a_decreased_schema_version_for_each_connection()
    {
        var (exitCode, output) = runs["decreased version"];

        Assert.Equal((1, "PBSYNC exit=1 connections=2 succeeded=0 nochange=0 partial=0 refused=0 failed=2 running=0 waiting=0"), (exitCode, LastLine(output)));
        Assert.Contains("First: Failed. The tables of the state database", output, StringComparison.Ordinal);
        Assert.Contains("Second: Failed. The tables of the state database", output, StringComparison.Ordinal);
        Assert.True(File.Exists(SchedulerRuns.DatabaseIn(runs.Home("decreased"))));
    }

    [Fact]
    public void The_scheduler_script_runs_its_own_module_and_no_planted_file()
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        var planted = Path.Combine(folder, "planted");
        var ran = Path.Combine(folder, "ran");
        try
        {
            // The same name with a higher version, a module that exports what the script calls, and one that bears the name of a module of PowerShell.
            foreach (var name in new[] { "PasswordBoss.EntraConnector", "Aaa", "Microsoft.PowerShell.Utility", "Microsoft.PowerShell.Management" })
            {
                var module = Directory.CreateDirectory(Path.Combine(planted, name)).FullName;
                File.WriteAllText(Path.Combine(module, name + ".psm1"), $$"""
                    [System.IO.File]::AppendAllText('{{ran}}', '{{name}} ')
                    function Invoke-PBSync { [System.IO.File]::AppendAllText('{{ran}}', 'Invoke-PBSync ') }
                    function Get-ItemProperty { [System.IO.File]::AppendAllText('{{ran}}', 'Get-ItemProperty ') }
                    function Show-Text { [System.IO.File]::AppendAllText('{{ran}}', 'Show-Text ') }
                    """);
                File.WriteAllText(Path.Combine(module, name + ".psd1"), $"@{{ RootModule = '{name}.psm1'; ModuleVersion = '9.0'; FunctionsToExport = @('Invoke-PBSync', 'Get-ItemProperty', 'Show-Text') }}");
            }

            var (exitCode, output) = Run(Repository.PathOf("examples", "Sync-AllTenants.ps1"));

            Assert.Equal((2, "PBSYNC exit=2 connections=1 succeeded=0 nochange=0 partial=1 refused=0 failed=0 running=0 waiting=0"), (exitCode, LastLine(output)));
            Assert.False(File.Exists(ran), File.Exists(ran) ? File.ReadAllText(ran) : "");

            // The same folder would have been used by a script that leaves the search to PowerShell.
            var naive = Path.Combine(folder, "naive.ps1");
            File.WriteAllText(naive, "Invoke-PBSync");
            Run(naive);
            Assert.True(File.Exists(ran));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        (int ExitCode, string Output) Run(string script)
        {
            var start = PowerShellProcess.Start(runs.Home("planted"), [script]);
            start.Environment["PSModulePath"] = planted + Path.PathSeparator + Environment.GetEnvironmentVariable("PSModulePath");
            return ChildProcess.Run(start);
        }
    }

    [Fact]
    public void The_scheduler_script_refuses_another_loaded_copy_of_the_module()
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        try
        {
            // Its assembly has the same name, so this session can have no second one.
            foreach (var file in Directory.GetFiles(Repository.PathOf("module"), "*", SearchOption.AllDirectories).Prepend(Repository.Manifest))
            {
                var copy = Path.Combine(folder, "copy", Path.GetRelativePath(Repository.Root, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }

            var script = Path.Combine(folder, "script.ps1");
            File.WriteAllText(script, $"Import-Module '{Path.Combine(folder, "copy", Path.GetFileName(Repository.Manifest))}'; & '{Repository.PathOf("examples", "Sync-AllTenants.ps1")}'; exit $LASTEXITCODE");

            var (exitCode, output) = PowerShellProcess.Run(Path.Combine(folder, "state"), script);

            Assert.Equal(1, exitCode);
            Assert.Contains("ERROR: Another copy of PasswordBoss.EntraConnector", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_connection_with_damaged_settings_fails_and_the_others_run()
    {
        var (exitCode, output) = runs["damaged"];
        Assert.Equal((1, "PBSYNC exit=1 connections=3 succeeded=0 nochange=0 partial=2 refused=0 failed=1 running=0 waiting=0"), (exitCode, LastLine(output)));
        Assert.Contains("Broken: Failed. The stored settings of connection 'Broken' cannot be read", output, StringComparison.Ordinal);

        Assert.Equal(["Connected,Damaged,Connected", "Failed", "Alpha,Gamma"], runs["commands after the damage"].Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Changes stored text as a defective disk would: in the file, past the module.</summary>
    internal static void Damage(string home, string text, string instead)
    {
        var changed = 0;
        foreach (var file in Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file);
            for (int at; (at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text))) >= 0; changed++)
                Encoding.UTF8.GetBytes(instead).CopyTo(bytes, at);
            if (changed > 0)
                File.WriteAllBytes(file, bytes);
        }

        Assert.NotEqual(0, changed);
    }

    private static string LastLine(string output) => output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)[^1];

    /// <summary>
    /// Runs of the scheduler script with several states. One process connects the sandboxes of all of them, and another one runs all cases, because a new PowerShell needs more
    /// processor time than a case. The test of planted files runs the script as a process of its own.
    /// </summary>
    public sealed class SchedulerRuns : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        private readonly Lazy<string> homes;
        private readonly Lazy<ScriptCases> cases;
        private readonly Lazy<ScriptCases> disks;

        public SchedulerRuns()
        {
            homes = new(Connect);
            cases = new(RunCases);
            disks = new(RunOnDisks);
        }

        internal (int ExitCode, string Output) this[string name] => cases.Value[name];

        public void Dispose() => Directory.Delete(folder, recursive: true);

        internal static string DatabaseIn(string home) => Directory.EnumerateFiles(home, "state.db", SearchOption.AllDirectories).Single();

        /// <summary>A state folder whose sandboxes are connected.</summary>
        internal string Home(string name) => Path.Combine(homes.Value, name);

        /// <summary>The script on a disk that can record nothing; on Linux only.</summary>
        internal (int ExitCode, string Output) OnDisk(string name) => disks.Value[name];

        private static string Sync(string arguments = "") => $"& '{Repository.PathOf("examples", "Sync-AllTenants.ps1")}' {arguments}";

        private string Connect()
        {
            var script = Path.Combine(folder, "connect.ps1");
            File.WriteAllText(script, $$"""
                $ErrorActionPreference = 'Stop'
                Import-Module '{{Repository.Manifest}}'
                $homes = @{ usual = 'Default'; planted = 'Default'; decreased = 'First', 'Second'; damaged = 'Alpha', 'Broken', 'Gamma'; 'read-only' = 'First', 'Second'; full = 'First', 'Second' }
                foreach ($one in $homes.Keys) {
                    $env:PBENTRA_HOME = "{{folder}}/$one"
                    $homes[$one] | ForEach-Object { $null = Connect-PBEntra -Sandbox -Name $_ }
                }
                """);
            var (exitCode, output) = PowerShellProcess.Run(null, script);
            Assert.True(exitCode == 0, output);
            return folder;
        }

        private ScriptCases RunCases()
        {
            Damage(Home("damaged"), "\"name\":\"Broken\"", "\"name\":\"Br0ken\"");
            // PRAGMA user_version = 2, in the header of the file (https://www.sqlite.org/fileformat.html#user_version_number).
            using (var file = File.OpenWrite(DatabaseIn(Home("decreased"))))
            {
                file.Position = 60;
                file.Write([0, 0, 0, 2]);
            }

            return ScriptCases.Run(
                folder,
                ("no connection", Home("nothing"), Sync()),
                ("all", Home("usual"), Sync()),
                ("no match", Home("usual"), Sync("-Name 'Contoso*' -Due")),
                ("a missing name", Home("usual"), Sync("-Name 'Default,Missing'")),
                ("due", Home("usual"), Sync("-Due")),
                ("decreased version", Home("decreased"), Sync()),
                ("damaged", Home("damaged"), Sync()),
                ("commands after the damage", Home("damaged"), """
                    (Get-PBConnectorStatus -Name *).Status -join ','
                    (Test-PBConnection -Name Broken).Status -join ','
                    Disconnect-PBEntra -Name Broken -Remove -Confirm:$false
                    (Get-PBConnectorStatus -Name *).Connection -join ','
                    """));
        }

        // In a mount namespace of its own, so that one file system is really read-only, and one really full.
        private ScriptCases RunOnDisks() => ScriptCases.Run(
            folder,
            [
                "unshare", "-rm", "sh", "-c",
                "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\""
                + " && cp -a \"$2\" \"$2.copy\" && mount -t tmpfs -o size=1m,mode=700 tmpfs \"$2\" && cp -a \"$2.copy/.\" \"$2/\" && { cat /dev/zero > \"$2/ballast\" || true; }"
                + " && shift 2 && exec \"$@\"",
                "sh", Home("read-only"), Home("full"),
            ],
            ("read-only", Home("read-only"), Sync()),
            ("full", Home("full"), Sync()));
    }
}
