using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// Reads what changed. Changes only nominate users: each nominated user and their account is read by id, just as a full run verifies the users that its lists
/// nominate. If more than a few users seem affected, a full run follows (<see cref="FullSyncReasons"/>).
/// </summary>
internal sealed class IncrementalReader : IRunReader
{
    /// <summary>
    /// The maximum number of changed users outside the groups that a run looks up. It looks them up because a restored user looks like any other change. If there are
    /// more, it looks up none of them: a run must not read a whole tenant.
    /// </summary>
    internal const int MostOutsiders = 100;

    private readonly ConnectionSettings connection;
    private readonly IDirectoryReader directory;
    private readonly IAccountDirectory accounts;
    private readonly ISyncJournal journal;
    private readonly RunStart lastRun;
    private readonly StateLoader state;
    private readonly RunClock clock;
    private readonly IRunObserver observer;

    /// <param name="connection">The connection.</param>
    /// <param name="directory">The Entra side.</param>
    /// <param name="accounts">The Password Boss side.</param>
    /// <param name="journal">The journal of the connection.</param>
    /// <param name="lastRun">How the last run left the connection; it must contain delta links.</param>
    /// <param name="state">Loads the state, only if a user is nominated.</param>
    /// <param name="clock">The time of the run; compared with Graph's clock after the first response.</param>
    /// <param name="observer">Receives the progress.</param>
    public IncrementalReader(
        ConnectionSettings connection, IDirectoryReader directory, IAccountDirectory accounts, ISyncJournal journal, RunStart lastRun, StateLoader state, RunClock clock, IRunObserver observer)
    {
        this.connection = connection;
        this.directory = directory;
        this.accounts = accounts;
        this.journal = journal;
        this.lastRun = lastRun;
        this.state = state;
        this.clock = clock;
        this.observer = observer;
    }

    /// <inheritdoc/>
    public SyncMode Mode => SyncMode.Incremental;

