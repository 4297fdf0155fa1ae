using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// The connections of one store (the machine's or the user's) and the state of each. All members throw only
/// <see cref="ConnectorException"/>, and may be called by several threads and processes at once.
/// </summary>
public interface IStateStore : IDisposable
{
    /// <summary>The location of the store, for messages.</summary>
    string Location { get; }

    /// <summary>The names of all connections, readable or not. The settings are not read.</summary>
    IReadOnlyList<string> ListNames();

    /// <summary>A connection, readable or not, found by its name without reading the others; null if there is none.</summary>
    /// <param name="name">Its name, ignoring case and surrounding whitespace.</param>
    StoredConnection? FindConnection(string name);

    /// <summary>All readable connections, by name. The cost grows with their number, so a command reads them at most once.</summary>
    IReadOnlyList<ConnectionSettings> ListConnections();

    /// <summary>
    /// The health, the pause and the counts of all connections, by id, read at once. A connection whose health cannot be read is missing; its own journal
    /// reports why.
    /// </summary>
    IReadOnlyDictionary<Guid, ConnectionSummary> ReadSummaries();

    /// <summary>
    /// Passes on the newest changes of connections, one by one and without keeping them, and counts all changes. All of them are read from one snapshot.
    /// </summary>
    /// <param name="connectionIds">The connections.</param>
    /// <param name="since">Only changes of runs that started at or after this time; null for all.</param>
    /// <param name="maximum">The maximum number of changes to pass on.</param>
    /// <param name="take">Receives a change: those of the newest run first, and those of one run in its order.</param>
    /// <returns>The number of all changes, including those that were not passed on.</returns>
    IReadOnlyList<ChangeCount> ReadChanges(IReadOnlyCollection<Guid> connectionIds, DateTimeOffset? since, int maximum, Action<HistoryChange> take);

    /// <summary>The names of the connections in the other store (machine or user), as far as it can be read; for messages.</summary>
    IReadOnlyList<string> ListConnectionsOfOtherStore();

    /// <summary>
    /// A warning if another visible store of this machine has a connection between the same tenant and Password Boss address: their runs are not
    /// coordinated. Null if none is found. Never throws.
    /// </summary>
    /// <param name="connection">The connection of this store.</param>
    Message? FindOtherStoreWarning(ConnectionSettings connection);

    /// <summary>
    /// An error if the state is gone although runs were saved in it; null if the state exists, or never did. Only Connect-PBEntra and Restore-PBState may start a new
    /// state; every other command reports this error.
    /// </summary>
    Problem? FindLoss();

    /// <summary>Stores a connection, new or changed, in one transaction. Refuses a second connection with the same name, or with the same tenant and Password Boss address.</summary>
    /// <param name="connection">The settings.</param>
    /// <param name="secrets">The secrets; null leaves the stored ones as they are.</param>
    void SaveConnection(ConnectionSettings connection, ConnectionSecrets? secrets);

    /// <summary>
    /// Stores the current names of selected groups. Reads and writes the settings in one transaction, so that concurrent changes by an admin are kept. Ignores
    /// groups that are no longer selected.
    /// </summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="groups">The groups with their names.</param>
    void RenameGroups(Guid connectionId, IReadOnlyCollection<GroupReference> groups);

    /// <summary>Problems with the files of the store: open to other users, not writable, damaged; empty if there are none.</summary>
    IReadOnlyList<Message> FindProblems();

    /// <summary>
    /// Decrypts the secrets of a connection. Throws <see cref="Errors.ErrorId.SecretUnreadable"/> if they cannot be decrypted here, or if they were entered for
    /// another tenant, client id or address than the given ones, and <see cref="Errors.ErrorId.SecretMissing"/> if none were entered yet.
    /// </summary>
    /// <param name="connection">The connection, with the settings that the secrets will be used for.</param>
    ConnectionSecrets ReadSecrets(ConnectionSettings connection);

    /// <summary>
    /// Why secrets are unreadable. True: this machine lacks their key. False: it has the key, so the settings or the secrets were altered, and nothing may be sent to
    /// the stored addresses.
    /// </summary>
    /// <param name="connection">The connection.</param>
    bool IsSecretKeyMissing(ConnectionSettings connection);

    /// <summary>Removes a connection, its secrets and its state, and leaves no trace of them in the files.</summary>
    /// <param name="connectionId">The connection.</param>
    void RemoveConnection(Guid connectionId);

    /// <summary>Removes an unreadable connection in the same way as <see cref="RemoveConnection"/>.</summary>
    /// <param name="connection">The connection.</param>
    void RemoveDamagedConnection(DamagedConnection connection);

    /// <summary>Activates all connections of a restored state that are not activated, in one transaction: runs write again.</summary>
    /// <returns>The names of these connections.</returns>
    IReadOnlyList<string> Activate();

    /// <summary>
    /// All connections, readable or not, with what decides when each runs next; by name, in one query. A connection is due at once after
    /// <see cref="SaveConnection"/>, after a run that ended its pause, and after <see cref="Activate"/>. Connections that are not activated are not included.
    /// </summary>
    IReadOnlyList<RunTurn> ListTurns();

    /// <summary>
    /// Claims the next run of a connection. The run reads its settings afterwards, so a change by an admin either affects this run or makes the connection due again.
    /// Writes only if the connection was due at once.
    /// </summary>
    /// <param name="turn">The connection as it was listed.</param>
    /// <returns>Whether it may run: false if another process has run or removed it since.</returns>
    bool TryTakeTurn(RunTurn turn);

    /// <summary>The alerts of this store.</summary>
    IAlertStore Alerts { get; }

    /// <summary>Opens the journal of one connection.</summary>
    /// <param name="connectionId">The connection.</param>
    ISyncJournal OpenJournal(Guid connectionId);
}
