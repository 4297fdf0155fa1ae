using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// The changes that change tracking reported, to be compared with reads by id. Replicas lag, so either side may be outdated
/// (https://learn.microsoft.com/graph/delta-query-overview): if they contradict each other, the user is unknown.
/// </summary>
internal sealed class TrackedChanges
{
    // Replicas agree within minutes. An old change that is replayed and no longer true must not keep a user unknown forever.
    private static readonly TimeSpan DoubtLasts = TimeSpan.FromHours(1);

    private readonly Dictionary<string, UserChange> reportedUsers = new(EntraId.Comparer);
    private readonly Dictionary<string, List<string>> leftGroups = new(EntraId.Comparer);
    private readonly Dictionary<string, HashSet<string>> joinedGroups = new(EntraId.Comparer);
    // Memberships that began in this round: an earlier report that the user left no longer counts.
    private readonly HashSet<string> joinedAgain = new(EntraId.Comparer);
    private readonly Dictionary<string, UserDoubt> earlierDoubts;
    private readonly Dictionary<string, UserDoubt> unfinishedLeavers = new(EntraId.Comparer);
    private readonly MembershipHints? hints;
    private readonly bool includeNested;
    // The groups of which a user may be a member through another group. A read by id does not contradict that a user left such a group.
    private readonly HashSet<string> groupsWithNesting;

    /// <summary>Collects the reported changes.</summary>
    /// <param name="changes">The changes of this run; null if none were read.</param>
    /// <param name="start">How the last run left the connection, with its doubts and pending retries.</param>
    /// <param name="state">The stored state.</param>
    /// <param name="connection">The connection. Where members of nested groups count, a user who left one group may still be in another.</param>
    /// <param name="userGroup">Its user group.</param>
    public TrackedChanges(DirectoryChanges? changes, RunStart start, SyncState state, ConnectionSettings connection, GroupReference userGroup)
    {
        var progress = start.Progress;
        includeNested = connection.IncludeNested;
        groupsWithNesting = new HashSet<string>(progress.Groups.Where(g => g.HoldsGroups).Select(g => g.GroupId), EntraId.Comparer);
        earlierDoubts = progress.Doubts.ToDictionary(d => d.EntraId, EntraId.Comparer);
        AddUnfinishedLeavers(start, state, userGroup.Id);
        if (changes is null)
            return;
        foreach (var change in changes.Users)
            reportedUsers[change.UserId] = change;
        hints = new MembershipHints(changes.Memberships, Array.Empty<UserDoubt>(), userGroup.Id);
        AddJoiners(hints, progress, userGroup.Id);
        if (includeNested)
            AddLeaversOfNested(hints, progress, connection, userGroup);
        else
            AddLeavers(hints, progress);
    }

    /// <summary>The progress without reported joiners that reads have contradicted for an hour: they are no longer looked up.</summary>
    /// <param name="progress">The progress before this run.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public static SyncProgress WithoutOldJoiners(SyncProgress progress, DateTimeOffset now) => progress.Doubts.Count == 0
        ? progress
        : progress with { Doubts = progress.Doubts.Select(d => now - d.Since < DoubtLasts ? d : d with { JoinedGroups = Array.Empty<string>() }).ToList() };

    /// <summary>All users with a reported change that a read can contradict.</summary>
    public IEnumerable<string> Users =>
        reportedUsers.Keys.Concat(leftGroups.Keys).Concat(earlierDoubts.Keys).Concat(unfinishedLeavers.Keys).Distinct(EntraId.Comparer);

    /// <summary>The users with reported properties.</summary>
    public IEnumerable<string> ReportedUsers => reportedUsers.Values.Where(u => u.Reported.Count > 0).Select(u => u.UserId);

    /// <summary>Whether properties of the user were reported, in this run or in an earlier run and contradicted by reads. A deleted user has none.</summary>
    /// <param name="userId">The object id of the user.</param>
    public bool ReportsExistence(string userId) =>
        (reportedUsers.TryGetValue(userId, out var change) && change.Reported.Count > 0) || (earlierDoubts.TryGetValue(userId, out var doubt) && doubt.Reported is not null);

