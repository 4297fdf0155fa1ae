using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// Turns what was read of Entra into one state for each person who is in the user group or linked. Lists only nominate: nobody counts as a leaver, and
/// nobody who was disabled counts as back, without having been read by id in the same run.
/// </summary>
internal sealed class PersonStates
{
    // So many complete reads in a row that lack a person are believed where checkMemberGroups does not confirm it.
    private const int ReadsThatDecide = 2;

    private readonly PlannerInput input;
    private readonly Roster roster;
    // Few are looked up, and everybody is asked about more than once: by her place, not by her id.
    private readonly UserLookup?[] lookups;

    /// <summary>Brings the lookups together with the people whom they are about.</summary>
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

    /// <summary>The people whose state a list alone cannot tell.</summary>
    /// <param name="input">What was read so far; its lookups are not used.</param>
    public static IReadOnlyList<string> Nominate(PlannerInput input)
    {
        var nominated = new HashSet<string>(EntraId.Comparer);
        foreach (var entry in input.Roster.Entries)
        {
            if ((entry.Listed is { } user ? IsUnclear(user, entry.Link, input) : !IsSettled(entry.Link!, input)) || input.Doubted.Contains(entry.EntraId))
                nominated.Add(entry.EntraId);
        }

        return nominated.ToList();
    }

    private static bool IsUnclear(DirectoryUser user, AccountLink? link, PlannerInput input) => user.AccountEnabled switch
    {
        null => true,
        false => link is not null && (link.HandledEvent != LeavingEvent.Disabled || input.Reapply || input.IsDeletionDue(link)),
        true => link is not null && (link.Done != LeaverRule.None || link.HandledEvent != LeavingEvent.None || (input.Reapply && !link.SeenActive)),
    };

    /// <summary>The state of each person.</summary>
    public IReadOnlyDictionary<string, Person> People() =>
        Enumerable.Range(0, lookups.Length).Select(PersonAt).ToDictionary(p => p.EntraId, EntraId.Comparer);

    /// <summary>The state of one person.</summary>
    /// <param name="place">Her place in the roster.</param>
    public Person PersonAt(int place)
    {
        var entry = roster.Entries[place];
        if (input.Doubted.Count > 0 && input.Doubted.Contains(entry.EntraId))
        {
            return Unknown(entry.EntraId, lookups[place]?.User ?? entry.Listed, entry.Link?.AbsentReads ?? 0, Texts.DoubtToldOtherwise) with
            {
                InUserGroup = entry.Listed is not null,
            };
        }

        return entry.Listed is { } user ? Listed(user, lookups[place]) : Absent(entry.Link!, lookups[place]);
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

    // Whose account was taken away because she was deleted is not asked about for ever: restored, she stands in the group again. Whose account is still in use
    // is, because restored she may have left the group since.
    private static bool IsSettled(AccountLink link, PlannerInput input) =>
        link is { HandledEvent: LeavingEvent.Deleted, Done: not LeaverRule.None, Asked: AccountRequest.None } && !input.Reapply
        && !input.IsDeletionDue(link);

    private Person Listed(DirectoryUser user, UserLookup? lookup)
    {
        if (lookup is null)
            return InGroup(user, verified: false);
        switch (lookup.Existence)
        {
            case UserExistence.Deleted:
                return Deleted(user.Id, verified: true);
            case UserExistence.Exists when lookup.MembershipOf(input.UserGroup.GroupId) == MembershipAnswer.NotMember:
                return Unknown(user.Id, user, 0, Texts.DoubtListedButNotMember(input.UserGroup.DisplayName));
            case UserExistence.Exists:
                return InGroup(lookup.User ?? user, verified: true);
            default:
                return Unknown(user.Id, user, 0, Texts.DoubtNotReadable);
        }
    }

    private Person Absent(AccountLink link, UserLookup? lookup)
    {
        // An incremental run has not read the group, so that its absence from the list says nothing more than before.
        var absentReads = input.Focus is null ? Math.Min(link.AbsentReads + 1, ReadsThatDecide) : link.AbsentReads;
        if (lookup is null)
            return Deleted(link.EntraId, verified: false);
        if (lookup.Existence == UserExistence.Deleted)
            return Deleted(link.EntraId, verified: true);
        if (lookup.Existence == UserExistence.Unknown || lookup.User is null)
            return Unknown(link.EntraId, lookup.User, absentReads, Texts.DoubtNotReadable);
        var answer = lookup.MembershipOf(input.UserGroup.GroupId);
        // An incremental run hears of her when she is restored, and does about her what a full run does.
        if (IsSettled(link, input) && answer == MembershipAnswer.NotMember)
            return Deleted(link.EntraId, verified: false);
        if (input.UserGroup.Status == ReadingStatus.Hidden)
            return Unknown(link.EntraId, lookup.User, link.AbsentReads, Texts.DoubtHidden(input.UserGroup.DisplayName));
        switch (answer)
        {
            case MembershipAnswer.Member when input.IncludeNested:
                return InGroup(lookup.User, verified: true);
            case MembershipAnswer.NotMember:
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
