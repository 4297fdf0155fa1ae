using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>A backup that can be restored: it was decrypted, it is unchanged, and the store is empty.</summary>
public sealed class StateRestore : IDisposable
{
    private readonly IOpenBackup backup;

    /// <summary>Takes over an open backup. Throws <see cref="Errors.ErrorId.StoreNotEmpty"/> if the store has a connection.</summary>
    /// <param name="backup">The backup.</param>
    public StateRestore(IOpenBackup backup)
    {
        this.backup = backup;
        backup.RequireEmptyStore();
    }

    /// <summary>The action, as a prompt shows it.</summary>
    public Message Action => Texts.DoRestore(BackupTime.Format(backup.Content.CreatedAt), backup.Content.Machine, string.Join(", ", backup.Content.Connections.Select(c => c.Name)));

    /// <summary>Restores the state. No connection runs until an admin activates it.</summary>
    /// <returns>The restored connections.</returns>
    public IReadOnlyList<PBRestoredConnection> Restore()
    {
        backup.Restore();
        return backup.Content.Connections.Select(connection => BackupViews.Restored(backup.Content, connection, backup.CountMissingRuns(connection))).ToList();
    }

    /// <inheritdoc/>
    public void Dispose() => backup.Dispose();
}
