using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>
/// What becomes of the organisational groups: members of a group are the members of its Entra group who are linked and in the user group.
/// </summary>
internal sealed class GroupDecisions
{
    private readonly PlannerInput input;
    private readonly Roster roster;
    // Who counts as a member of the user group.
    private readonly RosterSet members;
    // Of the group that is being decided on: whom Entra lists, who of them is to be in it, and who is in it today.
    private readonly RosterSet listed;
    private readonly RosterSet wanted;
    private readonly RosterSet present;
    // The accounts that people get in this run; null for one that is yet to be made.
    private readonly Dictionary<string, string?> newAccounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> withoutAccount = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> leaving = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> handled = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> refused = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> takenNames;

    public GroupDecisions(PlannerInput input, RosterSet members, IReadOnlyList<PlannedAction> personActions, IReadOnlyList<StateChange> personChanges)
    {
        this.input = input;
        this.members = members;
        roster = input.Roster;
        takenNames = new HashSet<string>(input.AccountGroups.Select(g => g.DisplayName.Trim()), StringComparer.OrdinalIgnoreCase);
        var concerned = input.AdditionalGroups.Count == 0 ? 0 : roster.Entries.Count;
        listed = new RosterSet(concerned);
        wanted = new RosterSet(concerned);
        present = new RosterSet(concerned);
        if (input.AdditionalGroups.Count == 0 && input.State.GroupLinks.Count == 0)
            return;
        foreach (var action in personActions)
        {
            if (action.EntraId is null || action.RetiresPredecessor)
                continue;
            if (action.Obstacle?.Id == ErrorId.AccountMismatch)
                withoutAccount.Add(action.EntraId);
            else if (action.Action is SyncAction.Create or SyncAction.CreatePending && !action.Refused)
                newAccounts[action.EntraId] = null;
            else if (action.Action is SyncAction.Adopt && !action.Refused)
                newAccounts[action.EntraId] = action.AccountId;
            else if (action.IsRemoval)
                (action.Refused ? refused : leaving).Add(action.EntraId);
            if (action.Action is SyncAction.Delete or SyncAction.ConvertToPersonal && !action.Refused)
                withoutAccount.Add(action.EntraId);
        }

        handled.UnionWith(personChanges.Select(c => c.Link).Where(l => l is { Kind: LinkKind.Current, HandledEvent: not LeavingEvent.None }).Select(l => l!.EntraId));
    }

    /// <summary>The members of groups in Password Boss whom a complete read of the Entra group lacks, and the groups to ask about.</summary>
    public static (IReadOnlyCollection<string> People, IReadOnlyCollection<string> Groups) Nominate(PlannerInput input)
    {
        var nominated = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var groups = new List<string>();
        if (input.AdditionalGroups.Count == 0)
            return (nominated, groups);
        var byId = input.AccountGroups.ToDictionary(g => g.Id, StringComparer.Ordinal);
        var links = input.State.GroupLinks.ToDictionary(l => l.GroupId, StringComparer.OrdinalIgnoreCase);
        var listed = new RosterSet(input.Roster.Entries.Count);
        foreach (var reading in input.AdditionalGroups)
        {
            if (reading.Status != ReadingStatus.Complete || !links.TryGetValue(reading.GroupId, out var link) || !byId.TryGetValue(link.AccountGroupId, out var group))
                continue;
            listed.Clear();
            foreach (var user in reading.Users)
            {
                if (input.Roster.PlaceOf(user.Id) is var place and >= 0)
                    listed.Add(place);
            }

            var isComplete = true;
            foreach (var accountId in group.MemberIds)
            {
                if (input.Roster.OwnerOf(accountId) is not { Place: >= 0 } owner || listed.Contains(owner.Place))
                    continue;
                isComplete = false;
                nominated.Add(owner.Link.EntraId);
            }

            if (!isComplete)
                groups.Add(reading.GroupId);
        }

        return (nominated, groups);
    }

    public List<PlannedAction> Actions { get; } = new();

    public List<StateChange> StateChanges { get; } = new();

    public List<ConnectorException> Refusals { get; } = new();

    public bool IsPartial { get; private set; }

    /// <summary>Whether another complete read of a group will tell what lookups cannot.</summary>
    public bool NeedsCompleteRead { get; private set; }

