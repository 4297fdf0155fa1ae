using System;
using System.IO;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Secrets;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// Upgrades secrets of version 1 to version 2, in the transaction of schema 4. It happens once. Afterwards the witness of each connection records it, so that
/// old secrets, restored together with edited settings, are not upgraded a second time.
/// </summary>
internal sealed class SecretUpgrade
{
    /// <summary>The schema that the upgrade belongs to.</summary>
    public const int Schema = 4;

    private readonly StateLocation location;
    private readonly ISecretProtector protector;

    /// <summary>Creates the upgrade; nothing is read.</summary>
    /// <param name="location">The location of the state, the keys and the witnesses.</param>
    public SecretUpgrade(StateLocation location)
    {
        this.location = location;
        protector = SecretProtection.For(location);
    }

    /// <summary>The reason why a rewrite failed, because SQLite would report an error of its own; null if none failed.</summary>
    public ConnectorException? Failure { get; private set; }

    /// <summary>
    /// Returns the secrets in version 2. Returns the stored bytes unchanged if they have version 2 already, cannot be read, or were upgraded before. Unreadable
    /// secrets stay unreadable and do not prevent the upgrade of other connections.
    /// </summary>
    /// <param name="id">The connection.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="stored">Its secrets, encrypted.</param>
    public byte[] Rewrite(string id, string settings, byte[] stored)
    {
        var clear = Array.Empty<byte>();
        try
        {
            if (!protector.IsVersion1(stored) || !Guid.TryParse(id, out var connectionId))
                return stored;
            var connection = StoredDocuments.Connection.Read(settings);
            if (connection.Id != connectionId || new Witness(location, connectionId).Read() is { Schema: >= Schema })
                return stored;
            clear = protector.UnprotectVersion1(connectionId, stored);
            return protector.Protect(SecretBinding.Of(connection), clear);
        }
        catch (ConnectorException exception) when (exception.Id == ErrorId.StoredTextDamaged)
        {
            return stored; // The settings cannot be read.
        }
        catch (ConnectorException exception)
        {
            // The keys cannot be used now. Fail, so that the secrets are kept: they are readable once the keys are.
            Failure = exception;
            throw;
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return stored;
        }
        finally
        {
            Array.Clear(clear, 0, clear.Length);
        }
    }

    /// <summary>Records the upgrade outside the database. Called after the commit: an upgrade that was not committed must run again.</summary>
    /// <param name="database">The database.</param>
    /// <param name="schema">The current version of its schema.</param>
    public void Remember(SqliteConnection database, int schema)
    {
        foreach (var (id, runNumber) in database.Query("SELECT id, run_number FROM connections", row => (row.GetString(0), row.GetInt64(1))))
        {
            if (!Guid.TryParse(id, out var connectionId))
                continue;
            var witness = new Witness(location, connectionId);
            var known = witness.Read() ?? new WitnessRecord(runNumber, schema, Array.Empty<RemovalRecord>());
            witness.TryWrite(known with { Schema = schema });
        }
    }
}
