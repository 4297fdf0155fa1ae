using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// Reads one user: who they are, their groups, and their account, each by id. Lists are not read, so an absence is believed only after the user group itself was read,
/// and another user is still a member of it. Users who share the address are read too, and nothing is done about them.
/// </summary>
internal sealed class UserReader : IRunReader
{
    // So many other members are asked whether the user group still has members.
    private const int Witnesses = 10;

    // An ambiguous text names so many of the users that match.
    private const int Candidates = 10;

    private readonly string wanted;
    private readonly ConnectionSettings connection;
    private readonly IDirectoryReader directory;
    private readonly IAccountDirectory accounts;
    private readonly ISyncJournal journal;
    private readonly RunStart lastRun;
    private readonly StateLoader state;
    private readonly RunClock clock;

    /// <param name="wanted">The user, by object id, address or display name.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="directory">The Entra side.</param>
    /// <param name="accounts">The Password Boss side.</param>
    /// <param name="journal">The journal of the connection.</param>
    /// <param name="lastRun">How the last run left the connection.</param>
    /// <param name="state">Loads the state.</param>
    /// <param name="clock">The time of the run; compared with Graph's clock after the first response.</param>
    public UserReader(
        string wanted, ConnectionSettings connection, IDirectoryReader directory, IAccountDirectory accounts, ISyncJournal journal, RunStart lastRun, StateLoader state, RunClock clock)
    {
        this.wanted = wanted;
        this.connection = connection;
        this.directory = directory;
        this.accounts = accounts;
        this.journal = journal;
        this.lastRun = lastRun;
        this.state = state;
        this.clock = clock;
        Findings = new UserFindings { Wanted = wanted };
    }

    /// <inheritdoc/>
    public SyncMode Mode => SyncMode.User;

    /// <summary>What was read so far, even if the read ended early.</summary>
    public UserFindings Findings { get; private set; }

    /// <inheritdoc/>
    public async Task<ReadOutcome> ReadAsync(RunLimit limit)
    {
        Findings = new UserFindings { Wanted = wanted, HasBegun = true };
        var matches = await UserSearch.FindAsync(wanted, directory, state.Load(), limit.Token).ConfigureAwait(false);
        clock.Compare(directory.GraphClockDifference);
        Findings = Findings with { Matches = matches };
        return matches.Count switch
        {
            0 => new ReadOutcome.Undecided(Problems.UserNotFound(wanted).About(wanted)),
            1 => await ReadUserAsync(matches[0].EntraId, limit.Token).ConfigureAwait(false),
            _ => new ReadOutcome.Undecided(Problems.UserAmbiguous(wanted, Texts.ListOf(matches.Take(Candidates).Select(m =>
                (MessageArgument)Texts.LinkUser(Shown(m.DisplayName), Shown(m.Address), m.EntraId)))).About(wanted)),
        };

        static MessageArgument Shown(string? text) => text is null ? Texts.LinkNone : text;
    }

    private async Task<ReadOutcome> ReadUserAsync(string id, CancellationToken cancellationToken)
    {
        var now = clock.UtcNow;
        var start = clock.StateIsAhead ? lastRun.SetBackTo(now) : lastRun;
        // The groups first: a group that is gone must not look like one that the user left.
        var groups = await ReadGroupsAsync(cancellationToken).ConfigureAwait(false);
        if (!groups.TryGetValue(connection.UserGroup!.Id, out var userGroup))
            return new ReadOutcome.Undecided(Problems.UserGroupNotFound(connection.UserGroup.DisplayName, connection.UserGroup.Id, ""));
        Findings = Findings with { UserGroup = userGroup.DisplayName };
        var progress = start.Progress with { Groups = TrackedGroups(start.Progress, groups) };
        var memberships = await directory.ReadMembershipsAsync(id, userGroup.Id, cancellationToken).ConfigureAwait(false);
        var direct = DirectMemberships(id, memberships, progress).ToList();
        var all = await ReadUsersAsync(new[] { id }, direct, start, progress, cancellationToken).ConfigureAwait(false);
        var rivals = await FindRivalsAsync(id, all, cancellationToken).ConfigureAwait(false);
        foreach (var rival in rivals)
            direct.AddRange(DirectMemberships(rival, await directory.ReadMembershipsAsync(rival, userGroup.Id, cancellationToken).ConfigureAwait(false), progress));
        if (rivals.Count > 0)
            all = await ReadUsersAsync(rivals.Append(id).ToList(), direct, start, progress, cancellationToken).ConfigureAwait(false);
        var lookup = all.Lookups[id];
        var isDeleted = lookup.Existence == UserExistence.Deleted;
        var inDeletedItems = isDeleted && (await directory.FindDeletedUsersAsync(new[] { id }, cancellationToken).ConfigureAwait(false)).Count > 0;
        Findings = Findings with { Lookup = lookup, IsInDeletedItems = inDeletedItems, LookedUpAt = clock.UtcNow, Memberships = memberships, GroupsReadAt = clock.UtcNow };
        return await ReadAccountAsync(id, start, all, userGroup, cancellationToken).ConfigureAwait(false);
    }

