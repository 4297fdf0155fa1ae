using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using Mono.Cecil;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>
/// Another module in the same session, with older or newer versions of the packages that we use, loaded in the default context before our import, between
/// import and first use, and after it. Each case has its own process, because a process never unloads an assembly.
/// </summary>
public class NeighbourTests
{
    private static readonly string Start = $$"""
        function Import-Neighbour([string] $Folder) {
            foreach ($file in [System.IO.Directory]::GetFiles($Folder, '*.dll')) {
                if ($file -notmatch 'Azure\.|Microsoft\.Identity|System\.Text\.Json|Neighbour\.dll') { continue }
                $null = [System.Reflection.Assembly]::LoadFrom($file)
            }
        }
        function Use-Neighbour {
            $assembly = [System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies | Where-Object { $_.GetName().Name -eq 'PasswordBoss.EntraConnector.Neighbour' }
            "NEIGHBOUR $($assembly.GetType('PasswordBoss.EntraConnector.Neighbour.NeighbourModule').GetMethod('SignIn').Invoke($null, @()))"
        }
        function Sync-Sandbox([string] $Name) {
            $null = Connect-PBEntra -Name $Name -Sandbox
            $run = Invoke-PBSync -Name $Name -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
            "SYNC $Name $($run.Created -gt 10)"
        }
        function Show-Contexts {
            foreach ($context in [System.Runtime.Loader.AssemblyLoadContext]::All) {
                foreach ($assembly in $context.Assemblies) { "ASSEMBLY $($context.Name) $($assembly.GetName().Name) $($assembly.GetName().Version)" }
            }
        }
        # What a module without isolation does: its clients, and so their packages, in the default context.
        function Disable-Isolation([string] $Folder) {
            $clients = [System.Reflection.Assembly]::LoadFrom("$Folder/PasswordBoss.EntraConnector.Clients.dll")
            $factory = [System.Activator]::CreateInstance($clients.GetType('PasswordBoss.EntraConnector.Clients.ConnectorFactory'))
            $cmdlets = (Get-Command Invoke-PBSync).ImplementingType.Assembly
            $field = $cmdlets.GetType('PasswordBoss.EntraConnector.Loading.ConnectorFactory').GetField('factory', [System.Reflection.BindingFlags]'NonPublic, Static')
            $field.SetValue($null, $factory)
        }

        """;

    private const string Before = "Import-Neighbour {0}; Use-Neighbour; Import-Module {1}; Sync-Sandbox One; Use-Neighbour; Show-Contexts";
    private const string BetweenImportAndUse = "Import-Module {1}; Import-Neighbour {0}; Sync-Sandbox One; Use-Neighbour; Show-Contexts";
    private const string After = "Import-Module {1}; Sync-Sandbox One; Import-Neighbour {0}; Use-Neighbour; Sync-Sandbox Two; Use-Neighbour; Show-Contexts";

