using System;
using System.Globalization;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Backups;

/// <summary>The entries of the archive in a backup.</summary>
internal static class StateArchive
{
    /// <summary>The list of what the backup contains.</summary>
    public const string Content = "content.json";

    /// <summary>The database, without secrets.</summary>
    public const string Database = "state.db";

    /// <summary>The format of <see cref="Content"/>.</summary>
    public static StoredDocument<BackupContent> ContentDocument { get; } = new();

    /// <summary>The secrets of a connection, as one JSON text.</summary>
    /// <param name="connectionId">The connection.</param>
    public static string SecretsOf(Guid connectionId) => "secrets/" + connectionId.ToString("D", CultureInfo.InvariantCulture) + ".json";

    /// <summary>The address of the receiver of an alert, which is a secret.</summary>
    /// <param name="alertId">The alert.</param>
    public static string AddressOf(Guid alertId) => "alerts/" + alertId.ToString("D", CultureInfo.InvariantCulture) + ".txt";

    /// <summary>The embedded tenant of a sandbox connection.</summary>
    /// <param name="connectionId">The connection.</param>
    public static string SandboxOf(Guid connectionId) => "sandbox/" + connectionId.ToString("D", CultureInfo.InvariantCulture) + ".json";
}