    private Task<ChangedUsers> ReadUsersAsync(
        IReadOnlyCollection<string> ids, IEnumerable<MembershipChange> direct, RunStart start, SyncProgress progress, CancellationToken cancellationToken) =>
        ChangedUsers.ReadAsync(
            connection, directory, journal, progress, new MembershipHints(direct, start.Progress.Doubts, connection.UserGroup!.Id), ids, cancellationToken);

    // Users who share the address are known if an earlier run read them. Others may have joined, or got the address, since then. If the account of the user has the address,
    // no one else can get it.
    private async Task<IReadOnlyList<string>> FindRivalsAsync(string id, ChangedUsers all, CancellationToken cancellationToken)
    {
        var rivals = new HashSet<string>(EntraId.Comparer);
        if (all.Lookups[id].User is not { } user || EmailAddress.Choose(user, connection.Rules.EmailSource) is not { } address || state.Load().Links.Any(l =>
            l.Kind == LinkKind.Current && EntraId.Same(l.EntraId, id) && EmailAddress.Same(l.Email, address)))
        {
            return Array.Empty<string>();
        }

        foreach (var form in EmailAddress.Forms(address))
            rivals.UnionWith((await directory.FindUsersAsync(form, cancellationToken).ConfigureAwait(false)).Select(u => u.Id));
        rivals.ExceptWith(all.Ids);
        return rivals.ToList();
    }

    private async Task<ReadOutcome> ReadAccountAsync(
        string id, RunStart start, ChangedUsers all, DirectoryGroup userGroup, CancellationToken cancellationToken)
    {
        var contradictions = new TrackedChanges(null, start, state.Load(), connection).Compare(all.Lookups.Values.Where(l => EntraId.Same(l.Id, id)), clock.UtcNow);
        var only = all.Only(id);
        if ((FullSyncReasons.MembershipUnclear(only, state.Load()) ?? FullSyncReasons.LongDoubt(contradictions)) is { } unclear)
            return Undecided(unclear);
        var reading = all.UserGroup with { Status = userGroup.HiddenMembership ? ReadingStatus.Hidden : ReadingStatus.Complete };
        var isListed = reading.Users.Any(u => EntraId.Same(u.Id, id));
        if (!isListed && IsLinked(id) && !await HasOtherMembersAsync(id, userGroup.Id, cancellationToken).ConfigureAwait(false))
            return Undecided(Texts.FullGroupReadsEmpty);

        var scope = UserScope.Only(new HashSet<string>(EntraId.Comparer) { id });
        var open = new HashSet<string>(EntraId.Comparer) { id };
        switch (await new PlannerInputReader(connection, directory, accounts, clock).ReadAsync(all, reading, scope, open, contradictions.UnknownUsers, state.Load(), cancellationToken).ConfigureAwait(false))
        {
            case PartialRead<PlannerInputRead>.Complete { Value: var read }:
                var input = read.Input with { HeldBack = HoldOf(start) };
                Findings = Findings with { Input = input, AccountsReadAt = clock.UtcNow };
                return new ReadOutcome.Read(
                    input,
                    read.Recovered,
                    // Everything else of the progress stays: this run has read nothing about the other users, and no change.
                    start.Progress,
                    new Coverage.Some(new HashSet<string>(EntraId.Comparer) { id }, only.MembersToStore().ToList(), only.MembersToForget().ToList()) { IsOneUser = true })
                {
                    RecheckUserIds = start.Progress.RecheckUserIds.Where(other => !EntraId.Same(other, id)).ToList(),
                    Warnings = read.Warnings,
                };
            case PartialRead<PlannerInputRead>.NotEnough { Reason: var reason }:
                return Undecided(reason);
            case var other:
                throw new InvalidOperationException(other.GetType().Name);
        }
    }

