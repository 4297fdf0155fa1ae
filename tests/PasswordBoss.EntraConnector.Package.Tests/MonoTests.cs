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

/// <summary>The set for Windows PowerShell on mono, the runtime outside Windows that is closest to .NET Framework.</summary>
public class MonoTests
{
    // The exit code of the program if mono lacks assemblies of .NET Framework. Linux distributions package them separately.
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
            // This folder contains the user's own trusted certificates.
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

    // Packaged mono lacks the assemblies of .NET Framework that only forward types, such as netstandard.dll. The reference assemblies have these forwards, but
    // mono does not load an assembly with the attribute of a reference assembly.
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
