using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>When each assembly is loaded, and into which context. This needs a process of its own, because a process never unloads an assembly.</summary>
[Trait("Speed", "Slow")]
public class IsolationTests(IsolationTests.LoadedAssemblies lists) : IClassFixture<IsolationTests.LoadedAssemblies>
{
    private const string ListScript = """
        foreach ($context in [System.Runtime.Loader.AssemblyLoadContext]::All) {
            foreach ($assembly in $context.Assemblies) { "ASSEMBLY|$($context.Name)|$($assembly.GetName().Name)|$(if (-not $assembly.IsDynamic) { $assembly.Location })" }
        }
        """;

    [Fact]
    public void Import_and_help_load_only_the_commands()
    {
        var loaded = lists["import"];

        var ours = loaded.Where(assembly => assembly.Location.StartsWith(Repository.PathOf("module"), StringComparison.Ordinal)).Select(assembly => assembly.Name).Order();
        Assert.Equal(["PasswordBoss.EntraConnector.Cmdlets", "PasswordBoss.EntraConnector.Core"], ours);
    }

    [Fact]
    public void Third_party_assemblies_are_in_the_private_context_after_a_sync()
    {
        var loaded = lists["sync"];

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

    [Fact]
    public void A_run_without_changes_does_not_load_the_Graph_SDK()
    {
        var loaded = lists["idle"];

        Assert.Contains(loaded, assembly => assembly.Name == "Microsoft.Identity.Client");
        Assert.DoesNotContain(loaded, assembly => assembly.Name is "Microsoft.Graph" or "Microsoft.Graph.Core" or "Microsoft.Kiota.Http.HttpClientLibrary");
    }

    /// <summary>The assemblies of a session after the import of the module, and after a sync; and of another session after a sync that finds no change.</summary>
    public sealed class LoadedAssemblies : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        private readonly ScriptCases cases;
        private readonly ScriptCases later;

        public LoadedAssemblies()
        {
            var home = Path.Combine(folder, "state");
            cases = ScriptCases.Run(
                folder,
                ("import", home, $"Import-Module '{Repository.Manifest}' -Global\nGet-Command -Module PasswordBoss.EntraConnector | Out-Null; Get-Help Invoke-PBSync | Out-Null\n" + ListScript),
                ("sync", home, "Connect-PBEntra -Sandbox | Out-Null; Invoke-PBSync -ErrorAction SilentlyContinue | Out-Null\n" + ListScript));
            later = ScriptCases.Run(folder, ("idle", home, $"Import-Module '{Repository.Manifest}'; Invoke-PBSync -ErrorAction SilentlyContinue | Out-Null\n" + ListScript));
        }

        public void Dispose() => Directory.Delete(folder, recursive: true);

        internal List<(string Context, string Name, string Location)> this[string name] =>
            (name == "idle" ? later : cases)[name].Output.Split('\n').Select(line => line.TrimEnd('\r').Split('|')).Where(parts => parts[0] == "ASSEMBLY").Select(parts => (parts[1], parts[2], parts[3])).ToList();
    }
}
