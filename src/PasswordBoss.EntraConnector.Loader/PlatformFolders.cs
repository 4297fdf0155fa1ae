using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace PasswordBoss.EntraConnector.Loader;

/// <summary>
/// The <c>runtimes/&lt;rid&gt;</c> folders for this process, most specific first. The host's own identifier may be that of a distribution
/// (<c>ubuntu.24.04-x64</c>), for which no package has a folder, so the portable identifiers are derived from the system and the process.
/// </summary>
internal sealed class PlatformFolders
{
    private readonly IReadOnlyList<string> identifiers;

    private PlatformFolders(IReadOnlyList<string> identifiers) => this.identifiers = identifiers;

    internal static PlatformFolders OfThisProcess()
    {
        // Use the architecture of the process, not of the machine: a 32-bit PowerShell on 64-bit Windows needs the x86 library.
        var architecture = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X86 => "x86",
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            Architecture.Arm => "arm",
            var other => other.ToString(),
        };
        var found = new List<string> { RuntimeInformation.RuntimeIdentifier };
        if (OperatingSystem.IsWindows())
        {
            found.AddRange(["win-" + architecture, "win"]);
        }
        else if (OperatingSystem.IsMacOS())
        {
            found.AddRange(["osx-" + architecture, "osx", "unix"]);
        }
        else
        {
            if (IsMusl())
                found.Add("linux-musl-" + architecture);
            found.AddRange(["linux-" + architecture, "linux", "unix"]);
        }

        return new PlatformFolders(found.Distinct(StringComparer.Ordinal).ToArray());
    }

    internal string? FindManaged(string folder, string file)
    {
        foreach (var identifier in identifiers)
        {
            var libraries = Path.Combine(folder, "runtimes", identifier, "lib");
            if (!Directory.Exists(libraries))
                continue;
            var found = Directory.EnumerateDirectories(libraries).Select(framework => Path.Combine(framework, file)).FirstOrDefault(File.Exists);
            if (found is not null)
                return found;
        }

        return null;
    }

    internal string? FindNative(string folder, string name)
    {
        string[] files = OperatingSystem.IsWindows() ? [name, name + ".dll"]
            : OperatingSystem.IsMacOS() ? [name, "lib" + name + ".dylib", name + ".dylib"]
            : [name, "lib" + name + ".so", name + ".so"];
        return identifiers
            .SelectMany(identifier => files.Select(file => Path.Combine(folder, "runtimes", identifier, "native", file)))
            .FirstOrDefault(File.Exists);
    }

    private static bool IsMusl() =>
        RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
        || RuntimeInformation.RuntimeIdentifier.StartsWith("alpine", StringComparison.Ordinal)
        || Directory.Exists("/lib") && Directory.EnumerateFiles("/lib", "ld-musl-*").Any();
}
