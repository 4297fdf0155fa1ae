using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PasswordBoss.EntraConnector.Module.Tests;

namespace PasswordBoss.EntraConnector.Core.Tests.Architecture;

/// <summary>The sources of the connector, for tests about what the compiled code does not show.</summary>
internal static class Sources
{
    /// <summary>The C# files, without built ones.</summary>
    /// <param name="projects">The last parts of the projects' names; none for all projects.</param>
    public static IReadOnlyList<string> Files(params string[] projects)
    {
        IEnumerable<string> folders = projects.Length == 0 ? [Repository.PathOf("src")] : projects.Select(project => Repository.PathOf("src", "PasswordBoss.EntraConnector." + project));
        var files = folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .ToList();
        Assert.True(files.Count > 100, "the sources were not found");
        return files;
    }

    /// <summary>All nodes of the syntax of a file.</summary>
    /// <param name="code">The text of the file.</param>
    public static IEnumerable<SyntaxNode> NodesOf(string code) => CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Latest)).GetRoot().DescendantNodes();

    /// <summary>The place of a node in its file.</summary>
    /// <param name="node">The node.</param>
    public static string PlaceOf(SyntaxNode node) => $"({node.SyntaxTree.GetLineSpan(node.Span).StartLinePosition.Line + 1})";

    /// <summary>Fails with each line that is wrong.</summary>
    /// <param name="files">The files to read.</param>
    /// <param name="isWrong">Whether a line is wrong.</param>
    public static void AssertNoLine(IEnumerable<string> files, Func<string, bool> isWrong)
    {
        var wrong = files.SelectMany(file => File.ReadLines(file).Select((line, at) => (line, place: $"{Path.GetFileName(file)}({at + 1})")))
            .Where(entry => isWrong(entry.line))
            .Select(entry => $"{entry.place}: {entry.line.Trim()}")
            .ToList();

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }
}
