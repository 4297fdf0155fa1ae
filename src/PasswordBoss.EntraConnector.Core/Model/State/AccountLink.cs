using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The kind of a link.</summary>
public enum LinkKind
{
    /// <summary>The user's account.</summary>
    Current,
    /// <summary>The user's former account, which is being retired: an account with the user's new address was adopted in its place.</summary>
    Predecessor,
    /// <summary>No longer in use. Kept so that the account never counts as one that no connection has ever linked.</summary>
    Retired,
}

/// <summary>How a link was made. The numbers are stored.</summary>
public enum LinkOrigin
{
    /// <summary>Recovered, or older than this property. No rule ever deletes such an account.</summary>
    Unknown,
    /// <summary>The connector created the account.</summary>
    Created,
    /// <summary>The account existed before and was adopted. No rule ever deletes such an account.</summary>
    Adopted,
}

/// <summary>A write that was sent but not yet confirmed by a read. The numbers are stored.</summary>
public enum AccountRequest
{
    /// <summary>Nothing is unconfirmed.</summary>
    None,
    /// <summary>A request to disable the account.</summary>
    Disable,
    /// <summary>A request to make the account personal.</summary>
    ConvertToPersonal,
    /// <summary>A request to delete the account.</summary>
    Delete,
    /// <summary>A request to enable the account.</summary>
    Enable,
}

/// <summary>
/// Ties a user to an account that the connector created or adopted. Keyed by <see cref="AccountId"/>; a user has at most one <see cref="LinkKind.Current"/>
/// link.
/// </summary>
public sealed record AccountLink
{
    /// <summary>The Entra object id of the user.</summary>
    public required string EntraId { get; init; }
    /// <summary>The server's id of the account.</summary>
    public required string AccountId { get; init; }
    /// <summary>The account's address.</summary>
    public required string Email { get; init; }
    /// <summary>The last known display name, for reports about users who no longer exist.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The kind of the link.</summary>
    public LinkKind Kind { get; init; }
    /// <summary>The strongest leaver action that the connector has done and not undone; None if the connector has left the account in use.</summary>
    public LeaverRule Done { get; init; }
    /// <summary>The state of the account before the connector disabled it.</summary>
    public AccountState PriorState { get; init; }
    /// <summary>
    /// The state in which the account was last read or left. The safety limits of an incremental run, which reads few accounts, are based on it.
    /// </summary>
    public AccountState KnownState { get; init; }
    /// <summary>The last leaving event that was handled; None once the user is present again.</summary>
    public LeavingEvent HandledEvent { get; init; }
    /// <summary>Whether a run has already reported that an admin of Password Boss disabled the account.</summary>
    public bool AdminDisableReported { get; init; }
    /// <summary>The number of consecutive complete reads of the user group without the user.</summary>
    public int AbsentReads { get; init; }
    /// <summary>When the account was created or adopted, UTC.</summary>
    public DateTimeOffset LinkedAt { get; init; }
    /// <summary>How the link was made.</summary>
    public LinkOrigin Origin { get; init; }
    /// <summary>
    /// Whether the account was read as active or pending since it was linked or last enabled. Only then does a disabled state mean that an admin disabled it.
    /// </summary>
    public bool SeenActive { get; init; }
    /// <summary>
    /// Whether the account was read in the state that <see cref="Done"/> requested. Only then does another state mean that an admin restored it.
    /// </summary>
    public bool SeenDone { get; init; }
    /// <summary>An unconfirmed write. The next runs read the account, and clear this value without a second write once they see the effect.</summary>
    public AccountRequest Asked { get; init; }
    /// <summary>The leaving event that caused <see cref="Asked"/>; None for an enable.</summary>
    public LeavingEvent AskedEvent { get; init; }
    /// <summary>The leaving event that one run has read and a later run must read again before the account is converted.</summary>
    public LeavingEvent WaitingEvent { get; init; }
    /// <summary>When <see cref="WaitingEvent"/> was first read, UTC.</summary>
    public DateTimeOffset? WaitingSince { get; init; }
    /// <summary>When a run registered the event with the rule Delete, UTC; null if no deletion is waiting.</summary>
    public DateTimeOffset? DeleteSince { get; init; }
    /// <summary>The event with the rule Delete.</summary>
    public LeavingEvent DeleteEvent { get; init; }
    /// <summary>A fingerprint of the names last written; null if none were written, or if the state is older than fingerprints.</summary>
    public long? NamesWritten { get; init; }
    /// <summary>A fingerprint of the names that the server returned after that write; a server may truncate, normalise or derive names.</summary>
    public long? NamesRead { get; init; }
    /// <summary>Whether the link was recovered on a first run or restored from a backup, and its user has not been present since: a removal needs an admin's permission.</summary>
    public bool IsHeld { get; init; }

    /// <summary>The link for a user who is present: without any trace of an earlier leaving event.</summary>
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
    /// <summary>The number of consecutive runs in which Graph returned 404 for the group.</summary>
    public int NotFoundReads { get; init; }
    /// <summary>
    /// The users who were missing in the last complete read, but whose leaving <c>checkMemberGroups</c> did not confirm. A second complete read without them
    /// counts as proof.
    /// </summary>
    public IReadOnlyList<string> AbsentOnce { get; init; } = Array.Empty<string>();
}

/// <summary>What is known about one account in one synced group. The numbers are stored.</summary>
public enum GroupMemberMark
{
    /// <summary>The connector added the account, and the server shows it as a member.</summary>
    Added,
    /// <summary>The connector added the account, but the server does not show it: it hides members, or shows only some.</summary>
    AddedNotShown,
    /// <summary>The connector removed the account, but no read has confirmed it yet.</summary>
    RemovalAsked,
    /// <summary>An unlinked account that was found in the group and reported.</summary>
    Stranger,
}

/// <summary>One account in one synced group. Keyed by both ids.</summary>
/// <param name="GroupId">The Entra object id of the group.</param>
/// <param name="AccountId">The server's id of the account.</param>
/// <param name="Mark">What is known about the membership.</param>
public sealed record GroupMember(string GroupId, string AccountId, GroupMemberMark Mark);

/// <summary>
/// An account that another connection of the same store and tenant has linked. Account ids are unique only per server, so the address is part of the key.
/// </summary>
/// <param name="AccountId">The server's id.</param>
/// <param name="Email">The account's address.</param>
public sealed record ForeignLink(string AccountId, string Email);
