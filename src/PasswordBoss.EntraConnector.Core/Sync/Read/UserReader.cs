using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// Reads one user, their groups and their account, each by id. It reads no lists, so it accepts that the user left only if the user group exists and still has
/// another member. Users with the same address are read too, but left unchanged.
/// </summary>
internal sealed class UserReader : IRunReader
{
    // How many other users are looked up to check that the user group still has members.
    private const int MostOtherMembers = 10;

    // How many of the matching users an error lists.
    private const int Candidates = 10;

    private readonly string wanted;
    private readonly RunSources run;

    /// <param name="wanted">The user, by object id, address or display name.</param>
    /// <param name="run">What the run reads from.</param>
    public UserReader(string wanted, RunSources run)
    {
        this.wanted = wanted;
        this.run = run;
    }

    /// <inheritdoc/>
    public SyncMode Mode => SyncMode.User;

    /// <summary>What was read so far, even if the read ended early.</summary>
    public UserFindings Findings { get; private set; } = new UserFindings.NotBegun();

    /// <inheritdoc/>
    public async Task<ReadOutcome> ReadAsync(RunLimit limit)
    {
        Findings = new UserFindings.NotFound();
        var matches = await UserSearch.FindAsync(wanted, run.Directory, run.State.Load(), limit.Token).ConfigureAwait(false);
        run.Clock.Compare(run.Directory.GraphClockDifference);
        return matches.Count switch
        {
            0 => new ReadOutcome.Undecided(Problems.UserNotFound(wanted).About(wanted)),
            1 => await ReadUserAsync(matches[0], limit.Token).ConfigureAwait(false),
            _ => new ReadOutcome.Undecided(Problems.UserAmbiguous(wanted, Texts.ListOf(matches.Take(Candidates).Select(m =>
                (MessageArgument)Texts.LinkUser(Shown(m.DisplayName), Shown(m.Address), m.EntraId)))).About(wanted)),
        };

        static MessageArgument Shown(string? text) => text is null ? Texts.LinkNone : text;
    }

    private async Task<ReadOutcome> ReadUserAsync(UserMatch match, CancellationToken cancellationToken)
    {
        Findings = new UserFindings.Found(match);
        var id = match.EntraId;
        var now = run.Clock.UtcNow;
        var start = run.StartAt(now);
        // The groups first: a group that is gone must not look like one that the user left.
        var (groups, unreadGroups) = await ReadGroupsAsync(cancellationToken).ConfigureAwait(false);
        if (!groups.TryGetValue(run.UserGroup.Id, out var userGroup))
            return new ReadOutcome.Undecided(Problems.UserGroupNotFound(run.UserGroup.DisplayName, run.UserGroup.Id, ""));
        var progress = start.Progress with { Groups = TrackedGroups(start.Progress, groups) };
        var memberships = await run.Directory.ReadMembershipsAsync(id, userGroup.Id, cancellationToken).ConfigureAwait(false);
        var direct = DirectMemberships(id, memberships, progress).ToList();
        var all = await ReadUsersAsync(new[] { id }, direct, start, progress, cancellationToken).ConfigureAwait(false);
        var rivals = await FindRivalsAsync(id, all, cancellationToken).ConfigureAwait(false);
        foreach (var rival in rivals)
            direct.AddRange(DirectMemberships(rival, await run.Directory.ReadMembershipsAsync(rival, userGroup.Id, cancellationToken).ConfigureAwait(false), progress));
        if (rivals.Count > 0)
            all = await ReadUsersAsync(rivals.Append(id).ToList(), direct, start, progress, cancellationToken).ConfigureAwait(false);
        var lookup = all.Lookups[id];
        var isDeleted = lookup.Existence == UserExistence.Deleted;
        var inDeletedItems = isDeleted && (await run.Directory.FindDeletedUsersAsync(new[] { id }, cancellationToken).ConfigureAwait(false)).Count > 0;
        var membership = lookup.MembershipOf(run.UserGroup.Id);
        var found = new EntraFindings
        {
            Match = match,
            Lookup = lookup,
            IsInDeletedItems = inDeletedItems,
            UserGroup = userGroup.DisplayName,
            Membership = membership,
            CountsAsMember = membership == MembershipStatus.Member && all.UserGroup.Users.Any(u => EntraId.Same(u.Id, id)),
            Memberships = memberships,
            ReadAt = run.Clock.UtcNow,
        };
        Findings = new UserFindings.ReadInEntra(found);
        return await ReadAccountAsync(found, start, all, userGroup, unreadGroups, cancellationToken).ConfigureAwait(false);
    }

