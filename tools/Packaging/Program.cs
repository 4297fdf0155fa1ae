using System;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Packaging;

// Arguments: repository artifacts version [project.assets.json package-folder]
if (args.Length is not (3 or 5))
{
    Console.Error.WriteLine("Run by: dotnet build tools/Staging -c Release -t:Package");
    return 64;
}

var (repository, artifacts, version) = (args[0], args[1], args[2]);
var folder = Path.Combine(artifacts, ModuleManifest.ModuleName, version);
var manifest = ModuleManifest.Read(Path.Combine(repository, ModuleManifest.FileName));

// The folder is packed as it is: its files have been signed.
if (args.Length == 3)
    return Pack();

var (assets, packages) = (args[3], args[4]);
if (Directory.Exists(folder))
    Directory.Delete(folder, recursive: true);

void Add(string file)
{
    var target = Path.Combine(folder, Path.GetRelativePath(repository, file));
    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
    File.Copy(file, target);
}

// The module folder contains help and views beside the assemblies. Leave out debug symbols.
foreach (var file in Directory.EnumerateFiles(Path.Combine(repository, "module"), "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) != ".pdb"))
    Add(file);
foreach (var file in Directory.EnumerateFiles(Path.Combine(repository, "examples"), "*.ps1"))
    Add(file);
// The folders that Get-Help reads, one for each language.
foreach (var file in Directory.EnumerateDirectories(repository).Where(language => Directory.EnumerateFiles(language, "*-Help.xml").Any()).SelectMany(language => Directory.EnumerateFiles(language)))
    Add(file);
Add(Path.Combine(repository, "docs", "configuration.schema.json"));
Add(Path.Combine(repository, "LICENSE"));

var notices = ThirdPartyNotices.Of(Path.Combine(folder, "module"), assets, packages);
File.WriteAllText(Path.Combine(folder, "THIRD-PARTY-NOTICES.txt"), notices);
manifest.Write(folder, version);
return Pack();

int Pack()
{
    var package = Path.Combine(artifacts, $"{ModuleManifest.ModuleName}.{version}.nupkg");
    GalleryPackage.Write(package, folder, manifest, version);
    Console.WriteLine($"{package} ({new FileInfo(package).Length / 1048576.0:0.0} MB)");
    return 0;
}