    public void Decide()
    {
        var byId = input.AccountGroups.ToDictionary(g => g.Id, StringComparer.Ordinal);
        var links = input.State.GroupLinks.ToDictionary(l => l.GroupId, StringComparer.OrdinalIgnoreCase);
        var selected = new HashSet<string>(input.AdditionalGroups.Select(g => g.GroupId), StringComparer.OrdinalIgnoreCase);
        foreach (var link in links.Values)
        {
            // An incremental run is given the groups that a change concerns; another selection is a matter of a full run.
            if (input.Focus is null && !selected.Contains(link.GroupId))
                Leave(link, byId, new Message("Reason_GroupDeselected"));
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
                IsPartial = true;
                Report(SyncAction.Skip, reading, "Reason_GroupUnread", new ConnectorException(
                    ErrorId.GroupUnreadable, reading.DisplayName, reading.Problem?.Message ?? new Message("Doubt_Hidden", reading.DisplayName).Render()));
                return;
        }

        if (!input.Capabilities.Groups)
        {
            IsPartial = true;
            Report(SyncAction.Skip, reading, "Reason_GroupUnread", new ConnectorException(ErrorId.GroupsNotSupported, reading.DisplayName));
            return;
        }

        FindWanted(reading);
        group ??= TakeBack(reading, ref link);
        if (group is null)
        {
            Create(reading);
            return;
        }

        var standing = link! with { DisplayName = reading.DisplayName, NotFoundReads = 0 };
        Rename(reading, group, standing);
        Reconcile(reading, link!, standing, group);
    }

    private void FindWanted(GroupReading reading)
    {
        listed.Clear();
        wanted.Clear();
        foreach (var user in reading.Users)
        {
            if (roster.PlaceOf(user.Id) is var place and >= 0 && listed.Add(place) && members.Contains(place) && WillHaveAccount(roster.Entries[place]))
                wanted.Add(place);
        }
    }

    // Whether somebody has an account of the company once this run is done. Nobody is put into a group whose account was not read, or is not hers.
    private bool WillHaveAccount(RosterEntry entry)
    {
        if (newAccounts.ContainsKey(entry.EntraId))
            return true;
        return entry.Link is { } link
            && link.Done != LeaverRule.ConvertToPersonal
            && entry.Account is { State: not AccountState.Personal }
            && !withoutAccount.Contains(entry.EntraId);
    }

    private Person? PersonOf(string entraId) => roster.PlaceOf(entraId) is var place and >= 0 ? DesiredState.PersonOf(roster.Entries[place], input) : null;

    // A group that bears our mark is ours even when its link was lost: created by a run that was interrupted, or released and selected again.
    private AccountGroup? TakeBack(GroupReading reading, ref GroupLink? link)
    {
        var marked = input.AccountGroups.Where(g => string.Equals(g.ExternalId, reading.GroupId, StringComparison.OrdinalIgnoreCase)).ToList();
        if (marked.Count != 1)
            return null;
        link = new GroupLink { GroupId = reading.GroupId, AccountGroupId = marked[0].Id, DisplayName = marked[0].DisplayName };
        StateChanges.Add(new StateChange { GroupLink = link });
        var patch = input.Capabilities.GroupExtension && marked[0].ManagedBy != ManagedBy.AzureAD ? new AccountGroupPatch { ManagedBy = ManagedBy.AzureAD } : null;
        if (patch is null)
            return marked[0];

        Actions.Add(Describe(SyncAction.UpdateGroup, reading, new Message("Reason_GroupSelectedAgain")) with
        {
            AccountGroupId = marked[0].Id,
            GroupPatch = patch,
            Before = marked[0].ManagedBy.ToString(),
            After = nameof(ManagedBy.AzureAD),
        });
        return marked[0];
    }

    private void Create(GroupReading reading)
    {
        if (wanted.Places.Count == 0)
            return;
        if (!takenNames.Add(reading.DisplayName.Trim()))
        {
            Report(SyncAction.Conflict, reading, "Reason_GroupConflict", new ConnectorException(ErrorId.GroupNameTaken, reading.DisplayName));
            return;
        }

        Actions.Add(Describe(SyncAction.CreateGroup, reading, new Message("Reason_GroupSelected")));
        foreach (var place in wanted.Places)
            AddMember(reading, null, roster.Entries[place]);
    }

