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

    private readonly RunSources run;
    private readonly DeltaLinks links;

    /// <param name="run">What the run reads from. The state is loaded only if a user is nominated.</param>
    /// <param name="links">The delta links that the last run left.</param>
    public IncrementalReader(RunSources run, DeltaLinks links)
    {
        this.run = run;
        this.links = links;
    }

    /// <inheritdoc/>
    public SyncMode Mode => SyncMode.Incremental;

    /// <inheritdoc/>
    public async Task<ReadOutcome> ReadAsync(RunLimit limit)
    {
        DirectoryChanges changes;
        try
        {
            changes = await run.Directory.ReadChangesAsync(links, limit.Token).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (e.Id is ErrorId.ChangesLost or ErrorId.ChangesNotTracked)
        {
            return new ReadOutcome.ReadEverything(e.Text);
        }

        run.Clock.Compare(run.Directory.GraphClockDifference);
        var outcome = await ReadUsersAsync(changes, limit.Token).ConfigureAwait(false);
        return outcome is ReadOutcome.ReadEverything everything ? everything with { Changes = changes } : outcome;
    }

    private async Task<ReadOutcome> ReadUsersAsync(DirectoryChanges changes, CancellationToken cancellationToken)
    {
        var now = run.Clock.UtcNow;
        var start = run.StartAt(now);
        start = start with { Progress = TrackedChanges.WithoutOldJoiners(start.Progress, now) };
        var progress = start.Progress with { Links = changes.Links };
        if (FullSyncReasons.GroupChanged(changes, progress) is { } groupsChanged)
            return new ReadOutcome.ReadEverything(groupsChanged);
        var hints = new MembershipHints(changes.Memberships, start.Progress.Doubts, run.UserGroup.Id);
        var due = start.PendingRetries.Where(r => r.NotBefore <= now).Select(r => r.EntraId).OfType<string>().ToList();
        var open = new HashSet<string>(due.Concat(progress.RecheckUserIds).Concat(DueDeletions(start, now)).Concat(progress.Doubts.Select(d => d.EntraId)), EntraId.Comparer);
        var nominated = Nominate(changes, hints, open, progress);
        var coverage = new Coverage.Some(nominated, DirectMembers(progress, hints, MembershipHint.Joined), DirectMembers(progress, hints, MembershipHint.Left));
        if (nominated.Count == 0)
            return new ReadOutcome.Unchanged(progress, coverage);

        var known = run.Journal.CountMembers(run.UserGroup.Id);
        if (FullSyncReasons.TooManyChanges(nominated.Count, known) is { } tooMany)
            return new ReadOutcome.ReadEverything(tooMany);
        run.Observer.Progress(run.Connection.Name, Texts.PhaseVerify, 0, nominated.Count);
        var all = await ChangedUsers.ReadAsync(run, progress, hints, nominated, cancellationToken).ConfigureAwait(false);
        // Other users may share the addresses of the nominated ones, so the number is checked again.
        if ((FullSyncReasons.NothingReadable(all) ?? FullSyncReasons.TooManyChanges(all.Ids.Count, known) ?? FullSyncReasons.MembershipUnclear(all, run.State.Load())) is { } unclear)
            return new ReadOutcome.ReadEverything(unclear);
        var users = all.Concerned(run.State.Load(), due);
        coverage = coverage with { MembersToStore = users.MembersToStore().Concat(coverage.MembersToStore).ToList(), MembersToForget = users.MembersToForget().Concat(coverage.MembersToForget).ToList() };
        if (FullSyncReasons.UserGroupReadsEmpty(users, run.State.Load()) is { } empty)
            return new ReadOutcome.ReadEverything(empty);

        // Compare all users that were read: a restored user may be a member that reads do not show yet.
        var contradictions = new TrackedChanges(changes, start, run.State.Load(), run.Connection, run.UserGroup).Compare(all.Lookups.Values, [], now);
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
        var deletions = run.Connection.Rules.LatestDueRegistration(now) is { } latest ? run.Journal.FindDueDeletions(latest) : Array.Empty<string>();
        var notDue = new HashSet<string>(start.PendingRetries.Where(r => r.NotBefore > now).Select(r => r.EntraId).OfType<string>(), EntraId.Comparer);
        return deletions.Where(id => !notDue.Contains(id));
    }

    private async Task<ReadOutcome> ReadAccountsAsync(
        ReadOutcome.Unchanged soFar, ChangedUsers users, HashSet<string> open, ISet<string> doubted, CancellationToken cancellationToken)
    {
        var reader = new PlannerInputReader(run, groupsWereFound: false);
        return await reader.ReadAsync(users, users.UserGroup, UserScope.Only(users.Ids), open, doubted, cancellationToken).ConfigureAwait(false) switch
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
        var known = new HashSet<string>(run.Journal.FindKnown(mentioned), EntraId.Comparer);
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
        if (run.Connection.IncludeNested)
            return members;
        foreach (var group in progress.Groups.Where(g => g.HoldsGroups && !g.IsUserGroup))
            members.AddRange(hints.In(group.GroupId).Where(h => h.Value == wanted).Select(h => new KnownMember(group.GroupId, h.Key, null)));
        return members;
    }
}
