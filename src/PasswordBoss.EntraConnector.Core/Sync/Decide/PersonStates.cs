using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// Turns what was read from Entra into one state for each user who is in the user group or linked. Lists only nominate: a state that
/// was not read by id in the same run is not verified, and the plan then neither removes nor restores access.
/// </summary>
internal sealed class PersonStates
{
    // If checkMemberGroups does not confirm an absence, this number of consecutive complete reads without the user is trusted.
    private const int ReadsThatDecide = 2;

    private readonly PlannerInput input;
    private readonly Roster roster;
    // Indexed by roster position: lookups are sparse, but each user is checked several times.
    private readonly UserLookup?[] lookups;

    /// <summary>Matches the lookups with their users.</summary>
    /// <param name="input">Everything that was read.</param>
    public PersonStates(PlannerInput input)
    {
        this.input = input;
        roster = input.Roster;
        lookups = new UserLookup?[roster.Entries.Count];
        foreach (var lookup in input.Lookups)
        {
            if (roster.PlaceOf(lookup.Key) is var place and >= 0)
                lookups[place] = lookup.Value;
        }
    }

    /// <summary>The users whose state cannot be decided from a list alone.</summary>
    /// <param name="input">What was read so far; its lookups are not used.</param>
    public static IReadOnlyList<string> Nominate(PlannerInput input)
    {
        var nominated = new HashSet<string>(EntraId.Comparer);
        foreach (var entry in input.Roster.Entries)
        {
            if ((entry.Listed is { } user ? IsUnclear(user, entry.Link, input) : !IsSettled(entry.LinkOfUnlisted, input)) || input.Doubted.Contains(entry.EntraId))
                nominated.Add(entry.EntraId);
        }

        return nominated.ToList();
    }

    private static bool IsUnclear(DirectoryUser user, AccountLink? link, PlannerInput input) => user.AccountEnabled switch
    {
        null => true,
        false => link is not null && (link.HandledEvent != LeavingEvent.Disabled || link.Unconfirmed.Request != AccountRequest.None || input.Reapply || input.IsDeletionDue(link)),
        true => link is not null
            && (link.AppliedRule != LeaverRule.None || link.HandledEvent != LeavingEvent.None || link.Unconfirmed.Request == AccountRequest.Enable || (input.Reapply && !link.SeenActive)),
    };

    /// <summary>The state of each user.</summary>
    public IReadOnlyDictionary<string, Person> People() =>
        Enumerable.Range(0, lookups.Length).Select(PersonAt).ToDictionary(p => p.EntraId, EntraId.Comparer);

    /// <summary>The state of one user.</summary>
    /// <param name="place">The user's place in the roster.</param>
    public Person PersonAt(int place)
    {
        var entry = roster.Entries[place];
        if (input.Doubted.Count > 0 && input.Doubted.Contains(entry.EntraId))
        {
            // A read that failed contradicts nothing, although it does not end the doubt either.
            var doubt = lookups[place] is { Existence: UserExistence.Unknown } ? Texts.DoubtNotReadable : Texts.DoubtToldOtherwise;
            return Unknown(entry.EntraId, lookups[place]?.User ?? entry.Listed, entry.Link?.AbsentReads ?? 0, doubt) with
            {
                InUserGroup = entry.Listed is not null,
            };
        }

        return entry.Listed is { } user ? Listed(user, lookups[place]) : Absent(entry.LinkOfUnlisted, lookups[place]);
    }

    public static Dictionary<string, AccountLink> CurrentLinks(SyncState state)
    {
        var links = new Dictionary<string, AccountLink>(state.Links.Count, EntraId.Comparer);
        foreach (var link in state.Links)
        {
            if (link.Kind == LinkKind.Current)
                links[link.EntraId] = link;
        }

        return links;
    }

    // Stop looking up a deleted user once their account was retired: if restored, they reappear in the group. Keep looking while the account is in use, because
    // a restored user may have left the group.
    private static bool IsSettled(AccountLink link, PlannerInput input) =>
        link is { HandledEvent: LeavingEvent.Deleted, AppliedRule: not LeaverRule.None, Unconfirmed.Request: AccountRequest.None } && !input.Reapply
        && !input.IsDeletionDue(link);

