using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>The files that the command of a task needs: PowerShell and the script. An update of either may have moved them.</summary>
internal static class TaskFiles
{
    private static readonly string[] Hosts = { "pwsh", "pwsh.exe", "powershell.exe" };

    /// <summary>The missing file of a command; null if both exist. A file that the command does not name is not checked.</summary>
    /// <param name="words">The program and its arguments, unquoted.</param>
    public static string? FindMissing(IReadOnlyList<string> words)
    {
        var host = words.FirstOrDefault(word => Hosts.Any(name => EndsWithName(word, name)));
        var script = words.SkipWhile(word => word != "-File").Skip(1).FirstOrDefault();
        return FindMissing(host, script);
    }

    /// <summary>The first file that does not exist; null if both exist.</summary>
    /// <param name="host">The path of PowerShell; null if it is not known.</param>
    /// <param name="script">The path of the script; null if it is not known.</param>
    public static string? FindMissing(string? host, string? script) =>
        new[] { host, script }.OfType<string>().FirstOrDefault(path => path.Length > 0 && Path.IsPathRooted(path) && !File.Exists(path));

    private static bool EndsWithName(string word, string name) =>
        word.EndsWith("/" + name, StringComparison.OrdinalIgnoreCase) || word.EndsWith("\\" + name, StringComparison.OrdinalIgnoreCase);
}
