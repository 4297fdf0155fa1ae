using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Module.Tests;

namespace PasswordBoss.EntraConnector.Core.Tests.Catalogue;

/// <summary>
/// Refuses words that this project replaced by plain ones: a user is "the user" or "they", no user is "no one", and code reports, formats and fixes. Names of
/// types, members and tests count too: they are split into their words. The list and the sample lines below contain these words on purpose, so the test leaves
/// out its own file.
/// </summary>
public sealed partial class PlainEnglishTests
{
    private static readonly HashSet<string> Refused = new(StringComparer.OrdinalIgnoreCase)
    {
        "she", "her", "hers", "herself", "he", "him", "his", "himself", "whoever", "whom", "whomever", "nobody", "somebody", "everybody", "anybody",
        "mend", "mends", "mended", "mending", "tell", "tells", "told", "telling", "spell", "spells", "spelled",
    };

    // Built files, other people's texts and other languages.
    private static readonly string[] LeftOutFolders = [".git", ".vs", ".vscode", ".idea", "bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", "Licences"];
    private static readonly string[] LeftOutFiles = ["PlainEnglishTests.cs", "packages.lock.json", "LICENSE"];
    private static readonly string[] Binary = [".gz", ".dll", ".pdb", ".exe", ".png"];

    [Fact]
    public void All_text_files_use_plain_words()
    {
        var found = Files().SelectMany(file => File.ReadAllLines(file).Select((line, at) => (file, line, at)))
            .SelectMany(entry => RefusedWordsOf(entry.line).Select(word => $"{Path.GetRelativePath(Repository.Root, entry.file)}({entry.at + 1}): {word}"))
            .ToList();

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Theory]
    [InlineData("// Whoever left the group loses access.")]
    [InlineData("/// <summary>The account that her link names.</summary>")]
    [InlineData("// The user to whom the account belongs.")]
    [InlineData("- The server tells its state.")]
    [InlineData("// Nobody may read it.")]
    [InlineData("public void A_server_tells_its_state()")]
    [InlineData("public void Nobody_is_removed()")]
    [InlineData("private bool wasTold;")]
    [InlineData("Texts.DoubtToldTwice")]
    [InlineData("public string IDHerself")]
    [InlineData("var tellAdmin = true;")]
    [InlineData("const string TELL_ADMIN = \"\";")]
    [InlineData("export PBENTRA_TOLD=1")]
    public void A_replaced_word_is_found(string line) => Assert.Single(RefusedWordsOf(line));

    [Theory]
    [InlineData("public void Other_members_stay_where_they_are()")]
    [InlineData("// The recommended action; misspelled names; intelligent")]
    [InlineData("class CatcherHistory : Sheet { bool isThere; }")]
    public void A_part_of_a_word_is_allowed(string line) => Assert.Empty(RefusedWordsOf(line));

    [Theory]
    [InlineData(".editorconfig")]
    [InlineData(".ci/run")]
    [InlineData("README.md")]
    [InlineData("docs/configuration.schema.json")]
    [InlineData("src/PasswordBoss.EntraConnector.Core/Resources/Messages.resx")]
    [InlineData("src/PasswordBoss.EntraConnector.Core/BannedSymbols.txt")]
    [InlineData("tests/PasswordBoss.EntraConnector.Module.Tests/Golden/tour.txt")]
    public void A_file_of_each_kind_is_read(string file) => Assert.Contains(Path.GetFullPath(Repository.PathOf(file)), Files());

    // States of earlier versions contain this key and the name of this text.
    private static IEnumerable<string> RefusedWordsOf(string line) =>
        Words().Matches(line.Replace("\"told\"", "", StringComparison.Ordinal).Replace("Doubt_ToldOtherwise", "", StringComparison.Ordinal).Replace("DoubtToldOtherwise", "", StringComparison.Ordinal))
            .Select(m => m.Value).Where(Refused.Contains);

    private static IEnumerable<string> Files() => FilesIn(new DirectoryInfo(Repository.Root)).Select(f => f.FullName);

    private static IEnumerable<FileInfo> FilesIn(DirectoryInfo folder) => folder.EnumerateDirectories()
        .Where(f => !LeftOutFolders.Contains(f.Name, StringComparer.OrdinalIgnoreCase) && !IsBuiltModule(f) && !OtherLanguage().IsMatch(f.Name))
        .SelectMany(FilesIn)
        .Concat(folder.EnumerateFiles().Where(f =>
            !LeftOutFiles.Contains(f.Name, StringComparer.Ordinal) && !Binary.Contains(f.Extension, StringComparer.OrdinalIgnoreCase) && !OtherLanguage().IsMatch(f.Name)));

    // The build copies assemblies beside the module's own files, and writes the help of each language into the root.
    private static bool IsBuiltModule(DirectoryInfo folder) =>
        folder.Parent is { } parent && (parent.Name == "module" || (parent.FullName == Repository.Root && Culture().IsMatch(folder.Name)));

    // The words of a text or of a name: tellAdmin, TellAdmin, tell_admin and TELL_ADMIN have two.
    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex("^[a-z]{2}(-[A-Z]{2})?$", RegexOptions.CultureInvariant)]
    private static partial Regex Culture();

    // The folder docs/fr-FR, and resource files such as Messages.fr.resx.
    [GeneratedRegex(@"^(?!en-)[a-z]{2}-[A-Z]{2}$|\.[a-z]{2}(-[A-Z]{2})?\.resx$", RegexOptions.CultureInvariant)]
    private static partial Regex OtherLanguage();
}
