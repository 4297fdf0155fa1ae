using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>Runs a script in a process of its own, in the repository's small host or in PowerShell itself, with a state folder of its own.</summary>
internal static class PSHostScript
{
    private static readonly string Host = Repository.PathOf("tools", "PSHost", "bin", Configuration, "net10.0", "PSHost.dll");

    // The scripts are our own; Windows runs none unless told so.
    private static readonly string[] Bypass = OperatingSystem.IsWindows() ? ["-ExecutionPolicy", "Bypass"] : [];

    /// <summary>The configuration that the tests were built in: .../bin/(configuration)/(framework)/.</summary>
    public static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>Whether there is a PowerShell 7 on this machine.</summary>
    public static bool HasPowerShell { get; } = FindPowerShell() is not null;

    /// <summary>The lines that the script said; it must end well.</summary>
    /// <param name="script">What to run.</param>
    /// <param name="host">Another program than the repository's host, with the same arguments.</param>
    public static string[] Run(string script, string? host = null) => Run(script, file => new ProcessStartInfo("dotnet", [host ?? Host, file]));

    /// <summary>The same in PowerShell itself.</summary>
    /// <param name="script">What to run.</param>
    /// <param name="shell">The program's name; it must be there.</param>
    /// <param name="authority">A certificate authority to trust, as a file; on Linux only.</param>
    public static string[] RunInPowerShell(string script, string shell = "pwsh", string? authority = null) => Run(script, file =>
    {
        var start = new ProcessStartInfo(FindPowerShell(shell)!, [.. Bypass, "-NoProfile", "-NonInteractive", "-File", file]);
        if (authority is not null)
            start.Environment["SSL_CERT_FILE"] = authority;
        return start;
    });

    /// <summary>The path of a PowerShell of this machine, or null.</summary>
    /// <param name="shell">The program's name.</param>
    public static string? FindPowerShell(string shell = "pwsh") => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? shell + ".exe" : shell))
        .FirstOrDefault(File.Exists);

    /// <summary>The same as the user nobody, with copies of the host and of nothing else that another user may not be able to read.</summary>
    [UnsupportedOSPlatform("windows")]
    public static string[] RunAsNobody(string script)
    {
        const string Nobody = "65534";
        return Run(script, file =>
        {
            var folder = Path.GetDirectoryName(file)!;
            File.SetUnixFileMode(folder, (UnixFileMode)1023);
            var host = Path.Combine(folder, "host");
            var built = Path.GetDirectoryName(Host)!;
            foreach (var source in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(host, Path.GetRelativePath(built, source));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(source, target);
            }

            return new ProcessStartInfo("setpriv", ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", "dotnet", Path.Combine(host, "PSHost.dll"), file])
            {
                WorkingDirectory = folder,
                Environment = { ["HOME"] = folder },
            };
        });
    }

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
}
