using System;
using System.IO;
using System.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Watch-PBSync at a prompt while connections are stored. It looks for them every 30 seconds, so this test runs beside others.</summary>
[Trait("Speed", "Slow")]
[Collection("Watching")]
public sealed class WatchedConnectionTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Results_are_emitted_as_runs_end_a_new_connection_is_seen_and_a_stop_ends_it()
    {
        var script = Path.Combine(folder, "watch.ps1");
        // The second connection is stored by the consumer of the first result, and the shell is stopped while the command still watches.
        File.WriteAllText(script, $$"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{{Repository.Manifest}}'
            $null = Connect-PBEntra -Name A -Sandbox
            $shell = [powershell]::Create([System.Management.Automation.RunspaceMode]::NewRunspace)
            $null = $shell.AddScript('Import-Module "{{Repository.Manifest}}"; Watch-PBSync | ForEach-Object { if ($_.Connection -eq "A") { $null = Connect-PBEntra -Name B -Sandbox }; $_ }')
            $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
            $output.BlockingEnumerator = $true
            $run = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $output)
            $results = $output.GetEnumerator()
            foreach ($expected in 'A', 'B') {
                $null = $results.MoveNext()
                "RESULT $($results.Current.Connection) $($results.Current.GetType().Name)"
            }
            "ENDED $($run.IsCompleted)"
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            "SOON $($watch.Elapsed.TotalSeconds -lt 20)"
            "STATE $($shell.InvocationStateInfo.State)"
            "RUNS $(@(Get-PBSyncHistory -Name A).Count)"
            """);

        var (exitCode, output) = PowerShellProcess.Run(Path.Combine(folder, "state"), script);

        Assert.True(exitCode == 0, output);
        Assert.Equal(
            ["RESULT A PBSyncResult", "RESULT B PBSyncResult", "ENDED False", "SOON True", "STATE Stopped", "RUNS 1"],
            output.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Split(' ') is [not "", not "", ..] && char.IsUpper(line[0]) && line.Split(' ')[0].All(char.IsUpper)));
    }
}
