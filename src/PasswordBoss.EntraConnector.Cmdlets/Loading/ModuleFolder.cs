using System;
using System.IO;
using System.Reflection;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Loading;

/// <summary>The folder of this module.</summary>
internal static class ModuleFolder
{
    private static readonly string Assembly = typeof(ModuleFolder).Assembly.Location;
    private static readonly DateTime LoadedFrom = WrittenAt();

    /// <summary>Its path. This assembly is in module/shared.</summary>
    internal static string Location { get; } = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Assembly)))!;

    /// <summary>
    /// Whether the files were updated or removed after this session had loaded them. The parts that it has not loaded yet are then missing or of another version, so
    /// only a new process can use the module.
    /// </summary>
    internal static bool IsReplaced
    {
        get
        {
            try
            {
                return WrittenAt() != LoadedFrom || AssemblyName.GetAssemblyName(Assembly).Version != typeof(ModuleFolder).Assembly.GetName().Version;
            }
            catch (Exception exception) when (exception is IOException or BadImageFormatException or UnauthorizedAccessException)
            {
                return true;
            }
        }
    }

    /// <summary>Whether an exception means that a part of the module could not be loaded, or does not fit the loaded parts.</summary>
    /// <param name="exception">The exception.</param>
    internal static bool IsLoadFailure(Exception exception) =>
        exception is FileNotFoundException or FileLoadException or BadImageFormatException or TypeLoadException or MissingMemberException or TypeInitializationException
        || (exception is not ConnectorException && exception.InnerException is { } inner && IsLoadFailure(inner));

    /// <summary>The error for a part that could not be loaded.</summary>
    /// <param name="folder">The folder of the part.</param>
    /// <param name="exception">Why.</param>
    internal static ConnectorException Incomplete(string folder, Exception exception) => new(IsReplaced
        ? new Problem(ErrorId.ModuleIncomplete, Texts.ModuleIncompleteReplaced(folder, exception.Message), Texts.AdviceNewPowerShell)
        : Problems.ModuleIncomplete(folder, exception.Message));

    // The time of a file that does not exist is one in 1601.
    private static DateTime WrittenAt() => File.GetLastWriteTimeUtc(Assembly);
}
