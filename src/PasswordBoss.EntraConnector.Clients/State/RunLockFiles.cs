using System.IO;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Locks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// The run locks of a store, one for each pair of tenant and Password Boss address. They are in the state folder, which only its owner can enter: other users
/// could hold a lock forever if they could open it.
/// </summary>
internal static class RunLockFiles
{
    /// <summary>Takes the lock of a connection; null if another run holds it, in this process or any other. Throws <see cref="ErrorId.StateFolderUnusable"/>.</summary>
    /// <param name="location">The location of the store.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="holder">Details of the run that takes the lock.</param>
    public static RunLock? TryAcquire(StateLocation location, ConnectionSettings connection, RunLockHolder holder)
    {
        StateFolder.Prepare(location);
        return RunLock.TryAcquire(PathOf(location, connection), holder);
    }

    /// <summary>The holder of the lock, for a caller that did not get it; null if the file names none.</summary>
    /// <param name="location">The location of the store.</param>
    /// <param name="connection">The connection.</param>
    public static RunLockHolder? FindHolder(StateLocation location, ConnectionSettings connection) => RunLock.FindHolder(PathOf(location, connection));

    private static string PathOf(StateLocation location, ConnectionSettings connection) =>
        Path.Combine(location.Folder, "run-" + ConnectionKey.Of(connection).Fingerprint() + ".lock");
}
