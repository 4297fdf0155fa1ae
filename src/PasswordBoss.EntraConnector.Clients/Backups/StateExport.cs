using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Secrets;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Backups;

/// <summary>
/// Writes a store to an archive: the database as it is at one moment, the decrypted secrets beside it, the embedded tenants of sandbox connections, and a list.
/// </summary>
internal sealed class StateExport
{
    private readonly StateLocation location;
    private readonly IClock clock;
    private readonly StateDatabase database;
    private readonly ISecretProtector protector;

    /// <summary>Creates the export; nothing is read.</summary>
    /// <param name="location">The location of the store.</param>
    /// <param name="clock">The time.</param>
    public StateExport(StateLocation location, IClock clock)
    {
        this.location = location;
        this.clock = clock;
        database = new StateDatabase(location, clock, SchemaMigrations.All);
        protector = SecretProtection.For(location);
    }

    /// <summary>Writes the archive.</summary>
    /// <param name="stream">The target, in memory: it gets secrets in plain text.</param>
    public BackupContent WriteTo(MemoryStream stream)
    {
        using var draft = StateDraft.Create(location);
        // Taken before the copy: everything saved before this time is in the backup. A later time would hide that changes saved during the copy may be missing.
        var time = clock.UtcNow;
        using (var session = new StateSession(database))
            session.WithoutTransaction(current => current.Run("VACUUM INTO $1", draft.FilePath));
        var content = new BackupContent { CreatedAt = time, Machine = Environment.MachineName, Connections = Array.Empty<BackedUpConnection>() };
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        draft.Use(database, copy =>
        {
            content = content with { Connections = WriteSecrets(archive, copy) };
            copy.Run("UPDATE connections SET secrets = NULL");
            WriteAddresses(archive, copy);
            copy.Run("UPDATE alerts SET address = x''");
        });
        using (var entry = archive.CreateEntry(StateArchive.Content).Open())
            StateArchive.ContentDocument.Write(entry, content);
        return StateDraft.Guard(draft.FilePath, () =>
        {
            Copy(archive, StateArchive.Database, draft.FilePath);
            foreach (var connection in content.Connections)
            {
                if (connection.Settings is { IsSandbox: true } settings && SandboxLocation.PathOf(location, settings.Id) is var sandbox && File.Exists(sandbox))
                    Copy(archive, StateArchive.SandboxOf(settings.Id), sandbox);
            }

            return content;
        });
    }

    private List<BackedUpConnection> WriteSecrets(ZipArchive archive, SqliteConnection copy)
    {
        var connections = new List<BackedUpConnection>();
        foreach (var (key, id, name, text, secrets, runNumber) in copy.Query(
            "SELECT key, id, name, settings, secrets, run_number FROM connections ORDER BY name_key",
            row => (row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetValue(4) as byte[], row.GetInt64(5))))
        {
            var settings = Parse(text, id, name);
            connections.Add(new BackedUpConnection
            {
                Name = name,
                Settings = settings,
                HasSecrets = settings is not null && WriteSecrets(archive, settings, secrets),
                ManagedUsers = SummaryRows.CountManaged(copy, key),
                LastSync = RunRows.FindNewestEnd(copy, key),
                RunNumber = runNumber,
            });
        }

        return connections;
    }

    // Returns false if they cannot be decrypted, because the rest of the state is still worth backing up.
    private bool WriteSecrets(ZipArchive archive, ConnectionSettings settings, byte[]? encrypted)
    {
        ConnectionSecrets secrets;
        try
        {
            secrets = SecretDocument.Unprotect(protector, settings, encrypted);
        }
        catch (ConnectorException exception) when (exception.Id == ErrorId.SecretUnreadable)
        {
            return false;
        }

        using var entry = archive.CreateEntry(StateArchive.SecretsOf(settings.Id)).Open();
        StoredDocuments.Secrets.Write(entry, secrets);
        return true;
    }

    // An address that cannot be decrypted is left out: its alert must be registered again, as without a backup.
    private void WriteAddresses(ZipArchive archive, SqliteConnection copy)
    {
        foreach (var (_, alert) in AlertRows.Read(copy))
        {
            byte[] clear;
            try
            {
                var encrypted = copy.Query("SELECT address FROM alerts WHERE id = $1", row => row.GetValue(0) as byte[], alert.Id.ToString("D", CultureInfo.InvariantCulture));
                clear = protector.Unprotect(SecretBinding.Of(alert), encrypted.FirstOrDefault() ?? throw new CryptographicException());
            }
            catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
            {
                continue;
            }

            using (var entry = archive.CreateEntry(StateArchive.AddressOf(alert.Id)).Open())
                entry.Write(clear, 0, clear.Length);
            Array.Clear(clear, 0, clear.Length);
        }
    }

    private static ConnectionSettings? Parse(string text, string id, string name)
    {
        try
        {
            var settings = StoredDocuments.Connection.Read(text);
            return settings.Name == name && settings.Id.ToString("D", CultureInfo.InvariantCulture) == id ? settings : null;
        }
        catch (ConnectorException)
        {
            return null;
        }
    }

    private static void Copy(ZipArchive archive, string name, string path)
    {
        using var entry = archive.CreateEntry(name).Open();
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.CopyTo(entry);
    }
}
