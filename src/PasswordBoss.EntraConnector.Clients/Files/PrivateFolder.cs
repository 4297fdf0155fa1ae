using System;
using System.Collections.Concurrent;
using System.IO;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// Makes a folder that only its owner can enter, or refuses it with the reason before anything is written. Refuses links, and changes nothing that does not
/// belong to this user. No folder above may let other users replace its content.
/// </summary>
internal static class PrivateFolder
{
    // Folders whose files this process has made private, on Windows. A new file has the access list of its folder.
    private static readonly ConcurrentDictionary<string, bool> FilesKeptPrivate = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates the folder, or checks the existing one and removes other users' rights.</summary>
    /// <param name="folder">An absolute path.</param>
    /// <param name="isMachineWide">Whether administrators, SYSTEM and root share it.</param>
    /// <param name="isOurs">
    /// Whether the connector created an entry, given its path. A folder with entries but none of ours is refused. Null to skip this check.
    /// </param>
    public static void Prepare(string folder, bool isMachineWide, Func<string, bool>? isOurs = null)
    {
        try
        {
            Check(folder);
            JudgeFoldersAbove(folder);
            if (!Directory.Exists(folder))
            {
                Create(folder, isMachineWide);
                // A folder that did not exist before could not be checked before.
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

    /// <summary>The same checks for a caller that only reads: creates nothing and changes no permission.</summary>
    /// <param name="folder">An absolute path. If it does not exist, only the folders above it are checked.</param>
    /// <param name="isOurs">Whether the connector created an entry, given its path.</param>
    public static void CheckForReading(string folder, Func<string, bool> isOurs)
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

    /// <summary>Refuses a folder on another machine, and a file or a link in place of the folder. Writes nothing.</summary>
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
    /// Refuses a key folder that other users have any rights to: another user may have read or replaced a key, and removing the rights now would hide that.
    /// Called for every use.
    /// </summary>
    /// <param name="folder">The folder; one that does not exist is not refused.</param>
    public static void RequirePrivateKeys(string folder)
    {
        Check(folder);
        JudgeFoldersAbove(folder);
        PrivateEntry.RequirePrivate(folder, isFile: false);
    }

    /// <summary>Makes an existing folder of a Unix system private, or refuses it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="user">The user that wants to use it.</param>
    /// <param name="facts">
    /// The facts about it; null if the C library cannot return them. A change of mode then fails for everyone but the owner and root.
    /// </param>
    internal static void KeepPrivate(string folder, uint user, UnixFile.Facts? facts)
    {
        if (facts is { } known)
            PrivateEntry.RequireOwn(folder, user, known, isFile: false);
        // Root could change the mode of any folder. If the owner is unknown, root changes nothing.
        if (facts is { IsOpenToOthers: true } || (facts is null && user != 0))
            PrivateEntry.SetMode(folder, UnixMode.PrivateFolder, isFile: false);
        if (facts is { } before)
            RequireOwnEntries(folder, user, before);
    }

    // While other users could write to the folder, they could place a file in it for us to open.
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

    // The owner of a folder does not show its purpose: root owns most folders of a machine, and closing one of them could stop a web server.
    private static void RequireOurs(string folder, Func<string, bool>? isOurs)
    {
        if (Platform.IsWindows)
            RequireOwnOnWindows(folder);
        var known = Platform.IsWindows ? null : UnixFile.Find(folder, followLinks: false);
        if (known is { } facts)
            PrivateEntry.RequireOwn(folder, UnixFile.EffectiveUser, facts, isFile: false);
        if (isOurs is null)
            return;

        var hasEntries = false;
        // The search ends at the first file of ours: the folder has files of every connection, and every run searches it.
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
        {
            // A new Linux file system contains this folder.
            if (Path.GetFileName(entry) == "lost+found")
                continue;
            if (isOurs(entry) && (known is null or { IsOpenToOthers: false } || IsOwn(entry)))
                return;
            hasEntries = true;
        }

        if (hasEntries)
            throw new ConnectorException(UnusablePath.Folder(folder, Texts.StateReasonForeign).Advising(Texts.AdviceStateFolderForeign));
    }

    // In a folder like /tmp anyone can create a file with one of our names. Checked only for folders that would be changed.
    private static bool IsOwn(string entry) =>
        UnixFile.Find(entry, followLinks: false) is { IsLink: false } facts && facts.Owner == UnixFile.EffectiveUser;

    // .NET throws the last two for file systems without access lists.
    private static bool IsOfFolders(Exception exception) => exception is IOException or UnauthorizedAccessException or System.Security.SecurityException
        or InvalidOperationException or NotSupportedException;

    /// <summary>Whether the path names another machine: <c>\\server\share</c>, also in its long form.</summary>
    /// <param name="path">A Windows path.</param>
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

    // Other users cannot write to these folders, whatever the umask is.
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
        var wasPrivate = WindowsAccess.IsPrivate(info, isMachineWide);
        WindowsAccess.Tighten(info, isMachineWide);
        // Otherwise every run would read the access lists of the files of all connections.
        if (!FilesKeptPrivate.TryAdd(folder, true) && wasPrivate)
            return;
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
                // SQLite deletes these files when the last process closes the database. During the deletion their access lists cannot be read.
            }
        }
    }

    private static bool IsOfSqlite(string file) => file.EndsWith("-wal", StringComparison.Ordinal) || file.EndsWith("-shm", StringComparison.Ordinal);
}
