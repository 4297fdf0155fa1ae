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
/// What a task runs as root or SYSTEM: the script, the module with every file in it, and PowerShell. Who can change one of these, put something else in its place, or
/// put a library beside it, is root or SYSTEM at the next run. What the settings of the environment name steers it, too.
/// </summary>
internal static class MachineProgram
{
    private const string Engine = "System.Management.Automation.dll";
    private const string CertificateFolders = "SSL_CERT_DIR";

    /// <summary>Throws <see cref="ErrorId.TaskProgramUnsafe"/>, which names the file or folder, when another user can change what the task runs or is steered by.</summary>
    /// <param name="program">The script and the module.</param>
    /// <param name="host">The path of PowerShell.</param>
    /// <param name="environment">The settings of the environment that the task gets; each value is a path, or a list of them.</param>
    public static void RequireSafe(TaskProgram program, string host, IReadOnlyDictionary<string, string> environment)
    {
        var flaw = TrustedPath.FindFlaw(program.Script)
            ?? FindFlawWithin(program.Module)
            ?? TrustedPath.FindFlaw(host)
            ?? FindFlawBeside(host)
            ?? environment.Select(setting => FindFlawOfSetting(setting.Key, setting.Value)).FirstOrDefault(found => found is not null);
        if (flaw is not null)
            throw new ConnectorException(Problems.TaskProgramUnsafe(flaw.Render()).About(flaw.Arguments[0]));
    }

    /// <summary>What is wrong with a folder, or with anything in it, however deep; null when nothing is. That others can create entries in one of them is wrong.</summary>
    /// <param name="folder">The folder.</param>
    internal static Message? FindFlawWithin(string folder)
    {
        var pending = new Stack<string>();
        pending.Push(folder);
        while (pending.Count > 0)
        {
            var path = pending.Pop();
            if (TrustedPath.FindFlawOfClosed(path) is { } flaw)
                return flaw;
            try
            {
                if (!Directory.Exists(path))
                    continue;
                // A link to a folder could lead round in a circle, and no installation has one.
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

    // PowerShell loads its libraries from beside it, also when it was started through a link. Windows PowerShell has its own in folders of Windows.
    private static Message? FindFlawBeside(string host)
    {
        var file = host;
#if NET8_0_OR_GREATER
        file = File.ResolveLinkTarget(host, returnFinalTarget: true)?.FullName ?? host;
#endif
        var folder = Path.GetDirectoryName(file)!;
        return File.Exists(Path.Combine(folder, Engine)) ? FindFlawWithin(folder) : TrustedPath.FindFlawOfClosed(folder);
    }

    private static Message? FindFlawOfSetting(string name, string value) => name switch
    {
        // The store looks at its own folder at each use, and takes none that somebody else created.
        StateLocation.HomeVariable => TrustedPath.FindFlaw(value),
        // OpenSSL takes a list. Each file in these folders is an authority.
        CertificateFolders => value.Split(':').Where(folder => folder.Length > 0).Select(FindFlawWithin).FirstOrDefault(flaw => flaw is not null),
        _ => TrustedPath.FindFlawOfClosed(value),
    };
}
