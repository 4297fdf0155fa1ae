using System;
using System.Collections.Generic;
using System.IO;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Scheduling;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>
/// What a task runs as root or SYSTEM: the script, the module with every file in it, and PowerShell. Who can change one of these, or put something else in its place,
/// is root or SYSTEM at the next run.
/// </summary>
internal static class MachineProgram
{
    private const string Engine = "System.Management.Automation.dll";

    /// <summary>Throws <see cref="ErrorId.TaskProgramUnsafe"/>, which names the file or folder, when another user can change what the task runs.</summary>
    /// <param name="program">The script and the module.</param>
    /// <param name="host">The path of PowerShell.</param>
    public static void RequireSafe(TaskProgram program, string host)
    {
        var flaw = TrustedPath.FindFlaw(program.Script)
            ?? FindFlawWithin(program.Module)
            ?? TrustedPath.FindFlaw(host)
            ?? (FolderOfEngine(host) is { } folder ? FindFlawWithin(folder) : null);
        if (flaw is not null)
            throw new ConnectorException(ErrorId.TaskProgramUnsafe, flaw.Render()) { Target = flaw.Arguments[0] };
    }

    /// <summary>What is wrong with a folder, or with anything in it, however deep; null when nothing is.</summary>
    /// <param name="folder">The folder.</param>
    internal static Message? FindFlawWithin(string folder)
    {
        var pending = new Stack<string>();
        pending.Push(folder);
        while (pending.Count > 0)
        {
            var path = pending.Pop();
            if (TrustedPath.FindFlaw(path) is { } flaw)
                return flaw;
            try
            {
                if (!Directory.Exists(path))
                    continue;
                // A link to a folder could lead round in a circle, and no installation has one.
                if (path != folder && (File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0)
                    return new Message("Path_Link", path);
                foreach (var entry in Directory.EnumerateFileSystemEntries(path))
                    pending.Push(entry);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new Message("Path_Unjudged", path, e.Message);
            }
        }

        return null;
    }

    // PowerShell loads its libraries from beside it, also when it was started through a link. Windows PowerShell has its own in folders of Windows.
    private static string? FolderOfEngine(string host)
    {
        var file = host;
#if NET8_0_OR_GREATER
        file = File.ResolveLinkTarget(host, returnFinalTarget: true)?.FullName ?? host;
#endif
        var folder = Path.GetDirectoryName(file)!;
        return File.Exists(Path.Combine(folder, Engine)) ? folder : null;
    }
}
