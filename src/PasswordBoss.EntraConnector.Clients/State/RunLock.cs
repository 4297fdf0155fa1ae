using System;
using System.IO;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// One run at a time for a tenant and a Password Boss address: across processes, users and both stores of the machine. A process that dies takes its lock
/// with it.
/// </summary>
internal static class RunLock
{
    /// <summary>Takes the lock of a connection; null when another run holds it, in this process or any other. Throws <see cref="ErrorId.StateFolderUnusable"/>.</summary>
    /// <param name="connection">The connection.</param>
    public static IDisposable? TryAcquire(ConnectionSettings connection) => TryAcquire(connection, LockFolder.Choose());

    /// <summary>Takes the lock of a connection in a given folder.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="folder">The folder.</param>
    internal static IDisposable? TryAcquire(ConnectionSettings connection, string folder)
    {
        try
        {
            LockFolder.Prepare(folder);
            return FileLock.TryTake(Path.Combine(folder, ConnectionKey.Of(connection).Fingerprint() + ".lock"), forAllUsers: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw StateFolder.Unusable(folder, exception);
        }
    }
}
