using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using Mono.Cecil;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>The set for Windows PowerShell in a runtime that is neither .NET nor on Windows, and closest to .NET Framework: mono.</summary>
public class MonoTests
{
    [SkippableFact]
    public void The_Windows_PowerShell_set_syncs_a_sandbox_on_mono()
    {
        var mono = new[] { "/usr/bin/mono", "/usr/local/bin/mono", "/opt/homebrew/bin/mono" }.FirstOrDefault(File.Exists);
        Skip.If(mono is null, "There is no mono on this machine.");
        var native = Repository.PathOf("module", "core", "runtimes", $"{(OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "native");
        var folder = Directory.CreateTempSubdirectory("pbentra-mono-").FullName;
        try
        {
            WriteForwards(folder);
            var program = Repository.PathOf("tests", "PasswordBoss.EntraConnector.MonoSmoke", "bin", PSHostScript.Configuration, "net472", "PasswordBoss.EntraConnector.MonoSmoke.exe");
            var start = new ProcessStartInfo(mono!, [program, Repository.PathOf("module")]);
            start.Environment["MONO_PATH"] = folder;
            start.Environment["LD_LIBRARY_PATH"] = native;
            start.Environment["DYLD_LIBRARY_PATH"] = native;
            start.Environment["PBENTRA_HOME"] = Path.Combine(folder, "state");

            var (exitCode, output) = ChildProcess.Run(start);

            Assert.True(exitCode == 0, output);
            Assert.Contains("SYNC Partial 22 Partial 0", output, StringComparison.Ordinal);
            foreach (var name in new[] { "PasswordBoss.EntraConnector.Clients", "Microsoft.Graph", "Azure.Core", "Microsoft.Identity.Client", "Microsoft.Data.Sqlite", "System.Text.Json" })
                Assert.Contains("ASSEMBLY " + Repository.PathOf("module", "desktop", name + ".dll"), output, StringComparison.Ordinal);
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
