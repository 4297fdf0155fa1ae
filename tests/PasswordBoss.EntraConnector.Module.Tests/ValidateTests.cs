using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>examples/Validate.Tests.ps1, run with Pester against sandboxes that pass and that fail.</summary>
[Trait("Speed", "Slow")]
[Collection("Validate")]
public sealed class ValidateTests : IDisposable
{
    // Interns is a group without members.
    private const string Connections = """
        'Good', 'Paused', 'Empty', 'Loose', 'New' | ForEach-Object { $null = Connect-PBEntra -Name $_ -Sandbox }
        $null = Invoke-PBSync -Name Good, Paused, Empty, Loose -WarningAction Ignore
        Edit-PBSandbox -Name Paused -RemoveMember (Get-PBUser -Name Paused | Select-Object -First 12).Email
        $null = Invoke-PBSync -Name Paused -WarningAction Ignore -ErrorAction Ignore
        Set-PBSyncGroup -Name Empty -UserGroup Interns -WarningAction Ignore
        Set-PBSyncRule -Name Loose -MaxRemovalPercent 50 -MaxRemovalCount 100 -RemovedUser Delete -DeleteAfterDays 0 -WarningAction Ignore
        $null = Connect-PBEntra -Name Loose -SecretExpires (Get-Date).AddDays(5)
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Each_connection_passes_or_fails_its_checks_and_the_result_file_names_them()
    {
        Validate(("@{ Name = 'Good' }", "good"), ("@{ Name = 'Good'; FreshMinutes = 0 }", "stale"), ("@{ Name = '*', 'Fabrikam', 'X*' }", "all"));

        Assert.Equal(10, Results("good").Count());
        Assert.Empty(Failed("good"));
        Assert.Equal(["Good.has synced within 0 minutes"], Failed("stale"));
        Assert.Equal(
            [
                "Empty.has members in its user group",
                "Fabrikam.is stored for this account",
                "Loose.deletes no vault without a wait",
                "Loose.has a secret that stays valid for 30 days, as far as is known",
                "Loose.removes at most 20 percent, or 10 accounts, a day",
                "New.has a user group, and accounts of its members",
                "New.has access: it is connected",
                "New.has synced within 60 minutes",
                "Paused.does not fail",
                "Paused.is not paused",
                "X*.is stored for this account",
            ],
            Failed("all"));
        Assert.Contains(Results("all"), result => result.ToString().Contains("Paused", StringComparison.Ordinal) && result.ToString().Contains("would be removed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_store_without_connections_fails()
    {
        Validate(("@{ }", "none"));

        Assert.Equal(["*.is stored for this account"], Failed("none"));
    }

    private void Validate(params (string Data, string Result)[] runs)
    {
        var script = Path.Combine(folder, "validate.ps1");
        File.WriteAllText(script, $$"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{{Repository.Manifest}}'
            Import-Module '{{PowerShellProcess.PesterManifest}}'
            {{(runs.Length > 1 ? Connections : "")}}
            function Invoke-Validation([hashtable] $Data, [string] $Result) {
                $configuration = New-PesterConfiguration
                $configuration.Run.Container = New-PesterContainer -Path '{{Repository.PathOf("examples", "Validate.Tests.ps1")}}' -Data $Data
                $configuration.Output.Verbosity = 'None'
                $configuration.TestResult.Enabled = $true
                $configuration.TestResult.OutputFormat = 'JUnitXml'
                $configuration.TestResult.OutputPath = "{{folder}}/$Result.xml"
                Invoke-Pester -Configuration $configuration
            }
            {{string.Join('\n', runs.Select(run => $"Invoke-Validation -Data {run.Data} -Result {run.Result}"))}}
            """);
        var (exitCode, output) = PowerShellProcess.Run(Path.Combine(folder, "state"), script);
        Assert.True(exitCode == 0, output);
    }

    private IOrderedEnumerable<string> Failed(string result) => Results(result).Where(test => test.Element("failure") is not null)
        .Select(test => test.Attribute("name")!.Value.Replace("The connection ", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private IEnumerable<XElement> Results(string result) => XDocument.Load(Path.Combine(folder, result + ".xml")).Descendants("testcase");
}
