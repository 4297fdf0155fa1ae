using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// The decisions about the additional groups. The members of a group are the members of its Entra group who are linked and in the user group.
/// </summary>
internal sealed class GroupDecisions
{
    private readonly PlannerInput input;
    private readonly Lazy<MemberContext> members;
    private readonly GroupPlan plan;
    private readonly HashSet<string> takenNames;

    public GroupDecisions(
        PlannerInput input, PersonStates states, RosterSet inUserGroup, IReadOnlyList<PlannedChange> personChanges, IReadOnlyList<StateChange> personStateChanges, GroupPlan plan)
    {
        this.input = input;
        this.plan = plan;
        members = new(() => new MemberContext(input, states, inUserGroup, new AccountOutcomes(input.Roster, personChanges, personStateChanges), plan));
        takenNames = new HashSet<string>(input.AccountGroups.Select(g => g.DisplayName.Trim()), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The members of Password Boss groups that a complete read of the Entra group does not contain, and the groups in which to verify them.</summary>
    public static (IReadOnlyCollection<string> People, IReadOnlyCollection<string> Groups) Nominate(PlannerInput input)
    {
        var nominated = new HashSet<string>(EntraId.Comparer);
        var groups = new List<string>();
        if (input.AdditionalGroups.Count == 0)
            return (nominated, groups);
        var byId = input.AccountGroups.ToDictionary(g => g.Id, AccountId.Comparer);
        var links = input.State.GroupLinks.ToDictionary(l => l.GroupId, EntraId.Comparer);
        var listed = new RosterSet(input.Roster.Entries.Count);
        var inGroup = new RosterSet(input.Roster.Entries.Count);
        foreach (var reading in input.AdditionalGroups)
        {
            if (reading.Status != ReadingStatus.Complete)
                continue;
            var group = links.TryGetValue(reading.GroupId, out var link) && byId.TryGetValue(link.AccountGroupId, out var linked) ? linked : FindMarked(input, reading);
            if (group is null)
                continue;
            listed.Clear();
            foreach (var place in input.Roster.PlacesOf(reading))
                listed.Add(place);

            inGroup.Clear();
            var marks = input.State.GroupMembers.Of(reading.GroupId);
            var shownBefore = 0;
            foreach (var accountId in group.MemberIds)
                shownBefore += AddMember(accountId) && marks.ContainsKey(accountId) ? 1 : 0;

            // Usually the list shows all known members, and there is nothing to add.
            if (shownBefore < marks.Count)
            {
                foreach (var known in marks.Where(m => KnownMemberSet.CountsAsMember(m.Value)))
                    AddMember(known.Key);
            }

            var missing = inGroup.Places.FindAll(place => !listed.Contains(place));
            foreach (var place in missing)
                nominated.Add(input.Roster.Entries[place].EntraId);
            if (missing.Count > 0)
                groups.Add(reading.GroupId);
        }

        return (nominated, groups);

        bool AddMember(string accountId) => input.Roster.OwnerOf(accountId) is { Place: var place and >= 0 } && inGroup.Add(place);
    }

    public void Decide()
    {
        var byId = input.AccountGroups.ToDictionary(g => g.Id, AccountId.Comparer);
        var links = input.State.GroupLinks.ToDictionary(l => l.GroupId, EntraId.Comparer);
        var selected = new HashSet<string>(input.AdditionalGroups.Select(g => g.GroupId), EntraId.Comparer);
        foreach (var link in links.Values)
        {
            // An incremental run gets only the changed groups. A changed selection is handled by a full run.
            if (input.Scope.IsEveryone && !selected.Contains(link.GroupId))
                GiveUp(link, byId, Texts.ReasonGroupDeselected);
        }

        foreach (var reading in input.AdditionalGroups)
        {
            links.TryGetValue(reading.GroupId, out var link);
            DecideGroup(reading, link, link is not null && byId.TryGetValue(link.AccountGroupId, out var group) ? group : null, byId);
        }
    }

    private void DecideGroup(GroupReading reading, GroupLink? link, AccountGroup? group, Dictionary<string, AccountGroup> byId)
    {
        switch (reading.Status)
        {
            case ReadingStatus.NotFound:
                DecideNotFound(reading, link, byId);
                return;
            case ReadingStatus.Incomplete:
            case ReadingStatus.Hidden:
                plan.IsPartial = true;
                plan.Skip(reading, Texts.ReasonGroupUnread, Problems.GroupUnreadable(reading.DisplayName, reading.Problem?.Sentence ?? Texts.DoubtHidden(reading.DisplayName)));
                return;
        }

        if (!input.Capabilities.Groups)
        {
            plan.IsPartial = true;
            plan.Skip(reading, Texts.ReasonGroupUnread, Problems.GroupsNotSupported(reading.DisplayName));
            return;
        }

        var groupMembers = members.Value.Of(reading);
        group ??= Reclaim(reading, ref link);
        if (group is null || link is null)
        {
            if (link is not null && MayBeUnreadable)
                ReportUnreadable(link);
            else
                Create(reading, groupMembers);
            return;
        }

        var linkAfter = link with { DisplayName = reading.DisplayName, NotFoundReads = 0 };
        Rename(reading, group, linkAfter);
        groupMembers.Reconcile(link, linkAfter, group);
    }

    // A missing group may still exist if the server lists groups that cannot be read.
    private bool MayBeUnreadable => input.UnreadableGroups.Count > 0;

    private void ReportUnreadable(GroupLink link)
    {
        var doubt = Texts.DoubtUnreadableGroups(MessageValue.Of(input.UnreadableGroups.Count));
        plan.IsPartial = true;
        // An incremental run gets each change only once. The next complete read repeats this decision.
        plan.NeedsCompleteRead |= !input.Scope.IsEveryone;
        plan.Changes.Add(new ReportOnly
        {
            Reason = Texts.ReasonGroupUnread,
            About = new Subject(SubjectOf(link)),
            Because = Problems.GroupUnreadable(link.DisplayName, doubt),
        });
    }

    // A group whose external ID is the id of the Entra group is ours even without a link: an interrupted run created it, or it was released and selected again.
    private AccountGroup? Reclaim(GroupReading reading, ref GroupLink? link)
    {
        if (FindMarked(input, reading) is not { } marked)
            return null;
        link = new GroupLink { GroupId = reading.GroupId, AccountGroupId = marked.Id, DisplayName = marked.DisplayName };
        plan.StateChanges.Add(new StateChange.GroupLinkSaved(link));
        if (!input.Capabilities.GroupExtension || marked.ManagedBy == ManagedBy.AzureAD)
            return marked;

        plan.Changes.Add(new UpdateGroup
        {
            Reason = Texts.ReasonGroupSelectedAgain,
            Group = GroupPlan.SubjectOf(reading),
            AccountGroupId = marked.Id,
            Patch = new AccountGroupPatch { ManagedBy = ManagedBy.AzureAD },
            Shown = new Transition(marked.ManagedBy.ToString(), nameof(ManagedBy.AzureAD)),
        });
        return marked;
    }

    private static AccountGroup? FindMarked(PlannerInput input, GroupReading reading)
    {
        var marked = input.AccountGroups.Where(g => EntraId.Same(g.ExternalId, reading.GroupId)).Take(2).ToList();
        return marked.Count == 1 ? marked[0] : null;
    }

    private void Create(GroupReading reading, MemberDecisions groupMembers)
    {
        if (!groupMembers.HasWanted)
            return;
        if (!takenNames.Add(reading.DisplayName.Trim()))
        {
            plan.Conflict(reading, Texts.ReasonGroupConflict, Problems.GroupNameTaken(reading.DisplayName));
            return;
        }

        plan.Changes.Add(new CreateGroup { Reason = Texts.ReasonGroupSelected, Group = GroupPlan.SubjectOf(reading) });
        groupMembers.Fill();
    }

    private void Rename(GroupReading reading, AccountGroup group, GroupLink linkAfter)
    {
        if (string.Equals(group.DisplayName, reading.DisplayName, StringComparison.Ordinal))
            return;
        var onlyCase = string.Equals(group.DisplayName.Trim(), reading.DisplayName.Trim(), StringComparison.OrdinalIgnoreCase);
        if (!onlyCase && !takenNames.Add(reading.DisplayName.Trim()))
        {
            plan.Conflict(reading, Texts.ReasonGroupConflict, Problems.GroupNameTaken(reading.DisplayName));
            return;
        }

        plan.Changes.Add(new UpdateGroup
        {
            Reason = Texts.ReasonGroupRenamed,
            Group = GroupPlan.SubjectOf(reading),
            AccountGroupId = linkAfter.AccountGroupId,
            Patch = new AccountGroupPatch { DisplayName = reading.DisplayName },
            Shown = new Transition(group.DisplayName, reading.DisplayName),
        });
    }

    private void DecideNotFound(GroupReading reading, GroupLink? link, Dictionary<string, AccountGroup> byId)
    {
        if (link is not null && link.NotFoundReads >= 1 && !reading.InDeletedItems)
        {
            GiveUp(link, byId, Texts.ReasonGroupDeletedInEntra);
            return;
        }

        plan.IsPartial = true;
        // Without a link, the rule was applied before or there is nothing that it could change.
        plan.Skip(reading, Texts.ReasonGroupUnread, link is null
            ? new Problem(ErrorId.GroupMissingInEntra, Texts.GroupMissingUnlinked(reading.DisplayName), Texts.FixGroupMissingInEntra)
            : Problems.GroupMissingInEntra(reading.DisplayName));
        if (link is not null && !reading.InDeletedItems)
        {
            plan.StateChanges.Add(new StateChange.GroupLinkSaved(link with { NotFoundReads = link.NotFoundReads + 1 }));
            plan.NeedsCompleteRead = true;
        }
    }

    private void GiveUp(GroupLink link, Dictionary<string, AccountGroup> byId, Message reason)
    {
        var exists = byId.ContainsKey(link.AccountGroupId);
        if (!exists && MayBeUnreadable)
        {
            ReportUnreadable(link);
            return;
        }

        var group = SubjectOf(link);
        if (!exists)
            plan.Changes.Add(new ForgetGroup { Reason = reason, Group = group, AccountGroupId = link.AccountGroupId });
        else if (input.Rules.RemovedGroup == RemovedGroupRule.Delete)
            plan.Changes.Add(new DeleteGroup { Reason = reason, Group = group, AccountGroupId = link.AccountGroupId });
        else
            plan.Changes.Add(new ReleaseGroup { Reason = reason, Group = group, AccountGroupId = link.AccountGroupId, ServerStoresManager = input.Capabilities.GroupExtension });
    }

    private static GroupSubject SubjectOf(GroupLink link) => new(link.GroupId, link.DisplayName);
}
