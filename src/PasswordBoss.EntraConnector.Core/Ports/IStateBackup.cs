using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// A file with the whole state of a store, encrypted under a passphrase. All members throw only <see cref="Errors.ConnectorException"/>.
/// </summary>
public interface IStateBackup
{
    /// <summary>The full path, for messages.</summary>
    string Path { get; }

    /// <summary>Writes the file in one step, for its owner only. Runs in other processes may go on meanwhile: the state is copied as it is at one moment.</summary>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is refused.</param>
    BackupContent Write(string passphrase, bool overwrite);

    /// <summary>
    /// Decrypts the file in memory. Throws <see cref="Errors.ErrorId.BackupUnreadable"/> for a wrong passphrase and for any change of the file.
    /// </summary>
    /// <param name="passphrase">The passphrase.</param>
    IOpenBackup Open(string passphrase);
}

/// <summary>A backup that was decrypted and is known to be complete and unchanged.</summary>
public interface IOpenBackup : IDisposable
{
    /// <summary>What it contains.</summary>
    BackupContent Content { get; }

    /// <summary>Throws <see cref="Errors.ErrorId.StoreNotEmpty"/> if the store of this process has a connection, and nothing otherwise.</summary>
    void RequireEmptyStore();

    /// <summary>How many runs this machine saved after the backup; zero if none are known.</summary>
    /// <param name="connection">The connection.</param>
    long CountMissingRuns(BackedUpConnection connection);

    /// <summary>
    /// Puts the state into the empty store of this process, as a whole or not at all. Its secrets are encrypted anew for this machine, every connection is idle,
    /// and a removal of a user who left needs an admin's permission until the user was seen present.
    /// </summary>
    void Restore();
}
