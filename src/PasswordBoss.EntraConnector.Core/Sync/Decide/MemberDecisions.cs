using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// Decides, group by group, which members to add and to remove. An account is in the group if the server's list shows it, or if the connector added it: some
/// servers show no members, or only the first ones.
/// </summary>
internal sealed class MemberDecisions
{
    private readonly PlannerInput input;
    private readonly Roster roster;
    private readonly PersonStates desired;
    private readonly AccountOutcomes outcomes;
    private readonly KnownMembers known;
    private readonly GroupActions plan;
    // The members of the user group.
    private readonly RosterSet members;

    // The other fields are about the current group: users that Entra lists, those of them that belong in it, and those that the server shows in it today.
    private readonly RosterSet listed;
    private readonly RosterSet wanted;
    private readonly RosterSet present;
    // All accounts that the server shows in the group, and the marks from earlier runs.
    private readonly HashSet<string> shown = new(StringComparer.Ordinal);
    private Dictionary<string, GroupMemberMark> marks = new(AccountId.Comparer);
    private readonly List<RemoveMember> removals = new();
    private HashSet<string> absentBefore = new(EntraId.Comparer);
    private List<string> absentOnce = new();
    // Members outside the scope of an incremental run, and members that the connector added.
    private int others;
    private int ours;
    private bool unverified;
    // The list does not contain a member that the connector added and never saw: the server hides members.
    private bool hidesMembers;

    public MemberDecisions(PlannerInput input, PersonStates desired, RosterSet members, AccountOutcomes outcomes, GroupActions plan)
    {
        this.input = input;
        this.desired = desired;
        this.members = members;
        this.outcomes = outcomes;
        this.plan = plan;
        roster = input.Roster;
        known = new KnownMembers(input.State);
        listed = new RosterSet(roster.Entries.Count);
        wanted = new RosterSet(roster.Entries.Count);
        present = new RosterSet(roster.Entries.Count);
    }

    /// <summary>Switches to another group.</summary>
    /// <param name="reading">The group.</param>
    public void TurnTo(GroupReading reading)
    {
        marks = known.Of(reading.GroupId);
        listed.Clear();
        wanted.Clear();
        foreach (var user in reading.Users)
        {
            if (roster.PlaceOf(user.Id) is var place and >= 0 && listed.Add(place) && members.Contains(place) && outcomes.WillHaveAccount(place))
                wanted.Add(place);
        }
    }

    /// <summary>Whether the group should have any members.</summary>
    public bool HasWanted => wanted.Places.Count > 0;

    /// <summary>Adds all wanted members to a group that is yet to be created.</summary>
    /// <param name="reading">The group.</param>
    public void Fill(GroupReading reading)
    {
        foreach (var place in wanted.Places)
        {
            // The marks are about a group that no longer exists.
            if (AccountOf(place) is { } accountId && marks.ContainsKey(accountId))
                plan.Forget(reading, accountId);
            AddMember(reading, null, place);
        }
    }

    /// <summary>Brings the members of a group in line with its Entra group.</summary>
    /// <param name="reading">The group.</param>
    /// <param name="link">Its link.</param>
    /// <param name="linkAfter">The link as it will be after this run.</param>
    /// <param name="group">The group in Password Boss.</param>
    public void Reconcile(GroupReading reading, GroupLink link, GroupLink linkAfter, AccountGroup group)
    {
        present.Clear();
        shown.Clear();
        removals.Clear();
        absentBefore = new HashSet<string>(link.AbsentOnce, EntraId.Comparer);
        absentOnce = new List<string>();
        (others, ours, unverified, hidesMembers) = (0, 0, false, false);
        foreach (var accountId in group.MemberIds)
        {
            if (shown.Add(accountId))
                DecideShown(reading, group, accountId, marks.TryGetValue(accountId, out var mark) ? mark : null);
        }

        foreach (var row in marks)
        {
            if (!shown.Contains(row.Key))
                DecideNotShown(reading, group, row.Key, row.Value);
        }

        if (wanted.Places.Count == 0 && others == 0 && unverified)
        {
            plan.IsPartial = true;
            plan.Skip(reading, Texts.ReasonUnverified, Problems.GroupReadsEmpty(reading.DisplayName));
            removals.Clear();
        }

        foreach (var place in wanted.Places)
        {
            if (!present.Contains(place) && !IsThereUnshown(place))
                AddMember(reading, group.Id, place);
        }

        plan.Actions.AddRange(SafetyLimits.ForMemberships(input, reading, removals, Math.Max(shown.Count, ours), IsLeaving, plan.Refusals));
        linkAfter = linkAfter with { AbsentOnce = input.Focus is null ? absentOnce : link.AbsentOnce };
        plan.NeedsCompleteRead |= absentOnce.Count > 0;
        if (linkAfter.DisplayName != link.DisplayName || link.NotFoundReads != 0 || !absentOnce.SequenceEqual(link.AbsentOnce, EntraId.Comparer))
            plan.StateChanges.Add(new StateChange.GroupLinkSaved(linkAfter));
    }

