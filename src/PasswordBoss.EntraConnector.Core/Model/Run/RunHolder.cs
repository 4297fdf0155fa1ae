using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>Who holds the run lock of a connection, and for what.</summary>
public sealed record RunHolder
{
    /// <summary>The process, by name and number; the lock fills it in.</summary>
    public string Process { get; init; } = "";
    /// <summary>What is read; <see cref="SyncMode.User"/> for a command that changes a connection or its links.</summary>
    public required SyncMode Mode { get; init; }
    /// <summary>When the lock was taken, UTC.</summary>
    public required DateTimeOffset Since { get; init; }
    /// <summary>When a full run is past its own limit, UTC; null for everything else.</summary>
    public DateTimeOffset? Until { get; init; }
}
