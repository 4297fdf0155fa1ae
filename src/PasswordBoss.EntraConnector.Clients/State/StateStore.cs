using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Secrets;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The store of the machine or of a user, in one SQLite database. Nothing is created before something is stored.</summary>
internal sealed class StateStore : IStateStore
{
    private readonly StateLocation location;
    private readonly StateDatabase database;
    private readonly StateSession session;
    private readonly ISecretProtector protector;

    /// <summary>Creates the store; nothing is opened.</summary>
    /// <param name="location">Where it lies.</param>
    /// <param name="clock">The time, for the name of a damaged database that is kept aside.</param>
    public StateStore(StateLocation location, IClock clock)
    {
        this.location = location;
        database = new StateDatabase(location, clock, SchemaMigrations.All);
        session = new StateSession(database);
        protector = SecretProtection.For(location);
    }

    /// <inheritdoc/>
    public string Location => location.Folder;

    /// <inheritdoc/>
    public IReadOnlyList<ConnectionSettings> ListConnections() =>
        database.Exists ? session.Read(ReadSettings) : Array.Empty<ConnectionSettings>();

    /// <inheritdoc/>
    public IReadOnlyList<string> ListConnectionsOfOtherStore() =>
        location.Others.SelectMany(other => OtherStore.ListConnections(other).Select(connection => connection.Name)).ToList();

    /// <inheritdoc/>
    public Message? FindTwin(ConnectionSettings connection)
    {
        var key = ConnectionKey.Of(connection);
        return location.Others
            .SelectMany(other => OtherStore.ListConnections(other).Where(found => found.Key == key).Select(found => new Message("Warning_OtherStore", other.Folder, found.Name)))
            .FirstOrDefault();
    }

    /// <inheritdoc/>
    public ConnectorException? FindLoss() => database.Exists || !Witness.AnyIn(location)
        ? null
        : new ConnectorException(ErrorId.StateVanished, location.Database, location.WitnessFolder) { Target = location.Database };

    /// <inheritdoc/>
    public void SaveConnection(ConnectionSettings connection, ConnectionSecrets? secrets)
    {
        var key = ConnectionKey.Of(connection);
        var name = SpellName(connection.Name);
        var id = Spell(connection.Id);
        var settings = ConnectionDocument.Write(connection);
        var protectedSecrets = secrets is null ? null : SecretDocument.Protect(protector, connection.Id, secrets);
        session.Write(database =>
        {
            var rivals = database.Query(
                "SELECT settings FROM connections WHERE id <> $1 AND (name_key = $2 OR (tenant_key = $3 AND address_key = $4))",
                row => ConnectionDocument.Read(row.GetString(0)),
                id,
                name,
                key.Tenant,
                key.Address);
            if (rivals.Count > 0)
            {
                var rival = rivals[0];
                throw new ConnectorException(ErrorId.ConnectionDuplicate, rival.Name, rival.TenantId, rival.PasswordBossUri.OriginalString) { Target = rival.Name };
            }

            return database.Run(
                """
                INSERT INTO connections (id, name, name_key, tenant_key, address_key, settings, secrets) VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (id) DO UPDATE SET name = $2, name_key = $3, tenant_key = $4, address_key = $5, settings = $6, secrets = COALESCE($7, secrets)
                """,
                id,
                connection.Name,
                name,
                key.Tenant,
                key.Address,
                settings,
                protectedSecrets);
        });
    }

    /// <inheritdoc/>
    public IReadOnlyList<Message> FindProblems() => StateInspection.FindProblems(location, session);

    /// <inheritdoc/>
    public ConnectionSecrets ReadSecrets(Guid connectionId)
    {
        var (name, stored) = database.Exists
            ? session.Read(database => database.Query(
                "SELECT name, secrets FROM connections WHERE id = $1",
                row => (row.GetString(0), row.IsDBNull(1) ? null : (byte[])row.GetValue(1)),
                Spell(connectionId)).FirstOrDefault())
            : default;
        if (name is null)
            throw NotFound(connectionId);
        return stored is null ? new ConnectionSecrets() : SecretDocument.Unprotect(protector, connectionId, name, stored);
    }

    /// <inheritdoc/>
    public void RemoveConnection(Guid connectionId)
    {
        if (!database.Exists)
            return;
        session.Write(database => database.Run("DELETE FROM connections WHERE id = $1", Spell(connectionId)));
        new Witness(location, connectionId).TryDelete();
        session.Maintain(database =>
        {
            // Deleted rows are overwritten in the database (secure_delete); the log still holds them as they were.
            if (database.Number("PRAGMA wal_checkpoint(TRUNCATE)") != 0)
                throw new ConnectorException(ErrorId.StateBusy, location.Database) { Target = location.Database };
        });
    }

    /// <inheritdoc/>
    public ISyncJournal OpenJournal(Guid connectionId)
    {
        var (key, name, sides) = database.Exists
            ? session.Read(database => database.Query(
                "SELECT key, name, tenant_key, address_key FROM connections WHERE id = $1",
                row => (row.GetInt64(0), row.GetString(1), new ConnectionKey(row.GetString(2), row.GetString(3))),
                Spell(connectionId)).FirstOrDefault())
            : default;
        return name is null ? throw NotFound(connectionId) : new SyncJournal(database, new Witness(location, connectionId, sides.Fingerprint()), key, name);
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    private static List<ConnectionSettings> ReadSettings(SqliteConnection database) =>
        database.Query("SELECT settings FROM connections ORDER BY name_key", row => ConnectionDocument.Read(row.GetString(0)));

    private ConnectorException NotFound(Guid connectionId) =>
        new(ErrorId.ConnectionNotFound, Spell(connectionId), string.Join(", ", ListConnections().Select(connection => connection.Name)));

    private static string Spell(Guid id) => id.ToString("D", CultureInfo.InvariantCulture);

    private static string SpellName(string name) => name.Normalize().ToUpperInvariant();
}
