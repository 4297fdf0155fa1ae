using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Packaging;

/// <summary>The module's manifest: reads the one in the repository and writes the packaged one with the version of the build.</summary>
internal sealed partial class ModuleManifest
{
    public const string ModuleName = "PasswordBoss.EntraConnector";
    public const string FileName = ModuleName + ".psd1";
    private readonly string text;

    private ModuleManifest(string text) => this.text = text;

    public string Author => Value("Author");

    public string Copyright => Value("Copyright");

    public string Description => Value("Description");

    public IReadOnlyList<string> Cmdlets => Values("CmdletsToExport");

    public IReadOnlyList<string> Tags => Values("Tags");

    public static ModuleManifest Read(string file) => new(File.ReadAllText(file));

    public void Write(string folder, string version)
    {
        // No FileList: PowerShell looks for each of its files at every import, which took as long as the rest of the import.
        var packaged = VersionLine().Replace(text, match => $"{match.Groups[1].Value}'{version}'");
        // With a BOM, because Windows PowerShell 5.1 reads a file without one in the system's code page.
        File.WriteAllText(Path.Combine(folder, FileName), packaged, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
    }

    /// <summary>The files below a folder, as paths with forward slashes, in an order that does not depend on the file system.</summary>
    public static IEnumerable<string> FilesOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    private string Value(string key) => Values(key)[0];

    private string[] Values(string key)
    {
        var start = Regex.Match(text, $@"\b{key}\s*=\s*(@\()?");
        if (!start.Success)
            throw new InvalidDataException($"{FileName} has no {key}.");
        var rest = text[(start.Index + start.Length)..];
        var end = start.Groups[1].Success ? rest.IndexOf(')', StringComparison.Ordinal) : rest.IndexOf('\n', StringComparison.Ordinal);
        return Quoted().Matches(rest[..end]).Select(match => match.Groups[1].Value).ToArray();
    }

    [GeneratedRegex(@"(\bModuleVersion\s*=\s*)'[^']*'")]
    private static partial Regex VersionLine();

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();
}
