using System;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector;

/// <summary>One action of a run: what was done, to which user or group, why, and how it ended.</summary>
public sealed class PBSyncChange
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The id of the run.</summary>
    public Guid RunId { get; init; }
    /// <summary>When the action ended, UTC. For an action that was not tried, and one that a version before 0.3 stored, the start of its run.</summary>
    public DateTimeOffset Time { get; init; }
    /// <summary>The action.</summary>
    public SyncAction Action { get; init; }
    /// <summary>The user's address.</summary>
    public string? Email { get; init; }
    /// <summary>The user's display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The object id of the user, or of the group for actions on groups.</summary>
    public string? EntraId { get; init; }
    /// <summary>The server's id of the account.</summary>
    public string? AccountId { get; init; }
    /// <summary>The name of the group, for actions on groups and memberships.</summary>
    public string? Group { get; init; }
    /// <summary>The reason for the action.</summary>
    public string Reason { get; init; } = "";
    /// <summary>The value before the action.</summary>
    public string? Before { get; init; }
    /// <summary>The value after the action.</summary>
    public string? After { get; init; }
    /// <summary>How the action ended.</summary>
    public ChangeOutcome Outcome { get; init; }
    /// <summary>The stable id of the error that prevents the action; null if none does.</summary>
    public string? ErrorId { get; init; }
    /// <summary>The error that prevents the action, and the recommended action.</summary>
    public string? Message { get; init; }

    /// <summary>One line, safe to show.</summary>
    public override string ToString() => InertText.Of($"{Action} {Email ?? Group ?? DisplayName}: {Outcome}");
}
