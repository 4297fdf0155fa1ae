using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Runs scripts in the official PowerShell that the build restores, or in another PowerShell of this machine.</summary>
internal static class PowerShellProcess
{
    /// <summary>The name of the PowerShell that the build restores. An installed PowerShell of this name is not used.</summary>
    public const string Restored = "pwsh";

    /// <summary>The folder of the restored PowerShell.</summary>
    public static string Folder => Path.GetDirectoryName(PathOf("PowerShell"))!;

    /// <summary>The manifest of the restored Pester.</summary>
    public static string PesterManifest => PathOf("Pester");

    /// <summary>Runs a script in the restored PowerShell.</summary>
    /// <param name="home">The state folder.</param>
    /// <param name="arguments">The script and its arguments.</param>
    public static (int ExitCode, string Output) Run(string? home, params string[] arguments) => ChildProcess.Run(Start(home, arguments));

    /// <summary>The start information of a script in the restored PowerShell, for tests that change the environment.</summary>
    /// <param name="home">The state folder.</param>
    /// <param name="arguments">The script and its arguments.</param>
    /// <param name="surroundings">A program, with its own arguments, that runs the command after them.</param>
    public static ProcessStartInfo Start(string? home, string[] arguments, string[]? surroundings = null)
    {
        var start = Start([.. surroundings ?? [], .. Command(Restored)!], ["-File", .. arguments]);
        start.Environment["PBENTRA_HOME"] = home;
        return start;
    }

    /// <summary>The start information of a PowerShell.</summary>
    /// <param name="command">The result of <see cref="Command"/>.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ProcessStartInfo Start(string[] command, params string[] arguments)
    {
        // By default, Windows does not allow scripts.
        string[] policy = OperatingSystem.IsWindows() ? ["-ExecutionPolicy", "Bypass"] : [];
        var start = new ProcessStartInfo(command[0], [.. command[1..], "-NoProfile", "-NonInteractive", .. policy, .. arguments]) { WorkingDirectory = Repository.Root };
        // PowerShell itself sends no telemetry, searches no update and writes no colours.
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";
        start.Environment["NO_COLOR"] = "1";
        // As in all test processes; see tests/Directory.Build.props.
        start.Environment["DOTNET_TieredPGO"] = "0";
        // In hexadecimal.
        start.Environment["DOTNET_TC_CallCountThreshold"] = "3E8";
        return start;
    }

    /// <summary>The command that starts a PowerShell; null if this machine has none of that name.</summary>
    /// <param name="shell">The program's name.</param>
    public static string[]? Command(string shell) => shell == Restored ? ["dotnet", "exec", PathOf("PowerShell")] : Find(shell) is { } file ? [file] : null;

    private static string? Find(string shell) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? shell + ".exe" : shell))
        .FirstOrDefault(File.Exists);

    // tools/PrecompiledPowerShell/PrecompiledPowerShell.props writes this path.
    private static string PathOf(string what) =>
        typeof(PowerShellProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == what).Value!;
}