    private Task<ChangedUsers> ReadUsersAsync(
        IReadOnlyCollection<string> ids, IEnumerable<MembershipChange> direct, RunStart start, SyncProgress progress, CancellationToken cancellationToken) =>
        ChangedUsers.ReadAsync(run, progress, new MembershipHints(direct, start.Progress.Doubts, run.UserGroup.Id), ids, cancellationToken);

    // Users with the same address are known if an earlier run read them. Others may have joined, or got the address, since then. If the account of the user has the
    // address, no one else can get it.
    private async Task<IReadOnlyList<string>> FindRivalsAsync(string id, ChangedUsers all, CancellationToken cancellationToken)
    {
        var rivals = new HashSet<string>(EntraId.Comparer);
        if (all.Lookups[id].User is not { } user || EmailAddress.Choose(user, run.Connection.Rules.EmailSource) is not { } address || run.State.Load().Links.Any(l =>
            l.Kind == LinkKind.Current && EntraId.Same(l.EntraId, id) && EmailAddress.Same(l.Email, address)))
        {
            return Array.Empty<string>();
        }

        foreach (var form in EmailAddress.Forms(address))
            rivals.UnionWith((await run.Directory.FindUsersAsync(form, cancellationToken).ConfigureAwait(false)).Select(u => u.Id));
        rivals.ExceptWith(all.Ids);
        return rivals.ToList();
    }

    private async Task<ReadOutcome> ReadAccountAsync(
        EntraFindings found, RunStart start, ChangedUsers all, DirectoryGroup userGroup, IReadOnlyList<Message> unreadGroups, CancellationToken cancellationToken)
    {
        var id = found.Match.EntraId;
        var contradictions = new TrackedChanges(null, start, run.State.Load(), run.Connection, run.UserGroup).Compare(all.Lookups.Values.Where(l => EntraId.Same(l.Id, id)), [], run.Clock.UtcNow);
        var only = all.Only(id);
        if ((FullSyncReasons.MembershipUnclear(only, run.State.Load()) ?? FullSyncReasons.LongDoubt(contradictions)) is { } unclear)
            return Undecided(unclear);
        var reading = all.UserGroup with { Status = userGroup.HiddenMembership ? ReadingStatus.Hidden : ReadingStatus.Complete };
        var isListed = reading.Users.Any(u => EntraId.Same(u.Id, id));
        if (!isListed && IsLinked(id) && !await HasOtherMembersAsync(id, userGroup.Id, cancellationToken).ConfigureAwait(false))
            return Undecided(Texts.FullGroupReadsEmpty);

        var scope = UserScope.Only(new HashSet<string>(EntraId.Comparer) { id });
        var open = new HashSet<string>(EntraId.Comparer) { id };
        switch (await new PlannerInputReader(run, groupsWereFound: true).ReadAsync(all, reading, scope, open, contradictions.UnknownUsers, cancellationToken).ConfigureAwait(false))
        {
            case PartialRead<PlannerInputRead>.Complete { Value: var read }:
                var input = read.Input with { HeldBack = HoldOf(start), IsOneUser = true };
                Findings = new UserFindings.Complete(found, input, run.Clock.UtcNow);
                return new ReadOutcome.Read(
                    input,
                    WithOwnChanges(read.Recovered, id),
                    // The other progress stays: this run read neither other users nor delta changes.
                    start.Progress,
                    new Coverage.Some(new HashSet<string>(EntraId.Comparer) { id }, only.MembersToStore().ToList(), only.MembersToForget().ToList()) { IsOneUser = true })
                {
                    RecheckUserIds = start.Progress.RecheckUserIds.Where(other => !EntraId.Same(other, id)).ToList(),
                    Warnings = unreadGroups.Concat(read.Warnings).ToList(),
                };
            case PartialRead<PlannerInputRead>.NotEnough { Reason: var reason }:
                return Undecided(reason);
            case var other:
                throw new InvalidOperationException(other.GetType().Name);
        }
    }

