using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Secrets;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The store of the machine or of a user, in one SQLite database. Nothing is created until something is stored.</summary>
internal sealed class StateStore : IStateStore
{
    private const string SelectRows = "SELECT key, id, name, settings FROM connections";

    private readonly StateLocation location;
    private readonly StateDatabase database;
    private readonly StateSession session;
    private readonly ISecretProtector protector;

    /// <summary>Creates the store; nothing is opened.</summary>
    /// <param name="location">The location of the store.</param>
    /// <param name="clock">The time, for the name of a damaged database that is moved aside.</param>
    public StateStore(StateLocation location, IClock clock)
    {
        this.location = location;
        database = new StateDatabase(location, clock, SchemaMigrations.All);
        session = new StateSession(database);
        protector = SecretProtection.For(location);
        Alerts = new AlertStore(database, session, protector);
    }

    /// <inheritdoc/>
    public IAlertStore Alerts { get; }

    /// <inheritdoc/>
    public string Location => location.Folder;

    /// <inheritdoc/>
    public IReadOnlyList<string> ListNames() => ReadCatalogue(database => database.Query("SELECT name FROM connections", row => row.GetString(0))) ?? [];

    /// <inheritdoc/>
    public StoredConnection? FindConnection(string name)
    {
        var key = NameKey(name.Trim());
        var found = ReadCatalogue(database => database.Query(SelectRows + " WHERE name_key = $1", ReadRow, key));
        if (found is null)
            return null;
        // If a row was edited by hand, its name_key may belong to an earlier name. So search all rows too.
        if (!found.Exists(IsNamed))
            found = ReadRows();
        return found.Where(IsNamed).Select(Parse).FirstOrDefault();

        bool IsNamed(Row row) => string.Equals(row.Name, name.Trim(), StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ConnectionSettings> ListConnections() =>
        ReadRows().Select(Parse).Where(stored => stored.Damage is null).Select(stored => stored.Settings).ToList();

    /// <inheritdoc/>
    public IReadOnlyDictionary<Guid, ConnectionSummary> ReadSummaries() =>
        database.Exists ? session.Read(SummaryRows.ReadAll) : new Dictionary<Guid, ConnectionSummary>();

    /// <inheritdoc/>
    public IReadOnlyList<ChangeCount> ReadChanges(IReadOnlyCollection<Guid> connectionIds, DateTimeOffset? since, int maximum, Action<HistoryChange> take) =>
        database.Exists ? session.Read(database => HistoryRows.Read(database, connectionIds, since, maximum, take)) : [];

    /// <inheritdoc/>
    public IReadOnlyList<string> ListConnectionsOfOtherStore() =>
        location.Others.SelectMany(other => OtherStore.ListConnections(other).Select(connection => connection.Name)).ToList();

    /// <inheritdoc/>
    public Message? FindOtherStoreWarning(ConnectionSettings connection)
    {
        var key = ConnectionKey.Of(connection);
        return location.Others
            .SelectMany(other => OtherStore.ListConnections(other).Where(found => found.Key == key).Select(found => Texts.WarningOtherStore(other.Folder, found.Name)))
            .FirstOrDefault();
    }

    /// <inheritdoc/>
    public Problem? FindLoss() => database.Exists || !Witness.AnyIn(location)
        ? null
        : Problems.StateVanished(location.Database, location.WitnessFolder).About(location.Database);

    /// <inheritdoc/>
    public void SaveConnection(ConnectionSettings connection, ConnectionSecrets? secrets)
    {
        var key = ConnectionKey.Of(connection);
        var name = NameKey(connection.Name);
        var id = Format(connection.Id);
        var settings = StoredDocuments.Connection.Write(connection);
        var protectedSecrets = secrets is null ? null : SecretDocument.Protect(protector, connection, secrets);
        session.Write(database =>
        {
            var rivals = database.Query(
                SelectRows + " WHERE id <> $1 AND (name_key = $2 OR (tenant_key = $3 AND address_key = $4))",
                ReadRow,
                id,
                name,
                key.Tenant,
                key.Address);
            if (rivals.Count > 0)
            {
                var rival = Parse(rivals[0]).Settings;
                throw new ConnectorException(Problems.ConnectionDuplicate(rival.Name, rival.TenantId, rival.PasswordBossUri.OriginalString).About(rival.Name));
            }

            database.Run(
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
            return TurnRows.Request(database, database.Number("SELECT key FROM connections WHERE id = $1", id));
        });
        if (secrets is not null)
            RememberSettings(connection);
    }

    /// <inheritdoc/>
    public void RenameGroups(Guid connectionId, IReadOnlyCollection<GroupReference> groups) => session.Write(database =>
    {
        var id = Format(connectionId);
        var stored = database.Query("SELECT settings FROM connections WHERE id = $1", row => StoredDocuments.Connection.Read(row.GetString(0)), id);
        return stored.Count == 0 ? 0 : database.Run("UPDATE connections SET settings = $2 WHERE id = $1", id, StoredDocuments.Connection.Write(stored[0].WithNames(groups)));
    });

    /// <inheritdoc/>
    public IReadOnlyList<Message> FindProblems() => StateInspection.FindProblems(location, session);

    /// <inheritdoc/>
    public ConnectionSecrets ReadSecrets(ConnectionSettings connection)
    {
        var secrets = SecretDocument.Unprotect(protector, connection, ReadBlob(connection.Id));
        RememberSettings(connection);
        if (secrets.IsEmpty)
            throw new ConnectorException(Problems.SecretMissing(connection.Name).About(connection.Name));
        return secrets;
    }

    /// <inheritdoc/>
    public bool IsSecretKeyMissing(ConnectionSettings connection)
    {
        // An edited blob can name a key that never existed, so the witness is checked first: it is outside the database.
        if (new Witness(location, connection.Id).Read()?.Settings is { } known && known != SecretBinding.Of(connection).DigestText)
            return false;
        return ReadBlob(connection.Id) is { } stored && protector.IsKeyMissing(connection.Id, stored);
    }

    /// <inheritdoc/>
    public void RemoveConnection(Guid connectionId)
    {
        if (!database.Exists)
            return;
        session.Write(database => database.Run("DELETE FROM connections WHERE id = $1", Format(connectionId)));
        new Witness(location, connectionId, stored: ReadIds()).TryDelete();
        CleanLog();
    }

    /// <inheritdoc/>
    public void RemoveDamagedConnection(DamagedConnection connection)
    {
        session.Write(database => database.Run("DELETE FROM connections WHERE key = $1", connection.Key));
        if (connection.Id is { } id)
            new Witness(location, id, stored: ReadIds()).TryDelete();
        CleanLog();
    }

    private HashSet<string> ReadIds() => new(session.Read(database => database.Query("SELECT id FROM connections", row => row.GetString(0))), StringComparer.OrdinalIgnoreCase);

    private void CleanLog()
    {
        session.WithoutTransaction(database =>
        {
            // Deleted rows are overwritten in the database (secure_delete), but the log still holds the old pages.
            if (database.Number("PRAGMA wal_checkpoint(TRUNCATE)") != 0)
                throw new ConnectorException(Problems.StateBusy(location.Database).About(location.Database));
        });
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Activate() => !database.Exists ? Array.Empty<string>() : session.Write(database =>
    {
        var activated = new List<string>();
        foreach (var (key, name, text) in database.Query("SELECT key, name, progress FROM connections ORDER BY name_key", row => (row.GetInt64(0), row.GetString(1), row.Text(2))))
        {
            if (SyncJournal.ReadProgress(text) is not { Restored: { IsActive: false } origin } progress)
                continue;
            database.Run("UPDATE connections SET progress = $2 WHERE key = $1", key, StoredDocuments.Progress.Write(progress with { Restored = origin with { IsActive = true } }));
            TurnRows.Request(database, key);
            activated.Add(name);
        }

        return activated;
    });

    /// <inheritdoc/>
    public IReadOnlyList<RunTurn> ListTurns() => ReadCatalogue(TurnRows.Read) ?? [];

    /// <inheritdoc/>
    public bool TryTakeTurn(RunTurn turn)
    {
        if (session.Read(database => TurnRows.Find(database, turn.Key)) is not { } current || current.LastStart != turn.LastStart)
            return false;
        if (current.IsDueAtOnce)
            session.Write(database => TurnRows.Clear(database, turn.Key));
        return true;
    }

    /// <inheritdoc/>
    public ISyncJournal OpenJournal(Guid connectionId)
    {
        var (key, name, sides) = database.Exists
            ? session.Read(database => database.Query(
                "SELECT key, name, tenant_key, address_key FROM connections WHERE id = $1",
                row => (row.GetInt64(0), row.GetString(1), new ConnectionKey(row.GetString(2), row.GetString(3))),
                Format(connectionId)).FirstOrDefault())
            : default;
        if (name is null)
            throw new ConnectorException(FindLoss() ?? NotFound(connectionId));
        var stored = Witness.Exists(location, connectionId) ? null : ReadIds();
        return new SyncJournal(database, new Witness(location, connectionId, sides.Fingerprint(), stored), key, name);
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    // Secrets can be decrypted only for the settings that they were stored with, so these settings are the ones that an admin entered.
    private void RememberSettings(ConnectionSettings connection) => new Witness(location, connection.Id).RememberSettings(connection);

    // The encrypted secrets; null if there are none. SQLite stores any type in any column. A value that is not a BLOB was not written by us and cannot be
    // decrypted.
    private byte[]? ReadBlob(Guid connectionId)
    {
        var found = database.Exists
            ? session.Read(database => database.Query("SELECT secrets FROM connections WHERE id = $1", row => row.GetValue(0) as byte[], Format(connectionId)))
            : new List<byte[]?>();
        return found.Count == 0 ? throw new ConnectorException(NotFound(connectionId)) : found[0];
    }

    private List<Row> ReadRows() => ReadCatalogue(database => database.Query(SelectRows + " ORDER BY name_key", ReadRow)) ?? [];

    // Null without a database.
    private T? ReadCatalogue<T>(Func<SqliteConnection, T> read)
        where T : class
    {
        try
        {
            return database.Exists ? session.Read(read) : null;
        }
        catch (ConnectorException exception) when (UnusableState.OnlyForbidsWriting(exception.Problem))
        {
            // Even then list the names, so that each connection can be reported as not runnable.
            if (database.TryReadUnchanged(read) is { } found)
                return found;
            throw;
        }
        catch (ConnectorException exception) when (UnusableState.IsOfAnotherSchema(exception.Problem))
        {
            // Names and settings are columns of the first version, so every schema has them. Other queries fail, and the error is thrown.
            if (database.TryReadWithoutUpgrade(read) is { } found)
                return found;
            throw;
        }
    }

    private static Row ReadRow(SqliteDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3));

    // The store parses after the read, so that parallel runs do not wait for each other's texts. The name and the id are also stored outside the settings. If they
    // differ, it is unknown which connection is meant.
    internal static StoredConnection Parse(Row row)
    {
        Guid? id = Guid.TryParse(row.Id, out var parsed) ? parsed : null;
        try
        {
            var settings = StoredDocuments.Connection.Read(row.Settings);
            return settings.Id == id && settings.Name == row.Name ? new StoredConnection(settings) : new StoredConnection(new DamagedConnection(row.Key, id, row.Name, "id, name"));
        }
        catch (ConnectorException exception)
        {
            return new StoredConnection(new DamagedConnection(row.Key, id, row.Name, exception.Problem.Reason ?? exception.Problem.Sentence));
        }
    }

    private Problem NotFound(Guid connectionId) =>
        Problems.ConnectionNotFound(Format(connectionId), string.Join(", ", ReadRows().Select(row => row.Name)));

    private static string Format(Guid id) => id.ToString("D", CultureInfo.InvariantCulture);

    private static string NameKey(string name) => name.Normalize().ToUpperInvariant();

    internal sealed record Row(long Key, string Id, string Name, string Settings);
}
