using System;

namespace PasswordBoss.EntraConnector;

/// <summary>How a connection is.</summary>
public sealed class PBConnectorStatus
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The tenant.</summary>
    public string TenantId { get; init; } = "";
    /// <summary>The status, in the vendor's words.</summary>
    public ConnectorStatus Status { get; init; }
    /// <summary>The display name of the user group.</summary>
    public string? UserGroup { get; init; }
    /// <summary>How many accounts are linked to people.</summary>
    public int ManagedUsers { get; init; }
    /// <summary>When the last run ended, UTC.</summary>
    public DateTimeOffset? LastSync { get; init; }
    /// <summary>How it ended.</summary>
    public SyncOutcome? LastOutcome { get; init; }
    /// <summary>When the scheduled task runs next, UTC; null when no task is known.</summary>
    public DateTimeOffset? NextSync { get; init; }
    /// <summary>Failed runs since the last one that did not fail.</summary>
    public int ConsecutiveFailures { get; init; }
    /// <summary>What is wrong and what to do; open conflicts by name.</summary>
    public string Message { get; init; } = "";
    /// <summary>How many accounts are disabled now and deleted later, unless their users come back.</summary>
    public int PendingDeletes { get; init; }
    /// <summary>When the client secret expires, UTC, where that is known.</summary>
    public DateTimeOffset? SecretExpires { get; init; }
}
