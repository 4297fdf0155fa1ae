using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector;

/// <summary>A connection in a new backup.</summary>
public sealed class PBBackup
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The file.</summary>
    public string Path { get; init; } = "";
    /// <summary>When the state was copied, UTC.</summary>
    public DateTimeOffset BackedUpAt { get; init; }
    /// <summary>The number of accounts that are linked to users.</summary>
    public int ManagedUsers { get; init; }
    /// <summary>When the last run ended, UTC; null if none has.</summary>
    public DateTimeOffset? LastSync { get; init; }
    /// <summary>What is not in the backup and must be set up on the other machine.</summary>
    public IReadOnlyList<string> NotIncluded { get; init; } = Array.Empty<string>();
}

/// <summary>A connection that was restored from a backup.</summary>
public sealed class PBRestoredConnection
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>When the backup was made, UTC.</summary>
    public DateTimeOffset BackedUpAt { get; init; }
    /// <summary>The machine that made the backup.</summary>
    public string Machine { get; init; } = "";
    /// <summary>Whether the connection is synced; false until the state is activated.</summary>
    public bool IsActive { get; init; }
    /// <summary>The number of accounts that are linked to users.</summary>
    public int ManagedUsers { get; init; }
    /// <summary>When the last run in the backup ended, UTC; null if none has.</summary>
    public DateTimeOffset? LastSync { get; init; }
    /// <summary>What happened after the backup and is not in it.</summary>
    public string Lacks { get; init; } = "";
    /// <summary>What is not in the backup and must be set up on this machine.</summary>
    public IReadOnlyList<string> NotIncluded { get; init; } = Array.Empty<string>();
}
