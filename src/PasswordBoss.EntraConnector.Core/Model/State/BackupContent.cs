using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What a backup contains.</summary>
public sealed record BackupContent
{
    /// <summary>When the state was copied, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>The machine whose state it is.</summary>
    public required string Machine { get; init; }
    /// <summary>The connections, by name.</summary>
    public required IReadOnlyList<BackedUpConnection> Connections { get; init; }
}

/// <summary>A connection in a backup.</summary>
public sealed record BackedUpConnection
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>Its settings; null if they are damaged.</summary>
    public ConnectionSettings? Settings { get; init; }
    /// <summary>Whether its secrets are in the backup. Secrets that cannot be decrypted on the machine of the backup are not.</summary>
    public bool HasSecrets { get; init; }
    /// <summary>The number of accounts that are linked to users.</summary>
    public int ManagedUsers { get; init; }
    /// <summary>When the last run ended, UTC; null if none has.</summary>
    public DateTimeOffset? LastSync { get; init; }
    /// <summary>The number of runs that were saved.</summary>
    public long RunNumber { get; init; }
}
