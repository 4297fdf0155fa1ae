using System.IO;

namespace PasswordBoss.EntraConnector.Loading;

/// <summary>The folder of this module.</summary>
internal static class ModuleFolder
{
    /// <summary>Its path. This assembly is in module/shared.</summary>
    internal static string Location { get; } =
        Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(ModuleFolder).Assembly.Location)))!;
}
