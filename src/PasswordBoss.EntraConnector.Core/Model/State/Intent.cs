using System;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>
/// A pending write, committed before it is sent and closed together with its effect on the link. After a crash, the next run finds it open and checks on the server
/// whether the write was done.
/// </summary>
public sealed record Intent
{
    /// <summary>Unique within the connection.</summary>
    public required Guid Id { get; init; }
    /// <summary>The run that created the intent.</summary>
    public required Guid RunId { get; init; }
    /// <summary>The action to do.</summary>
    public required SyncAction Action { get; init; }
    /// <summary>The user, for account actions.</summary>
    public string? EntraId { get; init; }
    /// <summary>The account, if it already exists.</summary>
    public string? AccountId { get; init; }
    /// <summary>The account's address.</summary>
    public string? Email { get; init; }
    /// <summary>The Entra group, for group actions.</summary>
    public string? GroupId { get; init; }
    /// <summary>The server's id of the group, if it already exists.</summary>
    public string? AccountGroupId { get; init; }
    /// <summary>The state of the account as read before the write.</summary>
    public AccountState PriorState { get; init; }
    /// <summary>The leaving event that caused the action.</summary>
    public LeavingEvent Event { get; init; }
    /// <summary>When the intent was created, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// Whether an admin sets the link by hand. If it replaces the link to a former account, that account stays unchanged. The stored form has no property for this:
    /// <see cref="OfManualLink"/> encodes it as an adoption with the event Removed, a combination that no other intent has.
    /// </summary>
    public bool IsOfManualLink => Action == SyncAction.Adopt && Event == LeavingEvent.Removed;

    /// <summary>The intent of an admin who sets a link by hand.</summary>
    /// <param name="link">The new link.</param>
    /// <param name="runId">The run.</param>
    public static Intent OfManualLink(AccountLink link, Guid runId) => new()
    {
        Id = Guid.NewGuid(),
        RunId = runId,
        Action = SyncAction.Adopt,
        EntraId = link.EntraId,
        AccountId = link.AccountId,
        Email = link.Email,
        PriorState = link.KnownState,
        Event = LeavingEvent.Removed,
        CreatedAt = link.LinkedAt,
    };
}
