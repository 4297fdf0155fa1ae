using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The holder of a connection's run lock, and its purpose.</summary>
public sealed record RunLockHolder
{
    /// <summary>The process, by name and number; added by the lock.</summary>
    public string Process { get; init; } = "";
    /// <summary>The mode of the run; <see cref="SyncMode.User"/> for a command that removes a connection or changes its links.</summary>
    public required SyncMode Mode { get; init; }
    /// <summary>When the lock was taken, UTC.</summary>
    public required DateTimeOffset Since { get; init; }
    /// <summary>The deadline of a full run, UTC; null for everything else.</summary>
    public DateTimeOffset? Until { get; init; }
}
