using System;
using System.IO;
using System.Linq;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>The requirements of the module, and the errors if they are not met.</summary>
public class RequirementTests(RequirementTests.ModuleImports imports) : IClassFixture<RequirementTests.ModuleImports>
{
    [Fact]
    public void The_manifest_requires_PowerShell_5_1_and_PowerShell_enforces_it()
    {
        const string Asked = "PowerShellVersion      = '5.1'";
        var manifest = File.ReadAllText(Repository.Manifest);
        Assert.Contains(Asked, manifest, StringComparison.Ordinal);

        // No older engine is available, so the test raises the required version.
        var folder = Directory.CreateTempSubdirectory("pbentra-manifest-").FullName;
        try
        {
            var demanding = Path.Combine(folder, "PasswordBoss.EntraConnector.psd1");
            File.WriteAllText(demanding, manifest.Replace(Asked, "PowerShellVersion      = '99.0'", StringComparison.Ordinal));
            var lines = PowerShellScript.Run($"try {{ Import-Module '{demanding}'; 'IMPORTED' }} catch {{ \"ERROR $_\" }}");
            Assert.Contains("99.0", Assert.Single(lines, line => line.StartsWith("ERROR", StringComparison.Ordinal)), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("461807", false)]
    [InlineData("missing", false)]
    [InlineData("461808", true)]
    public void The_NET_Framework_version_is_checked_before_any_assembly_loads(string release, bool expected)
    {
        var lines = imports[release];

        Assert.Equal(expected, lines.Contains("IMPORTED"));
        Assert.Equal(!expected, lines.Any(line => line.StartsWith("ERROR PasswordBoss.EntraConnector needs .NET Framework 4.7.2", StringComparison.Ordinal)));
        Assert.Equal(!expected, lines.Contains("LOADED 0"));
    }

    [Fact]
    public void A_session_in_constrained_language_mode_imports_and_syncs()
    {
        var lines = PowerShellScript.Run($$"""
            $ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'
            try { [System.Text.StringBuilder]::new() } catch { 'CONSTRAINED' }
            Import-Module '{{Repository.Manifest}}'
            $null = Connect-PBEntra -Name Box -Sandbox
            $run = Invoke-PBSync -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
            "SYNC $($run.Outcome) $($run.Created)"
            """);

        Assert.Contains("CONSTRAINED", lines);
        Assert.Contains("SYNC Partial 22", lines);
    }

    /// <summary>OneDrive names its folder after the company, and Windows keeps modules in it.</summary>
    [Fact]
    public void The_module_imports_from_a_folder_with_brackets_in_its_name()
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-[manifest]-").FullName;
        try
        {
            string[] parts = [.. Directory.EnumerateFiles(Repository.PathOf("module")), .. Directory.EnumerateFiles(Repository.PathOf("module", "shared"), "*.dll")];
            foreach (var file in parts.Append(Repository.Manifest))
            {
                var copy = Path.Combine(folder, Path.GetRelativePath(Repository.PathOf(), file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }

            var lines = PowerShellScript.Run($"try {{ \"IMPORTED $((Import-Module '{Path.Combine(folder, Path.GetFileName(Repository.Manifest))}' -PassThru).ExportedCmdlets.ContainsKey('Invoke-PBSync'))\" }} catch {{ \"ERROR $_\" }}");
            Assert.Contains("IMPORTED True", lines);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Imports of the module's own script, which finds the edition of Windows PowerShell and a registry of the test. One process makes them, because an import that fails
    /// loads no assembly; the one that succeeds is the last.
    /// </summary>
    public sealed class ModuleImports
    {
        private readonly Lazy<string[]> lines = new(Run);

        internal string[] this[string release] => [.. lines.Value.Where(line => line.StartsWith(release + ": ", StringComparison.Ordinal)).Select(line => line[(release.Length + 2)..])];

        private static string[] Run()
        {
            const string Edition = "$IsCoreCLR";
            var module = Repository.PathOf("module");
            var script = File.ReadAllText(Path.Combine(module, "PasswordBoss.EntraConnector.psm1"));
            Assert.Contains($"if (-not {Edition})", script, StringComparison.Ordinal);
            var folder = Directory.CreateTempSubdirectory("pbentra-psm1-").FullName;
            try
            {
                var copy = Path.Combine(folder, "PasswordBoss.EntraConnector.psm1");
                File.WriteAllText(copy, script.Replace($"(-not {Edition})", "(-not $false)", StringComparison.Ordinal).Replace("$PSScriptRoot", module, StringComparison.Ordinal));
                return PowerShellScript.Run($$"""
                    function global:Get-ItemProperty { param($Path, $Name) $global:registry }
                    foreach ($release in 461807, 'missing', 461808) {
                        $global:registry = if ($release -ne 'missing') { @{ Release = $release } }
                        try { Import-Module '{{copy}}'; "${release}: IMPORTED" } catch { "${release}: ERROR $_" }
                        "${release}: LOADED $(@([System.AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -like 'PasswordBoss.*' }).Count)"
                    }
                    """);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
