using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>
/// The files that a task runs as root or SYSTEM: the script, the module with all its files, and PowerShell. A user that can change or replace one of these, or
/// put a library beside it, becomes root or SYSTEM at the next run. The same is true of the files and folders that the environment variables of the task name.
/// </summary>
internal static class MachineProgram
{
    private const string Engine = "System.Management.Automation.dll";
    private const string CertificateFolders = "SSL_CERT_DIR";

    /// <summary>
    /// Throws <see cref="ErrorId.TaskProgramUnsafe"/>, which names the file or folder, if another user can change a file that the task depends on.
    /// </summary>
    /// <param name="program">The script, the module and the log.</param>
    /// <param name="host">The path of PowerShell.</param>
    /// <param name="environment">The environment variables of the task; each value is a path, or a list of paths.</param>
    public static void RequireSafe(TaskProgram program, string host, IReadOnlyDictionary<string, string> environment)
    {
        var flaw = TrustedPath.FindFlaw(program.Script)
            ?? FindFlawWithin(program.Module)
            ?? TrustedPath.FindFlaw(host)
            ?? FindFlawBeside(host)
            // Another user's file in place of the log would stop the task.
            ?? (program.LogPath is null ? null : TrustedPath.FindFlaw(Path.GetDirectoryName(program.LogPath) ?? program.LogPath, mustBeClosed: true))
            ?? environment.Select(setting => FindFlawOfSetting(setting.Key, setting.Value)).FirstOrDefault(found => found is not null);
        if (flaw is not null)
            throw new ConnectorException(Problems.TaskProgramUnsafe(flaw).About(flaw.Arguments[0].Text));
    }

    /// <summary>
    /// The problem with a folder or its content, at any depth; null if there is none. Other users must not be able to create entries in any of these folders.
    /// </summary>
    /// <param name="folder">The folder.</param>
    internal static Message? FindFlawWithin(string folder)
    {
        var pending = new Stack<string>();
        pending.Push(folder);
        while (pending.Count > 0)
        {
            var path = pending.Pop();
            if (TrustedPath.FindFlaw(path, mustBeClosed: true) is { } flaw)
                return flaw;
            try
            {
                if (!Directory.Exists(path))
                    continue;
                // A link to a folder could lead into a cycle, and no installation has one.
                if (path != folder && (File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0)
                    return Texts.PathLink(path);
                foreach (var entry in Directory.EnumerateFileSystemEntries(path))
                    pending.Push(entry);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return Texts.PathUnjudged(path, e.Message);
            }
        }

        return null;
    }

    // PowerShell loads the libraries beside its file, even when it is started through a link. Windows PowerShell has its libraries in Windows folders.
    private static Message? FindFlawBeside(string host)
    {
        var file = host;
#if NET8_0_OR_GREATER
        file = File.ResolveLinkTarget(host, returnFinalTarget: true)?.FullName ?? host;
#endif
        var folder = Path.GetDirectoryName(file)!;
        return File.Exists(Path.Combine(folder, Engine)) ? FindFlawWithin(folder) : TrustedPath.FindFlaw(folder, mustBeClosed: true);
    }

    private static Message? FindFlawOfSetting(string name, string value) => name switch
    {
        // The store checks its own folder at each use, and refuses one that another user created.
        StateLocation.HomeVariable => TrustedPath.FindFlaw(value),
        // OpenSSL accepts a list. Each file in these folders is a trusted authority.
        CertificateFolders => value.Split(':').Where(folder => folder.Length > 0).Select(FindFlawWithin).FirstOrDefault(flaw => flaw is not null),
        _ => TrustedPath.FindFlaw(value, mustBeClosed: true),
    };
}