    /// <inheritdoc/>
    public async Task<ReadOutcome> ReadAsync(RunLimit limit)
    {
        DirectoryChanges changes;
        try
        {
            changes = await directory.ReadChangesAsync(lastRun.Progress.Links!, limit.Token).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (e.Id is ErrorId.ChangesLost or ErrorId.ChangesNotTracked)
        {
            return new ReadOutcome.ReadEverything(e.Text);
        }

        clock.Compare(directory.GraphClockDifference);
        var outcome = await ReadUsersAsync(changes, limit.Token).ConfigureAwait(false);
        return outcome is ReadOutcome.ReadEverything everything ? everything with { Changes = changes } : outcome;
    }

    private async Task<ReadOutcome> ReadUsersAsync(DirectoryChanges changes, CancellationToken cancellationToken)
    {
        var now = clock.UtcNow;
        var start = clock.StateIsAhead ? lastRun.WithoutTimesAfter(now) : lastRun;
        start = start with { Progress = TrackedChanges.WithoutOldJoiners(start.Progress, now) };
        var progress = start.Progress with { Links = changes.Links };
        if (FullSyncReasons.GroupChanged(changes, progress) is { } groupsChanged)
            return new ReadOutcome.ReadEverything(groupsChanged);
        var hints = new MembershipHints(changes.Memberships, start.Progress.Doubts, connection.UserGroup!.Id);
        var due = start.PendingRetries.Where(r => r.NotBefore <= now && r.EntraId is not null).Select(r => r.EntraId!).ToList();
        var open = new HashSet<string>(due.Concat(progress.RecheckUserIds).Concat(DueDeletions(start, now)).Concat(progress.Doubts.Select(d => d.EntraId)), EntraId.Comparer);
        var nominated = Nominate(changes, hints, open, progress);
        var coverage = new Coverage.Some(nominated, DirectMembers(progress, hints, MembershipHint.Joined), DirectMembers(progress, hints, MembershipHint.Left));
        if (nominated.Count == 0)
            return new ReadOutcome.Unchanged(progress, coverage);

        var known = journal.CountMembers(connection.UserGroup!.Id);
        if (FullSyncReasons.TooManyChanges(nominated.Count, known) is { } tooMany)
            return new ReadOutcome.ReadEverything(tooMany);
        observer.Progress(connection.Name, Texts.PhaseVerify, 0, nominated.Count);
        var all = await ChangedUsers.ReadAsync(connection, directory, journal, progress, hints, nominated, cancellationToken).ConfigureAwait(false);
        // Other users may share the addresses of the nominated ones, so the number is checked again.
        if ((FullSyncReasons.NothingReadable(all) ?? FullSyncReasons.TooManyChanges(all.Ids.Count, known) ?? FullSyncReasons.MembershipUnclear(all, state.Load())) is { } unclear)
            return new ReadOutcome.ReadEverything(unclear);
        var users = all.Concerned(state.Load(), due);
        coverage = coverage with { MembersToStore = users.MembersToStore().Concat(coverage.MembersToStore).ToList(), MembersToForget = users.MembersToForget().Concat(coverage.MembersToForget).ToList() };
        if (FullSyncReasons.UserGroupReadsEmpty(users, state.Load()) is { } empty)
            return new ReadOutcome.ReadEverything(empty);

        // Compare all users that were read: a restored user may be a member that reads do not show yet.
        var contradictions = new TrackedChanges(changes, start, state.Load(), connection).Compare(all.Lookups.Values, now);
        if (FullSyncReasons.LongDoubt(contradictions) is { } longDoubt)
            return new ReadOutcome.ReadEverything(longDoubt);
        // The run also covers the users with the same addresses.
        coverage = coverage with { UserIds = new HashSet<string>(nominated.Concat(users.Ids), EntraId.Comparer) };
        var unchanged = new ReadOutcome.Unchanged(progress with { Doubts = contradictions.Doubts }, coverage) { RecheckUserIds = all.UnreadableWithout(users) };
        return users.Ids.Count == 0 ? unchanged : await ReadAccountsAsync(unchanged, users, open, contradictions.UnknownUsers, cancellationToken).ConfigureAwait(false);
    }

    // A deletion that failed before waits for its retry.
    private IEnumerable<string> DueDeletions(RunStart start, DateTimeOffset now)
    {
        var deletions = connection.Rules.LatestDueRegistration(now) is { } latest ? journal.FindDueDeletions(latest) : Array.Empty<string>();
        var notDue = new HashSet<string>(start.PendingRetries.Where(r => r.NotBefore > now).Select(r => r.EntraId).OfType<string>(), EntraId.Comparer);
        return deletions.Where(id => !notDue.Contains(id));
    }

    private async Task<ReadOutcome> ReadAccountsAsync(
        ReadOutcome.Unchanged soFar, ChangedUsers users, HashSet<string> open, ISet<string> doubted, CancellationToken cancellationToken)
    {
        var reader = new PlannerInputReader(connection, directory, accounts, clock);
        return await reader.ReadAsync(users, users.UserGroup, UserScope.Only(users.Ids), open, doubted, state.Load(), cancellationToken).ConfigureAwait(false) switch
        {
            PartialRead<PlannerInputRead>.Complete { Value: var read } => new ReadOutcome.Read(read.Input, read.Recovered, soFar.Progress, soFar.Coverage)
            {
                RecheckUserIds = soFar.RecheckUserIds,
                Warnings = read.Warnings,
            },
            PartialRead<PlannerInputRead>.NotEnough { Reason: var reason } => new ReadOutcome.ReadEverything(reason),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };
    }

    private HashSet<string> Nominate(DirectoryChanges changes, MembershipHints hints, HashSet<string> open, SyncProgress progress)
    {
        var nominated = new HashSet<string>(open, EntraId.Comparer);
        var mentioned = new HashSet<string>(EntraId.Comparer);
        foreach (var group in progress.Groups)
        {
            foreach (var hint in hints.In(group.GroupId))
            {
                if (group.IsUserGroup && hint.Value != MembershipHint.Left)
                    nominated.Add(hint.Key);
                else
                    mentioned.Add(hint.Key);
            }
        }

        mentioned.UnionWith(changes.Users.Select(u => u.UserId));
        mentioned.ExceptWith(nominated);
        if (mentioned.Count == 0)
            return nominated;
        var known = new HashSet<string>(journal.FindKnown(mentioned), EntraId.Comparer);
        nominated.UnionWith(known);
        var outsiders = changes.Users.Where(u => !u.IsRemoved && !nominated.Contains(u.UserId)).Select(u => u.UserId).ToList();
        if (outsiders.Count <= MostOutsiders)
            nominated.UnionWith(outsiders);
        return nominated;
    }

    // Only reported changes show who is a direct member of a group that contains groups, so each reported change of such a group is stored.
    private List<KnownMember> DirectMembers(SyncProgress progress, MembershipHints hints, MembershipHint wanted)
    {
        var members = new List<KnownMember>();
        if (connection.IncludeNested)
            return members;
        foreach (var group in progress.Groups.Where(g => g.HoldsGroups && !g.IsUserGroup))
            members.AddRange(hints.In(group.GroupId).Where(h => h.Value == wanted).Select(h => new KnownMember(group.GroupId, h.Key, null)));
        return members;
    }
}
