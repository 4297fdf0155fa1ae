using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>The operating system, detected in a way that both frameworks support.</summary>
internal static class Platform
{
    /// <summary>Whether the process runs on Windows.</summary>
    [SupportedOSPlatformGuard("windows")]
    public static bool IsWindows { get; } = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

    /// <summary>Whether it runs on macOS.</summary>
    public static bool IsMacOS { get; } = RuntimeInformation.IsOSPlatform(OSPlatform.OSX);

    /// <summary>Whether it runs on Linux.</summary>
    public static bool IsLinux { get; } = RuntimeInformation.IsOSPlatform(OSPlatform.Linux);
}
