using System;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// Makes a folder that only its owner can enter, or refuses it with the reason before anything is written. Links are refused, and nothing is changed that does not
/// belong to this user; no folder above may let others replace what lies in it.
/// </summary>
internal static class PrivateFolder
{
    /// <summary>Creates the folder, or checks the one that is there and takes from others what they may do in it.</summary>
    /// <param name="folder">An absolute path.</param>
    /// <param name="isMachineWide">Whether administrators, SYSTEM and root share it.</param>
    /// <param name="isOurs">Whether the connector made an entry, told by its path. A folder with entries, none of them ours, is refused. Null where that is not asked.</param>
    public static void Prepare(string folder, bool isMachineWide, Func<string, bool>? isOurs = null)
    {
        try
        {
            Check(folder);
            JudgeFoldersAbove(folder);
            if (!Directory.Exists(folder))
            {
                Create(folder, isMachineWide);
                // What was not there before could not be judged before.
                JudgeFoldersAbove(folder);
            }
            else
            {
                RequireOurs(folder, isOurs);
                if (Platform.IsWindows)
                    KeepPrivateOnWindows(folder, isMachineWide);
                else
                    KeepPrivate(folder, UnixFile.EffectiveUser, UnixFile.Find(folder, followLinks: false));
            }
        }
        catch (Exception exception) when (IsOfFolders(exception))
        {
            throw new ConnectorException(UnusablePath.Folder(folder, exception));
        }
    }

    /// <summary>The same checks for somebody who only reads: nothing is created, and no permission is changed.</summary>
    /// <param name="folder">An absolute path; nothing below it is refused when it is not there.</param>
    /// <param name="isOurs">Whether the connector made an entry, told by its path.</param>
    public static void Look(string folder, Func<string, bool> isOurs)
    {
        try
        {
            Check(folder);
            JudgeFoldersAbove(folder);
            if (!Directory.Exists(folder))
                return;
            RequireOurs(folder, isOurs);
            if (!Platform.IsWindows && UnixFile.Find(folder, followLinks: false) is { } facts)
                RequireOwnEntries(folder, UnixFile.EffectiveUser, facts);
        }
        catch (Exception exception) when (IsOfFolders(exception))
        {
            throw new ConnectorException(UnusablePath.Folder(folder, exception));
        }
    }

    /// <summary>Refuses a folder on another machine, and a file or a link in its place. Writes nothing.</summary>
    /// <param name="folder">An absolute path.</param>
    public static void Check(string folder)
    {
        if (Platform.IsWindows && IsNetworkName(folder))
            throw new ConnectorException(UnusablePath.Folder(folder, Texts.StateReasonNetwork("UNC")));
        if (Platform.IsWindows ? WindowsLink.Is(folder) : UnixFile.Find(folder, followLinks: false) is { IsLink: true })
            throw new ConnectorException(UnusablePath.Folder(folder, Texts.StateReasonLink));
        if (File.Exists(folder))
            throw new ConnectorException(UnusablePath.Folder(folder, Texts.StateReasonFile));
        var existing = folder;
        while (!Directory.Exists(existing))
        {
            if (File.Exists(existing))
                throw new ConnectorException(UnusablePath.Folder(folder, Texts.StateReasonParentFile(existing)));
            existing = Path.GetDirectoryName(existing);
            if (existing is null or "")
                return;
        }

        if (MountTable.FindNetworkType(existing) is { } type)
            throw new ConnectorException(UnusablePath.Folder(folder, Texts.StateReasonNetwork(type)));
    }

    /// <summary>
    /// Refuses a folder with keys when others can do anything with it: somebody may have read or replaced a key, and taking the rights away now would hide it. Called at
    /// every use.
    /// </summary>
    /// <param name="folder">The folder; nothing is refused when it is not there.</param>
    public static void RequirePrivateKeys(string folder)
    {
        Check(folder);
        JudgeFoldersAbove(folder);
        PrivateEntry.RequireClosed(folder, isFile: false);
    }

    /// <summary>Judges an existing folder of a Unix system.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="user">Who wants to use it.</param>
    /// <param name="facts">What is known of it; null when the C library cannot tell, and then the change of mode fails for all but owner and root.</param>
    internal static void KeepPrivate(string folder, uint user, UnixFile.Facts? facts)
    {
        if (facts is { } known)
            PrivateEntry.RequireOwn(folder, user, known, isFile: false);
        // Root could change the mode of anything: where nobody can tell whose it is, it changes nothing.
        if (facts is { IsOpenToOthers: true } || (facts is null && user != 0))
            PrivateEntry.Close(folder, UnixMode.PrivateFolder, isFile: false);
        if (facts is { } before)
            RequireOwnEntries(folder, user, before);
    }

