using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Mono.Cecil;
using PasswordBoss.EntraConnector.SandboxHost;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>The set for Windows PowerShell in a runtime that is neither .NET nor on Windows, and closest to .NET Framework: mono.</summary>
public class MonoTests
{
    // The exit code of the program where mono lacks assemblies of .NET Framework, which Linux distributions package one by one.
    private const int FrameworkIncomplete = 3;

    [SkippableFact]
    public void The_Windows_PowerShell_set_syncs_a_sandbox_on_Mono()
    {
        var lines = Run();

        AssertSynced(lines);
        foreach (var name in new[] { "PasswordBoss.EntraConnector.Clients", "Azure.Core", "Microsoft.Identity.Client", "Microsoft.Data.Sqlite", "System.Text.Json" })
            Assert.Contains("ASSEMBLY " + Repository.PathOf("module", "desktop", name + ".dll"), lines);
        Assert.Contains("ASSEMBLY " + Repository.PathOf("module", "common", "Microsoft.Graph.dll"), lines);
    }

    [SkippableFact]
    public async Task The_Windows_PowerShell_set_syncs_over_HTTPS_on_Mono()
    {
        await using var server = await SandboxServer.StartAsync();

        var lines = Run(server.Endpoints.AuthorityHost.ToString(), server.Endpoints.GraphEndpoint.ToString(), server.Endpoints.PasswordBossUri.ToString(), server.AuthorityPem);

        AssertSynced(lines);
        Assert.True(server.Requests > 30, $"The server saw {server.Requests} requests.");
    }

    [SkippableFact]
    public void Addresses_have_the_same_form_on_Mono_as_on_NET()
    {
        var lines = Run("addresses");

        Assert.DoesNotContain(lines, line => line.StartsWith("WRONG ", StringComparison.Ordinal));
        var counts = lines.Single(line => line.StartsWith("ADDRESSES ", StringComparison.Ordinal)).Split(' ');
        Assert.True(counts[1] == counts[2] && int.Parse(counts[1], CultureInfo.InvariantCulture) > 50, string.Join('\n', lines));
    }

    private static void AssertSynced(string[] lines) =>
        Assert.True(lines.Contains("SYNC Partial 22 Partial 0"), string.Join('\n', lines));

    private static string[] Run(params string[] server)
    {
        var mono = new[] { "/usr/bin/mono", "/usr/local/bin/mono", "/opt/homebrew/bin/mono" }.FirstOrDefault(File.Exists);
        Skip.If(mono is null, "There is no mono on this machine.");
        var native = Repository.PathOf("module", "common", "runtimes", $"{(OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "native");
        var folder = Directory.CreateTempSubdirectory("pbentra-mono-").FullName;
        try
        {
            WriteForwards(folder);
            var program = Repository.PathOf("tests", "PasswordBoss.EntraConnector.MonoSmoke", "bin", PowerShellScript.Configuration, "net472", "PasswordBoss.EntraConnector.MonoSmoke.exe");
            var start = new ProcessStartInfo(mono!, [program, Repository.PathOf("module"), .. server]);
            start.Environment["MONO_PATH"] = folder;
            start.Environment["LD_LIBRARY_PATH"] = native;
            start.Environment["DYLD_LIBRARY_PATH"] = native;
            start.Environment["PBENTRA_HOME"] = Path.Combine(folder, "state");
            // The user's own trusted certificates are in there.
            start.Environment["XDG_CONFIG_HOME"] = folder;

            var (exitCode, output) = ChildProcess.Run(start);

            Skip.If(exitCode == FrameworkIncomplete, "Mono is installed without " + output.Trim());
            Assert.True(exitCode == 0, output);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Mono as it is packaged has none of .NET Framework's assemblies that only forward (netstandard.dll among them). The reference ones are the same forwards;
    // mono runs no assembly that says it is for reference.
    private static void WriteForwards(string folder)
    {
        var framework = typeof(MonoTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "NetFramework").Value!;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(framework, "Facades"), "*.dll"))
        {
            using var assembly = AssemblyDefinition.ReadAssembly(file);
            if (assembly.CustomAttributes.FirstOrDefault(attribute => attribute.AttributeType.Name == "ReferenceAssemblyAttribute") is { } mark)
                assembly.CustomAttributes.Remove(mark);
            assembly.Write(Path.Combine(folder, Path.GetFileName(file)));
        }
    }
}
