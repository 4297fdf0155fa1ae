using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// Reads what changed. Changes nominate people; each of them is then read by id and asked about, and her account read, exactly as a full run verifies the
/// people whom its lists nominate. Whatever looks as if a few people were not the whole story is left to a full run.
/// </summary>
internal sealed class IncrementalReader
{
    // From so many people on, and from this share of the user group, reading everything takes fewer requests.
    private const int FewPeople = 100;
    private const int MemberShare = 20;
    // Somebody whom nothing is known about is asked about, because a restored user looks like any other changed one; but not a whole tenant.
    private const int MostStrangers = 100;

    private readonly ConnectionSettings connection;
    private readonly IDirectoryReader directory;
    private readonly IAccountDirectory accounts;
    private readonly ISyncJournal journal;
    private readonly IRunObserver observer;

    public IncrementalReader(ConnectionSettings connection, IDirectoryReader directory, IAccountDirectory accounts, ISyncJournal journal, IRunObserver observer)
    {
        this.connection = connection;
        this.directory = directory;
        this.accounts = accounts;
        this.journal = journal;
        this.observer = observer;
    }

    /// <summary>Reads what changed.</summary>
    /// <param name="start">How the last run left the connection; change tracking must stand.</param>
    /// <param name="load">Reads what a plan is made from; called only when something concerns somebody.</param>
    /// <param name="clock">The time of the run; compared with Graph's once Graph has answered.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public async Task<IncrementalReading> ReadAsync(RunStart start, Func<SyncState> load, RunClock clock, CancellationToken cancellationToken)
    {
        DirectoryChanges changes;
        try
        {
            changes = await directory.ReadChangesAsync(start.Progress.Links!, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (e.Id is ErrorId.ChangesLost or ErrorId.ChangesNotTracked)
        {
            return NeedsFull(e.Text);
        }

        clock.Compare(directory.GraphClockDifference);
        var now = clock.UtcNow;
        if (clock.StateIsAhead)
            start = start.SetBackTo(now);
        start = start with { Progress = TrackedChanges.WithoutOldJoiners(start.Progress, now) };
        var progress = start.Progress with { Links = changes.Links };
        if (GroupsThatChanged(changes, progress) is { } fullSyncReason)
            return NeedsFull(fullSyncReason, changes);
        var hints = new MembershipHints(changes.Memberships, start.Progress.Doubts, connection.UserGroup!.Id);
        var told = new TrackedChanges(changes, start.Progress, connection);
        var deletions = connection.Rules.DeletionsDueSince(now) is { } since ? journal.FindDueDeletions(since) : Array.Empty<string>();
        var due = start.PendingRetries.Where(m => m.NotBefore <= now && m.EntraId is not null).Select(m => m.EntraId!).ToList();
        // A deletion that was tried and is open is tried again when that is due.
        var notDue = new HashSet<string>(start.PendingRetries.Where(m => m.NotBefore > now).Select(m => m.EntraId).OfType<string>(), StringComparer.OrdinalIgnoreCase);
        var open = new HashSet<string>(due.Concat(progress.RecheckUserIds).Concat(deletions.Where(id => !notDue.Contains(id))).Concat(told.DoubtedBefore), StringComparer.OrdinalIgnoreCase);
        var nominated = Nominate(changes, hints, open, progress);
        if (nominated.Count == 0)
            return Of(new RunReading { Mode = SyncMode.Incremental, Progress = progress, CheckedUserIds = nominated, Joined = DirectMembers(progress, hints, MembershipHint.Joined), Left = DirectMembers(progress, hints, MembershipHint.Left) });

        var known = journal.CountMembers(connection.UserGroup!.Id);
        if (IsMany(nominated.Count, known))
            return NeedsFull(new Message("Full_ManyChanges"), changes);
        observer.Progress(connection.Name, new Message("Phase_Verify"), 0, nominated.Count);
        var people = new ChangedUsers(connection, directory, journal, progress, hints);
        await people.ReadAsync(nominated, cancellationToken).ConfigureAwait(false);
        if (people.NothingIsReadable)
            return NeedsFull(new Message("Full_NothingReadable"), changes);
        if (IsMany(people.Ids.Count, known))
            return NeedsFull(new Message("Full_ManyChanges"), changes);
        var state = load();
        if (people.IsUnclear(state))
            return NeedsFull(new Message("Full_Unclear"), changes);
        var recheckUserIds = people.ForgetStrangers(state, due);
        var joined = people.Joined().Concat(DirectMembers(progress, hints, MembershipHint.Joined)).ToList();
        var left = people.Left().Concat(DirectMembers(progress, hints, MembershipHint.Left)).ToList();
        if (people.SomebodyLeft && !people.SomebodyIsListed && !state.Links.Any(IsMemberElsewhere))
            return NeedsFull(new Message("Full_GroupReadsEmpty"), changes);

        told.Expect(start.PendingRetries, state, start.Progress, connection);
        // Of strangers too: one who was restored may be a member whom reads do not show yet.
        var doubts = people.Lookups.Values.Select(l => told.About(l, now)).OfType<UserDoubt>().ToList();
        if (told.Ended.Count > 0)
            return NeedsFull(new Message("Full_LongDoubt"), changes);
        progress = progress with { Doubts = doubts };
        var doubted = new HashSet<string>(doubts.Where(d => told.IsContradiction(d, people.Lookups[d.EntraId])).Select(d => d.EntraId), StringComparer.OrdinalIgnoreCase);
        var reading = new RunReading { Mode = SyncMode.Incremental, Progress = progress, CheckedUserIds = nominated, Joined = joined, Left = left, RecheckUserIds = recheckUserIds };
        if (people.Ids.Count == 0)
            return Of(reading);
        nominated.UnionWith(people.Ids);
        return await ReadAccountsAsync(reading, changes, people, state, open, doubted, clock, cancellationToken).ConfigureAwait(false) ?? NeedsFull(new Message("Full_AccountMissing"), changes);

        // Not counted by the known members: somebody who was deleted stays one of them, and the list does not show her.
        bool IsMemberElsewhere(AccountLink link) => link is { Kind: LinkKind.Current, HandledEvent: LeavingEvent.None } && !people.Ids.Contains(link.EntraId);
    }

    // Null when everything must be read instead, because an account or a group is missing.
    private async Task<IncrementalReading?> ReadAccountsAsync(
        RunReading reading, DirectoryChanges changes, ChangedUsers people, SyncState state, HashSet<string> open, HashSet<string> doubted, RunClock clock, CancellationToken cancellationToken)
    {
        var now = clock.UtcNow;
        var capabilities = await accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false);
        if (!capabilities.Filter || SafetyRules.Unsupported(connection.Rules, capabilities) is not null)
            return NeedsFull(new Message("Full_ServerLimits"), changes);

        var input = new PlannerInput
        {
            Rules = connection.Rules,
            Focus = people.Ids,
            UserGroup = people.UserGroup,
            IncludeNested = connection.IncludeNested,
            Lookups = people.Lookups,
            Accounts = new AccountView(Array.Empty<Account>()),
            Capabilities = capabilities,
            State = state,
            Now = now,
            ClockError = clock.Error,
            Doubted = doubted,
        };
        var persons = new PersonStates(input).People();
        var view = await new ChangedUserAccounts(accounts, connection.PasswordBossUri.Host, connection.Rules).ReadAsync(persons.Values.ToList(), state, now, cancellationToken).ConfigureAwait(false);
        if (view is null)
            return null;
        var recovered = StateRecovery.Observe(new RecoveredState { State = state }, view);
        input = input with { Accounts = view, State = recovered.State };
        input = input with { GoneForGood = await HiddenAccounts.FindGoneForGoodAsync(directory, input, cancellationToken).ConfigureAwait(false) };

        if (capabilities.Groups)
        {
            var concerned = people.GroupsConcerned(persons, recovered.State, open);
            if (await ReadAccountGroupsAsync(concerned, recovered.State, cancellationToken).ConfigureAwait(false) is not { } accountGroups)
                return null;
            input = input with { AdditionalGroups = concerned, AccountGroups = accountGroups.Groups, UnreadableGroups = accountGroups.Unreadable };
            reading = reading with { Warnings = [.. reading.Warnings, .. AccountReader.WarningsAbout(connection.PasswordBossUri.Host, [], accountGroups.Unreadable)] };
        }

        return Of(reading with { Input = input, Recovered = recovered });
    }

    // Null when a linked group is not there. The names of all groups are needed only where a group may be made.
    private async Task<AccountGroupListing?> ReadAccountGroupsAsync(IReadOnlyList<GroupReading> concerned, SyncState state, CancellationToken cancellationToken)
    {
        var links = state.GroupLinks.ToDictionary(l => l.GroupId, l => l.AccountGroupId, StringComparer.OrdinalIgnoreCase);
        if (concerned.Any(g => !links.ContainsKey(g.GroupId)))
            return await AccountReader.ListGroupsAsync(accounts, connection.PasswordBossUri.Host, cancellationToken).ConfigureAwait(false);
        var groups = new List<AccountGroup>(concerned.Count);
        var unreadable = new List<string>();
        foreach (var reading in concerned)
        {
            try
            {
                if (await accounts.GetGroupAsync(links[reading.GroupId], cancellationToken).ConfigureAwait(false) is not { } group)
                    return null;
                groups.Add(group);
            }
            catch (ConnectorException e) when (e.Id == ErrorId.AccountServerAnswerInvalid)
            {
                unreadable.Add(links[reading.GroupId]);
            }
        }

        return new AccountGroupListing { Groups = groups, Unreadable = unreadable };
    }

    // What happens to groups themselves, and not to people in them, is a matter of a full run.
    private static Message? GroupsThatChanged(DirectoryChanges changes, SyncProgress progress)
    {
        var tracked = progress.Groups.ToDictionary(g => g.GroupId, StringComparer.OrdinalIgnoreCase);
        foreach (var change in changes.Groups)
        {
            if (!tracked.TryGetValue(change.GroupId, out var group))
                continue;
            if (change.IsRemoved || (change.DisplayName is not null && group.DisplayName is not null && !string.Equals(change.DisplayName, group.DisplayName, StringComparison.Ordinal)))
                return new Message("Full_GroupChanged", group.DisplayName ?? group.GroupId);
        }

        foreach (var change in changes.Memberships)
        {
            if ((change.IsGroup || tracked.ContainsKey(change.MemberId)) && tracked.TryGetValue(change.GroupId, out var group))
                return new Message("Full_NestingChanged", group.DisplayName ?? group.GroupId);
        }

        return null;
    }

    private HashSet<string> Nominate(DirectoryChanges changes, MembershipHints hints, HashSet<string> open, SyncProgress progress)
    {
        var nominated = new HashSet<string>(open, StringComparer.OrdinalIgnoreCase);
        var mentioned = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
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
        var known = new HashSet<string>(journal.FindKnown(mentioned), StringComparer.OrdinalIgnoreCase);
        nominated.UnionWith(known);
        var strangers = changes.Users.Where(u => !u.IsRemoved && !nominated.Contains(u.UserId)).Select(u => u.UserId).ToList();
        if (strangers.Count <= MostStrangers)
            nominated.UnionWith(strangers);
        return nominated;
    }

    // Who is a direct member of a group that holds groups can be known from changes alone, so it is remembered of everybody.
    private List<KnownMember> DirectMembers(SyncProgress progress, MembershipHints hints, MembershipHint wanted)
    {
        var members = new List<KnownMember>();
        if (connection.IncludeNested)
            return members;
        foreach (var group in progress.Groups.Where(g => g.HoldsGroups && !g.IsUserGroup))
            members.AddRange(hints.In(group.GroupId).Where(h => h.Value == wanted).Select(h => new KnownMember(group.GroupId, h.Key, null)));
        return members;
    }

    private static bool IsMany(int people, int members) => people > FewPeople && people > members / MemberShare;

    private static IncrementalReading Of(RunReading reading) => new(reading, null, null);

    private static IncrementalReading NeedsFull(Message why, DirectoryChanges? changes = null) => new(null, why, changes);
}

/// <summary>What an incremental run read, or why everything must be read instead.</summary>
/// <param name="Reading">The reading; null when everything must be read.</param>
/// <param name="FullSyncReason">Why.</param>
/// <param name="Changes">What change tracking has said, which the full reading is held against; its links are not used.</param>
internal sealed record IncrementalReading(RunReading? Reading, Message? FullSyncReason, DirectoryChanges? Changes);
