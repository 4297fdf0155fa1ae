using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>Reads everything: every member of every selected group, every account, and by id each user who is missing from the lists.</summary>
internal sealed class FullReader : IRunReader
{
    private readonly RunSources run;
    private readonly SyncOptions options;
    private readonly bool preview;
    // Read once: the second read after an admin's answers uses the same changes.
    private Task<DirectoryChanges?>? changes;

    /// <param name="run">What the run reads from.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="changes">The changes that this run has already read; null if it has read none.</param>
    /// <param name="preview">Whether the run must not save anything.</param>
    public FullReader(RunSources run, SyncOptions options, DirectoryChanges? changes, bool preview)
    {
        this.run = run;
        this.options = options;
        this.changes = changes is null ? null : Task.FromResult<DirectoryChanges?>(changes);
        this.preview = preview;
    }

    /// <inheritdoc/>
    public SyncMode Mode => SyncMode.Full;

    /// <inheritdoc/>
    public async Task<ReadOutcome> ReadAsync(RunLimit limit)
    {
        // Enforced even with -Confirm, where the run itself has no limit: an unfinished read is of no use to the next run.
        using var reading = limit.OfPart(options.FullDeadline);
        try
        {
            changes ??= ReadLastChangesAsync(reading.Token);
            var reported = await changes.ConfigureAwait(false);
            return await ReadAllAsync(run.State.Load(), reported, reading.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!limit.IsCancelled)
        {
            throw new ConnectorException(Problems.FullReadTooSlow(reading.Minutes));
        }
    }

    // A full run starts new delta links. First read the old ones to their end: the new ones do not repeat these changes, and a lagging list may not show them.
    private async Task<DirectoryChanges?> ReadLastChangesAsync(CancellationToken cancellationToken)
    {
        if (run.Start.Progress.Links is not { } links)
            return null;
        try
        {
            return await run.Directory.ReadChangesAsync(links, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (!ErrorCatalog.MeansNoAccess(e.Id) && !e.IsTransient)
        {
            // The delta links cannot be used any more, for example because they have expired. So there is nothing to read.
            return null;
        }
    }

    private async Task<ReadOutcome> ReadAllAsync(SyncState state, DirectoryChanges? reported, CancellationToken cancellationToken)
    {
        var warnings = new List<Message>();
        // Start tracking before the read, so that no change during the read is lost.
        var tracked = TrackedIds(run.Start.Progress);
        var links = preview ? null : await StartTrackingAsync(tracked, warnings, cancellationToken).ConfigureAwait(false);
        var userGroup = await ReadGroupAsync(run.UserGroup, cancellationToken).ConfigureAwait(false);
        run.Clock.Compare(run.Directory.GraphClockDifference);
        var now = run.Clock.UtcNow;
        if (SafetyRules.RefusalOf(userGroup, state) is { } refusal)
            return new ReadOutcome.Refused(refusal, userGroup, state);

        var additional = new List<GroupReading>(run.Connection.AdditionalGroups.Count);
        foreach (var group in run.Connection.AdditionalGroups)
            additional.Add(await ReadAdditionalGroupAsync(group, cancellationToken).ConfigureAwait(false));
        links = await WithFoundGroupsAsync(links, additional.Prepend(userGroup), tracked, warnings, cancellationToken).ConfigureAwait(false);

        var capabilities = await run.Accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false);
        if (SafetyRules.Unsupported(run.Connection.Rules, capabilities) is { } unsupported)
            return new ReadOutcome.Refused(unsupported, userGroup, state);

        var input = await ReadAccountsAsync(userGroup, additional, capabilities, state, now, cancellationToken).ConfigureAwait(false);
        warnings.AddRange(AccountReader.WarningsAbout(run.Connection.PasswordBossUri.Host, input.Accounts.Unreadable, input.UnreadableGroups));
        // Before the users are verified: a recovered link nominates its user too.
        var recovered = await RecoverAsync(input, cancellationToken).ConfigureAwait(false);
        var verified = await VerifyAsync(input with { State = recovered.State }, reported, cancellationToken).ConfigureAwait(false);
        input = verified.Input;
        warnings.AddRange(verified.Contradictions.Ended.Select(id => Texts.WarningDoubtEnded(input.Lookups[id].User?.DisplayName ?? id)));
        // The accounts of another company do not show when ours were last seen, nor which addresses are free in ours: read everything again.
        var isOtherCompany = VanishedAccountsLimit.Of(input).Refusal is not null;
        var progress = ProgressAfter(links, tracked, userGroup, additional, now) with
        {
            Doubts = verified.Contradictions.Doubts,
            AccountsListedAt = isOtherCompany ? run.Start.Progress.AccountsListedAt : now,
        };
        return new ReadOutcome.Read(
            input,
            recovered,
            verified.IsListOutdated || isOtherCompany ? progress with { FullNeeded = true } : progress,
            new Coverage.AllUsers(MembersOf(input.UserGroup, input.AdditionalGroups)))
        {
            RecheckUserIds = verified.RecheckUserIds,
            Warnings = warnings,
        };
    }

    private async Task<PlannerInput> ReadAccountsAsync(
        GroupReading userGroup, List<GroupReading> additional, AccountCapabilities capabilities, SyncState state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var view = await new AccountReader(run.Accounts, run.Connection.PasswordBossUri.Host).ReadAsync(
            state,
            run.Connection.Rules,
            Consent.Of(options.Force, state.Pause).CoversVanishedAccounts,
            now,
            (done, total) => run.Observer.Progress(run.Connection.Name, Texts.PhaseReadAccounts, done, total),
            cancellationToken).ConfigureAwait(false);
        var groups = await ReadAccountGroupsAsync(capabilities, state, cancellationToken).ConfigureAwait(false);
        return new PlannerInput
        {
            Rules = run.Connection.Rules,
            UserGroup = userGroup,
            AdditionalGroups = additional,
            IncludeNested = run.Connection.IncludeNested,
            Accounts = view,
            AccountGroups = groups.Groups,
            UnreadableGroups = groups.Unreadable,
            Capabilities = capabilities,
            State = state,
            Reapply = options.Reapply,
            Force = options.Force,
            Now = now,
            ExcessiveClockDifference = run.Clock.ExcessiveDifference,
        };
    }

    // Looks up the users whose state the lists do not settle, adds joiners that no list shows yet, and compares the result with the reported changes.
    private async Task<Verified> VerifyAsync(PlannerInput input, DirectoryChanges? reported, CancellationToken cancellationToken)
    {
        var (userGroup, additional) = (input.UserGroup, input.AdditionalGroups);
        var last = TrackedChanges.WithoutOldJoiners(WithNesting(run.Start.Progress, additional.Prepend(userGroup)), input.Now);
        var tracked = new TrackedChanges(reported, run.Start with { Progress = last }, input.State, run.Connection, run.UserGroup);
        foreach (var reading in additional.Prepend(userGroup))
            tracked.ConfirmLeavers(reading);
        input = input with { Lookups = await LookUpAsync(input, tracked, last, cancellationToken).ConfigureAwait(false) };
        // A joiner who could not be read and is not in the list is recorded only in the pending retries and the recheck list.
        var open = run.Start.PendingRetries.Where(r => r.Change.ErrorId == ErrorId.PersonUnknown).Select(r => r.EntraId).OfType<string>().Concat(last.RecheckUserIds);
        // A joiner who has left again is not looked for. With nesting, they may still be in another group.
        var left = run.Connection.IncludeNested ? [] : tracked.LeaversWithoutReturn(userGroup.GroupId);
        var recheckUserIds = new HashSet<string>(open.Where(id => input.Roster.PlaceOf(id) < 0 && !left.Contains(id)), EntraId.Comparer);
        input = input with
        {
            UserGroup = WithJoiners(userGroup, tracked.JoinersOf(UserGroupIds(userGroup, last)), input.Lookups, recheckUserIds),
            AdditionalGroups = additional.Select(g => WithJoiners(g, tracked.JoinersOf(IdsWithin(g)), input.Lookups, recheckUserIds)).ToList(),
        };
        var contradictions = tracked.Compare(input.Lookups.Values, additional.Prepend(userGroup).ToList(), input.Now);
        input = input with
        {
            Doubted = contradictions.UnknownUsers,
            PermanentlyDeleted = await HiddenAccounts.FindPermanentlyDeletedAsync(run.Directory, input, cancellationToken).ConfigureAwait(false),
        };
        return new Verified(input, contradictions, recheckUserIds.ToList(), additional.Prepend(userGroup).Any(tracked.IsListOutdated));
    }

    // Groups may have been nested or removed since the last full run.
    private IEnumerable<string> UserGroupIds(GroupReading userGroup, SyncProgress last) =>
        last.Groups.Where(g => run.Connection.IncludeNested && g.IsUserGroup).Select(g => g.GroupId).Concat(IdsWithin(userGroup)).Distinct(EntraId.Comparer);

    // The group, and with nesting all groups inside it: a user who joins one of them joins the group.
    private IEnumerable<string> IdsWithin(GroupReading reading) => run.Connection.IncludeNested ? reading.NestedGroups.Append(reading.GroupId) : new[] { reading.GroupId };

    private static List<string> Unlisted(GroupReading reading, IEnumerable<string> people)
    {
        var joiners = people.ToList();
        if (joiners.Count == 0 || reading.Status != ReadingStatus.Complete)
            return new List<string>();
        var listed = new HashSet<string>(reading.Users.Select(u => u.Id), EntraId.Comparer);
        return joiners.Where(id => !listed.Contains(id)).ToList();
    }

    // Add a joiner that the list does not show yet, as an incremental run does. If a read contradicts the membership too, the user is unknown. With nesting, add the user
    // only if a read confirms the membership. If the membership cannot be read, only the list or a later run can confirm it.
    private GroupReading WithJoiners(GroupReading reading, IEnumerable<string> joiners, IReadOnlyDictionary<string, UserLookup> lookups, HashSet<string> recheckUserIds)
    {
        var found = new List<DirectoryUser>();
        foreach (var id in Unlisted(reading, joiners))
        {
            if (!lookups.TryGetValue(id, out var lookup) || lookup.Existence == UserExistence.Deleted)
                continue;
            var membership = lookup.MembershipOf(reading.GroupId);
            if (lookup.User is { } user && (membership == MembershipStatus.Member || (membership == MembershipStatus.NotMember && !run.Connection.IncludeNested)))
                found.Add(user);
            else
                recheckUserIds.Add(id);
        }

        return found.Count == 0 ? reading : reading with { Users = reading.Users.Concat(found).ToList() };
    }

    // Nested groups are known only from the last full run. If this run finds new ones, the next run is full too.
    private List<string> TrackedIds(SyncProgress last)
    {
        var ids = run.Connection.AdditionalGroups.Select(g => g.Id).Prepend(run.UserGroup.Id);
        if (run.Connection.IncludeNested && last.Scope == FullSyncPolicy.ScopeOf(run.Connection))
            ids = ids.Concat(last.Groups.Select(g => g.GroupId));
        return ids.Distinct(EntraId.Comparer).ToList();
    }

    private async Task<DeltaLinks?> StartTrackingAsync(List<string> groupIds, List<Message> warnings, CancellationToken cancellationToken)
    {
        try
        {
            return await run.Directory.StartTrackingAsync(groupIds, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (e.Id is ErrorId.ChangesNotTracked)
        {
            warnings.Add(e.Text);
            return null;
        }
    }

    // Marks the groups that contain other groups now: for these, a read by id cannot disprove that a user left.
    private static SyncProgress WithNesting(SyncProgress last, IEnumerable<GroupReading> readings)
    {
        var holders = new HashSet<string>(readings.Where(r => r.NestedGroups.Count > 0).Select(r => r.GroupId), EntraId.Comparer);
        return holders.Count == 0 ? last : last with { Groups = last.Groups.Select(g => holders.Contains(g.GroupId) ? g with { HoldsGroups = true } : g).ToList() };
    }

    // Newly found nested groups were not tracked during this read, so the next run is full. They are tracked from now on, so that it also gets the changes in between.
    private async Task<DeltaLinks?> WithFoundGroupsAsync(DeltaLinks? links, IEnumerable<GroupReading> readings, List<string> tracked, List<Message> warnings, CancellationToken cancellationToken)
    {
        if (links is null || !run.Connection.IncludeNested)
            return links;
        var found = readings.SelectMany(r => r.NestedGroups).Except(tracked, EntraId.Comparer).ToList();
        if (found.Count == 0 || await StartTrackingAsync(found, warnings, cancellationToken).ConfigureAwait(false) is not { } more)
            return links;
        return links with { Groups = [.. links.Groups, .. more.Groups] };
    }

    private Task<GroupReading> ReadGroupAsync(GroupReference group, CancellationToken cancellationToken) =>
        run.Directory.ReadGroupAsync(
            group.Id, group.DisplayName, run.Connection.IncludeNested, count => run.Observer.Progress(run.Connection.Name, Texts.PhaseReadGroup(group.DisplayName), count, 0), cancellationToken);

    private async Task<GroupReading> ReadAdditionalGroupAsync(GroupReference group, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadGroupAsync(group, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (ErrorCatalog.MayConcernOneGroup(e.Id))
        {
            return new GroupReading { GroupId = group.Id, DisplayName = group.DisplayName, Status = ReadingStatus.Incomplete, Problem = e.Problem };
        }
    }

    private async Task<AccountGroupListing> ReadAccountGroupsAsync(AccountCapabilities capabilities, SyncState state, CancellationToken cancellationToken)
    {
        if (!capabilities.Groups || (run.Connection.AdditionalGroups.Count == 0 && state.GroupLinks.Count == 0))
            return new AccountGroupListing();
        return await AccountReader.ListGroupsAsync(run.Accounts, run.Connection.PasswordBossUri.Host, cancellationToken).ConfigureAwait(false);
    }

    private async Task<RecoveredState> RecoverAsync(PlannerInput input, CancellationToken cancellationToken)
    {
        // Another company's accounts do not show whether open writes were done.
        if (VanishedAccountsLimit.Of(input).Refusal is not null)
            return new RecoveredState { State = input.State };
        var candidates = StateRecovery.RelinkCandidates(input.State, input.Accounts, input.Capabilities);
        var users = new HashSet<string>(candidates.Count == 0 ? [] : input.UserGroup.Users.Select(u => u.Id), EntraId.Comparer);
        var open = candidates.Select(c => c.ExternalId).Where(id => !users.Contains(id)).ToList();
        if (open.Count > 0)
        {
            var lookups = await run.Directory.LookUpUsersAsync(open, Array.Empty<string>(), cancellationToken).ConfigureAwait(false);
            users.UnionWith(lookups.Values.Where(l => l.Existence == UserExistence.Exists).Select(l => l.Id));
            var gone = lookups.Values.Where(l => l.Existence == UserExistence.Deleted).Select(l => l.Id).ToList();
            if (gone.Count > 0)
                users.UnionWith(await run.Directory.FindDeletedUsersAsync(gone, cancellationToken).ConfigureAwait(false));
        }

        return StateRecovery.Recover(input.State, input.Accounts, input.Capabilities, input.Rules, users, input.Now, run.Start.Progress.AccountsListedAt);
    }

    private async Task<IReadOnlyDictionary<string, UserLookup>> LookUpAsync(PlannerInput input, TrackedChanges tracked, SyncProgress last, CancellationToken cancellationToken)
    {
        var nominated = new HashSet<string>(PersonStates.Nominate(input), EntraId.Comparer);
        // If a list contradicts change tracking, a read by id decides. A linked user who is reported and not listed may have been restored.
        var entries = input.Roster.Entries;
        foreach (var id in tracked.Users)
        {
            if (input.Roster.PlaceOf(id) is var place and >= 0
                && (entries[place].Listed is { } user ? tracked.IsContradictedBy(user, input.UserGroup.GroupId) : tracked.ReportsExistence(id)))
            {
                nominated.Add(id);
            }
        }

        var memberships = GroupDecisions.Nominate(input);
        nominated.UnionWith(memberships.People);
        var groupIds = new HashSet<string>(memberships.Groups, EntraId.Comparer) { input.UserGroup.GroupId };
        foreach (var reading in input.AdditionalGroups)
        {
            var leavers = new HashSet<string>(tracked.LeaversOf(reading.GroupId), EntraId.Comparer);
            var listed = leavers.Count == 0 ? new List<string>() : reading.Users.Select(u => u.Id).Where(leavers.Contains).ToList();
            nominated.UnionWith(listed);
            if (listed.Count > 0)
                groupIds.Add(reading.GroupId);
            var joiners = Unlisted(reading, tracked.JoinersOf(IdsWithin(reading)));
            nominated.UnionWith(joiners);
            if (joiners.Count > 0)
                groupIds.Add(reading.GroupId);
        }

        nominated.UnionWith(Unlisted(input.UserGroup, tracked.JoinersOf(UserGroupIds(input.UserGroup, last))));
        // A restored user may be a member that no list shows yet. The limit prevents reading a whole tenant.
        var outsiders = tracked.ReportedUsers.Where(id => input.Roster.PlaceOf(id) < 0).ToList();
        if (outsiders.Count <= IncrementalReader.MostOutsiders)
            nominated.UnionWith(outsiders);
        if (nominated.Count == 0)
            return input.Lookups;
        run.Observer.Progress(run.Connection.Name, Texts.PhaseVerify, 0, nominated.Count);
        return await run.Directory.LookUpUsersAsync(nominated, groupIds, cancellationToken).ConfigureAwait(false);
    }

    private SyncProgress ProgressAfter(DeltaLinks? links, List<string> tracked, GroupReading userGroup, List<GroupReading> additional, DateTimeOffset now)
    {
        var groups = new Dictionary<string, TrackedGroup>(EntraId.Comparer);
        foreach (var reading in additional.Prepend(userGroup))
        {
            groups[reading.GroupId] = new TrackedGroup
            {
                GroupId = reading.GroupId,
                DisplayName = reading.DisplayName,
                IsUserGroup = ReferenceEquals(reading, userGroup) || EntraId.Same(reading.GroupId, userGroup.GroupId),
                HoldsGroups = reading.NestedGroups.Count > 0,
                WasRead = reading.Status == ReadingStatus.Complete,
            };
        }

        if (run.Connection.IncludeNested)
        {
            foreach (var inner in additional.Prepend(userGroup).SelectMany(r => r.NestedGroups).Where(id => !groups.ContainsKey(id)).Distinct(EntraId.Comparer).ToList())
                groups[inner] = new TrackedGroup { GroupId = inner, HoldsGroups = true, WasRead = true };
            foreach (var inner in userGroup.NestedGroups)
                groups[inner] = groups[inner] with { IsUserGroup = true };
            foreach (var (outer, inner) in additional.SelectMany(r => r.NestedGroups.Select(inner => (r.GroupId, inner))))
                groups[inner] = groups[inner] with { Within = [.. groups[inner].Within, outer] };
        }

        return new SyncProgress
        {
            // Change tracking may not report the members of a group that hides them.
            Links = userGroup.Status == ReadingStatus.Complete ? links : null,
            Scope = FullSyncPolicy.ScopeOf(run.Connection),
            LastFullAt = now,
            FullNeeded = groups.Keys.Except(tracked, EntraId.Comparer).Any(),
            Groups = groups.Values.ToList(),
        };
    }

    private List<KnownMember> MembersOf(GroupReading userGroup, IReadOnlyList<GroupReading> additional)
    {
        var members = new List<KnownMember>(userGroup.Users.Count);
        foreach (var user in userGroup.Users)
            members.Add(new KnownMember(userGroup.GroupId, user.Id, EmailAddress.Choose(user, run.Connection.Rules.EmailSource)));

        // Remember direct members only where checkMemberGroups cannot show direct membership.
        foreach (var reading in additional.Where(r => !run.Connection.IncludeNested && r.NestedGroups.Count > 0 && r.Status == ReadingStatus.Complete))
            members.AddRange(reading.Users.Select(u => new KnownMember(reading.GroupId, u.Id, null)));
        return members;
    }

    /// <summary>The input of the planner with its users verified.</summary>
    /// <param name="Input">The input.</param>
    /// <param name="Contradictions">The reported changes that reads contradict.</param>
    /// <param name="RecheckUserIds">Users who could not be read. The next run looks them up again.</param>
    /// <param name="IsListOutdated">Whether a list still shows a user who was reported as having left the group.</param>
    private sealed record Verified(PlannerInput Input, Contradictions Contradictions, IReadOnlyList<string> RecheckUserIds, bool IsListOutdated);
}
