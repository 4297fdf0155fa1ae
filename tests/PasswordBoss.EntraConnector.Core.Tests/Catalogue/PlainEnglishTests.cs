using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Core.Tests.Catalogue;

/// <summary>
/// Refuses words that this project replaced by plain ones: a user is "the user" or "they", no user is "no one", and code reports, formats and fixes. The list
/// and the sample lines below contain these words on purpose, so the test leaves out its own file.
/// </summary>
public sealed partial class PlainEnglishTests
{
    private static readonly string[] Folders = ["src", "tests", "tools", "module", "examples", "docs", "benchmarks", ".github"];
    private static readonly string[] Extensions = [".cs", ".md", ".resx", ".ps1", ".psm1", ".psd1", ".ps1xml", ".yml", ".props", ".targets", ".csproj"];

    [Fact]
    public void Sources_resources_and_docs_use_plain_words()
    {
        var found = Files().SelectMany(file => File.ReadAllLines(file).Select((line, at) => (file, line, at)))
            .Where(entry => Refused().IsMatch(entry.line) && !IsAllowed(entry.line))
            .Select(entry => $"{Path.GetRelativePath(Root(), entry.file)}({entry.at + 1}): {Refused().Match(entry.line).Value}")
            .ToList();

        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Theory]
    [InlineData("// Whoever left the group loses access.")]
    [InlineData("/// <summary>The account that her link names.</summary>")]
    [InlineData("- The server tells its state.")]
    [InlineData("// Nobody may read it.")]
    public void A_replaced_word_is_found(string line) => Assert.Matches(Refused(), line);

    // States of released versions have this key.
    private static bool IsAllowed(string line) => line.Contains("\"told\"", StringComparison.Ordinal);

    private static IEnumerable<string> Files() => Folders.Select(f => Path.Combine(Root(), f)).Where(Directory.Exists)
        .SelectMany(f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories))
        .Concat(Directory.EnumerateFiles(Root()))
        .Where(f => Extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
        .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "Golden") && Path.GetFileName(f) != "PlainEnglishTests.cs");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PasswordBoss.EntraConnector.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex(@"\b(she|her|hers|herself|whoever|nobody|somebody|everybody|anybody|mend|mends|mended|tell|tells|told|telling|spell|spells|spelled)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Refused();
}
