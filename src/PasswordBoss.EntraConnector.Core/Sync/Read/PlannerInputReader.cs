using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>Reads what else the planner needs about users who were read from Entra: their accounts, and the groups of Password Boss that they affect.</summary>
internal sealed class PlannerInputReader
{
    private readonly RunSources run;
    private readonly bool groupsWereFound;

    /// <param name="run">What the run reads from.</param>
    /// <param name="groupsWereFound">Whether the run has just read that the tracked groups exist.</param>
    public PlannerInputReader(RunSources run, bool groupsWereFound)
    {
        this.run = run;
        this.groupsWereFound = groupsWereFound;
    }

    /// <summary>Reads the accounts and the groups. The result is not enough if only a full run can decide.</summary>
    /// <param name="users">The users as Entra shows them.</param>
    /// <param name="userGroup">The user group, limited to these users.</param>
    /// <param name="scope">The users that the plan is about. Accounts of the others are not read.</param>
    /// <param name="open">The users to check again even if nothing changed.</param>
    /// <param name="doubted">The users whose reads contradict change tracking.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<PartialRead<PlannerInputRead>> ReadAsync(
        ChangedUsers users, GroupReading userGroup, UserScope scope, ISet<string> open, ISet<string> doubted, CancellationToken cancellationToken)
    {
        var state = run.State.Load();
        var now = run.Clock.UtcNow;
        var capabilities = await run.Accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false);
        if (FullSyncReasons.ServerLimits(run.Connection.Rules, capabilities) is { } serverLimits)
            return new PartialRead<PlannerInputRead>.NotEnough(serverLimits);

        var input = new PlannerInput
        {
            Rules = run.Connection.Rules,
            Scope = scope,
            UserGroup = userGroup,
            IncludeNested = run.Connection.IncludeNested,
            Lookups = users.Lookups,
            Accounts = new AccountView(Array.Empty<Account>()),
            Capabilities = capabilities,
            State = state,
            Now = now,
            ExcessiveClockDifference = run.Clock.ExcessiveDifference,
            Doubted = doubted,
        };
        // These states only show which accounts to read. The planner computes them again with the accounts.
        var people = new PersonStates(input).People().Where(p => scope.Contains(p.Key)).ToDictionary(p => p.Key, p => p.Value, EntraId.Comparer);
        return await new ChangedUserAccounts(run.Accounts, run.Connection.PasswordBossUri.Host, run.Connection.Rules).ReadAsync(people.Values.ToList(), state, now, cancellationToken).ConfigureAwait(false) switch
        {
            PartialRead<AccountView>.Complete { Value: var view } => await ReadGroupsAsync(users, people, open, input, view, cancellationToken).ConfigureAwait(false),
            PartialRead<AccountView>.NotEnough { Reason: var reason } => new PartialRead<PlannerInputRead>.NotEnough(reason),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };
    }

    private async Task<PartialRead<PlannerInputRead>> ReadGroupsAsync(
        ChangedUsers users, IReadOnlyDictionary<string, Person> people, ISet<string> open, PlannerInput input, AccountView view, CancellationToken cancellationToken)
    {
        var recovered = StateRecovery.Observe(new RecoveredState { State = input.State }, view);
        input = input with { Accounts = view, State = recovered.State };
        input = input with { PermanentlyDeleted = await HiddenAccounts.FindPermanentlyDeletedAsync(run.Directory, input, cancellationToken).ConfigureAwait(false) };
        if (!input.Capabilities.Groups)
            return new PartialRead<PlannerInputRead>.Complete(new PlannerInputRead(input, recovered, Array.Empty<Message>()));
        var concerned = users.GroupsConcerned(people, recovered.State, open)
            .Select(g => g with { Users = g.Users.Where(u => input.Scope.Contains(u.Id)).ToList() }).ToList();
        switch (await ReadAccountGroupsAsync(concerned, recovered.State, cancellationToken).ConfigureAwait(false))
        {
            case PartialRead<AccountGroupListing>.Complete { Value: var groups }:
                if (await FindDeletedAsync(users, people, concerned, groups.Groups, recovered.State, cancellationToken).ConfigureAwait(false) is { } deleted)
                    return new PartialRead<PlannerInputRead>.NotEnough(FullSyncReasons.GroupMissing(deleted));
                return new PartialRead<PlannerInputRead>.Complete(new PlannerInputRead(
                    input with { AdditionalGroups = concerned, AccountGroups = groups.Groups, UnreadableGroups = groups.Unreadable },
                    recovered,
                    AccountReader.WarningsAbout(run.Connection.PasswordBossUri.Host, [], groups.Unreadable).ToList()));
            case PartialRead<AccountGroupListing>.NotEnough { Reason: var reason }:
                return new PartialRead<PlannerInputRead>.NotEnough(reason);
            case var other:
                throw new InvalidOperationException(other.GetType().Name);
        }
    }

    // A deleted group reads like one that its members left, so before a member is removed, the group must be shown to exist. A full run handles groups that are gone.
    private async Task<GroupReading?> FindDeletedAsync(
        ChangedUsers users, IReadOnlyDictionary<string, Person> people, IReadOnlyList<GroupReading> concerned, IReadOnlyList<AccountGroup> accountGroups, SyncState state, CancellationToken cancellationToken)
    {
        if (groupsWereFound || concerned.Count == 0)
            return null;
        var accountGroupIds = state.GroupLinks.ToDictionary(l => l.GroupId, l => l.AccountGroupId, EntraId.Comparer);
        var shown = accountGroups.ToDictionary(g => g.Id, g => new HashSet<string>(g.MemberIds, AccountId.Comparer), AccountId.Comparer);
        var links = state.Links.Where(l => l.Kind == LinkKind.Current && people.TryGetValue(l.EntraId, out var person) && person.InUserGroup).ToList();
        var doubtful = concerned.Where(g => accountGroupIds.TryGetValue(g.GroupId, out var id) && users.MayBeDeleted(g, links.Where(l => IsMember(g, id, l)).Select(l => l.EntraId))).ToList();
        var exist = await BoundedParallel.SelectAsync(doubtful, AccountReader.ReadsAtOnce, g => ExistsAsync(g.GroupId, cancellationToken)).ConfigureAwait(false);
        return doubtful.Where((_, i) => !exist[i]).FirstOrDefault();

        // Some servers show no members, or only the first ones.
        bool IsMember(GroupReading group, string accountGroupId, AccountLink link) => (shown.TryGetValue(accountGroupId, out var members) && members.Contains(link.AccountId))
            || (state.GroupMembers.Of(group.GroupId).TryGetValue(link.AccountId, out var mark) && KnownMemberSet.CountsAsMember(mark));
    }

    private async Task<bool> ExistsAsync(string groupId, CancellationToken cancellationToken)
    {
        try
        {
            return (await run.Directory.FindGroupsAsync(groupId, cancellationToken).ConfigureAwait(false)).Any(g => EntraId.Same(g.Id, groupId));
        }
        catch (ConnectorException e) when (ErrorCatalog.MayConcernOneGroup(e.Id))
        {
            return false;
        }
    }

    // All groups are listed only if one may be created, because its name must be free.
    private async Task<PartialRead<AccountGroupListing>> ReadAccountGroupsAsync(IReadOnlyList<GroupReading> concerned, SyncState state, CancellationToken cancellationToken)
    {
        var links = state.GroupLinks.ToDictionary(l => l.GroupId, l => l.AccountGroupId, EntraId.Comparer);
        if (concerned.Any(g => !links.ContainsKey(g.GroupId)))
            return new PartialRead<AccountGroupListing>.Complete(await AccountReader.ListGroupsAsync(run.Accounts, run.Connection.PasswordBossUri.Host, cancellationToken).ConfigureAwait(false));
        var ids = concerned.Select(g => links[g.GroupId]).ToList();
        var read = await BoundedParallel.SelectAsync(ids, AccountReader.ReadsAtOnce, id => ReadGroupAsync(id, cancellationToken)).ConfigureAwait(false);
        return read.Any(r => r is GroupRead.Missing)
            ? new PartialRead<AccountGroupListing>.NotEnough(FullSyncReasons.AccountMissing)
            : new PartialRead<AccountGroupListing>.Complete(new AccountGroupListing
            {
                Groups = read.OfType<GroupRead.Found>().Select(r => r.Group).ToList(),
                Unreadable = read.OfType<GroupRead.Unreadable>().Select(r => r.Id).ToList(),
            });
    }

    private async Task<GroupRead> ReadGroupAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await run.Accounts.GetGroupAsync(id, cancellationToken).ConfigureAwait(false) is { } group ? new GroupRead.Found(group) : new GroupRead.Missing();
        }
        catch (ConnectorException e) when (e.Id == ErrorId.AccountServerAnswerInvalid)
        {
            return new GroupRead.Unreadable(id);
        }
    }

    /// <summary>How the read of one group of Password Boss ended.</summary>
    private abstract record GroupRead
    {
        /// <summary>The server returned the group.</summary>
        internal sealed record Found(AccountGroup Group) : GroupRead;

        /// <summary>The server has no such group.</summary>
        internal sealed record Missing : GroupRead;

        /// <summary>The server returned a group that cannot be read.</summary>
        internal sealed record Unreadable(string Id) : GroupRead;
    }
}

/// <summary>The input of the planner for some users.</summary>
/// <param name="Input">The input.</param>
/// <param name="Recovered">The state after recovery, and what of it must be saved.</param>
/// <param name="Warnings">Warnings about the read.</param>
internal sealed record PlannerInputRead(PlannerInput Input, RecoveredState Recovered, IReadOnlyList<Message> Warnings);