    private void DecideShown(GroupReading reading, AccountGroup group, string accountId, GroupMemberMark? mark)
    {
        if (KnownMembers.IsOurs(mark))
            ours++;
        var owner = roster.OwnerOf(accountId);
        if (owner is not { Link: { Kind: not LinkKind.Retired } member, Place: var place })
        {
            if (input.Focus is null && !outcomes.IsAdopted(accountId))
                DecideStranger(reading, group, accountId, owner?.Link, mark);
            return;
        }

        if (!input.IsAbout(member.EntraId))
        {
            others++;
            return;
        }

        if (IsReplaced(member, place))
        {
            plan.Actions.Add(RemovalOf(reading, group, member, ReplacedBy(member), isShown: true, mark));
            return;
        }

        present.Add(place);
        if (wanted.Contains(place))
        {
            if (mark != GroupMemberMark.Added)
                plan.Remember(reading, accountId, GroupMemberMark.Added);
            return;
        }

        if (mark is GroupMemberMark.Stranger)
            plan.Forget(reading, accountId);
        if (AbsenceOf(member, place, reading) is { } reason)
            removals.Add(RemovalOf(reading, group, member, reason, isShown: true, mark));
    }

    private void DecideNotShown(GroupReading reading, AccountGroup group, string accountId, GroupMemberMark mark)
    {
        if (roster.OwnerOf(accountId) is not { Link: { Kind: not LinkKind.Retired } member, Place: var place })
        {
            if (input.Focus is null)
                plan.Forget(reading, accountId);
            return;
        }

        var isAbout = input.IsAbout(member.EntraId);
        // A removal that we requested is complete if the list no longer shows the member. An account outside the company is in no group.
        if (isAbout && (!KnownMembers.IsOurs(mark) || mark == GroupMemberMark.RemovalAsked || IsOut(member)))
        {
            plan.Forget(reading, accountId);
            return;
        }

        if (mark is not (GroupMemberMark.Added or GroupMemberMark.AddedNotShown))
            return;
        ours++;
        hidesMembers |= mark == GroupMemberMark.AddedNotShown;
        if (!isAbout)
            others++;
        else if (IsReplaced(member, place))
            plan.Actions.Add(RemovalOf(reading, group, member, ReplacedBy(member), isShown: false, mark));
        else if (!wanted.Contains(place) && AbsenceOf(member, place, reading) is { } reason)
            removals.Add(RemovalOf(reading, group, member, reason, isShown: false, mark));
    }

    // An account in one of our groups that is linked to no user: an admin of Password Boss added it.
    private void DecideStranger(GroupReading reading, AccountGroup group, string accountId, AccountLink? former, GroupMemberMark? mark)
    {
        var account = input.Accounts.Find(accountId);
        var reason = Texts.ReasonUnknownMember;
        var stranger = new UserSubject(null, account?.UserName ?? former?.Email, account?.DisplayName ?? former?.DisplayName);
        if (input.Rules.UnknownMember == UnknownMemberRule.Remove)
        {
            removals.Add(RemovalOf(reading, group, stranger, accountId, reason, isShown: true, mark));
            return;
        }

        plan.Actions.Add(new Report
        {
            Reason = reason,
            About = new Subject(GroupActions.SubjectOf(reading), stranger, accountId),
            Because = Problems.UnknownMember(NameOf(stranger, accountId), reading.DisplayName),
            WasReported = mark == GroupMemberMark.Stranger,
        });
        if (mark != GroupMemberMark.Stranger)
            plan.Remember(reading, accountId, GroupMemberMark.Stranger);
    }

    private static string NameOf(UserSubject member, string accountId) => member switch
    {
        { Email: null } => accountId,
        { DisplayName: { Length: > 0 } name } => Texts.TextNameAndAddress(name, member.Email).Render(),
        _ => member.Email,
    };

    // Whether we added a member that the list does not show. If the list once showed them, an admin has removed them since, unless this server is known to hide
    // members.
    private bool IsThereUnshown(int place) => AccountOf(place) is { } accountId && marks.TryGetValue(accountId, out var mark)
        && (mark == GroupMemberMark.AddedNotShown || (mark == GroupMemberMark.Added && hidesMembers));

