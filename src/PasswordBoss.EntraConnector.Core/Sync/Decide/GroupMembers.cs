using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// Decides which members to add to one group and to remove from it. An account is in the group if the server's list shows it, or if the connector added it: some
/// servers show no members, or only the first ones.
/// </summary>
internal sealed class GroupMembers
{
    private readonly MemberDecisions all;
    private readonly PlannerInput input;
    private readonly Roster roster;
    private readonly AccountOutcomes outcomes;
    private readonly GroupPlan plan;
    private readonly GroupReading reading;
    // The users that Entra lists, those of them that belong in the group, and those whose accounts the server shows in it.
    private readonly RosterSet listed;
    private readonly RosterSet wanted;
    private readonly RosterSet shown;
    // All accounts that the server shows in the group, and the marks from earlier runs.
    private readonly HashSet<string> shownIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupMemberMark> marks;
    private readonly List<RemoveMember> removals = new();
    private readonly List<string> absentOnce = new();
    // Members outside the scope of an incremental run, and members that the connector added.
    private int others;
    private int ours;
    private bool isUnverified;
    // The list does not contain a member that the connector added and never saw: the server hides members.
    private bool hidesMembers;

    public GroupMembers(MemberDecisions all, GroupReading reading, Dictionary<string, GroupMemberMark> marks)
    {
        this.all = all;
        this.reading = reading;
        this.marks = marks;
        input = all.Input;
        roster = all.Roster;
        outcomes = all.Outcomes;
        plan = all.Plan;
        listed = all.Listed;
        wanted = all.Wanted;
        shown = all.Shown;
        foreach (var user in reading.Users)
        {
            if (roster.PlaceOf(user.Id) is var place and >= 0 && listed.Add(place) && all.InUserGroup.Contains(place) && outcomes.WillHaveAccount(place))
                wanted.Add(place);
        }
    }

    /// <summary>Whether the group should have any members.</summary>
    public bool HasWanted => wanted.Places.Count > 0;

    /// <summary>Adds all wanted members to a group that is yet to be created.</summary>
    public void Fill()
    {
        foreach (var place in wanted.Places)
        {
            // The marks are about a group that no longer exists.
            if (all.AccountOf(place) is { } accountId && marks.ContainsKey(accountId))
                plan.Forget(reading, accountId);
            AddMember(null, place);
        }
    }

    /// <summary>Brings the members of the group in line with its Entra group.</summary>
    /// <param name="link">Its link.</param>
    /// <param name="linkAfter">The link as it will be after this run.</param>
    /// <param name="group">The group in Password Boss.</param>
    public void Reconcile(GroupLink link, GroupLink linkAfter, AccountGroup group)
    {
        var absentBefore = new HashSet<string>(link.AbsentOnce, EntraId.Comparer);
        foreach (var accountId in group.MemberIds)
        {
            if (shownIds.Add(accountId))
                DecideShown(group, accountId, marks.TryGetValue(accountId, out var mark) ? mark : null, absentBefore);
        }

        foreach (var row in marks)
        {
            if (!shownIds.Contains(row.Key))
                DecideNotShown(group, row.Key, row.Value, absentBefore);
        }

        if (wanted.Places.Count == 0 && others == 0 && isUnverified)
        {
            plan.IsPartial = true;
            plan.Skip(reading, Texts.ReasonUnverified, Problems.GroupReadsEmpty(reading.DisplayName));
            removals.Clear();
        }

        foreach (var place in wanted.Places)
        {
            if (!shown.Contains(place) && !IsThereUnshown(place))
                AddMember(group.Id, place);
        }

        plan.Changes.AddRange(SafetyLimits.ForMemberships(input, reading, removals, Math.Max(shownIds.Count, ours), all.IsLeaving, plan.Refusals));
        linkAfter = linkAfter with { AbsentOnce = input.Scope.IsEveryone ? absentOnce : link.AbsentOnce };
        plan.NeedsCompleteRead |= absentOnce.Count > 0;
        if (linkAfter.DisplayName != link.DisplayName || link.NotFoundReads != 0 || !absentOnce.SequenceEqual(link.AbsentOnce, EntraId.Comparer))
            plan.StateChanges.Add(new StateChange.GroupLinkSaved(linkAfter));
    }

