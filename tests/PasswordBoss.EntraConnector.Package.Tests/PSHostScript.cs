using System;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>Runs a script in a process of its own, in the repository's small host or in PowerShell itself, with a state folder of its own.</summary>
internal static class PSHostScript
{
    private static readonly string Host = Repository.PathOf("tools", "PSHost", "bin", Configuration, "net10.0", "PSHost.dll");

    /// <summary>The configuration that the tests were built in: .../bin/(configuration)/(framework)/.</summary>
    public static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>Whether there is a PowerShell 7 on this machine.</summary>
    public static bool HasPowerShell { get; } = FindPowerShell() is not null;

    /// <summary>The lines that the script said; it must end well.</summary>
    /// <param name="script">What to run.</param>
    /// <param name="host">Another program than the repository's host, with the same arguments.</param>
    public static string[] Run(string script, string? host = null) => Run(script, file => new ProcessStartInfo("dotnet", [host ?? Host, file]));

    /// <summary>The same in PowerShell itself.</summary>
    public static string[] RunInPowerShell(string script) => Run(script, file => new ProcessStartInfo(FindPowerShell()!, ["-NoProfile", "-NonInteractive", "-File", file]));

    private static string[] Run(string script, Func<string, ProcessStartInfo> start)
    {
        var folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        try
        {
            var file = Path.Combine(folder, "script.ps1");
            File.WriteAllText(file, "$ErrorActionPreference = 'Stop'\n" + script);
            var info = start(file);
            info.Environment["PBENTRA_HOME"] = Path.Combine(folder, "state");
            info.Environment["NO_COLOR"] = "1";
            var (exitCode, output) = ChildProcess.Run(info);
            Assert.True(exitCode == 0, output);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? FindPowerShell() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh"))
        .FirstOrDefault(File.Exists);
}
