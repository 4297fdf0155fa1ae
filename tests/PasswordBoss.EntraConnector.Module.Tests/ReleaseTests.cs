using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Values that must be equal before a release, and requirements of the release workflow.</summary>
public class ReleaseTests(ReleaseTests.ReleaseNotes notes) : IClassFixture<ReleaseTests.ReleaseNotes>
{
    private static readonly string Version = XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;

    [Fact]
    public void The_newest_release_of_the_changelog_has_the_version_of_the_build()
    {
        var newest = Regex.Match(File.ReadAllText(Repository.PathOf("CHANGELOG.md")), @"(?m)^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d\r?$");

        Assert.Equal(Version, newest.Groups[1].Value);
    }

    [Fact]
    public void The_tools_have_the_versions_that_the_build_restores()
    {
        using var tools = JsonDocument.Parse(File.ReadAllText(Repository.PathOf(".config", "dotnet-tools.json")));
        var restored = XDocument.Load(Repository.PathOf("Directory.Packages.props")).Descendants("PowerShellVersion").Single().Value;

        Assert.Equal(restored, tools.RootElement.GetProperty("tools").GetProperty("powershell").GetProperty("version").GetString());
    }

    [Fact]
    public void Every_action_of_the_workflows_is_pinned_to_a_commit()
    {
        var actions = Directory.EnumerateFiles(Repository.PathOf(".github", "workflows"), "*.yml").SelectMany(File.ReadLines)
            .Select(line => Regex.Match(line, @"\buses: *(?<action>\S+)")).Where(match => match.Success).Select(match => match.Groups["action"].Value).ToList();

        Assert.NotEmpty(actions);
        Assert.All(actions, action => Assert.Matches(@"^(\./|[^@]+@[0-9a-f]{40}$)", action));
    }

    // A failed test prints what it ran, such as Pester, whose totals look almost like those of a test project.
    [SkippableFact]
    public void The_totals_of_the_tests_count_only_the_test_projects()
    {
        Skip.If(OperatingSystem.IsWindows(), "There is no bash on this machine.");
        var folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        try
        {
            var program = Path.Combine(folder, "dotnet");
            File.WriteAllText(program, """
                #!/bin/sh
                echo 'Tests Passed: 40, Failed: 2, Skipped: 3, Inconclusive: 0, NotRun: 0'
                echo 'Failed!  - Failed:     1, Passed:    12, Skipped:     1, Total:    14, Duration: 3 s - A.dll (net8.0)'
                echo 'Passed!  - Failed:     0, Passed:     5, Skipped:     0, Total:     5, Duration: 1 s - B.dll (net8.0)'
                echo 'Skipped! - Failed:     0, Passed:     0, Skipped:     2, Total:     2, Duration: 1 s - C.dll (net8.0)'
                exit 1

                """.ReplaceLineEndings("\n"));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var start = new ProcessStartInfo("bash", [Repository.PathOf(".ci", "run")]);
            start.Environment["PATH"] = folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");

            var (exitCode, output) = ChildProcess.Run(start);

            Assert.Equal(1, exitCode);
            Assert.Equal("17 passed, 1 failed, 3 skipped", output.TrimEnd().Split('\n')[^1].TrimEnd());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("v{0}", "### ")]
    [InlineData("{0}", "THROWN The tag is")]
    [InlineData("v{0}.1", "THROWN The tag is")]
    [Trait("Speed", "Slow")]
    public void Only_the_tag_of_this_version_is_accepted(string tag, string expected)
    {
        Assert.Contains(expected, notes[tag], StringComparison.Ordinal);
    }

    /// <summary>What the script of the release returns for a tag. One process runs it for all tags.</summary>
    public sealed class ReleaseNotes : IDisposable
    {
        private static readonly string[] Tags = ["v{0}", "{0}", "v{0}.1"];
        private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        private readonly Lazy<ScriptCases> cases;

        public ReleaseNotes() => cases = new(() => ScriptCases.Run(
            folder, [.. Tags.Select(tag => (tag, folder, $"& '{Repository.PathOf("tools", "Release", "Get-ReleaseNotes.ps1")}' -Tag '{tag.Replace("{0}", Version, StringComparison.Ordinal)}'"))]));

        internal string this[string tag] => cases.Value[tag].Output;

        public void Dispose() => Directory.Delete(folder, recursive: true);
    }
}