    private void DecideShown(AccountGroup group, string accountId, GroupMemberMark? mark, HashSet<string> absentBefore)
    {
        if (KnownMembers.CountsAsMember(mark))
            ours++;
        var owner = roster.OwnerOf(accountId);
        if (owner is not { Link: { Kind: not LinkKind.Retired } member, Place: var place })
        {
            if (input.Scope.IsEveryone && !outcomes.IsAdopted(accountId))
                DecideUnlinked(group, accountId, owner?.Link, mark);
            return;
        }

        if (!input.Scope.Contains(member.EntraId))
        {
            others++;
            return;
        }

        if (all.IsReplaced(member, place))
        {
            plan.Changes.Add(RemovalOf(group, member, all.ReplacedBy(member), isShown: true, mark));
            return;
        }

        shown.Add(place);
        if (wanted.Contains(place))
        {
            if (mark != GroupMemberMark.Added)
                plan.Remember(reading, accountId, GroupMemberMark.Added);
            return;
        }

        if (mark is GroupMemberMark.Stranger)
            plan.Forget(reading, accountId);
        DecideUnwanted(group, member, AbsenceOf(member, place, absentBefore), isShown: true, mark);
    }

    private void DecideNotShown(AccountGroup group, string accountId, GroupMemberMark mark, HashSet<string> absentBefore)
    {
        if (roster.OwnerOf(accountId) is not { Link: { Kind: not LinkKind.Retired } member, Place: var place })
        {
            if (input.Scope.IsEveryone)
                plan.Forget(reading, accountId);
            return;
        }

        var isInScope = input.Scope.Contains(member.EntraId);
        // A removal that we requested is complete if the list no longer shows the member. An account outside the company is in no group.
        if (isInScope && (!KnownMembers.CountsAsMember(mark) || mark == GroupMemberMark.RemovalAsked || all.IsOut(member)))
        {
            plan.Forget(reading, accountId);
            return;
        }

        if (mark is not (GroupMemberMark.Added or GroupMemberMark.AddedNotShown))
            return;
        ours++;
        hidesMembers |= mark == GroupMemberMark.AddedNotShown;
        if (!isInScope)
            others++;
        else if (all.IsReplaced(member, place))
            plan.Changes.Add(RemovalOf(group, member, all.ReplacedBy(member), isShown: false, mark));
        else if (!wanted.Contains(place))
            DecideUnwanted(group, member, AbsenceOf(member, place, absentBefore), isShown: false, mark);
    }

    // An account in one of our groups that is linked to no user: an admin of Password Boss added it.
    private void DecideUnlinked(AccountGroup group, string accountId, AccountLink? former, GroupMemberMark? mark)
    {
        var account = input.Accounts.Find(accountId);
        var reason = Texts.ReasonUnknownMember;
        var unlinked = new UserSubject(null, account?.UserName ?? former?.Email, account?.DisplayName ?? former?.DisplayName);
        if (input.Rules.UnknownMember == UnknownMemberRule.Remove)
        {
            removals.Add(RemovalOf(group, unlinked, accountId, reason, isShown: true, mark));
            return;
        }

        plan.Changes.Add(new Report
        {
            Reason = reason,
            About = new Subject(GroupPlan.SubjectOf(reading), unlinked, accountId),
            Because = Problems.UnknownMember(NameOf(unlinked, accountId), reading.DisplayName),
            WasReported = mark == GroupMemberMark.Stranger,
        });
        if (mark != GroupMemberMark.Stranger)
            plan.Remember(reading, accountId, GroupMemberMark.Stranger);
    }

    private void DecideUnwanted(AccountGroup group, AccountLink member, Absence absence, bool isShown, GroupMemberMark? mark)
    {
        switch (absence)
        {
            case Absence.Certain { Reason: var reason }:
                removals.Add(RemovalOf(group, member, reason, isShown, mark));
                break;
            case Absence.Once:
                absentOnce.Add(member.EntraId);
                isUnverified = true;
                break;
            case Absence.Unverified { NeedsCompleteRead: var needsCompleteRead }:
                plan.NeedsCompleteRead |= needsCompleteRead;
                isUnverified = true;
                break;
        }
    }

