using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Scripts that one PowerShell runs one after the other, and what each of them printed. A new PowerShell needs more processor time than most scripts.</summary>
internal sealed class ScriptCases
{
    private const string Begin = "BEGIN CASE ";
    private const string End = "END CASE ";
    private readonly Dictionary<string, (int ExitCode, string Output)> cases = [];

    private ScriptCases()
    {
    }

    /// <summary>The exit code and the output of a case.</summary>
    public (int ExitCode, string Output) this[string name] => cases[name];

    /// <summary>Runs cases in the restored PowerShell, each with its own state folder.</summary>
    /// <param name="folder">The folder for the script.</param>
    /// <param name="cases">The name, the state folder and the script of each case.</param>
    public static ScriptCases Run(string folder, params (string Name, string Home, string Script)[] cases) => Run(folder, [], cases);

    /// <summary>The same under another program.</summary>
    /// <param name="folder">The folder for the script.</param>
    /// <param name="surroundings">A program, with its own arguments, that runs the command after them.</param>
    /// <param name="cases">The name, the state folder and the script of each case.</param>
    public static ScriptCases Run(string folder, string[] surroundings, params (string Name, string Home, string Script)[] cases)
    {
        var driver = new StringBuilder();
        foreach (var (name, home, script) in cases)
        {
            driver.AppendLine(CultureInfo.InvariantCulture, $$"""
                $env:PBENTRA_HOME = '{{home}}'
                $global:LASTEXITCODE = 0
                '{{Begin}}{{name}}'
                try { & {
                {{script}}
                } } catch { "THROWN $_"; $global:LASTEXITCODE = -1 }
                "{{End}}$LASTEXITCODE"
                """);
        }

        var file = Path.Combine(folder, "cases.ps1");
        File.WriteAllText(file, driver.ToString());
        var (exitCode, output) = ChildProcess.Run(PowerShellProcess.Start(null, [file], surroundings));
        Assert.True(exitCode == 0, output);
        var result = new ScriptCases();
        string? current = null;
        var lines = new StringBuilder();
        foreach (var line in output.Split('\n'))
        {
            if (line.StartsWith(Begin, StringComparison.Ordinal))
            {
                current = line[Begin.Length..].TrimEnd();
                lines.Clear();
            }
            else if (line.StartsWith(End, StringComparison.Ordinal) && current is not null)
                result.cases.Add(current, (int.Parse(line[End.Length..].TrimEnd(), CultureInfo.InvariantCulture), lines.ToString()));
            else
                lines.Append(line).Append('\n');
        }

        Assert.True(result.cases.Count == cases.Length, output);
        return result;
    }
}
