using System;
using System.IO;
using System.Linq;
using System.Text;
using PasswordBoss.EntraConnector.Help;

// Arguments: the assembly of the commands, the docs folder, the output folder.
if (args.Length != 3)
{
    Console.Error.WriteLine("Run by: dotnet build tools/Staging");
    return 64;
}

var (assembly, docs, output) = (args[0], args[1], args[2]);
var surface = CommandSurface.Read(assembly);
var problems = new Problems();
var original = LanguageFolder.Read(Path.Combine(docs, LanguageFolder.Original), surface, problems);
foreach (var folder in Directory.EnumerateDirectories(docs, "??-??").Order(StringComparer.Ordinal))
{
    // A page or parameter that is not translated yet is shown in English. A test reports it.
    var help = Path.GetFileName(folder) == LanguageFolder.Original ? original : LanguageFolder.Read(folder, surface, problems, original);
    if (problems.Any)
        continue;
    var target = Directory.CreateDirectory(Path.Combine(output, LanguageFolder.HelpFolderOf(Path.GetFileName(folder)))).FullName;
    MamlFile.Write(Path.Combine(target, Path.GetFileName(assembly) + "-Help.xml"), help.Commands);
    foreach (var old in Directory.EnumerateFiles(target, "about_*"))
        File.Delete(old);

    // With a BOM, because Windows PowerShell 5.1 may read a file without one in the system's code page.
    foreach (var topic in help.Topics)
        File.WriteAllText(Path.Combine(target, topic.Name + ".help.txt"), topic.Text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
}

problems.WriteTo(Console.Out);
return problems.Any ? 1 : 0;
