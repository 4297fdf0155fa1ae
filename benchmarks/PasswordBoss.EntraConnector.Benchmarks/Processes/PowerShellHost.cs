using System;
using System.IO;
using System.Linq;
using System.Reflection;

namespace PasswordBoss.EntraConnector.Benchmarks.Processes;

/// <summary>The PowerShell that measures the module, and the module of this checkout.</summary>
internal static class PowerShellHost
{
    /// <summary>
    /// The command that starts it. An installed PowerShell is preferred: it is compiled ahead of time, and users have it. Otherwise it is the one that the build restores.
    /// </summary>
    public static string[] Command { get; } = FindOnPath("pwsh") is { } installed
        ? [installed]
        : ["dotnet", "exec", typeof(PowerShellHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "PowerShell").Value!];

    /// <summary>The root of the checkout.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The manifest of the module.</summary>
    public static string Module { get; } = Path.Combine(Root, "PasswordBoss.EntraConnector.psd1");

    private static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))
        .FirstOrDefault(File.Exists);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PasswordBoss.EntraConnector.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The program is not in a checkout.");
    }
}
