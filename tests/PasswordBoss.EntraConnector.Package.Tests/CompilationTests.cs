using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Security.Cryptography;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>A build of our sources creates the same bytes as our package, so that others can verify it.</summary>
public class CompilationTests
{
    [Fact]
    public void A_build_in_another_folder_gives_the_same_bytes()
    {
        var built = AssembliesIn(Repository.Root);

        var copied = Compile("another folder, with a longer name");

        // Core and Cmdlets for both editions, Sandbox and Clients for each. The configuration is in the path.
        Assert.Equal(6, copied.Count);
        Assert.Equal(copied, built.Where(assembly => copied.ContainsKey(assembly.Key)));
    }

    /// <summary>NuGet returns <c>NUGET_PACKAGES</c> as it was set, and a missing slash only shows as a missing file.</summary>
    [Theory]
    [InlineData("/elsewhere/packages")]
    [InlineData("/elsewhere/packages/")]
    public void Package_files_are_found_with_and_without_a_trailing_slash_in_the_package_folder(string folder)
    {
        foreach (var project in new[] { Repository.PathOf("tools", "Staging", "Staging.csproj"), Repository.PathOf("tests", "PasswordBoss.EntraConnector.Package.Tests", "PasswordBoss.EntraConnector.Package.Tests.csproj") })
        {
            var (exitCode, output) = ChildProcess.Run(new ProcessStartInfo(
                "dotnet", ["msbuild", project, "-nologo", "-nodeReuse:false", "-getItem:DesktopForward,AssemblyMetadata", "-p:NuGetPackageRoot=" + folder]));

            Assert.True(exitCode == 0, output);
            Assert.Contains("/elsewhere/packages/", output, StringComparison.Ordinal);
            Assert.DoesNotMatch("/elsewhere/packages[^/]", output);
        }
    }

    // Builds a copy of the sources outside a repository, with the commit that is in the assemblies of this checkout.
    private static SortedDictionary<string, string> Compile(string name)
    {
        var parent = Directory.CreateTempSubdirectory("pbentra-compilation-").FullName;
        try
        {
            var root = Path.Combine(parent, name);
            var sources = new[] { Repository.PathOf("src"), Repository.PathOf("tools", "MessageGenerator") };
            foreach (var file in sources.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Where(IsSource))
                Copy(file, root);
            foreach (var file in Directory.EnumerateFiles(Repository.Root, "Directory.*").Append(Repository.PathOf(".editorconfig")))
                Copy(file, root);

            var solution = Path.Combine(root, "All.slnx");
            File.WriteAllText(solution, $"<Solution>{Project("Clients")}{Project("Cmdlets")}</Solution>");
            var version = FileVersionInfo.GetVersionInfo(Repository.PathOf("src", "PasswordBoss.EntraConnector.Core", "bin", PowerShellScript.Configuration, "netstandard2.0", "PasswordBoss.EntraConnector.Core.dll")).ProductVersion!;
            var (exitCode, output) = ChildProcess.Run(new ProcessStartInfo(
                "dotnet",
                ["build", solution, "-nologo", "-nodeReuse:false", "-p:RunAnalyzers=false", "-p:SourceRevisionId=" + (version.Split('+') is [_, var commit] ? commit : ""), "-c", PowerShellScript.Configuration]),
                TimeSpan.FromMinutes(10));
            Assert.True(exitCode == 0, output);
            return AssembliesIn(root);
        }
        finally
        {
            Directory.Delete(parent, recursive: true);
        }
    }

    // The hash of each assembly in the output of its own project, not of its copies in other projects.
    private static SortedDictionary<string, string> AssembliesIn(string root) => new(
        Directory.EnumerateFiles(Path.Combine(root, "src"), "PasswordBoss.*.dll", SearchOption.AllDirectories)
            .Select(file => (File: file, Path: Path.GetRelativePath(root, file).Replace('\\', '/').Split('/')))
            .Where(found => found.Path[2] == "bin" && found.Path[1] + ".dll" == found.Path[^1])
            .ToDictionary(found => string.Join('/', found.Path), found => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(found.File)))),
        StringComparer.Ordinal);

    private static string Project(string name) => $"<Project Path=\"src/PasswordBoss.EntraConnector.{name}/PasswordBoss.EntraConnector.{name}.csproj\" />";

    private static bool IsSource(string file) =>
        !Path.GetRelativePath(Repository.Root, file).Replace('\\', '/').Split('/').Any(part => part is "bin" or "obj");

    private static void Copy(string file, string root)
    {
        var target = Path.Combine(root, Path.GetRelativePath(Repository.Root, file));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file, target);
    }
}
