using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>All kinds of stored JSON texts.</summary>
internal static class StoredDocuments
{
    /// <summary>The settings of a connection.</summary>
    public static StoredDocument<ConnectionSettings> Connection { get; } = new();

    /// <summary>The health of a connection.</summary>
    public static StoredDocument<ConnectionHealth> Health { get; } = new();

    /// <summary>The pause of a connection.</summary>
    public static StoredDocument<PauseRecord> Pause { get; } = new();

    /// <summary>The progress of a connection.</summary>
    public static StoredDocument<SyncProgress> Progress { get; } = new();

    /// <summary>The secrets of a connection, before they are encrypted.</summary>
    public static StoredDocument<ConnectionSecrets> Secrets { get; } = new();

    /// <summary>The settings of an alert.</summary>
    public static StoredDocument<AlertSettings> Alert { get; } = new();

    /// <summary>What an alert has reported about a connection.</summary>
    public static StoredDocument<ReportedConditions> ReportedConditions { get; } = new();

    /// <summary>An event of an alert.</summary>
    public static StoredDocument<AlertNotice> AlertNotice { get; } = new();

    /// <summary>The holder of a run lock.</summary>
    public static StoredDocument<RunLockHolder> Holder { get; } = new();

    /// <summary>The witness of a database, stored outside it.</summary>
    public static StoredDocument<WitnessDocument> Witness { get; } = new();

    /// <summary>A message.</summary>
    public static StoredDocument<Message> Message { get; } = new();

    /// <summary>Several messages.</summary>
    public static StoredDocument<IReadOnlyList<Message>> Messages { get; } = new();

    /// <summary>A list of texts.</summary>
    public static StoredDocument<IReadOnlyList<string>> Texts { get; } = new();
}