    // Null for an account that is yet to be created.
    private string? AccountOf(int place) => outcomes.GetsAccount(place) ? outcomes.AccountGot(place) : roster.Entries[place].Link?.AccountId;

    // Whether the account has left the company. An account that the connector disabled may only be hidden.
    private bool IsOut(AccountLink member) =>
        member.Done == LeaverRule.ConvertToPersonal
        || input.Accounts.Find(member.AccountId)?.State == AccountState.Personal
        || (member.Done == LeaverRule.None && input.Accounts.IsGone(member.AccountId));

    // The user has another account now, or gets one in this run, and that account replaces this one in the group.
    private bool IsReplaced(AccountLink member, int place) => member.Kind == LinkKind.Predecessor
        || (outcomes.GetsAccount(place) && !string.Equals(outcomes.AccountGot(place), member.AccountId, StringComparison.Ordinal));

    private Message ReplacedBy(AccountLink member) =>
        Texts.ReasonPredecessorRetired(UserAt(roster.PlaceOf(member.EntraId)) is { } user ? AddressOf(user) ?? "" : "");

    private bool IsLeaving(RemoveMember removal) => removal.User.EntraId is { } entraId && roster.PlaceOf(entraId) is var place and >= 0 && outcomes.IsLeaving(place);

    private DirectoryUser? UserAt(int place) => place >= 0 ? desired.PersonAt(place).User : null;

    private string? AddressOf(DirectoryUser user) => EmailAddress.Choose(user, input.Rules.EmailSource);

    // The reason to remove a member; null if the member's state is unclear, or if the change that retires the account is held back.
    private Message? AbsenceOf(AccountLink member, int place, GroupReading reading)
    {
        var person = desired.PersonAt(place);
        if (outcomes.IsKept(place) || person.Presence == PersonPresence.Unknown)
        {
            // Already reported for the account; not reported again for the group.
            plan.NeedsCompleteRead = true;
            unverified = true;
            return null;
        }

        if (!person.InUserGroup)
        {
            // The user left the user group, and their leaving is handled in this run or was handled before.
            if (outcomes.IsHandled(place) || member.HandledEvent != LeavingEvent.None)
                return Texts.ReasonMemberLeftUserGroup(input.UserGroup.DisplayName);
            unverified = true;
            return null;
        }

        if (listed.Contains(place))
            return outcomes.IsLeaving(place) ? Texts.ReasonMemberLeftUserGroup(input.UserGroup.DisplayName) : null;
        var answer = input.Lookups.TryGetValue(member.EntraId, out var lookup) ? lookup.MembershipOf(reading.GroupId) : MembershipAnswer.Unknown;
        if (answer == MembershipAnswer.NotMember)
            return Texts.ReasonMemberLeft(reading.DisplayName);
        if (answer == MembershipAnswer.Member && input.IncludeNested)
        {
            unverified = true;
            return null;
        }

        if (absentBefore.Contains(member.EntraId))
            return Texts.ReasonMemberLeft(reading.DisplayName);
        absentOnce.Add(member.EntraId);
        unverified = true;
        return null;
    }

    private void AddMember(GroupReading reading, string? accountGroupId, int place)
    {
        var entry = roster.Entries[place];
        var link = outcomes.GetsAccount(place) ? null : entry.Link;
        plan.Actions.Add(new AddMember
        {
            Reason = Texts.ReasonMemberJoined(reading.DisplayName),
            Group = GroupActions.SubjectOf(reading),
            User = SubjectOf(entry.EntraId, UserAt(place), link),
            KnownAccountGroupId = accountGroupId,
            KnownAccountId = AccountOf(place),
        });
    }

    private RemoveMember RemovalOf(GroupReading reading, AccountGroup group, AccountLink member, Message reason, bool isShown, GroupMemberMark? mark) =>
        RemovalOf(reading, group, SubjectOf(member.EntraId, UserAt(roster.PlaceOf(member.EntraId)), member), member.AccountId, reason, isShown, mark);

    private static RemoveMember RemovalOf(
        GroupReading reading, AccountGroup group, UserSubject member, string accountId, Message reason, bool isShown, GroupMemberMark? mark) => new()
        {
            Reason = reason,
            Group = GroupActions.SubjectOf(reading),
            User = member,
            AccountGroupId = group.Id,
            MemberId = accountId,
            WasShown = isShown,
            IsRetry = mark == GroupMemberMark.RemovalAsked,
        };

    private UserSubject SubjectOf(string entraId, DirectoryUser? user, AccountLink? link) =>
        new(entraId, link?.Email ?? (user is null ? null : AddressOf(user)), AddressClaims.NameOf(user) ?? link?.DisplayName);
}
