using System;
using System.Linq;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>Many runspaces in one process.</summary>
public class RunspaceTests
{
    private const int Runspaces = 32;

    [Fact]
    public void Thirty_two_runspaces_sync_thirty_two_sandboxes_concurrently()
    {
        var lines = PowerShellScript.Run($$"""
            $barrier = [System.Threading.Barrier]::new({{Runspaces}})
            $jobs = foreach ($i in 1..{{Runspaces}}) {
                $runspace = [System.Management.Automation.Runspaces.RunspaceFactory]::CreateRunspace([System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())
                $runspace.Open()
                $shell = [System.Management.Automation.PowerShell]::Create($runspace)
                $null = $shell.AddScript({
                    param($Manifest, $Name, $Barrier)
                    $ErrorActionPreference = 'Stop'
                    # The factory is unused so far: all first uses come at once, and later all syncs.
                    Import-Module $Manifest
                    $null = $Barrier.SignalAndWait()
                    $null = Connect-PBEntra -Name $Name -Sandbox
                    $null = $Barrier.SignalAndWait()
                    $run = Invoke-PBSync -Name $Name -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
                    "SYNC $Name $($run.Outcome) $($run.Created)"
                }).AddArgument('{{Repository.Manifest}}').AddArgument("Box$i").AddArgument($barrier)
                @{ Shell = $shell; Handle = $shell.BeginInvoke() }
            }
            foreach ($job in $jobs) { $job.Shell.EndInvoke($job.Handle) }
            """);

        AssertAllSynced(lines);
    }

    [Fact]
    public void Thread_jobs_sync_concurrently()
    {
        var lines = PowerShellScript.Run($$"""
            $jobs = 1..{{Runspaces}} | ForEach-Object {
                Start-ThreadJob -ThrottleLimit {{Runspaces}} -ArgumentList '{{Repository.Manifest}}', "Box$_" -ScriptBlock {
                    param($Manifest, $Name)
                    $ErrorActionPreference = 'Stop'
                    Import-Module $Manifest
                    $null = Connect-PBEntra -Name $Name -Sandbox
                    $run = Invoke-PBSync -Name $Name -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
                    "SYNC $Name $($run.Outcome) $($run.Created)"
                }
            }
            $jobs | Receive-Job -Wait -AutoRemoveJob
            """);

        AssertAllSynced(lines);
    }

    [Fact]
    public void Forced_and_repeated_imports_keep_working()
    {
        var lines = PowerShellScript.Run($$"""
            function Sync-Sandbox([string] $Name) {
                $null = Connect-PBEntra -Name $Name -Sandbox
                $run = Invoke-PBSync -Name $Name -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
                "SYNC $Name $($run.Outcome) $($run.Created)"
            }
            Import-Module '{{Repository.Manifest}}'
            Sync-Sandbox Imported
            Import-Module '{{Repository.Manifest}}' -Force
            Sync-Sandbox Forced
            Remove-Module PasswordBoss.EntraConnector
            Import-Module '{{Repository.Manifest}}'
            Sync-Sandbox Again
            "CONTEXTS $(@([System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ 'PasswordBoss.EntraConnector').Count)"
            """);

        Assert.Equal(3, lines.Count(line => line.StartsWith("SYNC", StringComparison.Ordinal)));
        Assert.Contains("CONTEXTS 1", lines);
    }

    private static void AssertAllSynced(string[] lines)
    {
        var syncs = lines.Where(line => line.StartsWith("SYNC", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();
        Assert.True(syncs.Count == Runspaces, string.Join('\n', lines));
        Assert.Equal(Runspaces, syncs.Select(parts => parts[1]).Distinct().Count());
        Assert.Single(syncs.Select(parts => (parts[2], parts[3])).Distinct(), ("Partial", "22"));
    }
}