    /// <summary>The users who left a group, as reported.</summary>
    /// <param name="groupId">The object id of the group.</param>
    public IEnumerable<string> LeaversOf(string groupId) =>
        leftGroups.Where(l => l.Value.Contains(groupId, EntraId.Comparer)).Select(l => l.Key)
            .Concat(earlierDoubts.Values.Where(d => d.LeftGroups.Contains(groupId, EntraId.Comparer)).Select(d => d.EntraId));

    /// <summary>The users who left a group, as reported, without those who joined it in this round.</summary>
    /// <param name="groupId">The object id of the group.</param>
    public HashSet<string> LeaversWithoutReturn(string groupId) => new(LeaversOf(groupId).Where(id => !joinedAgain.Contains(KeyOf(groupId, id))), EntraId.Comparer);

    /// <summary>The users who joined one of the groups and did not also leave it, as reported in this run, or in an earlier run and contradicted by reads.</summary>
    /// <param name="groupIds">The object ids of the groups.</param>
    public IEnumerable<string> JoinersOf(IEnumerable<string> groupIds)
    {
        var groups = new HashSet<string>(groupIds, EntraId.Comparer);
        var now = hints is null ? [] : groups.SelectMany(g => hints.In(g)).Where(h => h.Value == MembershipHint.Joined).Select(h => h.Key);
        return now.Concat(earlierDoubts.Values.Where(d => d.JoinedGroups.Any(groups.Contains)).Select(d => d.EntraId)).Distinct(EntraId.Comparer);
    }

    /// <summary>
    /// For a group that contains groups: ends the doubts about reported leavers that its list no longer shows. If only direct members count, only the list can confirm
    /// that they left.
    /// </summary>
    /// <param name="reading">The list.</param>
    public void ConfirmLeavers(GroupReading reading)
    {
        if (includeNested || reading.NestedGroups.Count == 0 || reading.Status != ReadingStatus.Complete)
            return;
        var confirmed = new HashSet<string>(LeaversOf(reading.GroupId), EntraId.Comparer);
        if (confirmed.Count == 0)
            return;
        confirmed.ExceptWith(reading.Users.Select(u => u.Id));
        foreach (var id in confirmed)
        {
            if (leftGroups.TryGetValue(id, out var groups))
                groups.RemoveAll(g => EntraId.Same(g, reading.GroupId));
            if (earlierDoubts.TryGetValue(id, out var doubt))
                earlierDoubts[id] = doubt with { LeftGroups = doubt.LeftGroups.Where(g => !EntraId.Same(g, reading.GroupId)).ToList() };
        }
    }

    /// <summary>
    /// Whether the list of a group that contains groups still shows a user that was reported as having left it, in this run or within the last hour. If only direct
    /// members count, reading the user cannot decide that; reading the list again can.
    /// </summary>
    /// <param name="reading">The list.</param>
    public bool IsListOutdated(GroupReading reading)
    {
        if (hints is null || includeNested || reading.NestedGroups.Count == 0)
            return false;
        var leavers = LeaversWithoutReturn(reading.GroupId);
        return leavers.Count > 0 && reading.Users.Any(u => leavers.Contains(u.Id));
    }

    /// <summary>Whether a listed user contradicts the reported changes, so that a read by id must decide.</summary>
    /// <param name="user">The user from the list.</param>
    /// <param name="userGroupId">The group whose list it is.</param>
    public bool IsContradictedBy(DirectoryUser user, string userGroupId) =>
        earlierDoubts.ContainsKey(user.Id)
        || unfinishedLeavers.ContainsKey(user.Id)
        || (leftGroups.TryGetValue(user.Id, out var groups) && groups.Contains(userGroupId, EntraId.Comparer))
        || (reportedUsers.TryGetValue(user.Id, out var change)
            && (UserDoubts.Merge(change.Reported, user) is { } reported ? !UserDoubts.AreEqual(reported, user) : change.IsRemoved));