    private void Rename(GroupReading reading, AccountGroup group, GroupLink standing)
    {
        if (string.Equals(group.DisplayName, reading.DisplayName, StringComparison.Ordinal))
            return;
        var onlyCase = string.Equals(group.DisplayName.Trim(), reading.DisplayName.Trim(), StringComparison.OrdinalIgnoreCase);
        if (!onlyCase && !takenNames.Add(reading.DisplayName.Trim()))
        {
            Report(SyncAction.Conflict, reading, "Reason_GroupConflict", new ConnectorException(ErrorId.GroupNameTaken, reading.DisplayName));
            return;
        }

        Actions.Add(Describe(SyncAction.UpdateGroup, reading, new Message("Reason_GroupRenamed")) with
        {
            AccountGroupId = standing.AccountGroupId,
            GroupPatch = new AccountGroupPatch { DisplayName = reading.DisplayName },
            Before = group.DisplayName,
            After = reading.DisplayName,
        });
    }

    private void Reconcile(GroupReading reading, GroupLink link, GroupLink standing, AccountGroup group)
    {
        present.Clear();
        var absentBefore = new HashSet<string>(link.AbsentOnce, StringComparer.OrdinalIgnoreCase);
        var absentOnce = new List<string>();
        var removals = new List<PlannedAction>();
        var unverified = false;
        var others = 0;
        foreach (var accountId in group.MemberIds)
        {
            // Somebody whom Password Boss put there and whom we do not know is not ours to remove.
            if (roster.OwnerOf(accountId) is not { Link: { Kind: not LinkKind.Retired } member, Place: var place })
                continue;
            if (!input.IsAbout(member.EntraId))
            {
                others++;
                continue;
            }

            if (IsReplaced(member))
            {
                Actions.Add(MemberAction(SyncAction.RemoveMember, reading, group.Id, member.EntraId, accountId, new Message("Reason_PredecessorRetired", NewAddressOf(member))));
                continue;
            }

            if (!present.Add(place) || wanted.Contains(place))
                continue;
            if (AbsenceOf(member, place, reading, absentBefore, absentOnce, ref unverified) is { } reason)
                removals.Add(MemberAction(SyncAction.RemoveMember, reading, group.Id, member.EntraId, member.AccountId, reason));
        }

        if (wanted.Places.Count == 0 && others == 0 && unverified)
        {
            IsPartial = true;
            Report(SyncAction.Skip, reading, "Reason_Unverified", new ConnectorException(ErrorId.GroupReadsEmpty, reading.DisplayName));
            removals.Clear();
        }

        foreach (var place in wanted.Places)
        {
            if (!present.Contains(place))
                AddMember(reading, group.Id, roster.Entries[place]);
        }

        Actions.AddRange(SafetyLimits.ForMemberships(input, reading, removals, group.MemberIds.Count, leaving, Refusals));
        standing = standing with { AbsentOnce = input.Focus is null ? absentOnce : link.AbsentOnce };
        NeedsCompleteRead |= absentOnce.Count > 0;
        if (standing.DisplayName != link.DisplayName || link.NotFoundReads != 0 || !absentOnce.SequenceEqual(link.AbsentOnce, StringComparer.OrdinalIgnoreCase))
            StateChanges.Add(new StateChange { GroupLink = standing });
    }

    // The person has another account now, or gets one in this run, which takes the place of this one in the group.
    private bool IsReplaced(AccountLink member) => member.Kind == LinkKind.Predecessor
        || (newAccounts.TryGetValue(member.EntraId, out var account) && !string.Equals(account, member.AccountId, StringComparison.Ordinal));

    private string NewAddressOf(AccountLink member) =>
        PersonOf(member.EntraId)?.User is { } user ? Rules.EmailAddress.Choose(user, input.Rules.EmailSource) ?? "" : "";

