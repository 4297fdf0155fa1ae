using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>Whether the set for Windows PowerShell can run there, seen without Windows.</summary>
public class LinkTests
{
    [Fact]
    public void Every_reference_of_the_Windows_PowerShell_set_resolves_and_nothing_only_throws()
    {
        using var check = Check(Assemblies("shared", "common", "desktop"));

        Assert.True(check.Problems.Count == 0, string.Join("\n", check.Problems.Take(30)));
        Assert.True(check.References > 20_000, $"Only {check.References} references were seen.");

        // DPAPI and access rules are those of .NET Framework itself.
        Assert.Equal(["System.Security"], check.HomesOf("System.Security.Cryptography.ProtectedData"));
        Assert.Equal(["mscorlib"], check.HomesOf("System.Security.AccessControl.DirectorySecurity"));
    }

    [Fact]
    public void The_set_for_PowerShell_7_fails_the_check()
    {
        using var check = Check(Assemblies("shared", "common", "core"));

        Assert.Contains("PasswordBoss.EntraConnector.Clients needs the assembly System.Runtime 8.0.0.0", check.Problems);
        Assert.Contains(check.Problems, problem => problem.StartsWith("PasswordBoss.EntraConnector.Clients needs the member", StringComparison.Ordinal));
    }

    [Fact]
    public void A_facade_fails_the_check()
    {
        var facade = MetadataOf("Facade");
        var set = Assemblies("shared", "common", "desktop").Where(file => Path.GetFileName(file) != Path.GetFileName(facade)).Append(facade);

        using var check = Check(set);

        Assert.StartsWith("System.Security.AccessControl is a facade", Assert.Single(check.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_reference_of_the_PowerShell_7_set_resolves_against_this_NET()
    {
        // One assembly of Microsoft.Graph serves both sets, so this one is checked too.
        using var check = LinkCheck.Of(Assemblies("shared", "common", "core"), RuntimeEnvironment.GetRuntimeDirectory(), MetadataOf("PowerShellStandard"));

        Assert.True(check.Problems.Count == 0, string.Join("\n", check.Problems.Take(30)));
    }

    private static LinkCheck Check(IEnumerable<string> files) => LinkCheck.Of(files, MetadataOf("NetFramework"), MetadataOf("PowerShellStandard"));

    private static IEnumerable<string> Assemblies(params string[] folders) => folders.SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf("module", folder), "*.dll"));

    private static string MetadataOf(string key) =>
        typeof(LinkTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
