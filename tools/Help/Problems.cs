using System.Collections.Generic;
using System.IO;

namespace PasswordBoss.EntraConnector.Help;

/// <summary>The problems of the pages, in the format that MSBuild reports as errors with a file and a line.</summary>
internal sealed class Problems
{
    private readonly List<string> lines = [];

    public bool Any => lines.Count > 0;

    /// <param name="file">The page.</param>
    /// <param name="line">The line, counted from 0 as Markdig does.</param>
    /// <param name="text">The problem.</param>
    public void Add(string file, int line, string text) => lines.Add($"{file}({line + 1}): error HELP: {text}");

    public void WriteTo(TextWriter writer)
    {
        foreach (var line in lines)
            writer.WriteLine(line);
    }
}