    // What was read about users with the same address decides about this user, but only the link of this user is saved.
    private static RecoveredState WithOwnChanges(RecoveredState recovered, string id) =>
        recovered with { Changes = recovered.Changes.Where(c => c is not StateChange.LinkSaved saved || EntraId.Same(saved.Link.EntraId, id)).ToList() };

    private ReadOutcome Undecided(Message reason) => new ReadOutcome.Undecided(Problems.UserNeedsFullRun(wanted, reason).About(wanted));

    private Problem? HoldOf(RunStart start) => FullSyncPolicy.StateReason(run.Connection, start) is { } reason ? Problems.UserNeedsFullRun(wanted, reason).About(wanted) : null;

    private bool IsLinked(string id) => run.State.Load().Links.Any(l => l.Kind != LinkKind.Retired && EntraId.Same(l.EntraId, id));

    // The selected groups that exist and that this run can decide about, and why others could not be read: they stay as they are, as in a full run.
    private async Task<(IReadOnlyDictionary<string, DirectoryGroup> Found, IReadOnlyList<Message> Unread)> ReadGroupsAsync(CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, DirectoryGroup>(EntraId.Comparer);
        var selected = run.Connection.AdditionalGroups.Prepend(run.UserGroup).Select(g => g.Id).Distinct(EntraId.Comparer).ToList();
        var read = await BoundedParallel.SelectAsync(selected, AccountReader.ReadsAtOnce, id => FindGroupsAsync(id, cancellationToken)).ConfigureAwait(false);
        foreach (var group in read.OfType<GroupSearch.Found>().SelectMany(r => r.Groups))
        {
            if (selected.Contains(group.Id, EntraId.Comparer))
                found[group.Id] = group;
        }

        return (found, read.OfType<GroupSearch.Refused>().Select(r => r.Reason).Distinct().ToList());
    }

    private async Task<GroupSearch> FindGroupsAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return new GroupSearch.Found(await run.Directory.FindGroupsAsync(id, cancellationToken).ConfigureAwait(false));
        }
        catch (ConnectorException e) when (!EntraId.Same(id, run.UserGroup.Id) && ErrorCatalog.MayConcernOneGroup(e.Id))
        {
            return new GroupSearch.Refused(e.Text);
        }
    }

    // Groups may have been nested since the last full run. If only direct members count, the user's own groups show what checkMemberGroups does not.
    private List<TrackedGroup> TrackedGroups(SyncProgress progress, IReadOnlyDictionary<string, DirectoryGroup> found)
    {
        var tracked = progress.Groups.ToDictionary(g => g.GroupId, EntraId.Comparer);
        foreach (var selected in run.Connection.AdditionalGroups.Prepend(run.UserGroup))
        {
            var isUserGroup = EntraId.Same(selected.Id, run.UserGroup.Id);
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
        run.Connection.IncludeNested || memberships.Direct is not { } direct
            ? Array.Empty<MembershipChange>()
            : progress.Groups.Select(g => new MembershipChange(g.GroupId, id, IsGroup: false, IsRemoved: !direct.Contains(g.GroupId)));

    // If everyone left the group at once, that is an accident, and a full run refuses it.
    private async Task<bool> HasOtherMembersAsync(string id, string userGroup, CancellationToken cancellationToken)
    {
        var others = run.State.Load().Links.Where(l => l is { Kind: LinkKind.Current, HandledEvent: LeavingEvent.None } && !EntraId.Same(l.EntraId, id))
            .Select(l => l.EntraId).Take(MostOtherMembers).ToList();
        if (others.Count > 0)
        {
            var lookups = await run.Directory.LookUpUsersAsync(others, new[] { userGroup }, cancellationToken).ConfigureAwait(false);
            if (lookups.Values.Any(l => l.Existence == UserExistence.Exists && l.MembershipOf(userGroup) == MembershipStatus.Member))
                return true;
        }

        // With nesting, a member may be a group without users.
        return !run.Connection.IncludeNested && await run.Directory.CountMembersAsync(userGroup, cancellationToken).ConfigureAwait(false) > 0;
    }

    /// <summary>How the search for one group by its id ended.</summary>
    private abstract record GroupSearch
    {
        /// <summary>Graph answered with the groups, or with none.</summary>
        internal sealed record Found(IReadOnlyList<DirectoryGroup> Groups) : GroupSearch;

        /// <summary>Graph refused, which may concern only this group.</summary>
        internal sealed record Refused(Message Reason) : GroupSearch;
    }
}
