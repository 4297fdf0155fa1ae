using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Packaging;

/// <summary>Lists the third-party packages that ship with the module, with their licences, from the packages' own metadata.</summary>
internal static class ThirdPartyNotices
{
    private static readonly string[] Binaries = [".dll", ".so", ".dylib"];

    /// <summary>The notices for the binaries below a folder. Fails if a binary belongs to no package, or if a licence text is missing here.</summary>
    /// <param name="module">The folder.</param>
    /// <param name="assets">The assets file of the restore, which lists the packages.</param>
    /// <param name="packages">The package folder.</param>
    public static string Of(string module, string assets, string packages)
    {
        var shipped = Directory.EnumerateFiles(module, "*", SearchOption.AllDirectories)
            .Where(file => Binaries.Contains(Path.GetExtension(file)) && !Path.GetFileName(file).StartsWith(ModuleManifest.ModuleName, StringComparison.Ordinal))
            .ToLookup(Path.GetFileName, StringComparer.OrdinalIgnoreCase);
        var unclaimed = shipped.SelectMany(files => files).ToHashSet(StringComparer.Ordinal);
        var parts = new List<Part>();
        foreach (var folder in PackageFolders(assets, packages))
        {
            var brought = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .SelectMany(file => shipped[Path.GetFileName(file)].Where(ours => SameBytes(file, ours)))
                .Distinct(StringComparer.Ordinal).ToList();
            if (brought.Count == 0)
                continue;
            unclaimed.ExceptWith(brought);
            parts.Add(Part.Read(folder));
        }

        if (unclaimed.Count > 0)
            throw new InvalidDataException("No package brings: " + string.Join(", ", unclaimed.Order(StringComparer.Ordinal)));
        return Render(parts.OrderBy(part => part.Id, StringComparer.OrdinalIgnoreCase).ToList());
    }

    private static IEnumerable<string> PackageFolders(string assets, string packages)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(assets));
        return document.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(library => library.Value.GetProperty("type").GetString() == "package")
            .Select(library => Path.Combine(packages, library.Value.GetProperty("path").GetString()!))
            .ToList();
    }

    private static bool SameBytes(string one, string other) =>
        new FileInfo(one).Length == new FileInfo(other).Length && File.ReadAllBytes(one).AsSpan().SequenceEqual(File.ReadAllBytes(other));

    private static string Render(IReadOnlyList<Part> parts)
    {
        var text = new StringBuilder($"{ModuleManifest.ModuleName} ships the following packages of others, unchanged.\n\n");
        foreach (var part in parts)
            text.Append(CultureInfo.InvariantCulture, $"{part.Id} {part.Version}\n  Licence: {part.Licence}\n  {part.Copyright}\n{(part.Project is null ? "" : $"  {part.Project}\n")}\n");
        foreach (var licence in parts.Where(part => part.LicenceText is null).Select(part => part.Licence).Distinct().Order(StringComparer.Ordinal))
            Append(text, licence, KnownText(licence));
        foreach (var part in parts.Where(part => part.LicenceText is not null))
            Append(text, part.Licence, part.LicenceText!);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string title, string licence) =>
        text.Append(CultureInfo.InvariantCulture, $"{new string('-', 100)}\n{title}\n\n{licence.ReplaceLineEndings("\n").TrimEnd()}\n\n");

    private static string KnownText(string expression)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(expression)
            ?? throw new InvalidDataException($"The text of the licence {expression} is not in tools/Packaging/Licences.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed record Part(string Id, string Version, string Licence, string? LicenceText, string Copyright, string? Project)
    {
        public static Part Read(string folder)
        {
            var metadata = XDocument.Load(Directory.EnumerateFiles(folder, "*.nuspec").Single()).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
            XElement? Element(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name);
            string? Text(string name) => Element(name)?.Value.Trim() is { Length: > 0 } value ? value : null;

            var (id, version) = (Text("id")!, Text("version")!);
            var file = Element("license") is { } licence && licence.Attribute("type")?.Value == "file" ? Path.Combine(folder, licence.Value) : null;
            var name = file is not null ? $"the licence of {id} {version}, below" : Text("license") ?? throw new InvalidDataException($"{id} {version} names no licence.");
            return new Part(id, version, name, file is null ? null : File.ReadAllText(file), Text("copyright") ?? "Copyright (c) " + Text("authors"), Text("projectUrl"));
        }
    }
}
