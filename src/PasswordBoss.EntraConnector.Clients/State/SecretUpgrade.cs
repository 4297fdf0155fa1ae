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
/// Brings secrets of version 1 to version 2, in the transaction of schema 4. It happens once: afterwards the witness of each connection knows of it, so that secrets
/// from before the upgrade, with edited settings beside them, are not believed a second time.
/// </summary>
internal sealed class SecretUpgrade
{
    /// <summary>The schema that the upgrade belongs to.</summary>
    public const int Schema = 4;

    private readonly StateLocation location;
    private readonly ISecretProtector protector;

    /// <summary>Creates the upgrade; nothing is read.</summary>
    /// <param name="location">Where the state, the keys and the witnesses lie.</param>
    public SecretUpgrade(StateLocation location)
    {
        this.location = location;
        protector = SecretProtection.For(location);
    }

    /// <summary>Why a rewrite failed, which SQLite would report as an error of its own; null when none did.</summary>
    public ConnectorException? Failure { get; private set; }

    /// <summary>
    /// What is to be stored: the secrets in version 2, or what is stored already when that is of version 2, cannot be read, or was refused. What cannot be read
    /// stays unreadable and keeps no other connection from being brought up to date.
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
            // The keys cannot be used now. That must not cost secrets that can be read once they can.
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

    /// <summary>Writes down, outside of the database, that the upgrade was done. After the commit: what was not committed must be upgraded again.</summary>
    /// <param name="database">The database.</param>
    /// <param name="schema">Its version now.</param>
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
