using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// The connections of one store (the machine's or the user's) and what is known about each. All members throw
/// <see cref="ConnectorException"/> only, and may be called by several threads and processes at once.
/// </summary>
public interface IStateStore : IDisposable
{
    /// <summary>Where the store lies, for messages.</summary>
    string Location { get; }

    /// <summary>All connections that can be read, by name.</summary>
    IReadOnlyList<ConnectionSettings> ListConnections();

    /// <summary>The connections that cannot be read, by name. One of them must not keep the others from being used.</summary>
    IReadOnlyList<DamagedConnection> ListDamagedConnections();

    /// <summary>The names of the connections of the other store (machine or user), as far as it can be read; for messages.</summary>
    IReadOnlyList<string> ListConnectionsOfOtherStore();

    /// <summary>
    /// That another store of this machine, as far as it can be seen from here, has a connection between the same two sides: each knows nothing of the other's runs. Null
    /// when none is seen. Never throws.
    /// </summary>
    /// <param name="connection">The connection of this store.</param>
    Message? FindTwin(ConnectionSettings connection);

    /// <summary>
    /// That the state is gone although runs were saved in it; null when it is there, or when nothing ever was. Connecting again starts a new one; nothing else may take
    /// it for the first start.
    /// </summary>
    ConnectorException? FindLoss();

    /// <summary>Stores a connection, new or changed, in one transaction. Refuses a second connection with the same tenant and Password Boss address.</summary>
    /// <param name="connection">The settings.</param>
    /// <param name="secrets">The secrets; null leaves the stored ones as they are.</param>
    void SaveConnection(ConnectionSettings connection, ConnectionSecrets? secrets);

    /// <summary>
    /// Stores the names that selected groups bear now, in one transaction with the reading of the settings: what an admin changes meanwhile stays. A group that
    /// is no longer selected is left out.
    /// </summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="groups">The groups with their names.</param>
    void RenameGroups(Guid connectionId, IReadOnlyCollection<GroupReference> groups);

    /// <summary>What is wrong with the files of the store: open to others, not writable, damaged; empty when they are sound.</summary>
    IReadOnlyList<Message> FindProblems();

    /// <summary>
    /// Decrypts the secrets of a connection. Throws <see cref="Errors.ErrorId.SecretUnreadable"/> when they cannot be decrypted here, and when they were entered for
    /// another tenant, client id or address than the given ones.
    /// </summary>
    /// <param name="connection">The connection, with the settings that the secrets will be used for.</param>
    ConnectionSecrets ReadSecrets(ConnectionSettings connection);

    /// <summary>
    /// Whether secrets that are unreadable name a key that is not here. Otherwise the stored settings, or the secrets, are not what was stored together: nothing
    /// may be sent to the stored addresses.
    /// </summary>
    /// <param name="connection">The connection.</param>
    bool IsSecretKeyMissing(ConnectionSettings connection);

    /// <summary>Forgets a connection, its secrets and its state, leaving nothing of them in the files.</summary>
    /// <param name="connectionId">The connection.</param>
    void RemoveConnection(Guid connectionId);

    /// <summary>Forgets a connection that cannot be read, as <see cref="RemoveConnection"/> forgets others.</summary>
    /// <param name="connection">The connection.</param>
    void RemoveDamagedConnection(DamagedConnection connection);

    /// <summary>Opens what is known about one connection.</summary>
    /// <param name="connectionId">The connection.</param>
    ISyncJournal OpenJournal(Guid connectionId);
}
