using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Packaging;

/// <summary>
/// Packs a module for the PowerShell Gallery: a NuGet package whose root is the module folder and whose tags make it searchable. Order, times and attributes
/// are fixed, so the same files give the same bytes.
/// </summary>
internal static class GalleryPackage
{
    private const string NuspecNamespace = "http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd";

    // The earliest time in the ZIP format.
    private static readonly DateTimeOffset Time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Write(string file, string folder, ModuleManifest manifest, string version)
    {
        using var stream = File.Create(file);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create);
        var nuspec = ModuleManifest.ModuleName + ".nuspec";
        Add(archive, "_rels/.rels", Relationships(nuspec));
        Add(archive, nuspec, Nuspec(manifest, version));
        var files = ModuleManifest.FilesOf(folder).ToList();
        foreach (var path in files)
            Add(archive, Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal), File.ReadAllBytes(Path.Combine(folder, path)));
        Add(archive, "[Content_Types].xml", ContentTypes(files));
    }

    private static byte[] Nuspec(ModuleManifest manifest, string version)
    {
        XNamespace ns = NuspecNamespace;

        // The same tags as Publish-Module writes. The Gallery reads them to find commands, and so does Install-Module.
        var tags = manifest.Tags.Append("PSModule").Append("PSIncludes_Cmdlet")
            .Concat(manifest.Cmdlets.SelectMany(cmdlet => new[] { "PSCmdlet_" + cmdlet, "PSCommand_" + cmdlet }));
        return Xml(new XElement(ns + "package", new XElement(
            ns + "metadata",
            new XElement(ns + "id", ModuleManifest.ModuleName),
            new XElement(ns + "version", version),
            new XElement(ns + "authors", manifest.Author),
            new XElement(ns + "owners", manifest.Author),
            new XElement(ns + "requireLicenseAcceptance", "false"),
            new XElement(ns + "description", manifest.Description),
            new XElement(ns + "copyright", manifest.Copyright),
            new XElement(ns + "tags", string.Join(' ', tags)))));
    }

    private static byte[] Relationships(string nuspec)
    {
        XNamespace ns = "http://schemas.openxmlformats.org/package/2006/relationships";
        return Xml(new XElement(ns + "Relationships", new XElement(
            ns + "Relationship",
            new XAttribute("Type", "http://schemas.microsoft.com/packaging/2010/07/manifest"),
            new XAttribute("Target", "/" + nuspec),
            new XAttribute("Id", "R1"))));
    }

    private static byte[] ContentTypes(System.Collections.Generic.IEnumerable<string> files)
    {
        XNamespace ns = "http://schemas.openxmlformats.org/package/2006/content-types";
        var extensions = files.Select(file => Path.GetExtension(file).TrimStart('.')).Append("nuspec").Where(extension => extension.Length > 0).Distinct().Order(StringComparer.Ordinal);
        return Xml(new XElement(
            ns + "Types",
            new XElement(ns + "Default", new XAttribute("Extension", "rels"), new XAttribute("ContentType", "application/vnd.openxmlformats-package.relationships+xml")),
            extensions.Select(extension => new XElement(ns + "Default", new XAttribute("Extension", extension), new XAttribute("ContentType", "application/octet"))),
            files.Where(file => Path.GetExtension(file).Length == 0)
                .Select(file => new XElement(ns + "Override", new XAttribute("PartName", "/" + file), new XAttribute("ContentType", "application/octet")))));
    }

    private static byte[] Xml(XElement root) =>
        Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + root.ToString().ReplaceLineEndings("\n") + "\n");

    private static void Add(ZipArchive archive, string path, byte[] content)
    {
        var entry = archive.CreateEntry(path, CompressionLevel.SmallestSize);
        entry.LastWriteTime = Time;

        // A regular file with mode 644; otherwise the mode would depend on the machine that packs.
        entry.ExternalAttributes = Convert.ToInt32("100644", 8) << 16;
        using var stream = entry.Open();
        stream.Write(content);
    }
}
