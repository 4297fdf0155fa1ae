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
    /// <summary>No longer in use. Kept so that this connection never adopts the account again.</summary>
    Retired,
}

/// <summary>How a link was made. The numbers are stored.</summary>
public enum LinkOrigin
{
    /// <summary>Recovered, found instead of being created, or older than this property. No rule ever deletes such an account.</summary>
    Unknown,
    /// <summary>The connector created the account.</summary>
    Created,
    /// <summary>The account existed before and was adopted. No rule ever deletes such an account.</summary>
    Adopted,
    /// <summary>An admin linked the account with <c>Set-PBLink</c>. No rule ever deletes such an account. Versions before 0.3 stored such a link as Adopted.</summary>
    Linked,
}

/// <summary>A write whose effect is read after it was sent. The numbers are stored.</summary>
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

/// <summary>A write that was sent but not yet confirmed by a read. The next runs read the account, and do not write again once they see the effect.</summary>
/// <param name="Request">The write; None if nothing is unconfirmed.</param>
/// <param name="Event">The leaving event that caused it; None for an enable.</param>
public readonly record struct UnconfirmedWrite(AccountRequest Request, LeavingEvent Event = LeavingEvent.None);

/// <summary>A leaving event on which a later run acts.</summary>
/// <param name="Event">The event.</param>
/// <param name="Since">When a run first read it, UTC.</param>
public readonly record struct WaitingEvent(LeavingEvent Event, DateTimeOffset Since);

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
    public LeaverRule AppliedRule { get; init; }
    /// <summary>The state of the account before it was disabled, by the connector or by anyone else.</summary>
    public AccountState PriorState { get; init; }
    /// <summary>
    /// The state in which the account was last read or left. The safety limits of an incremental run, which reads few accounts, are based on it.
    /// </summary>
    public AccountState KnownState { get; init; }
    /// <summary>The last leaving event that was handled; None once the user is present again.</summary>
    public LeavingEvent HandledEvent { get; init; }
    /// <summary>Whether a run has already reported that the account was disabled or made personal in Password Boss.</summary>
    public bool AdminChangeReported { get; init; }
    /// <summary>The number of consecutive complete reads of the user group without the user.</summary>
    public int AbsentReads { get; init; }
    /// <summary>When the account was created or adopted, UTC.</summary>
    public DateTimeOffset LinkedAt { get; init; }
    /// <summary>How the link was made.</summary>
    public LinkOrigin Origin { get; init; }
    /// <summary>When a run last found the account, UTC, if the last full run did not find it; null if it did, or if that is not known.</summary>
    public DateTimeOffset? LastSeenAt { get; init; }
    /// <summary>
    /// Whether the account was read as active or pending since it was linked or last enabled. Only then does a disabled state mean that an admin disabled it.
    /// </summary>
    public bool SeenActive { get; init; }
    /// <summary>
    /// Whether the account was read in the state that <see cref="AppliedRule"/> requested. Only then does another state mean that an admin restored it.
    /// </summary>
    public bool AppliedRuleSeen { get; init; }
    /// <summary>The unconfirmed write.</summary>
    public UnconfirmedWrite Unconfirmed { get; init; }
    /// <summary>The event that a later run must read again before the account is converted; null if no conversion is waiting.</summary>
    public WaitingEvent? WaitingConversion { get; init; }
    /// <summary>The event with the rule Delete, for which the account is deleted when the waiting time is over; null if no deletion is waiting.</summary>
    public WaitingEvent? WaitingDeletion { get; init; }
    /// <summary>A fingerprint of the names last written; null if none were written, or if the state is older than fingerprints.</summary>
    public long? NamesWritten { get; init; }
    /// <summary>A fingerprint of the names that the server returned after that write; a server may truncate, normalise or derive names.</summary>
    public long? NamesRead { get; init; }
    /// <summary>
    /// Whether the link was recovered on a first run or restored from a backup, and its user has not been present since. A removal then needs an admin's permission.
    /// </summary>
    public bool NeedsConsent { get; init; }

    /// <summary>Whether the link has no trace of a leaving event.</summary>
    public bool IsWithoutLeaver => this is
    {
        AppliedRule: LeaverRule.None, HandledEvent: LeavingEvent.None, PriorState: AccountState.Unknown, AdminChangeReported: false, AbsentReads: 0, AppliedRuleSeen: false,
        Unconfirmed: { Request: AccountRequest.None, Event: LeavingEvent.None }, WaitingConversion: null, WaitingDeletion: null, NeedsConsent: false,
    };

    /// <summary>The link for a user who is present: without any trace of an earlier leaving event.</summary>
    public AccountLink WithoutLeaver() => IsWithoutLeaver
        ? this
        : this with
        {
            AppliedRule = LeaverRule.None,
            HandledEvent = LeavingEvent.None,
            PriorState = AccountState.Unknown,
            AdminChangeReported = false,
            AbsentReads = 0,
            AppliedRuleSeen = false,
            Unconfirmed = default,
            WaitingConversion = null,
            WaitingDeletion = null,
            NeedsConsent = false,
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
    /// <summary>The account belongs in the group, and the server shows it as a member.</summary>
    Shown,
    /// <summary>The connector added the account, but the server does not show it: it hides members, or shows only some.</summary>
    AddedNotShown,
    /// <summary>The connector removed the account, but no read has confirmed it yet.</summary>
    RemovalUnconfirmed,
    /// <summary>An unlinked account that was found in the group and reported.</summary>
    Unlinked,
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
