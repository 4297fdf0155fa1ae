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
    // What becomes of somebody's account in this run.
    [Flags]
    private enum Fate : byte
    {
        None = 0,
        // It is taken away.
        Leaving = 1,
        // It would be, if a safety limit did not hold that back.
        Refused = 2,
        // Her leaving is handled, with nothing to be done about the account.
        Handled = 4,
        // It is none of the company's any more, or not hers.
        WithoutAccount = 8,
        // She gets one.
        NewAccount = 16,
    }

    private readonly PlannerInput input;
    private readonly Roster roster;
    private readonly DesiredState desired;
    // Who counts as a member of the user group.
    private readonly RosterSet members;
    // Of the group that is being decided on: whom Entra lists, who of them is to be in it, and who is in it today.
    private readonly RosterSet listed;
    private readonly RosterSet wanted;
    private readonly RosterSet present;
    // By place. Each membership asks about all of this.
    private readonly Fate[] fates;
    // The accounts that are adopted in this run, by the place of who gets them; of one that is yet to be made the id is not known.
    private readonly Dictionary<int, string?> adopted = new();
    private readonly HashSet<string> takenNames;

    public GroupDecisions(
        PlannerInput input, DesiredState desired, RosterSet members, IReadOnlyList<PlannedAction> personActions, IReadOnlyList<StateChange> personChanges)
    {
        this.input = input;
        this.desired = desired;
        this.members = members;
        roster = input.Roster;
        takenNames = new HashSet<string>(input.AccountGroups.Select(g => g.DisplayName.Trim()), StringComparer.OrdinalIgnoreCase);
        var concerned = input.AdditionalGroups.Count == 0 ? 0 : roster.Entries.Count;
        listed = new RosterSet(concerned);
        wanted = new RosterSet(concerned);
        present = new RosterSet(concerned);
        fates = new Fate[concerned];
        if (input.AdditionalGroups.Count == 0)
            return;
        foreach (var action in personActions)
        {
            if (action.EntraId is null || action.RetiresPredecessor || roster.PlaceOf(action.EntraId) is not (var place and >= 0))
                continue;
            fates[place] |= FateBy(action);
            if (action.Action is SyncAction.Adopt)
                adopted[place] = action.AccountId;
        }

        foreach (var change in personChanges)
        {
            if (change.Link is { Kind: LinkKind.Current, HandledEvent: not LeavingEvent.None } link && roster.PlaceOf(link.EntraId) is var place and >= 0)
                fates[place] |= Fate.Handled;
        }
    }

    private static Fate FateBy(PlannedAction action)
    {
        if (action.Obstacle?.Id == ErrorId.AccountMismatch)
            return Fate.WithoutAccount;
        if (action.IsRemoval && action.Refused)
            return Fate.Refused;
        return action.Refused ? Fate.None : action.Action switch
        {
            SyncAction.Create or SyncAction.CreatePending or SyncAction.Adopt => Fate.NewAccount,
            SyncAction.Disable => Fate.Leaving,
            SyncAction.Delete or SyncAction.ConvertToPersonal => Fate.Leaving | Fate.WithoutAccount,
            _ => Fate.None,
        };
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
            if (roster.PlaceOf(user.Id) is var place and >= 0 && listed.Add(place) && members.Contains(place) && WillHaveAccount(place))
                wanted.Add(place);
        }
    }

    // Whether somebody has an account of the company once this run is done. Nobody is put into a group whose account was not read, or is not hers.
    private bool WillHaveAccount(int place)
    {
        if (Has(place, Fate.NewAccount))
            return true;
        var entry = roster.Entries[place];
        return entry.Link is { } link
            && link.Done != LeaverRule.ConvertToPersonal
            && entry.Account is { State: not AccountState.Personal }
            && !Has(place, Fate.WithoutAccount);
    }

    private bool Has(int place, Fate fate) => (fates[place] & fate) != 0;

    private bool IsLeaving(PlannedAction removal) => roster.PlaceOf(removal.EntraId!) is var place and >= 0 && Has(place, Fate.Leaving);

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
            AddMember(reading, null, place);
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

            if (IsReplaced(member, place))
            {
                Actions.Add(MemberAction(SyncAction.RemoveMember, reading, group.Id, member, new Message("Reason_PredecessorRetired", NewAddressOf(member))));
                continue;
            }

            if (!present.Add(place) || wanted.Contains(place))
                continue;
            if (AbsenceOf(member, place, reading, absentBefore, absentOnce, ref unverified) is { } reason)
                removals.Add(MemberAction(SyncAction.RemoveMember, reading, group.Id, member, reason));
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
                AddMember(reading, group.Id, place);
        }

        Actions.AddRange(SafetyLimits.ForMemberships(input, reading, removals, group.MemberIds.Count, IsLeaving, Refusals));
        standing = standing with { AbsentOnce = input.Focus is null ? absentOnce : link.AbsentOnce };
        NeedsCompleteRead |= absentOnce.Count > 0;
        if (standing.DisplayName != link.DisplayName || link.NotFoundReads != 0 || !absentOnce.SequenceEqual(link.AbsentOnce, StringComparer.OrdinalIgnoreCase))
            StateChanges.Add(new StateChange { GroupLink = standing });
    }

    // The person has another account now, or gets one in this run, which takes the place of this one in the group.
    private bool IsReplaced(AccountLink member, int place) => member.Kind == LinkKind.Predecessor
        || (Has(place, Fate.NewAccount) && !string.Equals(AccountGot(place), member.AccountId, StringComparison.Ordinal));

    // Null for an account that is yet to be made.
    private string? AccountGot(int place) => adopted.TryGetValue(place, out var account) ? account : null;

    private string NewAddressOf(AccountLink member) => UserAt(roster.PlaceOf(member.EntraId)) is { } user ? AddressOf(user) ?? "" : "";

    private DirectoryUser? UserAt(int place) => place >= 0 ? desired.PersonAt(place).User : null;

    private string? AddressOf(DirectoryUser user) => Rules.EmailAddress.Choose(user, input.Rules.EmailSource);

    // Why a member may be removed; null when nothing certain is known, or when what would take the account away is held back.
    private Message? AbsenceOf(AccountLink member, int place, GroupReading reading, HashSet<string> absentBefore, List<string> absentOnce, ref bool unverified)
    {
        var person = desired.PersonAt(place);
        if (Has(place, Fate.Refused) || person.Presence == PersonPresence.Unknown)
        {
            // What the group itself tells of her is not told again.
            NeedsCompleteRead = true;
            unverified = true;
            return null;
        }

        if (!person.InUserGroup)
        {
            // Gone from the user group, and what the rule says about it was handled before or is in this run.
            if (Has(place, Fate.Leaving | Fate.Handled) || member.HandledEvent != LeavingEvent.None)
                return new Message("Reason_MemberLeftUserGroup", input.UserGroup.DisplayName);
            unverified = true;
            return null;
        }

        if (listed.Contains(place))
            return Has(place, Fate.Leaving) ? new Message("Reason_MemberLeftUserGroup", input.UserGroup.DisplayName) : null;
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

    private void AddMember(GroupReading reading, string? accountGroupId, int place)
    {
        var entry = roster.Entries[place];
        var link = Has(place, Fate.NewAccount) ? null : entry.Link;
        Actions.Add(MemberAction(
            SyncAction.AddMember, reading, accountGroupId, entry.EntraId, link?.AccountId ?? AccountGot(place), UserAt(place), link, new Message("Reason_MemberJoined", reading.DisplayName)));
    }

    private PlannedAction MemberAction(SyncAction action, GroupReading reading, string accountGroupId, AccountLink member, Message reason) =>
        MemberAction(action, reading, accountGroupId, member.EntraId, member.AccountId, UserAt(roster.PlaceOf(member.EntraId)), member, reason);

    private PlannedAction MemberAction(
        SyncAction action, GroupReading reading, string? accountGroupId, string entraId, string? accountId, DirectoryUser? user, AccountLink? link, Message reason) => new()
        {
            Action = action,
            Reason = reason,
            GroupId = reading.GroupId,
            GroupName = reading.DisplayName,
            AccountGroupId = accountGroupId,
            EntraId = entraId,
            AccountId = accountId,
            Email = link?.Email ?? (user is null ? null : AddressOf(user)),
            DisplayName = AddressClaims.NameOf(user) ?? link?.DisplayName,
        };

    private void Report(SyncAction action, GroupReading reading, string reason, ConnectorException obstacle) =>
        Actions.Add(Describe(action, reading, new Message(reason)) with { Obstacle = obstacle });

    private static PlannedAction Describe(SyncAction action, GroupReading reading, Message reason) =>
        new() { Action = action, Reason = reason, GroupId = reading.GroupId, GroupName = reading.DisplayName };
}