    public static TheoryData<string, string> Cases => new()
    {
        { "Older", Before }, { "Older", BetweenImportAndUse }, { "Older", After },
        { "Newer", Before }, { "Newer", BetweenImportAndUse }, { "Newer", After },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_sync_and_another_module_with_other_versions_work_side_by_side(string age, string script)
    {
        using var neighbour = new NeighbourFolder(age);

        var lines = Run(script, neighbour);

        Assert.Equal(script == After ? 2 : 1, lines.Count(line => line.StartsWith("SYNC", StringComparison.Ordinal) && line.EndsWith("True", StringComparison.Ordinal)));
        var signIns = lines.Where(line => line.StartsWith("NEIGHBOUR", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(signIns);
        var core = age == "Older" ? "1.36.0" : "1.54.0";
        Assert.All(signIns, line => Assert.StartsWith($"NEIGHBOUR neighbours-token {core} ", line, StringComparison.Ordinal));

        // Both versions are loaded, each in its context. Our own Azure.Identity.dll only forwards to Azure.Core.
        foreach (var name in new[] { "Azure.Core", "Microsoft.Identity.Client" })
        {
            var ours = VersionIn(lines, "PasswordBoss.EntraConnector", name);
            var theirs = VersionIn(lines, "Default", name);
            Assert.True(age == "Older" ? theirs < ours : theirs > ours, $"{name}: {theirs} beside our {ours}");
        }

        Assert.Equal(new Version(1, age == "Older" ? 10 : 99, 0, 0), VersionIn(lines, "Default", "Azure.Identity"));
        Assert.Equal(new Version(age == "Older" ? 10 : 11, 0, 0, 0), VersionIn(lines, "Default", "System.Text.Json"));
    }

    [Fact]
    public void Without_isolation_a_sync_works_only_without_another_module()
    {
        using var older = new NeighbourFolder("Older");

        // In one folder, so that the default context finds all assemblies of the set.
        using var flat = new NeighbourFolder(Repository.PathOf("module", "core"), Repository.PathOf("module", "common"));

        var alone = Run($"Import-Module {{1}}; Disable-Isolation '{flat.Path}'; Sync-Sandbox One", older);
        var beside = Run($"Import-Neighbour {{0}}; Import-Module {{1}}; Disable-Isolation '{flat.Path}'; try {{{{ Sync-Sandbox One }}}} catch {{{{ 'FAILED ' + $_.Exception.Message }}}}", older);

        Assert.Contains("SYNC One True", alone);
        Assert.DoesNotContain("SYNC One True", beside);
        Assert.Contains(beside, line => line.StartsWith("FAILED", StringComparison.Ordinal) || line == "SYNC One False");
    }

    private static string[] Run(string script, NeighbourFolder neighbour) =>
        PowerShellScript.RunIn(neighbour.Command, Start + string.Format(System.Globalization.CultureInfo.InvariantCulture, script, $"'{neighbour.Path}'", $"'{Repository.Manifest}'"));

    private static Version VersionIn(string[] lines, string context, string name) =>
        Version.Parse(Assert.Single(lines, line => line.StartsWith($"ASSEMBLY {context} {name} ", StringComparison.Ordinal)).Split(' ')[^1]);

    /// <summary>A built neighbour. No released Azure.Identity is newer than ours, so the newer neighbour gets a higher version number here.</summary>
    private sealed class NeighbourFolder : IDisposable
    {
        public NeighbourFolder(string age)
        {
            var built = Repository.PathOf("tests", "PasswordBoss.EntraConnector.Neighbour", age, "bin", PowerShellScript.Configuration, age == "Newer" ? "net10.0" : "net8.0");
            CopyFrom(built);
            if (age != "Newer")
                return;
            var identity = System.IO.Path.Combine(Path, "Azure.Identity.dll");
            using var assembly = AssemblyDefinition.ReadAssembly(new MemoryStream(File.ReadAllBytes(identity)));
            assembly.Name.Version = new Version(1, 99, 0, 0);
            assembly.Write(identity);
            Command = WithNewerFramework();
        }

        public NeighbourFolder(string source, string further)
        {
            CopyFrom(source);
            CopyFrom(further);
        }

        /// <summary>The command that starts PowerShell.</summary>
        public string[] Command { get; } = PowerShellProcess.Command(PowerShellProcess.Restored)!;

        public string Path { get; } = Directory.CreateTempSubdirectory("pbentra-neighbour-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);

        // .NET loads a newer version of a framework assembly into the default context only if an additional deps.json lists it at the start.
        private string[] WithNewerFramework()
        {
            var files = Directory.EnumerateFiles(Path, "System.*.dll").ToDictionary(
                file => System.IO.Path.GetFileName(file),
                file => new { assemblyVersion = AssemblyName.GetAssemblyName(file).Version!.ToString(), fileVersion = FileVersionInfo.GetVersionInfo(file).FileVersion });
            var target = new Dictionary<string, object> { ["Newer/1.0.0"] = new { runtime = files } };
            const string Framework = ".NETCoreApp,Version=v10.0";
            var list = System.IO.Path.Combine(Path, "newer.deps.json");
            File.WriteAllText(list, JsonSerializer.Serialize(new
            {
                runtimeTarget = new { name = Framework },
                targets = new Dictionary<string, object> { [Framework] = target },
                libraries = new Dictionary<string, object> { ["Newer/1.0.0"] = new { type = "package", serviceable = false, sha512 = "", path = "." } },
            }));
            return ["dotnet", "exec", "--additional-deps", list, "--additionalprobingpath", Path, .. PowerShellProcess.Command(PowerShellProcess.Restored)![2..]];
        }

        private void CopyFrom(string source)
        {
            foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            {
                var copy = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(source, file));
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }
}
