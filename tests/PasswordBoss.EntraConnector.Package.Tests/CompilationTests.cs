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
    public void Two_builds_in_different_folders_give_the_same_bytes()
    {
        var (first, second) = Compile("one", "another, with a longer name");

        // Core and Cmdlets for both editions, Sandbox and Clients for each.
        Assert.Equal(6, first.Count);
        Assert.Equal(first, second);
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

    // Outside a repository, because its commit would be in the assemblies. One call of the build compiles both copies.
    private static (SortedDictionary<string, string> First, SortedDictionary<string, string> Second) Compile(string first, string second)
    {
        var parent = Directory.CreateTempSubdirectory("pbentra-compilation-").FullName;
        try
        {
            foreach (var root in new[] { first, second }.Select(name => Path.Combine(parent, name)))
            {
                var sources = new[] { Repository.PathOf("src"), Repository.PathOf("tools", "MessageGenerator") };
                foreach (var file in sources.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Where(IsSource))
                    Copy(file, root);
                foreach (var file in Directory.EnumerateFiles(Repository.Root, "Directory.*").Append(Repository.PathOf(".editorconfig")))
                    Copy(file, root);
            }

            var solution = Path.Combine(parent, "All.slnx");
            File.WriteAllText(solution, $"<Solution>{SolutionFolder(first)}{SolutionFolder(second)}</Solution>");
            var (exitCode, output) = ChildProcess.Run(new ProcessStartInfo(
                "dotnet", ["build", solution, "-nologo", "-nodeReuse:false", "-p:RunAnalyzers=false", "-c", PowerShellScript.Configuration]), TimeSpan.FromMinutes(10));
            Assert.True(exitCode == 0, output);
            return (AssembliesIn(Path.Combine(parent, first)), AssembliesIn(Path.Combine(parent, second)));
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

    private static string SolutionFolder(string name) => $"<Folder Name=\"/{name}/\">{Project(name, "Clients")}{Project(name, "Cmdlets")}</Folder>";

    private static string Project(string folder, string name) =>
        $"<Project Path=\"{folder}/src/PasswordBoss.EntraConnector.{name}/PasswordBoss.EntraConnector.{name}.csproj\" />";

    private static bool IsSource(string file) =>
        !Path.GetRelativePath(Repository.Root, file).Replace('\\', '/').Split('/').Any(part => part is "bin" or "obj");

    private static void Copy(string file, string root)
    {
        var target = Path.Combine(root, Path.GetRelativePath(Repository.Root, file));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file, target);
    }
}
