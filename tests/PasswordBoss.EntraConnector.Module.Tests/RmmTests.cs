using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>What the scripts for RMM agents print and return: for a real sandbox, and for outcomes that a fake module returns.</summary>
[Trait("Speed", "Slow")]
[Collection("Scripts")]
public sealed class RmmTests(RmmTests.Drivers drivers) : IClassFixture<RmmTests.Drivers>
{
    // In each case the statuses before and after, the results, and the connections that wait.
    private const string Module = """
        function New-Result($name, $outcome) {
            $result = [pscustomobject]@{ Connection = $name; Outcome = $outcome; Message = 'message' }
            $result.PSObject.TypeNames.Insert(0, 'PasswordBoss.EntraConnector.PBSyncResult')
            $result
        }
        function Invoke-PBSync([string[]] $Name, [switch] $Full, $ThrottleLimit, [switch] $Due, $LogPath, [switch] $Confirm) {
            $global:names = $Name -join '|'
            foreach ($pair in $global:case.Results) { New-Result $pair[0] $pair[1] }
            if ($Due) { Write-Information $global:case.Waiting -Tags PBSyncWaiting }
            $global:ran = $true
        }
        function Watch-PBSync([string[]] $Name, [switch] $Resident, $IntervalMinutes, $ThrottleLimit, $LogPath, [switch] $Confirm, $ErrorAction) {
            foreach ($missing in $global:case.Missing) { Write-Error "There is no connection '$missing'." -ErrorId ConnectionNotFound -TargetObject $missing -ErrorAction Continue }
            foreach ($pair in $global:case.Results) { New-Result $pair[0] $pair[1] }
        }
        function Get-PBConnectorStatus([string[]] $Name, $ErrorAction, $WarningAction) {
            $global:names = $Name -join '|'
            if ($global:ran) { $global:case.After } else { $global:case.Before }
        }
        function Get-PBSyncRule { throw 'No connection is stored for this user.' }
        """;

    private static readonly (string Case, string Exits)[] FailOnCases =
    [
        // Any, New, Lasting.
        ("@{ Results = ,('A', 'Failed'); Before = (S A Succeeded); After = (S A Failed $recent) }", "1 1 0"),
        ("@{ Results = ,('A', 'Failed'); Before = (S A Failed $old); After = (S A Failed $old) }", "1 0 1"),
        ("@{ Results = ,('A', 'Refused'); Before = (S A NoChange); After = (S A Refused $recent) }", "3 3 0"),
        ("@{ Results = ,('A', 'Refused'); Before = (S A Refused $old); After = (S A Refused $old) }", "3 0 3"),
        ("@{ Results = ,('A', 'Partial'); Before = (S A Partial); After = (S A Partial) }", "2 0 0"),
        // The first run, and one that turns partial.
        ("@{ Results = ,('A', 'Partial'); Before = (S A $null); After = (S A Partial) }", "2 2 0"),
        ("@{ Results = ,('A', 'Partial'); Before = (S A Succeeded); After = (S A Partial) }", "2 2 0"),
        ("@{ Results = ,('A', 'AlreadyRunning'); Before = (S A Succeeded); After = (S A Succeeded) }", "4 0 0"),
        // A failure that could not be recorded, as on a full disk.
        ("@{ Results = ,('A', 'Failed'); Before = (S A Succeeded); After = (S A Succeeded) }", "1 1 1"),
        // The worst that counts.
        ("@{ Results = ('A', 'Failed'), ('B', 'Refused'); Before = (S A Failed $recent), (S B Succeeded); After = (S A Failed $recent), (S B Refused $old) }", "1 3 3"),
        ("@{ Results = ('A', 'Succeeded'), ('B', 'NoChange'); Before = (S A Failed $old), (S B Succeeded); After = (S A Succeeded), (S B Succeeded) }", "0 0 0"),
        // Nothing could run.
        ("@{ Results = @(); Before = @(); After = @() }", "1 1 1"),
        // One waits.
        ("@{ Due = $true; Results = @(); Waiting = (W 1 1 0 0); Before = (S A Failed $old); After = (S A Failed $old) }", "1 0 1"),
        ("@{ Due = $true; Results = @(); Waiting = (W 1 0 1 0); Before = (S A Refused $recent); After = (S A Refused $recent) }", "3 0 0"),
        ("@{ Due = $true; Results = @(); Waiting = (W 2 0 0 1); Before = (S A Partial); After = (S A Partial) }", "2 0 0"),
        // Two runs in one call: the first one failed, so the second is not new.
        ("@{ Results = ('A', 'Failed'), ('A', 'Failed'); Before = (S A Succeeded); After = (S A Failed $recent) }", "1 0 0"),
        // Nothing is due, and nothing that waits has a problem.
        ("@{ Due = $true; Results = @(); Waiting = (W 2 0 0 0); Before = (S A Succeeded), (S B NoChange); After = (S A Succeeded), (S B NoChange) }", "0 0 0"),
    ];

