using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Principal;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// The location of the state. The machine's store serves administrators, SYSTEM and root, the user's store every other user; <c>PBENTRA_HOME</c> overrides
/// both. The keys that encrypt the secrets are outside the state folder, so that a copy of that folder reveals no secret. For <c>PBENTRA_HOME</c> they are in the
/// folder of the same name with the suffix <c>.keys</c>.
/// </summary>
internal sealed class StateLocation
{
    /// <summary>The environment variable that overrides the location.</summary>
    public const string HomeVariable = "PBENTRA_HOME";

    /// <summary>The beginning of the names of files in <see cref="LogFolder"/>.</summary>
    public const string LogPrefix = "passwordboss-";

    /// <summary>What follows the name of a log in the name of its lock.</summary>
    public const string LogLock = ".lock";

    /// <summary>The start of the names of a draft in <see cref="Folder"/>: a database that is being backed up or restored, and its lock.</summary>
    public const string DraftPrefix = "state.draft";

    /// <summary>The name of the file in <see cref="Folder"/> that is locked while the database is checked and moved aside.</summary>
    public const string DamageLock = "state.lock";

    /// <summary>The start of the names of damaged databases in <see cref="Folder"/> that were moved aside.</summary>
    public const string DamagedPrefix = "state.damaged-";

    private const string WindowsName = "PasswordBoss.EntraConnector";
    private const string UnixName = "passwordboss-entraconnector";

    /// <summary>Creates a location.</summary>
    /// <param name="folder">The state folder.</param>
    /// <param name="keyFolder">The folder of the keys; not used on Windows.</param>
    /// <param name="isMachineWide">Whether all administrators share it.</param>
    /// <param name="others">The locations for other users, and for this one without <c>PBENTRA_HOME</c>.</param>
    public StateLocation(string folder, string keyFolder, bool isMachineWide, params StateLocation?[] others)
    {
        Folder = folder;
        KeyFolder = keyFolder;
        IsMachineWide = isMachineWide;
        Others = others.OfType<StateLocation>().ToList();
    }

    /// <summary>The state folder.</summary>
    public string Folder { get; }

    /// <summary>The folder of the keys; not used on Windows, which keeps keys itself.</summary>
    public string KeyFolder { get; }

    /// <summary>
    /// The folder of the witnesses, which still record the last run after the state folder was restored from a backup. Always the folder of the
    /// same name with the suffix <c>.witness</c>, also for <c>PBENTRA_HOME</c>.
    /// </summary>
    public string WitnessFolder => Folder + ".witness";

    /// <summary>The folder of the embedded tenants of sandbox connections.</summary>
    public string SandboxFolder => Path.Combine(Folder, "sandbox");

    /// <summary>The folder of the logs of tasks.</summary>
    public string LogFolder => Path.Combine(Folder, "logs");

    /// <summary>The log of tasks.</summary>
    public string Log => Path.Combine(LogFolder, LogPrefix + "sync.log");

    /// <summary>Whether administrators, SYSTEM and root share it; otherwise it belongs to one user.</summary>
    public bool IsMachineWide { get; }

    /// <summary>The locations on this machine for other users, and for this one without <c>PBENTRA_HOME</c>; there may be no store in them.</summary>
    public IReadOnlyList<StateLocation> Others { get; }

    /// <summary>The database.</summary>
    public string Database => Path.Combine(Folder, "state.db");

    /// <summary>The location for this process. Throws <see cref="Errors.ErrorId.StateFolderUnusable"/> if it cannot be determined.</summary>
    public static StateLocation ForThisProcess() => For(new Surroundings());

    /// <summary>The location in given surroundings.</summary>
    /// <param name="surroundings">The surroundings.</param>
    public static StateLocation For(Surroundings surroundings)
    {
        var privileged = surroundings.IsPrivileged;
        if (surroundings.Variable(HomeVariable) is { Length: > 0 } home)
        {
            if (!IsAbsolute(home, surroundings.IsWindows))
                throw new ConnectorException(UnusablePath.Folder(home, Texts.StateReasonRelative(HomeVariable)));
            // Dots in a path would hide that its last part is a link.
            var folder = (surroundings.IsWindows == Platform.IsWindows ? Path.GetFullPath(home) : home).TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
            if (Path.GetDirectoryName(folder) is null or "")
                throw new ConnectorException(UnusablePath.Folder(home, Texts.StateReasonRoot(HomeVariable)));
            return new StateLocation(folder, folder + ".keys", privileged, Machine(surroundings), TryUser(surroundings));
        }

        if (privileged)
            return Machine(surroundings, TryUser(surroundings));
        return TryUser(surroundings, Machine(surroundings)) ?? throw new ConnectorException(UnusablePath.Folder("~", Texts.StateReasonNoHome(HomeVariable)));
    }

    private static StateLocation Machine(Surroundings surroundings, params StateLocation?[] others)
    {
        if (surroundings.IsWindows)
        {
            var folder = Path.Combine(surroundings.Folder(Environment.SpecialFolder.CommonApplicationData), WindowsName);
            return new StateLocation(folder, folder, isMachineWide: true, others);
        }

        return surroundings.IsMacOS
            ? new StateLocation("/Library/Application Support/" + WindowsName, "/Library/Application Support/" + WindowsName + ".keys", isMachineWide: true, others)
            : new StateLocation("/var/lib/" + UnixName, "/etc/" + UnixName + "/keys", isMachineWide: true, others);
    }

