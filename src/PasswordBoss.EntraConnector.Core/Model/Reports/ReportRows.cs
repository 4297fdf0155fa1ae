using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A change in a report. Its texts are in the language of the reader, and safe to show.</summary>
public sealed record ReportChange
{
    /// <summary>The place of the connection in the list of connections.</summary>
    public required int ConnectionIndex { get; init; }
    /// <summary>The name of the connection.</summary>
    public required string Connection { get; init; }
    /// <summary>When the run started, in the time zone of the report.</summary>
    public required DateTimeOffset Time { get; init; }
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }
    /// <summary>The kind of the change.</summary>
    public required ChangeKind Kind { get; init; }
    /// <summary>The action.</summary>
    public required SyncAction Action { get; init; }
    /// <summary>How the action ended.</summary>
    public required ChangeOutcome Outcome { get; init; }
    /// <summary>The user's address.</summary>
    public string? Email { get; init; }
    /// <summary>The user's display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The object id of the user or group.</summary>
    public string? EntraId { get; init; }
    /// <summary>The server's id of the account.</summary>
    public string? AccountId { get; init; }
    /// <summary>The name of the group.</summary>
    public string? Group { get; init; }
    /// <summary>The reason for the action.</summary>
    public required string Reason { get; init; }
    /// <summary>The value before the action.</summary>
    public string? Before { get; init; }
    /// <summary>The value after the action.</summary>
    public string? After { get; init; }
    /// <summary>The stable id of the error that prevents the action.</summary>
    public string? ErrorId { get; init; }
    /// <summary>The error that prevents the action, and the recommended action.</summary>
    public string? Message { get; init; }
}

/// <summary>A connection in a report. Its texts are in the language of the reader, and safe to show.</summary>
public sealed record ReportConnection
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }
    /// <summary>The status.</summary>
    public required ConnectorStatus Status { get; init; }
    /// <summary>How urgently it needs attention.</summary>
    public required Attention Attention { get; init; }
    /// <summary>The name of the user group.</summary>
    public string? UserGroup { get; init; }
    /// <summary>The number of linked accounts that are active.</summary>
    public int Active { get; init; }
    /// <summary>The number of linked accounts that wait for an approval.</summary>
    public int Pending { get; init; }
    /// <summary>The number of linked accounts that are disabled.</summary>
    public int Disabled { get; init; }
    /// <summary>The number of accounts that will be deleted.</summary>
    public int PendingDeletes { get; init; }
    /// <summary>When the last run ended, in the time zone of the report; null before the first.</summary>
    public DateTimeOffset? LastSync { get; init; }
    /// <summary>How the last run ended.</summary>
    public SyncOutcome? LastOutcome { get; init; }
    /// <summary>When the scheduled task runs next, in the time zone of the report; null if no task is known.</summary>
    public DateTimeOffset? NextSync { get; init; }
    /// <summary>Whether the scheduled task has missed a run.</summary>
    public bool IsOverdue { get; init; }
    /// <summary>When the first failed or refused run since the last success ended, in the time zone of the report.</summary>
    public DateTimeOffset? FailingSince { get; init; }
    /// <summary>When the client secret or the certificate expires, in the time zone of the report; null if not known.</summary>
    public DateTimeOffset? SecretExpires { get; init; }
    /// <summary>The problem and the recommended action; empty if the connection is in order.</summary>
    public string Message { get; init; } = "";
}

/// <summary>The number of changes of one connection on one day.</summary>
/// <param name="ConnectionIndex">The place of the connection in the list of connections.</param>
/// <param name="Day">The day, in the time zone of the report.</param>
/// <param name="Kind">The kind of the changes.</param>
/// <param name="Count">Their number.</param>
public sealed record ReportDay(int ConnectionIndex, DateTime Day, ChangeKind Kind, int Count);

/// <summary>How urgently a connection needs an admin. The report file contains the numbers, so they never change.</summary>
public enum Attention
{
    /// <summary>It is in order.</summary>
    None,
    /// <summary>Something waits for an admin, and runs go on.</summary>
    Soon,
    /// <summary>Runs fail or are refused, or the secret has expired.</summary>
    Now,
}
