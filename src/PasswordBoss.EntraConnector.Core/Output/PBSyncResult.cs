using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector;

/// <summary>The result of one run for one connection.</summary>
public sealed record PBSyncResult
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The tenant.</summary>
    public string TenantId { get; init; } = "";
    /// <summary>The id of the run.</summary>
    public Guid RunId { get; init; }
    /// <summary>The mode of the run.</summary>
    public SyncMode Mode { get; init; }
    /// <summary>How the run ended.</summary>
    public SyncOutcome Outcome { get; init; }
    /// <summary>When the run started, UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }
    /// <summary>The duration of the run.</summary>
    public TimeSpan Duration { get; init; }
    /// <summary>The number of accounts created.</summary>
    public int Created { get; init; }
    /// <summary>The number of existing accounts that were linked to a user.</summary>
    public int Adopted { get; init; }
    /// <summary>The number of accounts updated.</summary>
    public int Updated { get; init; }
    /// <summary>The number of accounts enabled again.</summary>
    public int Enabled { get; init; }
    /// <summary>The number of accounts disabled.</summary>
    public int Disabled { get; init; }
    /// <summary>The number of accounts deleted.</summary>
    public int Deleted { get; init; }
    /// <summary>The number of accounts converted to personal.</summary>
    public int Converted { get; init; }
    /// <summary>The number of changes to groups and memberships.</summary>
    public int GroupsChanged { get; init; }
    /// <summary>The number of users and groups that were skipped; <see cref="Changes"/> lists them.</summary>
    public int Skipped { get; init; }
    /// <summary>The number of failed actions.</summary>
    public int Failed { get; init; }
    /// <summary>Warnings about the run.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = Array.Empty<string>();
    /// <summary>Every action, conflict and skip.</summary>
    public IReadOnlyList<PBSyncChange> Changes { get; init; } = Array.Empty<PBSyncChange>();
    /// <summary>With <c>-User</c>, what was found about the user, in five steps; otherwise empty.</summary>
    public IReadOnlyList<PBSyncStep> Steps { get; init; } = Array.Empty<PBSyncStep>();
    /// <summary>The stable id of the error that ended or degraded the run; null if there was none.</summary>
    public string? ErrorId { get; init; }
    /// <summary>The run in one sentence.</summary>
    public string Message { get; init; } = "";
}