    private static StateLocation? TryUser(Surroundings surroundings, params StateLocation?[] others)
    {
        if (surroundings.IsWindows)
        {
            var data = surroundings.Folder(Environment.SpecialFolder.LocalApplicationData);
            return data.Length == 0 ? null : new StateLocation(Path.Combine(data, WindowsName), Path.Combine(data, WindowsName), isMachineWide: false, others);
        }

        var home = surroundings.Folder(Environment.SpecialFolder.UserProfile);
        if (surroundings.IsMacOS)
        {
            var support = home + "/Library/Application Support/" + WindowsName;
            return home.Length == 0 ? null : new StateLocation(support, support + ".keys", isMachineWide: false, others);
        }

        var dataHome = Xdg(surroundings, "XDG_DATA_HOME", home, ".local/share");
        var configHome = Xdg(surroundings, "XDG_CONFIG_HOME", home, ".config");
        return dataHome is null || configHome is null
            ? null
            : new StateLocation(Path.Combine(dataHome, UnixName), Path.Combine(configHome, UnixName, "keys"), isMachineWide: false, others);
    }

    /// <summary>Refuses the path of a user's file if a file of the state is or would be there. Throws <see cref="Errors.ErrorId.FileUnusable"/>.</summary>
    /// <param name="path">The full path of the user's file.</param>
    public void RefuseOwn(string path)
    {
        if (IsOwn(path))
            throw new ConnectorException(Problems.FileUnusable(path, Texts.FileReasonState).About(path));
    }

    /// <summary>Refuses the path of a log in the same way, also if its lock would be a file of the state. Throws <see cref="Errors.ErrorId.FileUnusable"/>.</summary>
    /// <param name="path">The full path of the log.</param>
    public void RefuseOwnLog(string path)
    {
        if (IsOwn(path) || IsOwn(path + LogLock))
            throw new ConnectorException(Problems.FileUnusable(path, Texts.FileReasonState).About(path));
    }

    /// <summary>Whether a name in the state folder is that of a run lock.</summary>
    /// <param name="name">The name.</param>
    public static bool IsRunLock(string name) => name.StartsWith("run-", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".lock", StringComparison.OrdinalIgnoreCase);

    // The logs are no part of the state: a user may give the log of tasks as the log of other runs.
    private bool IsOwn(string path)
    {
        string[] folders = [SandboxFolder, WitnessFolder, KeyFolder];
        if (Path.GetDirectoryName(path) is not { } folder)
            return false;
        // A file in place of a folder that does not exist yet.
        if (folders.Append(Folder).Any(own => IsAt(path, own)))
            return true;
        var name = Path.GetFileName(path);
        return IsAt(folder, Folder)
            ? StartsWith(Path.GetFileName(Database)) || StartsWith(DraftPrefix) || StartsWith(DamagedPrefix) || IsRunLock(name) || name.Equals(DamageLock, StringComparison.OrdinalIgnoreCase)
            : folders.Any(own => IsAt(folder, own));

        bool StartsWith(string own) => name.StartsWith(own, StringComparison.OrdinalIgnoreCase);
    }

    // Some file systems ignore case, and a link leads to a folder under another name.
    private static bool IsAt(string path, string own) => string.Equals(path, own, StringComparison.OrdinalIgnoreCase)
        || (!Platform.IsWindows && UnixFile.Find(path) is { } found && UnixFile.Find(own) is { } known && found.Inode == known.Inode && found.Device == known.Device);

    // The specification requires that relative values are ignored: https://specifications.freedesktop.org/basedir-spec/latest/
    private static string? Xdg(Surroundings surroundings, string variable, string home, string standard)
    {
        if (surroundings.Variable(variable) is { Length: > 0 } value && value[0] == '/')
            return value;
        return home.Length == 0 ? null : Path.Combine(home, standard);
    }

    // Path.IsPathRooted also accepts C:folder and \folder, which depend on the current drive.
    private static bool IsAbsolute(string path, bool isWindows)
    {
        if (!isWindows)
            return path[0] == '/';
        return PrivateFolder.IsNetworkName(path)
            || (path.Length > 2 && path[1] == ':' && path[2] is '\\' or '/' && char.IsLetter(path[0]))
            || path.StartsWith(@"\\?\", StringComparison.Ordinal);
    }

    /// <summary>What the location depends on.</summary>
    internal class Surroundings
    {
        /// <summary>Whether this is Windows.</summary>
        public virtual bool IsWindows => Platform.IsWindows;

        /// <summary>Whether this is macOS.</summary>
        public virtual bool IsMacOS => Platform.IsMacOS;

        /// <summary>Whether the process runs as an elevated administrator, SYSTEM or root.</summary>
        public virtual bool IsPrivileged
        {
            get
            {
                if (!Platform.IsWindows)
                    return UnixFile.EffectiveUser == 0;
                using var identity = WindowsIdentity.GetCurrent();
                return new WindowsPrincipal(identity).IsInRole(WindowsBuiltInRole.Administrator);
            }
        }

        /// <summary>An environment variable.</summary>
        /// <param name="name">Its name.</param>
        public virtual string? Variable(string name) => Environment.GetEnvironmentVariable(name);

        /// <summary>A folder of the platform; empty if there is none.</summary>
        /// <param name="folder">The kind of folder.</param>
        public virtual string Folder(Environment.SpecialFolder folder) => Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify);
    }
}