    /// <summary>Compares the reported changes with reads by id and, where a read by id did not show a membership, with the lists.</summary>
    /// <param name="lookups">The users, read by id.</param>
    /// <param name="lists">The groups whose lists were read.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public Contradictions Compare(IEnumerable<UserLookup> lookups, IReadOnlyList<GroupReading> lists, DateTimeOffset now)
    {
        var doubts = new List<UserDoubt>();
        var unknown = new HashSet<string>(EntraId.Comparer);
        var ended = new List<string>();
        foreach (var lookup in lookups)
        {
            if (ReportAbout(lookup, now) is not { } doubt || !(doubt.IsContradictedBy(lookup) || IsLeaverListed(doubt, lookup, lists)))
                continue;
            var isOld = now - doubt.Since >= DoubtLasts;
            if (!isOld)
                doubts.Add(doubt);
            // A user who left a group that holds groups may still be a member through another one, and a user who joined a nested group may not be in the former
            // outer group: such users are only looked up again. The doubt is stored, because the next full run may read a list from before the user left.
            var certain = doubt with { LeftGroups = doubt.LeftGroups.Where(g => !groupsWithNesting.Contains(g)).ToList(), JoinedGroups = Array.Empty<string>() };
            if (!certain.IsContradictedBy(lookup) && !IsLeaverListed(certain, lookup, lists))
                continue;
            if (isOld)
                ended.Add(lookup.Id);
            else
                unknown.Add(lookup.Id);
        }

        return new Contradictions(doubts, unknown, ended);
    }

    // If checkMemberGroups is refused, only the list of a group can still show a user who was reported as having left it. The list may be outdated.
    private static bool IsLeaverListed(UserDoubt doubt, UserLookup lookup, IReadOnlyList<GroupReading> lists) => lookup.Existence == UserExistence.Exists
        && doubt.LeftGroups.Any(g => lookup.MembershipOf(g) == MembershipStatus.Unknown
            && lists.Any(l => EntraId.Same(l.GroupId, g) && l.Users.Any(u => EntraId.Same(u.Id, lookup.Id))));

    // Everything that this run and earlier ones reported about the user; null if that is nothing.
    private UserDoubt? ReportAbout(UserLookup lookup, DateTimeOffset now)
    {
        if (!earlierDoubts.TryGetValue(lookup.Id, out var doubt) && unfinishedLeavers.TryGetValue(lookup.Id, out doubt))
            doubt = doubt with { Since = now };
        if (doubt is not null && joinedAgain.Count > 0)
            doubt = doubt with { LeftGroups = doubt.LeftGroups.Where(g => !joinedAgain.Contains(KeyOf(g, lookup.Id))).ToList() };
        if (NewReportAbout(lookup.Id, lookup.User) is { } reported)
            doubt = doubt is null ? reported with { Since = now } : doubt.With(reported, now);
        return doubt;
    }

    private UserDoubt? NewReportAbout(string id, DirectoryUser? read)
    {
        reportedUsers.TryGetValue(id, out var change);
        leftGroups.TryGetValue(id, out var left);
        joinedGroups.TryGetValue(id, out var joined);
        if (change is null && left is null && joined is null)
            return null;
        return new UserDoubt
        {
            EntraId = id,
            Since = default,
            // One round reports a restored user twice: as removed, and with properties.
            IsRemoved = change is { IsRemoved: true, Reported.Count: 0 },
            Reported = change is null ? null : UserDoubts.Merge(change.Reported, read),
            // A user who moved from one nested group to another stayed in the outer group.
            LeftGroups = (left ?? Enumerable.Empty<string>()).Where(g => joined?.Contains(g) is not true).ToList(),
            JoinedGroups = joined?.ToList() ?? (IReadOnlyList<string>)Array.Empty<string>(),
        };
    }

