using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>examples/Validate.Tests.ps1, run with Pester against sandboxes that pass and that fail.</summary>
[Trait("Speed", "Slow")]
[Collection("Validate")]
public sealed class ValidateTests(ValidateTests.Validations validations) : IClassFixture<ValidateTests.Validations>
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

    [Fact]
    public void Each_connection_passes_or_fails_its_checks_and_the_result_file_names_them()
    {
        Assert.Equal(10, validations.Results("good").Count());
        Assert.Empty(validations.Failed("good"));
        Assert.Equal(["Good.has synced within 0 minutes"], validations.Failed("stale"));
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
            validations.Failed("all"));
        Assert.Contains(validations.Results("all"), result => result.ToString().Contains("Paused", StringComparison.Ordinal) && result.ToString().Contains("would be removed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_store_without_connections_fails()
    {
        Assert.Equal(["*.is stored for this account"], validations.Failed("none"));
    }

    /// <summary>The results of the checks. One process runs all of them: Pester and the module need more processor time to start than to check.</summary>
    public sealed class Validations : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;

        public Validations()
        {
            var script = Path.Combine(folder, "validate.ps1");
            File.WriteAllText(script, $$"""
                $ErrorActionPreference = 'Stop'
                Import-Module '{{Repository.Manifest}}'
                Import-Module '{{PowerShellProcess.PesterManifest}}'
                function Invoke-Validation([hashtable] $Data, [string] $Result) {
                    $configuration = New-PesterConfiguration
                    $configuration.Run.Container = New-PesterContainer -Path '{{Repository.PathOf("examples", "Validate.Tests.ps1")}}' -Data $Data
                    $configuration.Output.Verbosity = 'None'
                    $configuration.TestResult.Enabled = $true
                    $configuration.TestResult.OutputFormat = 'JUnitXml'
                    $configuration.TestResult.OutputPath = "{{folder}}/$Result.xml"
                    Invoke-Pester -Configuration $configuration
                }
                Invoke-Validation -Data @{ } -Result none
                {{Connections}}
                Invoke-Validation -Data @{ Name = 'Good' } -Result good
                Invoke-Validation -Data @{ Name = 'Good'; FreshMinutes = 0 } -Result stale
                Invoke-Validation -Data @{ Name = '*', 'Fabrikam', 'X*' } -Result all
                """);
            var (exitCode, output) = PowerShellProcess.Run(Path.Combine(folder, "state"), script);
            Assert.True(exitCode == 0, output);
        }

        public void Dispose() => Directory.Delete(folder, recursive: true);

        /// <summary>The names of the failed tests.</summary>
        internal IOrderedEnumerable<string> Failed(string result) => Results(result).Where(test => test.Element("failure") is not null)
            .Select(test => test.Attribute("name")!.Value.Replace("The connection ", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

        /// <summary>All tests.</summary>
        internal IEnumerable<XElement> Results(string result) => XDocument.Load(Path.Combine(folder, result + ".xml")).Descendants("testcase");
    }
}