    private static MessageArgument NameOf(UserSubject member, string accountId) => member switch
    {
        { Email: null } => accountId,
        { DisplayName: { Length: > 0 } name } => Texts.TextNameAndAddress(name, member.Email),
        _ => member.Email,
    };

    // Whether we added a member that the list does not show. If the list once showed them, an admin has removed them since, unless this server is known to hide
    // members.
    private bool IsThereUnshown(int place) => all.AccountOf(place) is { } accountId && marks.TryGetValue(accountId, out var mark)
        && (mark == GroupMemberMark.AddedNotShown || (mark == GroupMemberMark.Added && hidesMembers));

    private Absence AbsenceOf(AccountLink member, int place, HashSet<string> absentBefore)
    {
        var person = all.PersonAt(place);
        // Already reported for the account; not reported again for the group.
        if (outcomes.IsKept(place) || person.Presence == PersonPresence.Unknown)
            return Absence.Unverified.UntilCompleteRead;
        if (!person.InUserGroup)
        {
            // The user left the user group, and their leaving is handled in this run or was handled before.
            return outcomes.IsHandled(place) || member.HandledEvent != LeavingEvent.None
                ? new Absence.Certain(Texts.ReasonMemberLeftUserGroup(input.UserGroup.DisplayName))
                : Absence.Unverified.Now;
        }

        if (listed.Contains(place))
            return outcomes.IsLeaving(place) ? new Absence.Certain(Texts.ReasonMemberLeftUserGroup(input.UserGroup.DisplayName)) : Absence.None.Instance;
        var answer = input.Lookups.TryGetValue(member.EntraId, out var lookup) ? lookup.MembershipOf(reading.GroupId) : MembershipAnswer.Unknown;
        if (answer == MembershipAnswer.NotMember)
            return new Absence.Certain(Texts.ReasonMemberLeft(reading.DisplayName));
        if (answer == MembershipAnswer.Member && input.IncludeNested)
            return Absence.Unverified.Now;
        return absentBefore.Contains(member.EntraId) ? new Absence.Certain(Texts.ReasonMemberLeft(reading.DisplayName)) : Absence.Once.Instance;
    }

    private void AddMember(string? accountGroupId, int place)
    {
        plan.Changes.Add(new AddMember
        {
            Reason = Texts.ReasonMemberJoined(reading.DisplayName),
            Group = GroupPlan.SubjectOf(reading),
            User = all.SubjectOf(place, outcomes.GetsAccount(place) ? null : roster.Entries[place].Link),
            KnownAccountGroupId = accountGroupId,
            KnownAccountId = all.AccountOf(place),
        });
    }

    private RemoveMember RemovalOf(AccountGroup group, AccountLink member, Message reason, bool isShown, GroupMemberMark? mark) =>
        RemovalOf(group, all.SubjectOf(member), member.AccountId, reason, isShown, mark);

    private RemoveMember RemovalOf(AccountGroup group, UserSubject member, string accountId, Message reason, bool isShown, GroupMemberMark? mark) => new()
    {
        Reason = reason,
        Group = GroupPlan.SubjectOf(reading),
        User = member,
        AccountGroupId = group.Id,
        MemberId = accountId,
        WasShown = isShown,
        IsRetry = mark == GroupMemberMark.RemovalAsked,
    };

    // Whether a member that the group should not have is absent from its Entra group. The kinds are closed.
    private abstract record Absence
    {
        // The member is in the Entra group, but their account was not read or belongs to another user.
        public sealed record None : Absence
        {
            public static None Instance { get; } = new();
        }

        // The member left.
        public sealed record Certain(Message Reason) : Absence;

        // This complete read is the first one without the member, and checkMemberGroups does not confirm it. A second one decides.
        public sealed record Once : Absence
        {
            public static Once Instance { get; } = new();
        }

        // The member's state is unclear, or the change that retires the account is held back.
        public sealed record Unverified(bool NeedsCompleteRead) : Absence
        {
            public static Unverified Now { get; } = new(NeedsCompleteRead: false);

            public static Unverified UntilCompleteRead { get; } = new(NeedsCompleteRead: true);
        }
    }
}