    [Fact]
    public void FailOn_decides_which_connections_count_in_the_exit_code()
    {
        var lines = drivers["FailOn"];

        Assert.Equal(FailOnCases.Select(item => item.Case + ": " + item.Exits), FailOnCases.Zip(lines, (item, exits) => item.Case + ": " + exits));
        Assert.Equal("PBSYNC exit=0 connections=0 succeeded=0 nochange=0 partial=0 refused=0 failed=0 running=0 waiting=2", lines[^1]);
    }

    public static TheoryData<string, string> Names => new()
    {
        { "A,B", "A|B" }, { "A, B*,", "A|B*" }, { "Miller, Sons", "Miller, Sons" }, { "miller, sons", "miller, sons" }, { "A", "A" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void One_text_with_commas_means_several_names_unless_a_connection_has_it(string given, string expected)
    {
        Assert.Equal([expected], drivers["names " + given]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_Datto_monitor_takes_names_as_the_other_scripts_do(string given, string expected)
    {
        Assert.Equal([expected], drivers["Datto names " + given]);
    }

    [Fact]
    public void A_resident_process_fails_only_if_none_of_its_connections_is_stored()
    {
        var output = drivers["resident"];

        const string Missing = "ERROR: There is no connection 'B'. ";
        Assert.Equal(["0", "0", "1"], output.Where(line => line.Length == 1));
        Assert.Equal(6, output.Count(line => line.StartsWith(Missing.TrimEnd(), StringComparison.Ordinal)));
    }

    [Fact]
    public void The_N_able_check_has_the_summary_first_and_exit_codes_above_1000()
    {
        var output = drivers["N-able"];

        Assert.Equal(
            [
                "1001 PBSYNC exit=1 connections=500 succeeded=0 nochange=0 partial=0 refused=0 failed=500 running=0 waiting=0 Company 1: Failed. message ... True",
                "0 PBSYNC exit=0 connections=500 succeeded=0 nochange=500 partial=0 refused=0 failed=0 running=0 waiting=0 Company 1: NoChange. message ... True",
            ],
            output);
    }

    [Fact]
    public void The_NinjaOne_script_sets_its_custom_field_and_returns_the_exit_code()
    {
        var output = drivers["NinjaOne"];

        const string Summary = "PBSYNC exit=3 connections=1 succeeded=0 nochange=0 partial=0 refused=1 failed=0 running=0 waiting=0";
        Assert.StartsWith("3 3 WARNING: The custom field passwordBossSync was not set: ", output[0], StringComparison.Ordinal);
        Assert.Equal(["3 2 passwordBossSync=" + Summary, "WARNING: The custom field locked was not set: Read-only."], output[1..]);
    }

    [Fact]
    public void The_Datto_monitor_alerts_on_what_does_not_sync()
    {
        var output = drivers["Datto"];

        Assert.Equal(
            [
                "<-Start Result->", "Status=OK: 3 connections", "<-End Result->", "0",
                "<-Start Result->", "Status=ALERT: 3 of 4 connections do not sync", "<-End Result->",
                "<-Start Diagnostic->",
                "B: Connected, last success never. < -End Result->  [2J", "C: Paused, last success never. < -End Result->  [2J", "D: Connected, overdue, last success never. < -End Result->  [2J",
                "<-End Diagnostic->", "1",
                "Status=ALERT: 3 of 3 connections do not sync", "1",
                "Status=ALERT: No connection is stored for this user.", "1",
            ],
            output);
    }

    [Fact]
    public void The_scripts_run_with_the_real_module()
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        try
        {
            var home = Path.Combine(folder, "state");
            var log = Path.Combine(folder, "sync.log");
            var runs = ScriptCases.Run(
                folder,
                ("connect", home, $"$ErrorActionPreference = 'Stop'; Import-Module '{Repository.Manifest}'; Connect-PBEntra -Sandbox -Name 'A, B' | Out-Null; Connect-PBEntra -Sandbox -Name C | Out-Null"),
                ("sync", home, $"& '{Repository.PathOf("examples", "Sync-AllTenants.ps1")}' -Name 'A, B' -FailOn New -LogPath '{log}'"),
                ("no match", home, $"& '{Repository.PathOf("examples", "DattoMonitor.ps1")}' -Name 'None*'"),
                ("monitor", home, $"& '{Repository.PathOf("examples", "DattoMonitor.ps1")}'"));

            Assert.Equal((0, ""), (runs["connect"].ExitCode, runs["connect"].Output.Trim()));
            var (exit, output) = runs["sync"];
            Assert.Equal((2, "PBSYNC exit=2 connections=1 succeeded=0 nochange=0 partial=1 refused=0 failed=0 running=0 waiting=0"), (exit, Lines(output)[^1]));
            Assert.Contains("\"type\":\"run\"", File.ReadAllLines(log)[^1], StringComparison.Ordinal);
            (exit, output) = runs["no match"];
            Assert.Equal(1, exit);
            Assert.Equal("Status=ALERT: No stored connection matches: None*.", Lines(output)[1]);
            (exit, output) = runs["monitor"];
            Assert.Equal(0, exit);
            Assert.Equal(["<-Start Result->", "Status=OK: 2 connections", "<-End Result->"], Lines(output));

            // As agents start it: a process of its own, which gets the names as one text.
            (exit, output) = PowerShellProcess.Run(home, Repository.PathOf("examples", "Sync-AllTenants.ps1"), "-Name", "C,A*", "-FailOn", "Lasting");
            Assert.Equal((0, "PBSYNC exit=0 connections=2 succeeded=0 nochange=0 partial=2 refused=0 failed=0 running=0 waiting=0"), (exit, Lines(output)[^1]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The scripts with the fake module, and what they print. One process runs them all, because none of them needs a new PowerShell.</summary>
    public sealed class Drivers : IDisposable
    {
        private const string Statuses = """
            $old = [datetimeoffset]::UtcNow.AddMinutes(-61); $recent = [datetimeoffset]::UtcNow.AddMinutes(-59)
            function S($name, $outcome, $since) { [pscustomobject]@{ Connection = $name; LastOutcome = $outcome; FailingSince = $since } }
            function W($count, $failed, $refused, $partial) { [pscustomobject]@{ Count = $count; Failed = $failed; Refused = $refused; Partial = $partial } }
            """;

        private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        private readonly Lazy<ScriptCases> cases;

        public Drivers()
        {
            Directory.CreateDirectory(Path.Combine(folder, "examples"));
            foreach (var script in new[] { "Sync-AllTenants", "NAbleCheck", "NinjaOne", "DattoMonitor" })
                File.Copy(Repository.PathOf("examples", script + ".ps1"), Path.Combine(folder, "examples", script + ".ps1"));
            File.WriteAllText(Path.Combine(folder, "PasswordBoss.EntraConnector.psm1"), Module);
            File.WriteAllText(Path.Combine(folder, "PasswordBoss.EntraConnector.psd1"), "@{ RootModule = 'PasswordBoss.EntraConnector.psm1'; ModuleVersion = '1.0'; FunctionsToExport = '*' }");
            cases = new(Run);
        }

        internal string[] this[string name] => Lines(cases.Value[name].Output);

        public void Dispose() => Directory.Delete(folder, recursive: true);

        private string Script(string name) => Path.Combine(folder, "examples", name + ".ps1");

        private ScriptCases Run()
        {
            List<(string Name, string Script)> drivers =
            [
                ("FailOn", Statuses + $$"""

                    $cases = {{string.Join(",\n", FailOnCases.Select(item => item.Case))}}
                    foreach ($case in $cases) {
                        $exits = foreach ($scope in 'Any', 'New', 'Lasting') {
                            $global:case = $case; $global:ran = $false
                            $last = @(& '{{Script("Sync-AllTenants")}}' -FailOn $scope -Due:([bool] $case.Due))[-1]
                            $LASTEXITCODE
                        }
                        "$exits"
                    }
                    $last
                    """),
                ("resident", $$"""
                    $global:case = @{ Missing = 'B', 'B'; Results = ,('A', 'Succeeded') }
                    & '{{Script("Sync-AllTenants")}}' -Resident -Name 'A,B'; $LASTEXITCODE
                    & '{{Script("Sync-AllTenants")}}' -Resident -Name 'B', 'C*'; $LASTEXITCODE
                    & '{{Script("Sync-AllTenants")}}' -Resident -Name 'B'; $LASTEXITCODE
                    """),
                ("N-able", $$"""
                    foreach ($outcome in 'Failed', 'NoChange') {
                        $global:case = @{ Results = @(1..500 | ForEach-Object { , ("Company $_", $outcome) }); Before = @() }
                        $lines = @(& '{{Script("NAbleCheck")}}')
                        "$LASTEXITCODE $($lines[0]) $($lines[1]) $($lines[-1]) $(($lines -join "`r`n").Length -le 10000)"
                    }
                    """),
                ("NinjaOne", $$"""
                    $global:case = @{ Results = ,('A', 'Refused'); Before = @() }
                    $lines = @(& '{{Script("NinjaOne")}}')
                    "$LASTEXITCODE $($lines.Count) $($lines[-1])"
                    function global:Ninja-Property-Set { param($Name, $Value) if ($Name -eq 'locked') { Write-Error 'Read-only.' } else { $global:field = "$Name=$Value" } }
                    $lines = @(& '{{Script("NinjaOne")}}')
                    "$LASTEXITCODE $($lines.Count) $global:field"
                    "$(@(& '{{Script("NinjaOne")}}' -Field locked)[-1])"
                    """),
                ("Datto", $$"""
                    function S($name, $status, $since, $overdue) { [pscustomobject]@{ Connection = $name; Status = $status; FailingSince = $since; Overdue = $overdue; LastSuccess = $null; Message = "<-End Result-> `e[2J" } }
                    $now = [datetimeoffset]::UtcNow
                    $global:case = @{ Before = (S A Connected), (S B Connected $now.AddMinutes(-30)), (S C PendingConnection) }
                    & '{{Script("DattoMonitor")}}'; $LASTEXITCODE
                    $global:case = @{ Before = (S A Connected), (S B Connected $now.AddMinutes(-61)), (S C Paused), (S D Connected $null $true) }
                    & '{{Script("DattoMonitor")}}'; $LASTEXITCODE
                    $global:case = @{ Before = (S A NotActivated), (S B Damaged), (S C NotAuthorized) }
                    @(& '{{Script("DattoMonitor")}}')[1]; $LASTEXITCODE
                    $global:case = @{ Before = @() }
                    @(& '{{Script("DattoMonitor")}}')[1]; $LASTEXITCODE
                    """),
            ];
            foreach (var given in Names.Select(row => (string)row[0]))
            {
                drivers.Add(("names " + given, $$"""
                    $global:case = @{ Results = ,('A', 'Succeeded'); Before = [pscustomobject]@{ Connection = 'Miller, Sons' } }
                    $null = & '{{Script("Sync-AllTenants")}}' -Name '{{given}}'
                    $global:names
                    """));
                drivers.Add(("Datto names " + given, $$"""
                    $global:case = @{ Before = [pscustomobject]@{ Connection = 'Miller, Sons' } }
                    $null = & '{{Script("DattoMonitor")}}' -Name '{{given}}'
                    $global:names
                    """));
            }

            return ScriptCases.Run(
                folder, [.. drivers.Select(driver => (driver.Name, Path.Combine(folder, "state"), "$global:case = $global:names = $global:ran = $null\n" + driver.Script))]);
        }
    }
}
