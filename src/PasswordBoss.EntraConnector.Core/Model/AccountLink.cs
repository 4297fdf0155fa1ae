using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What a link stands for.</summary>
public enum LinkKind
{
    /// <summary>The person's account.</summary>
    Current,
    /// <summary>The person's former account, left behind when an account with her new address was adopted; it is being retired.</summary>
    Predecessor,
    /// <summary>Forgotten. Kept so that the account never counts as one that no connection has ever linked.</summary>
    Retired,
}

/// <summary>Ties a person to an account that the connector created or adopted. Keyed by <see cref="AccountId"/>; a person has at most one <see cref="LinkKind.Current"/> link.</summary>
public sealed record AccountLink
{
    /// <summary>The Entra object id of the person.</summary>
    public required string EntraId { get; init; }
    /// <summary>The server's id of the account.</summary>
    public required string AccountId { get; init; }
    /// <summary>The account's address.</summary>
    public required string Email { get; init; }
    /// <summary>The display name last seen, for reports about people who are gone.</summary>
    public string? DisplayName { get; init; }
    /// <summary>What the link stands for.</summary>
    public LinkKind Kind { get; init; }
    /// <summary>The strongest leaving action that the connector has done and not undone; None while the account is in use as far as the connector is concerned.</summary>
    public LeaverRule Done { get; init; }
    /// <summary>The state that the account had before the connector disabled it.</summary>
    public AccountState PriorState { get; init; }
    /// <summary>The state in which the account was last read or left; what the limits of an incremental run, which reads few accounts, count by.</summary>
    public AccountState KnownState { get; init; }
    /// <summary>The last leaving event that was handled; None after the person was seen present.</summary>
    public LeavingEvent HandledEvent { get; init; }
    /// <summary>Whether it has been said that an admin of Password Boss disabled the account.</summary>
    public bool AdminDisableReported { get; init; }
    /// <summary>Consecutive complete reads of the user group that lacked the person.</summary>
    public int AbsentReads { get; init; }
    /// <summary>When the account was created or adopted, UTC.</summary>
    public DateTimeOffset LinkedAt { get; init; }

    /// <summary>The link once its person was seen present: nothing of an earlier leaving is left.</summary>
    public AccountLink Cleared() =>
        this is { Done: LeaverRule.None, HandledEvent: LeavingEvent.None, PriorState: AccountState.Unknown, AdminDisableReported: false, AbsentReads: 0 }
            ? this
            : this with
            {
                Done = LeaverRule.None,
                HandledEvent = LeavingEvent.None,
                PriorState = AccountState.Unknown,
                AdminDisableReported = false,
                AbsentReads = 0,
            };
}

/// <summary>Ties an Entra group to a group that the connector created. Keyed by <see cref="GroupId"/>.</summary>
public sealed record GroupLink
{
    /// <summary>The Entra object id of the group.</summary>
    public required string GroupId { get; init; }
    /// <summary>The server's id of the group.</summary>
    public required string AccountGroupId { get; init; }
    /// <summary>The name last written.</summary>
    public required string DisplayName { get; init; }
    /// <summary>Consecutive runs in which Graph answered 404 for the group.</summary>
    public int NotFoundReads { get; init; }
    /// <summary>
    /// The people whom the last complete read lacked while <c>checkMemberGroups</c> did not confirm it; a second complete read that lacks them is believed.
    /// </summary>
    public IReadOnlyList<string> AbsentOnce { get; init; } = Array.Empty<string>();
}
