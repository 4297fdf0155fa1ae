using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Secrets;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Backups;

/// <summary>The decrypted archive of a backup, in memory.</summary>
internal sealed class OpenBackup : IOpenBackup
{
    private readonly StateLocation location;
    private readonly StateDatabase database;
    private readonly ISecretProtector protector;
    private readonly byte[] bytes;
    private readonly ZipArchive archive;

    /// <summary>Opens the archive.</summary>
    /// <param name="location">The location of the store.</param>
    /// <param name="clock">The time.</param>
    /// <param name="bytes">The archive, which is cleared at the end.</param>
    /// <param name="format">The file, for its error.</param>
    public OpenBackup(StateLocation location, IClock clock, byte[] bytes, SealedFile format)
    {
        this.location = location;
        this.bytes = bytes;
        database = new StateDatabase(location, clock, SchemaMigrations.All);
        protector = SecretProtection.For(location);
        try
        {
            archive = new ZipArchive(new MemoryStream(bytes, writable: false), ZipArchiveMode.Read);
            Content = StateArchive.ContentDocument.Read(Read(StateArchive.Content) ?? throw new InvalidDataException());
            if (archive.GetEntry(StateArchive.Database) is null)
                throw new InvalidDataException();
        }
        catch (Exception exception) when (exception is InvalidDataException or ConnectorException)
        {
            throw format.Unreadable();
        }
    }

    /// <inheritdoc/>
    public BackupContent Content { get; }

    /// <inheritdoc/>
    public void RequireEmptyStore()
    {
        if (!database.Exists)
            return;
        using var session = new StateSession(database);
        session.Read(current =>
        {
            RefuseConnections(current);
            return true;
        });
    }

    /// <inheritdoc/>
    public long CountMissingRuns(BackedUpConnection connection) =>
        connection.Settings is { } settings && new Witness(location, settings.Id).Read() is { } known ? Math.Max(0, known.RunNumber - connection.RunNumber) : 0;

    /// <inheritdoc/>
    public void Restore()
    {
        RequireEmptyStore();
        using var draft = StateDraft.Create(location);
        StateDraft.Guard(draft.FilePath, () =>
        {
            using (var target = new FileStream(draft.FilePath, FileMode.Open, FileAccess.Write, FileShare.None))
            using (var source = archive.GetEntry(StateArchive.Database)!.Open())
                source.CopyTo(target);
            return true;
        });
        var restored = new List<ConnectionSettings>();
        draft.Use(database, copy =>
        {
            using var transaction = copy.BeginTransaction();
            restored = Adapt(copy);
            transaction.Commit();
        });
        WriteSandboxes(restored);
        // An empty file is no database yet, but another process may have it open.
        if (database.Exists || File.Exists(location.Database))
            FillEmpty(draft.FilePath);
        else
            StateDraft.Guard(draft.FilePath, () => Move(draft.FilePath));
        foreach (var settings in restored)
            new Witness(location, settings.Id).RememberSettings(settings);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        archive.Dispose();
        Array.Clear(bytes, 0, bytes.Length);
    }

    // Adapts the copy to this machine: encrypts its secrets for this machine, and resets the progress, so that the first run is full.
    private List<ConnectionSettings> Adapt(SqliteConnection copy)
    {
        var restored = new List<ConnectionSettings>();
        var origin = StoredDocuments.Progress.Write(new SyncProgress { Restored = new BackupOrigin { BackedUpAt = Content.CreatedAt, Machine = Content.Machine } });
        foreach (var (key, health) in copy.Query("SELECT key, health FROM connections", row => (row.GetInt64(0), row.Text(1))))
            copy.Run("UPDATE connections SET progress = $2, pause = NULL, health = $3, secrets = NULL WHERE key = $1", key, origin, WithoutRun(health));
        // It is unknown what happened after the backup: as after a lost state, an admin must allow the removal of users who left.
        copy.Run("UPDATE links SET is_held = 1, seen_done = 0 WHERE kind <> $1", (int)LinkKind.Retired);
        foreach (var connection in Content.Connections)
        {
            if (connection is not { Settings: { } settings, HasSecrets: true })
                continue;
            var clear = Read(StateArchive.SecretsOf(settings.Id)) ?? Array.Empty<byte>();
            try
            {
                var encrypted = SecretDocument.Protect(protector, settings, StoredDocuments.Secrets.Read(clear));
                copy.Run("UPDATE connections SET secrets = $2 WHERE id = $1", settings.Id.ToString("D", CultureInfo.InvariantCulture), encrypted);
            }
            finally
            {
                Array.Clear(clear, 0, clear.Length);
            }

            restored.Add(settings);
        }

        RestoreAddresses(copy);
        return restored;
    }

