using System;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The Pester files, run by Pester in PowerShell.</summary>
[Trait("Speed", "Slow")]
[Collection("Pester")]
public class PesterTests
{
    [SkippableTheory]
    [InlineData("pwsh")]
    [InlineData("pwsh-lts")]
    public void Pester_suites_pass(string shell)
    {
        Skip.If(PowerShellProcess.Command(shell) is null, $"There is no {shell} on this machine.");

        var (exitCode, output) = ChildProcess.Run(
            PowerShellProcess.Start(
                PowerShellProcess.Command(shell)!,
                "-Command",
                $"Import-Module '{PowerShellProcess.PesterManifest}'; $run = Invoke-Pester -Path '{Repository.PathOf("tests", "Pester")}' -PassThru; if ($run.Result -ne 'Passed' -or $run.PassedCount -eq 0) {{ exit 1 }}"),
            TimeSpan.FromMinutes(10));

        Assert.True(exitCode == 0, output);
    }
}
