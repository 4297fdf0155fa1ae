using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The backup that a state comes from. It is stored with the connection, which does not run until an admin activates the state.</summary>
public sealed record BackupOrigin
{
    /// <summary>When the backup was made, UTC.</summary>
    public required DateTimeOffset BackedUpAt { get; init; }
    /// <summary>The machine that made it, which may still sync the same connections.</summary>
    public required string Machine { get; init; }
    /// <summary>Whether an admin has activated the state. Until then no run writes anything.</summary>
    public bool IsActive { get; init; }
}