    private ReadOutcome Undecided(Message reason) => new ReadOutcome.Undecided(Problems.UserNeedsFullRun(wanted, reason).About(wanted));

    private Problem? HoldOf(RunStart start) => FullSyncPolicy.StateReason(connection, start) is { } reason ? Problems.UserNeedsFullRun(wanted, reason).About(wanted) : null;

    private bool IsLinked(string id) => state.Load().Links.Any(l => l.Kind != LinkKind.Retired && EntraId.Same(l.EntraId, id));

    // The selected groups that exist and that this run can decide about.
    private async Task<IReadOnlyDictionary<string, DirectoryGroup>> ReadGroupsAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, DirectoryGroup>(EntraId.Comparer);
        var selected = connection.AdditionalGroups.Prepend(connection.UserGroup!).Select(g => g.Id).Distinct(EntraId.Comparer).ToList();
        var read = await BoundedParallel.SelectAsync(selected, AccountReader.ReadsAtOnce, id => directory.FindGroupsAsync(id, cancellationToken)).ConfigureAwait(false);
        foreach (var group in read.SelectMany(groups => groups))
        {
            if (selected.Contains(group.Id, EntraId.Comparer))
                found[group.Id] = group;
        }

        return found;
    }

    // Groups may have been nested since the last full run. Where only direct members count, the groups of the user show what checkMemberGroups does not.
    private List<TrackedGroup> TrackedGroups(SyncProgress progress, IReadOnlyDictionary<string, DirectoryGroup> found)
    {
        var tracked = progress.Groups.ToDictionary(g => g.GroupId, EntraId.Comparer);
        foreach (var selected in connection.AdditionalGroups.Prepend(connection.UserGroup!))
        {
            var isUserGroup = EntraId.Same(selected.Id, connection.UserGroup!.Id);
            var known = tracked.TryGetValue(selected.Id, out var earlier) ? earlier : new TrackedGroup { GroupId = selected.Id, DisplayName = selected.DisplayName, WasRead = true };
            tracked[selected.Id] = known with
            {
                IsUserGroup = isUserGroup || known.IsUserGroup,
                HoldsGroups = true,
                WasRead = isUserGroup || (known.WasRead && found.TryGetValue(selected.Id, out var group) && !group.HiddenMembership),
            };
        }

        return tracked.Values.ToList();
    }

    // The user's own groups show what a list of each group would show. checkMemberGroups does not show who is a direct member.
    private IEnumerable<MembershipChange> DirectMemberships(string id, UserMemberships memberships, SyncProgress progress) =>
        connection.IncludeNested || memberships.Direct is not { } direct
            ? Array.Empty<MembershipChange>()
            : progress.Groups.Select(g => new MembershipChange(g.GroupId, id, IsGroup: false, IsRemoved: !direct.Contains(g.GroupId)));

    // If everyone left the group at once, that is an accident, and a full run refuses it.
    private async Task<bool> HasOtherMembersAsync(string id, string userGroup, CancellationToken cancellationToken)
    {
        var others = state.Load().Links.Where(l => l is { Kind: LinkKind.Current, HandledEvent: LeavingEvent.None } && !EntraId.Same(l.EntraId, id))
            .Select(l => l.EntraId).Take(Witnesses).ToList();
        if (others.Count > 0)
        {
            var lookups = await directory.LookUpUsersAsync(others, new[] { userGroup }, cancellationToken).ConfigureAwait(false);
            if (lookups.Values.Any(l => l.Existence == UserExistence.Exists && l.MembershipOf(userGroup) == MembershipAnswer.Member))
                return true;
        }

        // With nesting, a member may be a group without users.
        return !connection.IncludeNested && await directory.CountMembersAsync(userGroup, cancellationToken).ConfigureAwait(false) > 0;
    }
}
