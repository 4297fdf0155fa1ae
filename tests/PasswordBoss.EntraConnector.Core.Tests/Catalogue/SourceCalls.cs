using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Core.Tests.Catalogue;

/// <summary>Finds constructor calls in the sources and splits their arguments: enough of C# to hold texts and calls together.</summary>
internal static class SourceCalls
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<(string File, string Text)> Files() => Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Select(f => (File: Path.GetRelativePath(Root, f).Replace('\\', '/'), Path: f))
        .Where(f => !f.File.Contains("/obj/", StringComparison.Ordinal) && !f.File.Contains("/bin/", StringComparison.Ordinal))
        .Select(f => (f.File, WithoutComments(File.ReadAllText(f.Path))));

    /// <summary>The arguments of every <c>new Type(…)</c>.</summary>
    public static IEnumerable<(string File, IReadOnlyList<string> Arguments)> Of(string type)
    {
        foreach (var (file, text) in Files())
        {
            foreach (Match match in Regex.Matches(text, @"new (?:[A-Za-z.]+\.)?" + type + @"\("))
                yield return (file, Split(text, match.Index + match.Length));
        }
    }

    private static string WithoutComments(string text) => Regex.Replace(text, @"^\s*//.*$", "", RegexOptions.Multiline);

    private static List<string> Split(string text, int start)
    {
        var arguments = new List<string>();
        var depth = 0;
        var from = start;
        for (var i = start; ; i++)
        {
            switch (text[i])
            {
                case '"':
                    i = EndOfString(text, i);
                    break;
                case '\'':
                    i = text.IndexOf('\'', text[i + 1] == '\\' ? i + 3 : i + 2);
                    break;
                case '(' or '[' or '{':
                    depth++;
                    break;
                case ')' when depth == 0:
                    arguments.Add(text[from..i].Trim());
                    return arguments;
                case ')' or ']' or '}':
                    depth--;
                    break;
                case ',' when depth == 0:
                    arguments.Add(text[from..i].Trim());
                    from = i + 1;
                    break;
            }
        }
    }

    private static int EndOfString(string text, int quote)
    {
        var verbatim = text[quote - 1] == '@';
        for (var i = quote + 1; ; i++)
        {
            if (text[i] == '\\' && !verbatim)
                i++;
            else if (text[i] == '"')
                return i;
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && folder.GetFiles("*.sln").Length == 0)
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("The solution is not above the tests.");
    }
}
