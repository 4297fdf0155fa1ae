using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Rules;

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

/// <summary>How a link came to be. The numbers are stored.</summary>
public enum LinkOrigin
{
    /// <summary>Recovered, or older than origins. No rule ever deletes such an account.</summary>
    Unknown,
    /// <summary>The connector created the account.</summary>
    Created,
    /// <summary>The account existed before and was adopted. No rule ever deletes such an account.</summary>
    Adopted,
}

/// <summary>A write that was sent and whose effect was not read yet. The numbers are stored.</summary>
public enum AccountRequest
{
    /// <summary>Nothing is unconfirmed.</summary>
    None,
    /// <summary>The account was asked to be disabled.</summary>
    Disable,
    /// <summary>The account was asked to be made personal.</summary>
    ConvertToPersonal,
    /// <summary>The account was asked to be deleted.</summary>
    Delete,
    /// <summary>The account was asked to be enabled.</summary>
    Enable,
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
    /// <summary>How the link came to be.</summary>
    public LinkOrigin Origin { get; init; }
    /// <summary>Whether the account was read active or pending since it was linked, or since it was last enabled. Only then can an admin have disabled it.</summary>
    public bool SeenActive { get; init; }
    /// <summary>Whether the account was read in the state that <see cref="Done"/> asked for. Only then can an admin have given it back.</summary>
    public bool SeenDone { get; init; }
    /// <summary>A write whose effect was not read yet; the next runs read the account, and close the matter without a second write when it shows the effect.</summary>
    public AccountRequest Asked { get; init; }
    /// <summary>The leaving event that <see cref="Asked"/> answers; None for an enable.</summary>
    public LeavingEvent AskedEvent { get; init; }
    /// <summary>The leaving event that a first run has read and that a later run must read again before the account is converted.</summary>
    public LeavingEvent WaitingEvent { get; init; }
    /// <summary>When <see cref="WaitingEvent"/> was first read, UTC.</summary>
    public DateTimeOffset? WaitingSince { get; init; }
    /// <summary>When a run took up the event whose rule is Delete, UTC; null when no deletion waits.</summary>
    public DateTimeOffset? DeleteSince { get; init; }
    /// <summary>The event whose rule is Delete.</summary>
    public LeavingEvent DeleteEvent { get; init; }
    /// <summary>A fingerprint of the names that were last written; null when none were, or when the state is older than fingerprints.</summary>
    public long? NamesWritten { get; init; }
    /// <summary>A fingerprint of the names as the server showed them after that write; a server may cut, normalise or derive names.</summary>
    public long? NamesRead { get; init; }
    /// <summary>Whether the link was recovered on a first run and its user has not been seen present since: an admin must allow a removal.</summary>
    public bool IsHeld { get; init; }

    /// <summary>The link once its person was seen present: nothing of an earlier leaving is left.</summary>
    public AccountLink WithoutLeaver() =>
        this is
        {
            Done: LeaverRule.None, HandledEvent: LeavingEvent.None, PriorState: AccountState.Unknown, AdminDisableReported: false, AbsentReads: 0, SeenDone: false,
            Asked: AccountRequest.None, WaitingEvent: LeavingEvent.None, DeleteSince: null, IsHeld: false,
        }
            ? this
            : this with
            {
                Done = LeaverRule.None,
                HandledEvent = LeavingEvent.None,
                PriorState = AccountState.Unknown,
                AdminDisableReported = false,
                AbsentReads = 0,
                SeenDone = false,
                Asked = AccountRequest.None,
                AskedEvent = LeavingEvent.None,
                WaitingEvent = LeavingEvent.None,
                WaitingSince = null,
                DeleteSince = null,
                DeleteEvent = LeavingEvent.None,
                IsHeld = false,
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

/// <summary>What is known of one account in one synced group. The numbers are stored.</summary>
public enum GroupMemberMark
{
    /// <summary>The connector added the account, and the server showed it as a member.</summary>
    Added,
    /// <summary>The connector added the account, and the server does not show it: it hides members, or shows only some.</summary>
    AddedNotShown,
    /// <summary>The connector removed the account, and the effect was not read yet.</summary>
    RemovalAsked,
    /// <summary>The account was found in the group, is not linked, and was reported.</summary>
    Stranger,
}

/// <summary>One account in one synced group. Keyed by both ids.</summary>
/// <param name="GroupId">The Entra object id of the group.</param>
/// <param name="AccountId">The server's id of the account.</param>
/// <param name="Mark">What is known.</param>
public sealed record GroupMember(string GroupId, string AccountId, GroupMemberMark Mark);

/// <summary>An account that another connection of the same store and tenant has linked. An id is unique per server only, so the address belongs to it.</summary>
/// <param name="AccountId">The server's id.</param>
/// <param name="Email">The account's address.</param>
public sealed record ForeignLink(string AccountId, string Email);