    // While others could write to the folder, they could leave something in it for us to open.
    private static void RequireOwnEntries(string folder, uint user, UnixFile.Facts facts)
    {
        if (!facts.IsWritableByGroup && !facts.IsWritableByAll)
            return;
        foreach (var entry in Directory.GetFileSystemEntries(folder))
        {
            if (UnixFile.Find(entry, followLinks: false) is { } found)
                PrivateEntry.RequireOwn(entry, user, found, isFile: !found.IsFolder);
        }
    }

    // Whose a folder is does not say what it is for: root owns most folders of a machine, and to close one of them could stop a web server.
    private static void RequireOurs(string folder, Func<string, bool>? isOurs)
    {
        if (Platform.IsWindows)
            RequireOwnOnWindows(folder);
        var known = Platform.IsWindows ? null : UnixFile.Find(folder, followLinks: false);
        if (known is { } facts)
            PrivateEntry.RequireOwn(folder, UnixFile.EffectiveUser, facts, isFile: false);
        if (isOurs is null)
            return;

        // A new file system of Linux has this folder.
        var entries = Directory.GetFileSystemEntries(folder).Where(entry => Path.GetFileName(entry) != "lost+found").ToList();
        if (entries.Count > 0 && !entries.Any(entry => isOurs(entry) && (known is null or { IsOpenToOthers: false } || IsOwn(entry))))
        {
            throw new ConnectorException(UnusablePath.Folder(folder, Texts.StateReasonForeign).Advising(Texts.AdviceStateFolderForeign));
        }
    }

    // In a folder like /tmp anybody can create a file with the name of ours. Asked only of folders that would be changed.
    private static bool IsOwn(string entry) =>
        UnixFile.Find(entry, followLinks: false) is { IsLink: false } facts && facts.Owner == UnixFile.EffectiveUser;

    // The last two are what .NET makes of file systems that keep no access lists.
    private static bool IsOfFolders(Exception exception) => exception is IOException or UnauthorizedAccessException or System.Security.SecurityException
        or InvalidOperationException or NotSupportedException;

    /// <summary>Whether the path names another machine: <c>\\server\share</c>, also in its long form.</summary>
    /// <param name="path">A path of Windows.</param>
    internal static bool IsNetworkName(string path)
    {
        var name = path.Replace('/', '\\');
        if (!name.StartsWith(@"\\", StringComparison.Ordinal))
            return false;
        return !(name.StartsWith(@"\\?\", StringComparison.Ordinal) || name.StartsWith(@"\\.\", StringComparison.Ordinal))
            || name.StartsWith(@"\\?\UNC\", StringComparison.OrdinalIgnoreCase);
    }

    private static void Create(string folder, bool isMachineWide)
    {
        if (!Platform.IsWindows)
        {
            CreateAbove(folder);
            UnixFile.CreateFolder(folder, UnixMode.PrivateFolder);
            KeepPrivate(folder, UnixFile.EffectiveUser, UnixFile.Find(folder, followLinks: false));
            return;
        }

        if (Path.GetDirectoryName(folder) is { Length: > 0 } parent)
            Directory.CreateDirectory(parent);
        new DirectoryInfo(folder).Create(WindowsAccess.Private(isMachineWide));
        KeepPrivateOnWindows(folder, isMachineWide);
    }

    // Whatever the umask is, others cannot write to them.
    private static void CreateAbove(string folder)
    {
        if (Path.GetDirectoryName(folder) is not { Length: > 0 } parent || Directory.Exists(parent))
            return;
        CreateAbove(parent);
        UnixFile.CreateFolder(parent, UnixMode.SharedFolder);
    }

    private static void JudgeFoldersAbove(string folder)
    {
        if (Path.GetDirectoryName(folder) is { Length: > 0 } parent && TrustedPath.FindFlaw(parent) is { } flaw)
            throw new ConnectorException(UnusablePath.Folder(folder, flaw));
    }

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static void RequireOwnOnWindows(string folder)
    {
        var info = new DirectoryInfo(folder);
        if ((info.Attributes & FileAttributes.ReparsePoint) != 0)
            throw new ConnectorException(UnusablePath.Folder(folder, Texts.StateReasonLink));
        if (!WindowsAccess.IsOwnerTrusted(info, out var owner))
            throw new ConnectorException(UnusablePath.Folder(folder, Texts.StateReasonOwner(owner)));
    }

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static void KeepPrivateOnWindows(string folder, bool isMachineWide)
    {
        RequireOwnOnWindows(folder);
        var info = new DirectoryInfo(folder);
        WindowsAccess.Tighten(info, isMachineWide);
        foreach (var file in info.GetFiles())
        {
            try
            {
                WindowsAccess.Tighten(file, isMachineWide);
            }
            catch (FileNotFoundException)
            {
                // Another process has just moved or deleted it.
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && IsOfSqlite(file.Name))
            {
                // They go when the last process that has the database open goes, and cannot be asked while they do.
            }
        }
    }

    private static bool IsOfSqlite(string file) => file.EndsWith("-wal", StringComparison.Ordinal) || file.EndsWith("-shm", StringComparison.Ordinal);
}