    private Person Listed(DirectoryUser user, UserLookup? lookup)
    {
        if (lookup is null)
            return InGroup(user, verified: false);
        switch (lookup.Existence)
        {
            case UserExistence.Deleted:
                return Deleted(user.Id, verified: true);
            case UserExistence.Exists when lookup.MembershipOf(input.UserGroup.GroupId) == MembershipStatus.NotMember:
                return Unknown(user.Id, user, 0, Texts.DoubtListedButNotMember(input.UserGroup.DisplayName));
            case UserExistence.Exists:
                return InGroup(lookup.User ?? user, verified: true);
            default:
                return Unknown(user.Id, user, 0, Texts.DoubtNotReadable);
        }
    }

    private Person Absent(AccountLink link, UserLookup? lookup)
    {
        // An incremental run does not read the group, so it does not count as another read without the user.
        var absentReads = input.Scope.IsEveryone ? Math.Min(link.AbsentReads + 1, ReadsThatDecide) : link.AbsentReads;
        if (lookup is null)
            return Deleted(link.EntraId, verified: false);
        if (lookup.Existence == UserExistence.Deleted)
            return Deleted(link.EntraId, verified: true);
        if (lookup.Existence == UserExistence.Unknown || lookup.User is null)
            return Unknown(link.EntraId, lookup.User, absentReads, Texts.DoubtNotReadable);
        var membership = lookup.MembershipOf(input.UserGroup.GroupId);
        // A full run does not look such a user up. An incremental run does after a restore, and must decide as a full run would.
        if (IsSettled(link, input) && membership == MembershipStatus.NotMember)
            return Deleted(link.EntraId, verified: false);
        if (input.UserGroup.Status == ReadingStatus.Hidden)
            return Unknown(link.EntraId, lookup.User, link.AbsentReads, Texts.DoubtHidden(input.UserGroup.DisplayName));
        switch (membership)
        {
            case MembershipStatus.Member when input.IncludeNested:
                return InGroup(lookup.User, verified: true);
            case MembershipStatus.NotMember:
                return Removed(lookup.User, absentReads);
            default:
                // Returned although only direct members count (checkMemberGroups is transitive), or the call was refused.
                return absentReads >= ReadsThatDecide
                    ? Removed(lookup.User, absentReads)
                    : Unknown(link.EntraId, lookup.User, absentReads, Texts.DoubtAbsentOnce(input.UserGroup.DisplayName)) with { NeedsCompleteRead = true };
        }
    }

    private static Person InGroup(DirectoryUser user, bool verified) => user.AccountEnabled switch
    {
        true => new Person { EntraId = user.Id, Presence = PersonPresence.Present, User = user, InUserGroup = true, IsVerified = verified },
        false => new Person
        {
            EntraId = user.Id,
            Presence = PersonPresence.Leaver,
            Event = LeavingEvent.Disabled,
            User = user,
            InUserGroup = true,
            IsVerified = verified,
        },
        null => Unknown(user.Id, user, 0, Texts.DoubtEnabledNotReadable) with { InUserGroup = true },
    };

    private static Person Removed(DirectoryUser user, int absentReads) => new()
    {
        EntraId = user.Id,
        Presence = PersonPresence.Leaver,
        Event = LeavingEvent.Removed,
        NextEvent = user.AccountEnabled == false ? LeavingEvent.Disabled : LeavingEvent.None,
        User = user,
        AbsentReads = absentReads,
        IsVerified = true,
    };

    private static Person Deleted(string id, bool verified) =>
        new() { EntraId = id, Presence = PersonPresence.Leaver, Event = LeavingEvent.Deleted, IsVerified = verified };

    private static Person Unknown(string id, DirectoryUser? user, int absentReads, Message doubt) =>
        new() { EntraId = id, Presence = PersonPresence.Unknown, User = user, AbsentReads = absentReads, Doubt = doubt };
}
