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

    /// <summary>Writes the file in one step, for its owner only. Runs in other processes may continue: the copy shows the state at one moment.</summary>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is refused.</param>
    BackupContent Write(string passphrase, bool overwrite);

    /// <summary>
    /// Decrypts the file in memory. Throws <see cref="Errors.ErrorId.BackupUnreadable"/> for a wrong passphrase and for any change of the file, and
    /// <see cref="Errors.ErrorId.BackupTooNew"/> for a file of a later version.
    /// </summary>
    /// <param name="passphrase">The passphrase.</param>
    IOpenBackup Open(string passphrase);
}

/// <summary>A backup that was decrypted and is known to be complete and unchanged.</summary>
public interface IOpenBackup : IDisposable
{
    /// <summary>What it contains.</summary>
    BackupContent Content { get; }

    /// <summary>Throws <see cref="Errors.ErrorId.StoreNotEmpty"/> if the store of this process has a connection.</summary>
    void RequireEmptyStore();

    /// <summary>How many runs this machine saved after the backup; zero if none are known.</summary>
    /// <param name="connection">The connection.</param>
    long CountMissingRuns(BackedUpConnection connection);

    /// <summary>
    /// Writes the state to the empty store of this process, as a whole or not at all. Its secrets are encrypted again for this machine. No connection is activated, and
    /// a removal needs an admin's permission until a run has seen the user present.
    /// </summary>
    void Restore();
}
