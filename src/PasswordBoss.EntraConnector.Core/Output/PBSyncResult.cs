using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector;

/// <summary>What one run did for one connection.</summary>
public sealed record PBSyncResult
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The tenant.</summary>
    public string TenantId { get; init; } = "";
    /// <summary>The run.</summary>
    public Guid RunId { get; init; }
    /// <summary>What was read.</summary>
    public SyncMode Mode { get; init; }
    /// <summary>How it ended.</summary>
    public SyncOutcome Outcome { get; init; }
    /// <summary>When it started, UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }
    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
    /// <summary>Accounts created.</summary>
    public int Created { get; init; }
    /// <summary>Accounts that existed before and were linked to a user.</summary>
    public int Adopted { get; init; }
    /// <summary>Accounts updated.</summary>
    public int Updated { get; init; }
    /// <summary>Accounts enabled again.</summary>
    public int Enabled { get; init; }
    /// <summary>Accounts disabled.</summary>
    public int Disabled { get; init; }
    /// <summary>Accounts deleted.</summary>
    public int Deleted { get; init; }
    /// <summary>Accounts converted to personal.</summary>
    public int Converted { get; init; }
    /// <summary>Changes of groups and memberships.</summary>
    public int GroupsChanged { get; init; }
    /// <summary>People and groups for whom nothing was done, by name in <see cref="Changes"/>.</summary>
    public int Skipped { get; init; }
    /// <summary>Actions that failed.</summary>
    public int Failed { get; init; }
    /// <summary>What the reader should know about the run.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = Array.Empty<string>();
    /// <summary>Every action, conflict and skip.</summary>
    public IReadOnlyList<PBSyncChange> Changes { get; init; } = Array.Empty<PBSyncChange>();
    /// <summary>The stable id of the error that ended or degraded the run; null when none did.</summary>
    public string? ErrorId { get; init; }
    /// <summary>The run in one sentence.</summary>
    public string Message { get; init; } = "";
}
