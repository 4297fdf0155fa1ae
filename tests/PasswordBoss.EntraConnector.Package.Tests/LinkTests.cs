using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>Checks without Windows that the set for Windows PowerShell can run there.</summary>
public class LinkTests
{
    [Fact]
    public void Every_reference_of_the_Windows_PowerShell_set_resolves_to_a_real_implementation()
    {
        using var check = Check(Assemblies("shared", "common", "desktop"));

        Assert.True(check.Problems.Count == 0, string.Join("\n", check.Problems.Take(30)));
        Assert.True(check.References > 20_000, $"Only {check.References} references were seen.");

        // DPAPI and access rules come from .NET Framework itself.
        Assert.Equal(["System.Security"], check.HomesOf("System.Security.Cryptography.ProtectedData"));
        Assert.Equal(["mscorlib"], check.HomesOf("System.Security.AccessControl.DirectorySecurity"));
    }

    [Fact]
    public void The_set_for_PowerShell_7_fails_the_check()
    {
        // Microsoft.Graph, by far the largest assembly, is in both sets and not checked here.
        using var check = Check(Assemblies("shared", "core"));

        Assert.Contains("PasswordBoss.EntraConnector.Clients needs the assembly System.Runtime 8.0.0.0", check.Problems);
        Assert.Contains(check.Problems, problem => problem.StartsWith("PasswordBoss.EntraConnector.Clients needs the member", StringComparison.Ordinal));
    }

    [Fact]
    public void A_facade_fails_the_check()
    {
        var facade = MetadataOf("Facade");
        var set = Assemblies("shared", "desktop").Where(file => Path.GetFileName(file) != Path.GetFileName(facade)).Append(facade);

        using var check = Check(set);

        Assert.Single(check.Problems, problem => problem.StartsWith("System.Security.AccessControl is a facade", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_reference_of_the_PowerShell_7_set_resolves_against_this_NET()
    {
        // Both sets use one assembly of Microsoft.Graph, so it is checked here, too.
        using var check = CheckOnNet(RuntimeEnvironment.GetRuntimeDirectory());

        Assert.True(check.Problems.Count == 0, string.Join("\n", check.Problems.Take(30)));
    }

    [Fact]
    public void Every_reference_of_the_PowerShell_7_set_resolves_against_NET_8()
    {
        // PowerShell 7.4 runs on this framework, with older versions of System.Text.Json and System.Diagnostics.DiagnosticSource than ours.
        using var check = CheckOnNet(MetadataOf("Net8"));

        // A filter of the HTTP client factory passes a meter factory to the framework's handlers. Our clients remove it.
        Assert.Equal(
            [
                "Microsoft.Extensions.Http HttpClientHandler::get_MeterFactory", "Microsoft.Extensions.Http HttpClientHandler::set_MeterFactory",
                "Microsoft.Extensions.Http SocketsHttpHandler::get_MeterFactory", "Microsoft.Extensions.Http SocketsHttpHandler::set_MeterFactory",
            ],
            check.Problems.Select(problem => Regex.Replace(problem, @"^(\S+) needs the member \S+ System\.Net\.Http\.(\w+::\w+)\(.*IMeterFactory is that of.*$", "$1 $2")).Order(StringComparer.Ordinal));
        Assert.True(check.References > 20_000, $"Only {check.References} references were seen.");
    }

    private static LinkCheck Check(IEnumerable<string> files) =>
        LinkCheck.Of(new SetBinder(files, MetadataOf("NetFramework"), MetadataOf("PowerShellStandard"), Precedence.Framework));

    private static LinkCheck CheckOnNet(string framework) =>
        LinkCheck.Of(new SetBinder(Assemblies("shared", "common", "core"), framework, MetadataOf("PowerShellStandard"), Precedence.Newest));

    private static IEnumerable<string> Assemblies(params string[] folders) => folders.SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf("module", folder), "*.dll"));

    private static string MetadataOf(string key) =>
        typeof(LinkTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
