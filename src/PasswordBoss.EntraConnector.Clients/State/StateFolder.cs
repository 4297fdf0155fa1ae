using System;
using System.IO;
using System.Linq;
using PasswordBoss.EntraConnector.Clients.Files;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The state folder. It is private, and used only if it is empty or holds files of a store.</summary>
internal static class StateFolder
{
    // The size of state.db-shm, the index of SQLite's log, which the first process that opens the database creates again.
    private const long LeastRoom = 32 * 1024;

    /// <summary>Creates the state folder, or makes the existing one private. Throws <see cref="Errors.ErrorId.StateFolderUnusable"/>.</summary>
    /// <param name="location">The location of the state.</param>
    public static void Prepare(StateLocation location) => PrivateFolder.Prepare(location.Folder, location.IsMachineWide, entry => IsOfState(entry, location));

    /// <summary>Checks the state folder for a caller that only reads. Throws <see cref="Errors.ErrorId.StateFolderUnusable"/>.</summary>
    /// <param name="location">The location of the state.</param>
    public static void CheckForReading(StateLocation location) => PrivateFolder.CheckForReading(location.Folder, entry => IsOfState(entry, location));

    /// <summary>Whether the disk of the state folder is full; SQLite does not always report that.</summary>
    /// <param name="location">The location of the state.</param>
    public static bool HasNoRoom(StateLocation location)
    {
        try
        {
            return new DriveInfo(location.Folder).AvailableFreeSpace < LeastRoom;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    // Names of files of a store. Some of them remain if the database was deleted. A witness shows that runs were saved here.
    private static bool IsOfState(string entry, StateLocation location)
    {
        var name = Path.GetFileName(entry);
        return name is "state.db" or "state.db-wal" or "state.db-shm" or "state.db-journal"
            || name.StartsWith(StateLocation.DamagedPrefix, StringComparison.Ordinal)
            || name.StartsWith(StateLocation.DraftPrefix, StringComparison.Ordinal)
            || StateLocation.IsRunLock(name)
            || (name == Path.GetFileName(location.SandboxFolder) && Directory.Exists(entry) && Directory.EnumerateFiles(entry, "*.json").Any(file => Guid.TryParseExact(Path.GetFileNameWithoutExtension(file), "N", out _)))
            || (name == "logs" && Directory.Exists(entry) && Directory.EnumerateFiles(entry, StateLocation.LogPrefix + "*").Any())
            || Witness.AnyIn(location);
    }
}
