using System;

namespace PasswordBoss.EntraConnector;

/// <summary>The status of a connection.</summary>
public sealed class PBConnectorStatus
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The tenant.</summary>
    public string TenantId { get; init; } = "";
    /// <summary>The status, in the vendor's terms.</summary>
    public ConnectorStatus Status { get; init; }
    /// <summary>The display name of the user group.</summary>
    public string? UserGroup { get; init; }
    /// <summary>The number of accounts that are linked to users.</summary>
    public int ManagedUsers { get; init; }
    /// <summary>When the last run ended, UTC.</summary>
    public DateTimeOffset? LastSync { get; init; }
    /// <summary>How the last run ended.</summary>
    public SyncOutcome? LastOutcome { get; init; }
    /// <summary>When the scheduled task runs next, UTC; null if no task is known.</summary>
    public DateTimeOffset? NextSync { get; init; }
    /// <summary>Failed runs since the last one that did not fail.</summary>
    public int ConsecutiveFailures { get; init; }
    /// <summary>The current problem and the recommended action, with the open conflicts.</summary>
    public string Message { get; init; } = "";
    /// <summary>The number of accounts that are disabled now and deleted later, unless their users come back.</summary>
    public int PendingDeletes { get; init; }
    /// <summary>When the client secret or the certificate expires, UTC; null if not known.</summary>
    public DateTimeOffset? SecretExpires { get; init; }
    /// <summary>When the first of the failed or refused runs since the last success ended, UTC; null if the last run succeeded.</summary>
    public DateTimeOffset? FailingSince { get; init; }
    /// <summary>When the last run that succeeded, even if only in part, ended, UTC; null if none is known.</summary>
    public DateTimeOffset? LastSuccess { get; init; }
    /// <summary>Whether the scheduled task should have synced the connection since its last run, and has not. False if no enabled task is known.</summary>
    public bool Overdue { get; init; }
}
