using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>The folder and the .nupkg that are published.</summary>
public sealed class PackageTests(PackageTests.Built built) : IClassFixture<PackageTests.Built>
{
    private static readonly string[] Platforms =
        ["linux-arm64", "linux-musl-arm64", "linux-musl-x64", "linux-x64", "osx-arm64", "osx-x64", "win-arm64", "win-x64", "win-x86"];

    private static readonly string Version = XDocument.Load(Repository.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;

    [Fact]
    public void Two_packages_of_the_same_build_are_identical()
    {
        var first = SHA256.HashData(File.ReadAllBytes(built.Package));

        built.Pack();

        Assert.Equal(first, SHA256.HashData(File.ReadAllBytes(built.Package)));
    }

    [Fact]
    public void The_version_of_the_build_is_used_everywhere()
    {
        Assert.Contains($"ModuleVersion          = '{Version}'", File.ReadAllText(built.Manifest), StringComparison.Ordinal);
        Assert.Equal($"PasswordBoss.EntraConnector.{Version}.nupkg", Path.GetFileName(built.Package));
        var own = Directory.EnumerateFiles(built.Folder, "PasswordBoss.EntraConnector.*.dll", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(own);
        Assert.All(own, file => Assert.StartsWith(Version, FileVersionInfo.GetVersionInfo(file).ProductVersion, StringComparison.Ordinal));
    }

    [Fact]
    public void The_package_contains_every_file_and_the_manifest_lists_none()
    {
        var files = Files().ToList();

        // A list would slow down every import.
        Assert.DoesNotContain("FileList", File.ReadAllText(built.Manifest), StringComparison.Ordinal);

        using var archive = ZipFile.OpenRead(built.Package);
        string[] frame = ["[Content_Types].xml", "_rels/.rels", "PasswordBoss.EntraConnector.nuspec"];
        Assert.Equal(files.Concat(frame).Order(StringComparer.Ordinal), archive.Entries.Select(entry => Uri.UnescapeDataString(entry.FullName)).Order(StringComparer.Ordinal));
        Assert.All(archive.Entries, entry => Assert.Equal(1980, entry.LastWriteTime.Year));
        using var nuspec = archive.GetEntry("PasswordBoss.EntraConnector.nuspec")!.Open();
        var tags = XDocument.Load(nuspec).Descendants().Single(element => element.Name.LocalName == "tags").Value.Split(' ');
        Assert.Superset(new HashSet<string> { "PSModule", "PSEdition_Core", "PSEdition_Desktop", "PSCmdlet_Invoke-PBSync" }, tags.ToHashSet());
    }

    [Fact]
    public void Only_native_libraries_of_supported_platforms_ship_and_no_debug_files()
    {
        var natives = Files().Where(file => file.Contains("/native/", StringComparison.Ordinal)).Select(file => Regex.Match(file, "runtimes/([^/]+)/native").Groups[1].Value);

        Assert.Equal(Platforms, natives.Distinct().Order(StringComparer.Ordinal));
        Assert.DoesNotContain(
            Files(),
            file => Path.GetExtension(file) is ".pdb" or ".config" or ".json" or ".xml" && !file.EndsWith("-Help.xml", StringComparison.Ordinal) && file != "docs/configuration.schema.json");
        Assert.Contains("docs/configuration.schema.json", Files());
    }

    [Fact]
    public void The_help_ships_in_every_language_that_has_pages()
    {
        var languages = Directory.EnumerateDirectories(Repository.PathOf("docs"), "??-??").ToDictionary(pages => pages, pages => Path.GetFileName(pages) is "en-US" ? "en-US" : Path.GetFileName(pages)[..2]);

        Assert.Equal(["en-US", "fr"], languages.Values.Order(StringComparer.Ordinal));
        Assert.Equal(
            languages.Values.Select(language => $"{language}/PasswordBoss.EntraConnector.Cmdlets.dll-Help.xml").Order(StringComparer.Ordinal),
            Files().Where(file => file.EndsWith("-Help.xml", StringComparison.Ordinal)));
        var topics = languages.SelectMany(language => Directory.EnumerateFiles(language.Key, "about_*.md").Select(page => $"{language.Value}/{Path.GetFileNameWithoutExtension(page)}.help.txt"))
            .Order(StringComparer.Ordinal);
        Assert.Equal(topics, Files().Where(file => file.Contains("/about_", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_file_ships_twice()
    {
        var twice = Files().GroupBy(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(built.Folder, file))))).Where(group => group.Count() > 1);

        Assert.Empty(twice.Select(group => string.Join(" = ", group)));
    }

    [Fact]
    public void The_size_is_within_the_documented_budget()
    {
        Assert.Contains("80 MB unpacked, 28 MB as a package", File.ReadAllText(Repository.PathOf("docs", "package.md")), StringComparison.Ordinal);
        Assert.InRange(Files().Sum(file => new FileInfo(Path.Combine(built.Folder, file)).Length), 1, 80_000_000);
        Assert.InRange(new FileInfo(built.Package).Length, 1, 28_000_000);
    }

    [Fact]
    public void Every_shipped_package_is_listed_with_its_licence()
    {
        var notices = File.ReadAllText(Path.Combine(built.Folder, "THIRD-PARTY-NOTICES.txt"));

        Assert.Contains("Polly 7.2.4\n  Licence: BSD-3-Clause\n  Copyright (c) 2023, App vNext\n  https://github.com/App-vNext/Polly\n", notices, StringComparison.Ordinal);
        foreach (var package in new[] { "Azure.Core", "Azure.Identity", "Microsoft.Graph", "Microsoft.Identity.Client", "SQLitePCLRaw.lib.e_sqlite3", "System.ValueTuple" })
            Assert.Matches($@"(?m)^{Regex.Escape(package)} \d", notices);
        Assert.Contains("Apache License", notices, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(built.Folder, "LICENSE")));
    }

    [Fact]
    public void The_manifest_is_valid()
    {
        var lines = PowerShellScript.Run($"$m = Test-ModuleManifest '{built.Manifest}'; \"MODULE $($m.Version) $($m.ExportedCmdlets.Count)\"");

        var commands = Regex.Count(Regex.Match(File.ReadAllText(built.Manifest), @"CmdletsToExport\s*=\s*@\(([^)]*)\)").Groups[1].Value, "'[^']+'");
        Assert.InRange(commands, 1, int.MaxValue);
        Assert.Contains($"MODULE {Version} {commands}", lines);
    }

    [SkippableTheory]
    [InlineData("pwsh", "7.")]
    [InlineData("pwsh-lts", "7.")]
    [InlineData("powershell", "5.1.")]
    public void The_package_works_in_each_PowerShell_of_this_machine(string shell, string version)
    {
        Skip.If(PowerShellProcess.Command(shell) is null, $"There is no {shell} on this machine.");

        var lines = PowerShellScript.RunIn(PowerShellProcess.Command(shell)!, "\"VERSION $($PSVersionTable.PSVersion)\"\n" + Sync(built.Manifest));

        Assert.Contains(lines, line => line.StartsWith("VERSION " + version, StringComparison.Ordinal));
        Assert.Contains("SYNC Partial 22", lines);
    }

    [SkippableFact]
    public void The_package_installs_from_a_file_share_and_is_removed_again()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has one module folder for each user, which a test must not change.");
        var home = Directory.CreateTempSubdirectory("pbentra-home-").FullName;
        try
        {
            var lines = PowerShellScript.RunIn(["env", "-u", "XDG_DATA_HOME", "HOME=" + home, .. PowerShellProcess.Command(PowerShellProcess.Restored)!], $$"""
                Register-PSResourceRepository -Name Share -Uri '{{Path.GetDirectoryName(built.Package)}}' -Trusted
                Install-PSResource PasswordBoss.EntraConnector -Repository Share -Scope CurrentUser
                Import-Module PasswordBoss.EntraConnector
                "FROM $((Get-Module PasswordBoss.EntraConnector).ModuleBase)"
                "HELP $((Get-Help about_PBEntraConnector_Safety).Contains('about_PBEntraConnector_Safety'))"
                $null = Connect-PBEntra -Sandbox
                "SYNC $((Invoke-PBSync -ErrorAction SilentlyContinue -WarningAction SilentlyContinue).Created)"
                Get-PBConnection | Disconnect-PBEntra -Remove -Confirm:$false
                Uninstall-PSResource PasswordBoss.EntraConnector -Scope CurrentUser
                "LEFT $(@(Get-InstalledPSResource PasswordBoss.EntraConnector -Scope CurrentUser -ErrorAction SilentlyContinue).Count)"
                """);

            Assert.Contains(lines, line => line.StartsWith("FROM " + home, StringComparison.Ordinal));
            Assert.Superset(new HashSet<string> { "HELP True", "SYNC 22", "LEFT 0" }, lines.ToHashSet());
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public void The_package_works_from_a_path_with_spaces_and_accents()
    {
        using var copy = built.CopyTo("Åse's Mödule (é) 日本");

        Assert.Contains("SYNC Partial 22", PowerShellScript.Run(Sync(copy.Manifest)));
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void The_package_works_for_another_user_from_a_read_only_folder()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has neither setpriv nor modes.");
        Skip.IfNot(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "Becoming another user needs root and setpriv.");
        using var copy = built.CopyTo("module");
        File.SetUnixFileMode(Path.GetDirectoryName(copy.Root)!, ReadAndEnter | UnixFileMode.UserWrite);
        foreach (var path in Directory.EnumerateFileSystemEntries(copy.Root, "*", SearchOption.AllDirectories).Append(copy.Root))
            File.SetUnixFileMode(path, Directory.Exists(path) ? ReadAndEnter : Read);
        try
        {
            Assert.Contains("SYNC Partial 22", PowerShellScript.RunWithoutRights(Sync(copy.Manifest)));
        }
        finally
        {
            foreach (var path in Directory.EnumerateDirectories(copy.Root, "*", SearchOption.AllDirectories).Append(copy.Root))
                File.SetUnixFileMode(path, ReadAndEnter | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void A_missing_native_library_is_reported_at_first_use()
    {
        using var copy = built.CopyTo("module");
        Directory.Delete(Path.Combine(copy.Root, "module", "common", "runtimes"), recursive: true);

        var lines = PowerShellScript.Run($"Import-Module '{copy.Manifest}'; try {{ Connect-PBEntra -Name Box -Sandbox }} catch {{ \"ERROR $($_.FullyQualifiedErrorId) $_\" }}");

        var line = Assert.Single(lines, line => line.StartsWith("ERROR", StringComparison.Ordinal));
        Assert.StartsWith("ERROR NativeLibraryMissing,", line, StringComparison.Ordinal);
        Assert.Contains("e_sqlite3", line, StringComparison.Ordinal);
        Assert.DoesNotContain("initializer", line, StringComparison.OrdinalIgnoreCase);
    }

    private const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ReadAndEnter = Read | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static string Sync(string manifest) => $$"""
        Import-Module '{{manifest.Replace("'", "''")}}'
        $null = Connect-PBEntra -Name Box -Sandbox
        $run = Invoke-PBSync -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        "SYNC $($run.Outcome) $($run.Created)"
        """;

    private IEnumerable<string> Files() => Directory.EnumerateFiles(built.Folder, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(built.Folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal);

    /// <summary>The package of the staged module in a folder of the tests, made as by the Package target.</summary>
    public sealed class Built : IDisposable
    {
        private readonly string artifacts = Directory.CreateTempSubdirectory("pbentra-package-").FullName;

        public Built() => Pack();

        public string Folder => Path.Combine(artifacts, "PasswordBoss.EntraConnector", PackageTests.Version);

        public string Manifest => Path.Combine(Folder, "PasswordBoss.EntraConnector.psd1");

        public string Package => Path.Combine(artifacts, $"PasswordBoss.EntraConnector.{PackageTests.Version}.nupkg");

        public void Pack()
        {
            var staging = Repository.PathOf("tools", "Staging", "Staging.csproj");
            var (exitCode, output) = ChildProcess.Run(new ProcessStartInfo(
                "dotnet", ["msbuild", staging, "-t:MakePackage", "-nodeReuse:false", "-p:Configuration=" + PowerShellScript.Configuration, "-p:ArtifactsFolder=" + artifacts]));
            Assert.True(exitCode == 0, output);
        }

        public Copy CopyTo(string name) => new(this, name);

        public void Dispose() => Directory.Delete(artifacts, recursive: true);
    }

    /// <summary>A copy of the package in another folder.</summary>
    public sealed class Copy : IDisposable
    {
        public Copy(Built built, string name)
        {
            Root = Path.Combine(Directory.CreateTempSubdirectory("pbentra-copy-").FullName, name);
            foreach (var file in Directory.EnumerateFiles(built.Folder, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(Root, Path.GetRelativePath(built.Folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }

        public string Root { get; }

        public string Manifest => Path.Combine(Root, "PasswordBoss.EntraConnector.psd1");

        public void Dispose() => Directory.Delete(Path.GetDirectoryName(Root)!, recursive: true);
    }
}
