using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>When each assembly is loaded, and into which context. Each case has its own process, because a process never unloads an assembly.</summary>
[Trait("Speed", "Slow")]
public class IsolationTests
{
    private const string ListScript = """
        foreach ($context in [System.Runtime.Loader.AssemblyLoadContext]::All) {
            foreach ($assembly in $context.Assemblies) { "ASSEMBLY|$($context.Name)|$($assembly.GetName().Name)|$(if (-not $assembly.IsDynamic) { $assembly.Location })" }
        }
        """;

    [Fact]
    public void Import_and_help_load_only_the_commands()
    {
        var loaded = LoadedAfter("Get-Command -Module PasswordBoss.EntraConnector | Out-Null; Get-Help Invoke-PBSync | Out-Null");

        var ours = loaded.Where(assembly => assembly.Location.StartsWith(Repository.PathOf("module"), StringComparison.Ordinal)).Select(assembly => assembly.Name).Order();
        Assert.Equal(["PasswordBoss.EntraConnector.Cmdlets", "PasswordBoss.EntraConnector.Core"], ours);
    }

    [Fact]
    public void Third_party_assemblies_are_in_the_private_context_after_a_sync()
    {
        var loaded = LoadedAfter("Connect-PBEntra -Sandbox | Out-Null; Invoke-PBSync -ErrorAction SilentlyContinue | Out-Null");

        Assert.Contains(loaded, assembly => assembly is { Context: "PasswordBoss.EntraConnector", Name: "Microsoft.Graph" });
        Assert.Contains(loaded, assembly => assembly is { Context: "PasswordBoss.EntraConnector", Name: "Azure.Core" });
        Assert.Contains(loaded, assembly => assembly is { Context: "PasswordBoss.EntraConnector", Name: "Microsoft.Identity.Client" });
        Assert.Contains(loaded, assembly => assembly is { Context: "PasswordBoss.EntraConnector", Name: "Microsoft.Data.Sqlite" });
        var inDefault = loaded
            .Where(assembly => assembly.Context == "Default" && assembly.Location.StartsWith(Repository.PathOf("module"), StringComparison.Ordinal))
            .Select(assembly => assembly.Name).Order();
        Assert.Equal(["PasswordBoss.EntraConnector.Cmdlets", "PasswordBoss.EntraConnector.Core", "PasswordBoss.EntraConnector.Loader"], inDefault);

        // Core must be loaded only once. A second copy would have different types with the same names.
        Assert.Single(loaded, assembly => assembly.Name == "PasswordBoss.EntraConnector.Core");
    }

    private static List<(string Context, string Name, string Location)> LoadedAfter(string script)
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        try
        {
            var file = Path.Combine(folder, "list.ps1");
            File.WriteAllText(file, $"Import-Module '{Repository.Manifest}'\n{script}\n{ListScript}");
            var (exitCode, output) = PowerShellProcess.Run(Path.Combine(folder, "state"), file);
            Assert.True(exitCode == 0, output);
            return output.Split('\n').Select(line => line.TrimEnd('\r').Split('|')).Where(parts => parts[0] == "ASSEMBLY").Select(parts => (parts[1], parts[2], parts[3])).ToList();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
