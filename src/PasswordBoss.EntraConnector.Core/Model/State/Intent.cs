using System;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>
/// A write that is about to happen, committed before it is sent and closed together with its effect on the link. An open intent after a crash
/// tells the next run what may have happened on the other side.
/// </summary>
public sealed record Intent
{
    /// <summary>Unique within the connection.</summary>
    public required Guid Id { get; init; }
    /// <summary>The run that wrote it.</summary>
    public required Guid RunId { get; init; }
    /// <summary>What is about to be done.</summary>
    public required SyncAction Action { get; init; }
    /// <summary>The person, for account actions.</summary>
    public string? EntraId { get; init; }
    /// <summary>The account, when it exists already.</summary>
    public string? AccountId { get; init; }
    /// <summary>The account's address.</summary>
    public string? Email { get; init; }
    /// <summary>The Entra group, for group actions.</summary>
    public string? GroupId { get; init; }
    /// <summary>The server's id of the group, when it exists already.</summary>
    public string? AccountGroupId { get; init; }
    /// <summary>The state of the account as read before the write.</summary>
    public AccountState PriorState { get; init; }
    /// <summary>The leaving event that the action answers.</summary>
    public LeavingEvent Event { get; init; }
    /// <summary>
    /// Whether the link is set by hand and unties the user's former account, which stays as it is. No other adoption answers a leaving event, so it is stored as one.
    /// </summary>
    public bool UntiesFormer => Action == SyncAction.Adopt && Event == LeavingEvent.Removed;
    /// <summary>When it was written, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
