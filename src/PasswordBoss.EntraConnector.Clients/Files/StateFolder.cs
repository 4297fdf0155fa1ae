using System;
using System.Globalization;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// Makes a folder that only its owner can enter, or refuses it with the reason before anything is written. Links are refused, and nothing is changed that does not
/// belong to this user; no folder above may let others replace what lies in it.
/// </summary>
internal static class StateFolder
{
    // The index of SQLite's log, which is made anew whenever the database is opened first.
    private const long LeastRoom = 32 * 1024;

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
            throw Unusable(folder, exception);
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
            throw Unusable(folder, exception);
        }
    }

    /// <summary>Refuses a folder on another machine, and a file or a link in its place. Writes nothing.</summary>
    /// <param name="folder">An absolute path.</param>
    public static void Check(string folder)
    {
        if (Platform.IsWindows && IsNetworkName(folder))
            throw Unusable(folder, "StateReason_Network", "UNC");
        if (Platform.IsWindows ? WindowsLink.Is(folder) : UnixFile.Find(folder, followLinks: false) is { IsLink: true })
            throw Unusable(folder, "StateReason_Link");
        if (File.Exists(folder))
            throw Unusable(folder, "StateReason_File");
        var existing = folder;
        while (!Directory.Exists(existing))
        {
            if (File.Exists(existing))
                throw Unusable(folder, "StateReason_ParentFile", existing);
            existing = Path.GetDirectoryName(existing);
            if (existing is null or "")
                return;
        }

        if (MountTable.FindNetworkType(existing) is { } type)
            throw Unusable(folder, "StateReason_Network", type);
    }

    /// <summary>Creates an empty file that only its owner can read, in a folder that is private already; or takes from others what they may do with it.</summary>
    /// <param name="path">The file.</param>
    public static void PrepareFile(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                try
                {
                    using var created = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
                }
                catch (IOException) when (File.Exists(path))
                {
                    return; // Another process was faster, and takes care of it.
                }
            }

            try
            {
                KeepFilePrivate(path);
            }
            catch (IOException) when (!File.Exists(path))
            {
                // Another process has just kept it aside. Who opens it next is told.
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw UnusableFile(path, exception);
        }
    }

    /// <summary>Refuses a file that is a link or belongs to somebody else. Changes nothing.</summary>
    /// <param name="path">The file; nothing is refused when it is not there.</param>
    public static void RequireOwnFile(string path)
    {
        if (!Platform.IsWindows && UnixFile.Find(path, followLinks: false) is { } facts)
            RequireOwn(path, UnixFile.EffectiveUser, facts, isFile: true);
    }

    /// <summary>
    /// Takes from others what they may do with a file of this user; a link, or what belongs to somebody else, is refused. On Windows a new file has the list of its
    /// folder, and <see cref="Prepare"/> looks at those that are there.
    /// </summary>
    /// <param name="path">The file.</param>
    public static void KeepFilePrivate(string path)
    {
        if (Platform.IsWindows || UnixFile.Find(path, followLinks: false) is not { } facts)
            return;
        RequireOwn(path, UnixFile.EffectiveUser, facts, isFile: true);
        if (facts.IsOpenToOthers)
            Close(path, 0x180, isFile: true);
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
        RequirePrivateKey(folder, isFile: false);
    }

    /// <summary>The same for one key in it.</summary>
    /// <param name="path">The file.</param>
    public static void RequirePrivateKey(string path) => RequirePrivateKey(path, isFile: true);

    private static void RequirePrivateKey(string path, bool isFile)
    {
        if (Platform.IsWindows || UnixFile.Find(path, followLinks: false) is not { } facts)
            return;
        RequireOwn(path, UnixFile.EffectiveUser, facts, isFile);
        if (facts.IsOpenToOthers)
            throw new ConnectorException(ErrorId.KeysOpenToOthers, path, TrustedPath.ModeOf(facts)) { Target = path };
    }

    /// <summary>Judges an existing folder of a Unix system.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="user">Who wants to use it.</param>
    /// <param name="facts">What is known of it; null when the C library cannot tell, and then the change of mode fails for all but owner and root.</param>
    internal static void KeepPrivate(string folder, uint user, UnixFile.Facts? facts)
    {
        if (facts is { } known)
            RequireOwn(folder, user, known, isFile: false);
        // Root could change the mode of anything: where nobody can tell whose it is, it changes nothing.
        if (facts is { IsOpenToOthers: true } || (facts is null && user != 0))
            Close(folder, 0x1C0, isFile: false);
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
                RequireOwn(entry, user, found, isFile: !found.IsFolder);
        }
    }

    // Whose a folder is does not say what it is for: root owns most folders of a machine, and to close one of them could stop a web server.
    private static void RequireOurs(string folder, Func<string, bool>? isOurs)
    {
        if (Platform.IsWindows)
            RequireOwnOnWindows(folder);
        var known = Platform.IsWindows ? null : UnixFile.Find(folder, followLinks: false);
        if (known is { } facts)
            RequireOwn(folder, UnixFile.EffectiveUser, facts, isFile: false);
        if (isOurs is null)
            return;

        // A new file system of Linux has this folder.
        var entries = Directory.GetFileSystemEntries(folder).Where(entry => Path.GetFileName(entry) != "lost+found").ToList();
        if (entries.Count > 0 && !entries.Any(entry => isOurs(entry) && (known is null or { IsOpenToOthers: false } || IsOwn(entry))))
        {
            throw ConnectorException
                .Saying(ErrorId.StateFolderUnusable, new Message("Error_StateFolderUnusable", folder, new Message("StateReason_Foreign").Render()), folder, targetIsUnnamed: false)
                .Advising(new Message("Advice_StateFolderForeign"));
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
            UnixFile.CreateFolder(folder, 0x1C0);
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
        UnixFile.CreateFolder(parent, 0x1ED);
    }

    private static void JudgeFoldersAbove(string folder)
    {
        if (Path.GetDirectoryName(folder) is { Length: > 0 } parent && TrustedPath.FindFlaw(parent) is { } flaw)
            throw Unusable(folder, flaw);
    }

    private static void RequireOwn(string path, uint user, UnixFile.Facts facts, bool isFile)
    {
        var reason = facts.IsLink ? new Message("StateReason_Link")
            : facts.Owner != user ? new Message("StateReason_Owner", facts.Owner.ToString(CultureInfo.InvariantCulture))
            : null;
        if (reason is not null)
            throw isFile ? UnusableFile(path, reason) : Unusable(path, reason);
    }

    // By way of what was opened and looked at: a link may have come into its place meanwhile.
    private static void Close(string path, uint mode, bool isFile)
    {
        using var opened = UnixDescriptor.Open(path);
        if (opened is null)
            return;
        if (UnixFile.Find(opened) is { } facts)
            RequireOwn(path, UnixFile.EffectiveUser, facts, isFile);
        opened.SetMode(mode);
    }

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static void RequireOwnOnWindows(string folder)
    {
        var info = new DirectoryInfo(folder);
        if ((info.Attributes & FileAttributes.ReparsePoint) != 0)
            throw Unusable(folder, "StateReason_Link");
        if (!WindowsAccess.IsOwnerTrusted(info, out var owner))
            throw Unusable(folder, "StateReason_Owner", owner);
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

    /// <summary>The error for a folder that cannot be used.</summary>
    /// <param name="path">Which.</param>
    /// <param name="reason">The name of the reason in <c>Messages.resx</c>.</param>
    /// <param name="arguments">What its gaps are filled with.</param>
    internal static ConnectorException Unusable(string path, string reason, params string[] arguments) => Unusable(path, new Message(reason, arguments));

    /// <summary>The same with a reason that is a sentence already.</summary>
    /// <param name="path">Which.</param>
    /// <param name="reason">The reason.</param>
    internal static ConnectorException Unusable(string path, Message reason) => new(ErrorId.StateFolderUnusable, path, reason.Render()) { Target = path };

    /// <summary>The error for a file that cannot be used because of what stands in its place.</summary>
    /// <param name="path">Which.</param>
    /// <param name="reason">The reason.</param>
    private static ConnectorException UnusableFile(string path, Message reason) => ConnectorException
        .Saying(ErrorId.StateFolderUnusable, new Message("StateFolderUnusable_File", path, reason.Render()), path, targetIsUnnamed: false)
        .Advising(new Message("Advice_StateFile", path));

    /// <summary>The error for a file that the system does not open: by what stands in its place, or else by what the system says.</summary>
    /// <param name="path">Which.</param>
    /// <param name="exception">What the system says.</param>
    internal static ConnectorException UnusableFile(string path, Exception exception)
    {
        var general = Unusable(path, exception);
        if (UnusableState.OnlyForbidsWriting(general))
            return general;
        if (!Platform.IsWindows && UnixFile.Find(path, followLinks: false) is { } facts)
        {
            if (facts.IsLink)
                return UnusableFile(path, new Message("StateReason_Link"));
            if (!facts.IsRegularFile)
                return UnusableFile(path, new Message("StateReason_NoFile"));
            if (facts.Owner != UnixFile.EffectiveUser)
                return UnusableFile(path, new Message("StateReason_Owner", facts.Owner.ToString(CultureInfo.InvariantCulture)));
        }

        return UnusableFile(path, new Message("StateReason_System", exception.Message));
    }

    /// <summary>The error for what the system says of a folder.</summary>
    /// <param name="path">Which.</param>
    /// <param name="exception">What the system says.</param>
    internal static ConnectorException Unusable(string path, Exception exception) => UnusableState.Of(path, exception.HResult, exception.Message);

    /// <summary>Whether there is no room on the disk of a folder; SQLite does not always say so.</summary>
    /// <param name="folder">The folder.</param>
    internal static bool HasNoRoom(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace < LeastRoom;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
