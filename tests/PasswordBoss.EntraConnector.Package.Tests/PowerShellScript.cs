using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.Versioning;

namespace PasswordBoss.EntraConnector.Package.Tests;

/// <summary>Runs a script in its own process, with its own state folder.</summary>
internal static class PowerShellScript
{
    /// <summary>The configuration that the tests were built in: .../bin/(configuration)/(framework)/.</summary>
    public static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>Runs a script in the restored PowerShell, which must succeed, and returns its output lines.</summary>
    /// <param name="script">What to run.</param>
    public static string[] Run(string script) => RunIn(PowerShellProcess.Command(PowerShellProcess.Restored)!, script);

    /// <summary>The same in another PowerShell, or in the restored one with other options of .NET.</summary>
    /// <param name="command">The command that starts it.</param>
    /// <param name="script">What to run.</param>
    /// <param name="authority">A certificate authority to trust, as a file; on Linux only.</param>
    public static string[] RunIn(string[] command, string script, string? authority = null) => Run(script, file =>
    {
        var start = PowerShellProcess.Start(command, "-File", file);
        if (authority is not null)
            start.Environment["SSL_CERT_FILE"] = authority;
        return start;
    });

    /// <summary>The same as an unprivileged user. It uses a copy of PowerShell, because the user may have no access to the package folder.</summary>
    [UnsupportedOSPlatform("windows")]
    public static string[] RunWithoutRights(string script)
    {
        const string UserId = "65534";
        return Run(script, file =>
        {
            var folder = Path.GetDirectoryName(file)!;
            File.SetUnixFileMode(folder, (UnixFileMode)1023);
            var copy = Path.Combine(folder, "pwsh");
            foreach (var source in Directory.EnumerateFiles(PowerShellProcess.Folder, "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(copy, Path.GetRelativePath(PowerShellProcess.Folder, source));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(source, target);
            }

            var start = PowerShellProcess.Start(
                ["setpriv", "--reuid", UserId, "--regid", UserId, "--clear-groups", "dotnet", "exec", Path.Combine(copy, "pwsh.dll")], "-File", file);
            start.WorkingDirectory = folder;
            start.Environment["HOME"] = folder;
            return start;
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