    // Why a member may be removed; null when nothing certain is known, or when what would take the account away is held back.
    private Message? AbsenceOf(AccountLink member, int place, GroupReading reading, HashSet<string> absentBefore, List<string> absentOnce, ref bool unverified)
    {
        var person = DesiredState.PersonOf(roster.Entries[place], input);
        if (refused.Contains(member.EntraId) || person.Presence == PersonPresence.Unknown)
        {
            // What the group itself tells of her is not told again.
            NeedsCompleteRead = true;
            unverified = true;
            return null;
        }

        if (!person.InUserGroup)
        {
            // Gone from the user group, and what the rule says about it was handled before or is in this run.
            if (leaving.Contains(member.EntraId) || handled.Contains(member.EntraId) || member.HandledEvent != LeavingEvent.None)
                return new Message("Reason_MemberLeftUserGroup", input.UserGroup.DisplayName);
            unverified = true;
            return null;
        }

        if (listed.Contains(place))
            return leaving.Contains(member.EntraId) ? new Message("Reason_MemberLeftUserGroup", input.UserGroup.DisplayName) : null;
        var answer = input.Lookups.TryGetValue(member.EntraId, out var lookup) ? lookup.MembershipOf(reading.GroupId) : MembershipAnswer.Unknown;
        if (answer == MembershipAnswer.NotMember)
            return new Message("Reason_MemberLeft", reading.DisplayName);
        if (answer == MembershipAnswer.Member && input.IncludeNested)
        {
            unverified = true;
            return null;
        }

        if (absentBefore.Contains(member.EntraId))
            return new Message("Reason_MemberLeft", reading.DisplayName);
        absentOnce.Add(member.EntraId);
        unverified = true;
        return null;
    }

    private void DecideNotFound(GroupReading reading, GroupLink? link, Dictionary<string, AccountGroup> byId)
    {
        if (link is not null && link.NotFoundReads >= 1 && !reading.InDeletedItems)
        {
            Leave(link, byId, new Message("Reason_GroupDeletedInEntra"));
            return;
        }

        IsPartial = true;
        Report(SyncAction.Skip, reading, "Reason_GroupUnread", new ConnectorException(ErrorId.GroupMissingInEntra, reading.DisplayName));
        if (link is not null && !reading.InDeletedItems)
        {
            StateChanges.Add(new StateChange { GroupLink = link with { NotFoundReads = link.NotFoundReads + 1 } });
            NeedsCompleteRead = true;
        }
    }

    private void Leave(GroupLink link, Dictionary<string, AccountGroup> byId, Message reason)
    {
        var delete = input.Rules.RemovedGroup == RemovedGroupRule.Delete;
        var described = new PlannedAction
        {
            Action = delete ? SyncAction.DeleteGroup : SyncAction.ReleaseGroup,
            Reason = reason,
            GroupId = link.GroupId,
            GroupName = link.DisplayName,
            AccountGroupId = link.AccountGroupId,
            GroupPatch = delete ? null : new AccountGroupPatch { ManagedBy = ManagedBy.PasswordBoss },
        };
        var stands = byId.ContainsKey(link.AccountGroupId);
        if (!stands || (!delete && !input.Capabilities.GroupExtension))
            described = described with { Action = stands ? SyncAction.ReleaseGroup : SyncAction.Unlink, GroupPatch = null };
        Actions.Add(described);
    }

    private void AddMember(GroupReading reading, string? accountGroupId, RosterEntry entry)
    {
        var accountId = newAccounts.TryGetValue(entry.EntraId, out var account) ? account : entry.Link?.AccountId;
        Actions.Add(MemberAction(SyncAction.AddMember, reading, accountGroupId, entry.EntraId, accountId, new Message("Reason_MemberJoined", reading.DisplayName)));
    }

    private PlannedAction MemberAction(SyncAction action, GroupReading reading, string? accountGroupId, string entraId, string? accountId, Message reason)
    {
        var user = PersonOf(entraId)?.User;
        var link = accountId is not null && roster.OwnerOf(accountId) is { Link: { Kind: not LinkKind.Retired } known } ? known : null;
        return Describe(action, reading, reason) with
        {
            AccountGroupId = accountGroupId,
            EntraId = entraId,
            AccountId = accountId,
            Email = link?.Email ?? (user is null ? null : Rules.EmailAddress.Choose(user, input.Rules.EmailSource)),
            DisplayName = AddressClaims.NameOf(user) ?? link?.DisplayName,
        };
    }

    private void Report(SyncAction action, GroupReading reading, string reason, ConnectorException obstacle) =>
        Actions.Add(Describe(action, reading, new Message(reason)) with { Obstacle = obstacle });

    private static PlannedAction Describe(SyncAction action, GroupReading reading, Message reason) =>
        new() { Action = action, Reason = reason, GroupId = reading.GroupId, GroupName = reading.DisplayName };
}
