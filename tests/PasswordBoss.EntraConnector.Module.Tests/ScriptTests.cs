using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The scripts that ship, run as a reader runs them.</summary>
public class ScriptTests
{
    [Fact]
    public void The_quickstart_runs_to_its_end_and_leaves_nothing_behind()
    {
        var before = Leftovers();

        var (exitCode, output) = PSHostProcess.Run(null, Repository.PathOf("examples", "Quickstart.ps1"));

        Assert.True(exitCode == 0, output);
        Assert.Contains("What if: ", output, StringComparison.Ordinal);
        Assert.Contains("left group 'Password Boss Users'", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[", output, StringComparison.Ordinal);
        Assert.Equal(before, Leftovers());
    }

    [Fact]
    public void The_script_for_schedulers_tells_the_outcome_by_its_exit_code_and_last_line()
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        var home = Path.Combine(folder, "state");
        try
        {
            var (nothing, output) = PSHostProcess.Run(home, Repository.PathOf("examples", "Sync-AllTenants.ps1"));
            Assert.Equal((1, "PBSYNC exit=1 connections=0 succeeded=0 nochange=0 partial=0 refused=0 failed=0 running=0"), (nothing, LastLine(output)));

            var connect = Path.Combine(folder, "connect.ps1");
            File.WriteAllText(connect, $"Import-Module '{Repository.Manifest}'; Connect-PBEntra -Sandbox | Out-Null");
            Assert.Equal(0, PSHostProcess.Run(home, connect).ExitCode);

            // The sandbox has people who cannot be handled, so the run is partial.
            (var partial, output) = PSHostProcess.Run(home, Repository.PathOf("examples", "Sync-AllTenants.ps1"));
            Assert.Equal((2, "PBSYNC exit=2 connections=1 succeeded=0 nochange=0 partial=1 refused=0 failed=0 running=0"), (partial, LastLine(output)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_connection_whose_stored_settings_are_damaged_is_one_failed_result_and_the_others_run()
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        var home = Path.Combine(folder, "state");
        try
        {
            var script = Path.Combine(folder, "script.ps1");
            File.WriteAllText(script, $"Import-Module '{Repository.Manifest}'; 'Alpha', 'Broken', 'Gamma' | ForEach-Object {{ Connect-PBEntra -Sandbox -Name $_ | Out-Null }}");
            Assert.Equal(0, PSHostProcess.Run(home, script).ExitCode);
            Damage(home, "\"name\":\"Broken\"", "\"name\":\"Br0ken\"");

            var (exitCode, output) = PSHostProcess.Run(home, Repository.PathOf("examples", "Sync-AllTenants.ps1"));
            Assert.Equal((1, "PBSYNC exit=1 connections=3 succeeded=0 nochange=0 partial=2 refused=0 failed=1 running=0"), (exitCode, LastLine(output)));
            Assert.Contains("Broken: Failed. What is stored of connection 'Broken' cannot be read", output, StringComparison.Ordinal);

            File.WriteAllText(script, $"""
                Import-Module '{Repository.Manifest}'
                (Get-PBConnectorStatus -Name *).Status -join ','
                (Test-PBConnection -Name Broken).Status -join ','
                Disconnect-PBEntra -Name Broken -Remove -Confirm:$false
                (Get-PBConnectorStatus -Name *).Connection -join ','
                """);
            (exitCode, output) = PSHostProcess.Run(home, script);
            Assert.Equal(0, exitCode);
            Assert.Equal(["Connected,Damaged,Connected", "Failed", "Alpha,Gamma"], output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // As a defective disk would: in the file, past the module.
    private static void Damage(string home, string text, string instead)
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

    [SkippableTheory]
    [InlineData("pwsh")]
    [InlineData("pwsh-lts")]
    public void Pester_suites_pass_where_PowerShell_and_Pester_exist(string shell)
    {
        Skip.If(Find(shell) is null, $"There is no {shell} on this machine.");
        var (hasPester, _) = RunPowerShell(shell, "if (-not (Get-Module -ListAvailable Pester | Where-Object Version -GE '5.0')) { exit 9 }");
        Skip.If(hasPester == 9, $"{shell} has no Pester 5 or later.");

        var (exitCode, output) = RunPowerShell(
            shell,
            $"Import-Module Pester -MinimumVersion 5.0; $run = Invoke-Pester -Path '{Repository.PathOf("tests", "Pester")}' -PassThru; if ($run.Result -ne 'Passed' -or $run.PassedCount -eq 0) {{ exit 1 }}");

        Assert.True(exitCode == 0, output);
    }

    private static (int ExitCode, string Output) RunPowerShell(string shell, string command) =>
        ChildProcess.Run(new ProcessStartInfo(Find(shell)!, ["-NoProfile", "-NonInteractive", "-Command", command]) { WorkingDirectory = Repository.Root }, TimeSpan.FromMinutes(10));

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { Path.Combine(folder, program), Path.Combine(folder, program + ".exe") })
        .FirstOrDefault(File.Exists);

    private static string[] Leftovers() => Directory.GetFileSystemEntries(Path.GetTempPath(), "PasswordBoss.EntraConnector.*").Order().ToArray();

    private static string LastLine(string output) => output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)[^1];
}