    private void RestoreAddresses(SqliteConnection copy)
    {
        // The machine that made the backup has sent these events, or they are too old.
        copy.Run("DELETE FROM alert_events");
        foreach (var (key, alert) in AlertRows.Read(copy))
        {
            if (Read(StateArchive.AddressOf(alert.Id)) is not { } clear)
                continue;
            copy.Run("UPDATE alerts SET address = $2 WHERE key = $1", key, protector.Protect(SecretBinding.Of(alert), clear));
            Array.Clear(clear, 0, clear.Length);
        }
    }

    // The next full run looks for accounts that were created after the backup.
    private static string? WithoutRun(string? health)
    {
        try
        {
            return StoredDocuments.Health.WriteOrNull(StoredDocuments.Health.ReadOrNull(health) is { } known ? known with { Relinked = false, BlockedRuns = 0, LockHeld = null } : null);
        }
        catch (ConnectorException)
        {
            return health;
        }
    }

    private void WriteSandboxes(IEnumerable<ConnectionSettings> restored)
    {
        foreach (var settings in restored.Where(settings => settings.IsSandbox))
        {
            if (Read(StateArchive.SandboxOf(settings.Id)) is not { } tenant)
                continue;
            var path = SandboxLocation.PathOf(location, settings.Id);
            StateDraft.Guard(path, () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "");
                FileReplacement.WritePrivate(path, tenant, overwrite: true);
                return true;
            });
        }
    }

    private bool Move(string draft)
    {
        // Another process may have created a database meanwhile. It is not replaced.
        if (File.Exists(location.Database))
            throw new ConnectorException(Problems.StateBusy(location.Database).About(location.Database));
        File.Move(draft, location.Database);
        return true;
    }

    // Other processes may have the empty database open, so it is filled and not replaced.
    private void FillEmpty(string draft)
    {
        using var session = new StateSession(database);
        session.WithoutTransaction(current =>
        {
            current.Run("ATTACH $1 AS draft", draft);
            using var transaction = current.BeginTransaction(deferred: false);
            RefuseConnections(current);
            current.Run("PRAGMA defer_foreign_keys = ON");
            foreach (var table in current.Query("SELECT name FROM draft.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'", row => row.GetString(0)))
            {
                var columns = string.Join(", ", current.Query("SELECT name FROM pragma_table_info($1, 'draft')", row => row.GetString(0), table));
                current.Run($"DELETE FROM main.{table}");
                current.Run($"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM draft.{table}");
            }

            transaction.Commit();
        });
    }

    private void RefuseConnections(SqliteConnection current)
    {
        var names = current.Query("SELECT name FROM main.connections ORDER BY name_key", row => row.GetString(0));
        if (names.Count > 0)
            throw new ConnectorException(Problems.StoreNotEmpty(location.Folder, string.Join(", ", names)).About(location.Folder));
    }

    private byte[]? Read(string name)
    {
        if (archive.GetEntry(name) is not { } entry)
            return null;
        using var source = entry.Open();
        using var target = new MemoryStream();
        source.CopyTo(target);
        return target.ToArray();
    }
}