    // The leavers whose removal an earlier run could not finish. If a read shows such a user as present although change tracking has reported no return, the read
    // is outdated.
    private void AddUnfinishedLeavers(RunStart start, SyncState state, string userGroup)
    {
        if (start.PendingRetries.Count == 0)
            return;
        var links = new Dictionary<string, AccountLink>(EntraId.Comparer);
        foreach (var link in state.Links.Where(l => l is { Kind: LinkKind.Current, AppliedRule: LeaverRule.None }))
            links[link.EntraId] = link;
        // For a group that holds groups, a read cannot contradict that a user left, unless nested members count too.
        var canContradict = includeNested || start.Progress.Groups.Any(g => g.IsUserGroup && !g.HoldsGroups && EntraId.Same(g.GroupId, userGroup));
        foreach (var retry in start.PendingRetries)
        {
            if (retry.EntraId is not { } id || !links.TryGetValue(id, out var link))
                continue;
            var doubt = new UserDoubt { EntraId = id, Since = default };
            // A conversion that waits for a second read is planned only as a report, so the event is in the link.
            switch (retry.Change.ErrorId == ErrorId.ConversionWaits ? link.WaitingConversion?.Event : retry.Leaving)
            {
                case LeavingEvent.Deleted:
                    unfinishedLeavers[id] = doubt with { IsRemoved = true };
                    break;
                case LeavingEvent.Disabled:
                    unfinishedLeavers[id] = doubt with { Reported = new DirectoryUser { Id = id, AccountEnabled = false } };
                    break;
                case LeavingEvent.Removed when canContradict:
                    unfinishedLeavers[id] = doubt with { LeftGroups = new[] { userGroup } };
                    break;
            }
        }
    }

    private void AddLeavers(MembershipHints reported, SyncProgress progress)
    {
        foreach (var group in progress.Groups)
        {
            foreach (var hint in reported.In(group.GroupId))
            {
                if (hint.Value == MembershipHint.Left)
                    LeftGroupsOf(hint.Key).Add(group.GroupId);
                else
                    joinedAgain.Add(KeyOf(group.GroupId, hint.Key));
            }
        }
    }

    // A user who left a nested group may have left each outer group. If it is not stored which groups contain the nested one, every
    // additional group with nested groups counts.
    private void AddLeaversOfNested(MembershipHints reported, SyncProgress progress, ConnectionSettings connection, GroupReference userGroup)
    {
        var additional = connection.AdditionalGroups.Select(g => g.Id).ToList();
        foreach (var group in progress.Groups)
        {
            var isSelected = additional.Contains(group.GroupId, EntraId.Comparer);
            var outer = group.Within.Count > 0 || isSelected || group.IsUserGroup ? group.Within : additional.Where(groupsWithNesting.Contains).ToList();
            var left = outer.Concat(isSelected ? [group.GroupId] : []).Concat(group.IsUserGroup ? [userGroup.Id] : []).ToList();
            foreach (var hint in reported.In(group.GroupId).Where(h => h.Value == MembershipHint.Left))
            {
                var groups = LeftGroupsOf(hint.Key);
                groups.AddRange(left.Except(groups, EntraId.Comparer).ToList());
            }
        }
    }

    // Records the joiners, because reads may not show them yet. Only two kinds of groups matter: the user group, which decides which users get an account, and
    // groups inside additional groups, for which only a read of the user shows the membership in the outer group.
    private void AddJoiners(MembershipHints reported, SyncProgress progress, string userGroup)
    {
        foreach (var group in progress.Groups.Where(g => g.IsUserGroup || g.Within.Count > 0))
        {
            foreach (var hint in reported.In(group.GroupId).Where(h => h.Value == MembershipHint.Joined))
            {
                if (!joinedGroups.TryGetValue(hint.Key, out var groups))
                    joinedGroups[hint.Key] = groups = new HashSet<string>(EntraId.Comparer);
                groups.UnionWith(group.IsUserGroup ? group.Within.Append(userGroup) : group.Within);
            }
        }
    }

    private List<string> LeftGroupsOf(string userId)
    {
        if (!leftGroups.TryGetValue(userId, out var groups))
            leftGroups[userId] = groups = new List<string>();
        return groups;
    }

    private static string KeyOf(string groupId, string userId) => groupId + "|" + userId;
}

/// <summary>What change tracking reported and reads by id contradict.</summary>
/// <param name="Doubts">What is stored until a read agrees or the doubt is old.</param>
/// <param name="UnknownUsers">The users who are unknown because of it.</param>
/// <param name="Ended">The users whose reads have contradicted the reports for an hour. A full run uses the reads and adds a warning.</param>
internal sealed record Contradictions(IReadOnlyList<UserDoubt> Doubts, ISet<string> UnknownUsers, IReadOnlyList<string> Ended);
