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
internal sealed class MemberDecisions
{
    private readonly MemberContext context;
    private readonly GroupReading reading;
    // From earlier runs, by account id.
    private readonly IReadOnlyDictionary<string, GroupMemberMark> marks;
    private readonly List<RemoveMember> removals = new();
    private readonly List<string> absentOnce = new();
    // Members outside the scope of an incremental run, and members that count as managed by their marks.
    private int others;
    private int managedMembers;
    private bool isUnverified;
    // The list does not contain a member that the connector added and never saw: the server hides members.
    private bool hidesMembers;

    public MemberDecisions(MemberContext context, GroupReading reading)
    {
        this.context = context;
        this.reading = reading;
        marks = context.Input.State.GroupMembers.Of(reading.GroupId);
        foreach (var place in context.Roster.PlacesOf(reading))
        {
            if (context.Listed.Add(place) && context.InUserGroup.Contains(place) && context.Outcomes.WillHaveAccount(place))
                context.Wanted.Add(place);
        }
    }

    /// <summary>Whether the group should have any members.</summary>
    public bool HasWanted => context.Wanted.Places.Count > 0;

    /// <summary>Adds all wanted members to a group that is yet to be created.</summary>
    public void Fill()
    {
        foreach (var place in context.Wanted.Places)
        {
            // The marks are about a group that no longer exists.
            if (context.AccountOf(place) is { } accountId && marks.ContainsKey(accountId))
                context.Plan.Forget(reading, accountId);
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
        var shownBefore = 0;
        foreach (var accountId in group.MemberIds)
        {
            if (!context.ShownIds.Add(accountId))
                continue;
            var isKnown = marks.TryGetValue(accountId, out var mark);
            shownBefore += isKnown ? 1 : 0;
            DecideShown(group, accountId, isKnown ? mark : null, absentBefore);
        }

        // Usually the list shows all known members, and there is nothing to search.
        if (shownBefore < marks.Count)
        {
            foreach (var row in marks.Where(m => !context.ShownIds.Contains(m.Key)))
                DecideNotShown(group, row.Key, row.Value, absentBefore);
        }

        if (context.Wanted.Places.Count == 0 && others == 0 && isUnverified)
        {
            context.Plan.IsPartial = true;
            context.Plan.Skip(reading, Texts.ReasonUnverified, Problems.GroupReadsEmpty(reading.DisplayName));
            removals.Clear();
        }

        foreach (var place in context.Wanted.Places)
        {
            if (!context.Shown.Contains(place) && !IsThereUnshown(place))
                AddMember(group.Id, place);
        }

        context.Plan.Changes.AddRange(SafetyLimits.ForMemberships(context.Input, reading, removals, Math.Max(context.ShownIds.Count, managedMembers), context.IsLeaving, context.Plan.Refusals));
        linkAfter = linkAfter with { AbsentOnce = context.Input.Scope.IsEveryone ? absentOnce : link.AbsentOnce };
        context.Plan.NeedsCompleteRead |= absentOnce.Count > 0;
        if (linkAfter.DisplayName != link.DisplayName || link.NotFoundReads != 0 || !absentOnce.SequenceEqual(link.AbsentOnce, EntraId.Comparer))
            context.Plan.StateChanges.Add(new StateChange.GroupLinkSaved(linkAfter));
    }

    private void DecideShown(AccountGroup group, string accountId, GroupMemberMark? mark, HashSet<string> absentBefore)
    {
        if (KnownMemberSet.CountsAsMember(mark))
            managedMembers++;
        var owner = context.Roster.OwnerOf(accountId);
        if (owner is not { Link: { Kind: not LinkKind.Retired } member, Place: var place })
        {
            if (context.Input.Scope.IsEveryone && !context.Outcomes.IsAdopted(accountId))
                DecideUnlinked(group, accountId, owner?.Link, mark);
            return;
        }

        if (!context.Input.Scope.Contains(member.EntraId))
        {
            others++;
            return;
        }

        if (context.IsReplaced(member, place))
        {
            context.Plan.Changes.Add(RemovalOf(group, member, context.ReplacedBy(member), isShown: true, mark));
            return;
        }

        context.Shown.Add(place);
        if (mark is GroupMemberMark.Unlinked)
            context.Plan.Forget(reading, accountId);
        if (context.Wanted.Contains(place))
        {
            // The list may write a GUID in another case than the link. The mark of a user has the form of the link.
            if (mark != GroupMemberMark.Shown)
                context.Plan.Remember(reading, member.AccountId, GroupMemberMark.Shown);
            return;
        }

        DecideUnwanted(group, member, AbsenceOf(member, place, absentBefore), isShown: true, mark);
    }

    private void DecideNotShown(AccountGroup group, string accountId, GroupMemberMark mark, HashSet<string> absentBefore)
    {
        if (context.Roster.OwnerOf(accountId) is not { Link: { Kind: not LinkKind.Retired } member, Place: var place })
        {
            if (context.Input.Scope.IsEveryone)
                context.Plan.Forget(reading, accountId);
            return;
        }

        var isInScope = context.Input.Scope.Contains(member.EntraId);
        // A removal that we requested is complete if the list no longer shows the member. An account outside the company is in no group.
        if (isInScope && (!KnownMemberSet.CountsAsMember(mark) || mark == GroupMemberMark.RemovalUnconfirmed || context.IsOut(member)))
        {
            context.Plan.Forget(reading, accountId);
            return;
        }

        if (mark is not (GroupMemberMark.Shown or GroupMemberMark.AddedNotShown))
            return;
        managedMembers++;
        hidesMembers |= mark == GroupMemberMark.AddedNotShown;
        if (!isInScope)
            others++;
        else if (context.IsReplaced(member, place))
            context.Plan.Changes.Add(RemovalOf(group, member, context.ReplacedBy(member), isShown: false, mark));
        else if (!context.Wanted.Contains(place))
            DecideUnwanted(group, member, AbsenceOf(member, place, absentBefore), isShown: false, mark);
    }

    // An account in one of our groups that is linked to no user: an admin of Password Boss added it.
    private void DecideUnlinked(AccountGroup group, string accountId, AccountLink? former, GroupMemberMark? mark)
    {
        var account = context.Input.Accounts.Find(accountId);
        var reason = Texts.ReasonUnknownMember;
        var unlinked = new UserSubject(null, account?.UserName ?? former?.Email, account?.DisplayName ?? former?.DisplayName);
        if (context.Input.Rules.UnknownMember == UnknownMemberRule.Remove)
        {
            removals.Add(RemovalOf(group, unlinked, accountId, reason, isShown: true, mark));
            return;
        }

        context.Plan.Changes.Add(new ReportOnly
        {
            Reason = reason,
            About = new Subject(GroupPlan.SubjectOf(reading), unlinked, accountId),
            Because = Problems.UnknownMember(NameOf(unlinked, accountId), reading.DisplayName),
            WasReported = mark == GroupMemberMark.Unlinked,
        });
        if (mark != GroupMemberMark.Unlinked)
            context.Plan.Remember(reading, accountId, GroupMemberMark.Unlinked);
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
                context.Plan.NeedsCompleteRead |= needsCompleteRead;
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
    private bool IsThereUnshown(int place) => context.AccountOf(place) is { } accountId && marks.TryGetValue(accountId, out var mark)
        && (mark == GroupMemberMark.AddedNotShown || (mark == GroupMemberMark.Shown && hidesMembers));

    private Absence AbsenceOf(AccountLink member, int place, HashSet<string> absentBefore)
    {
        var person = context.PersonAt(place);
        // Already reported for the account; not reported again for the group.
        if (context.Outcomes.IsKept(place) || person.Presence == PersonPresence.Unknown)
            return Absence.Unverified.UntilCompleteRead;
        if (!person.InUserGroup)
        {
            // The user left the user group, and their leaving is handled in this run or was handled before.
            return context.Outcomes.IsHandled(place) || member.HandledEvent != LeavingEvent.None
                ? new Absence.Certain(Texts.ReasonMemberLeftUserGroup(context.Input.UserGroup.DisplayName))
                : Absence.Unverified.Now;
        }

        if (context.Listed.Contains(place))
            return context.Outcomes.IsLeaving(place) ? new Absence.Certain(Texts.ReasonMemberLeftUserGroup(context.Input.UserGroup.DisplayName)) : Absence.None.Instance;
        var membership = context.Input.Lookups.TryGetValue(member.EntraId, out var lookup) ? lookup.MembershipOf(reading.GroupId) : MembershipStatus.Unknown;
        if (membership == MembershipStatus.NotMember)
            return new Absence.Certain(Texts.ReasonMemberLeft(reading.DisplayName));
        if (membership == MembershipStatus.Member && context.Input.IncludeNested)
            return Absence.Unverified.Now;
        return absentBefore.Contains(member.EntraId) ? new Absence.Certain(Texts.ReasonMemberLeft(reading.DisplayName)) : Absence.Once.Instance;
    }

    private void AddMember(string? accountGroupId, int place)
    {
        context.Plan.Changes.Add(new AddMember
        {
            Reason = Texts.ReasonMemberJoined(reading.DisplayName),
            Group = GroupPlan.SubjectOf(reading),
            User = context.SubjectOf(place, context.Outcomes.GetsAccount(place) ? null : context.Roster.Entries[place].Link),
            KnownAccountGroupId = accountGroupId,
            KnownAccountId = context.AccountOf(place),
        });
    }

    private RemoveMember RemovalOf(AccountGroup group, AccountLink member, Message reason, bool isShown, GroupMemberMark? mark) =>
        RemovalOf(group, context.SubjectOf(member), member.AccountId, reason, isShown, mark);

    private RemoveMember RemovalOf(AccountGroup group, UserSubject member, string accountId, Message reason, bool isShown, GroupMemberMark? mark) => new()
    {
        Reason = reason,
        Group = GroupPlan.SubjectOf(reading),
        User = member,
        AccountGroupId = group.Id,
        MemberId = accountId,
        WasShown = isShown,
        IsRetry = mark == GroupMemberMark.RemovalUnconfirmed,
    };

    // Whether a member that the group should not have is absent from its Entra group.
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
