using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// The changes that change tracking reported, compared with reads by id. Replicas lag, so either side may be outdated
/// (https://learn.microsoft.com/graph/delta-query-overview): if they contradict each other, the user is unknown.
/// </summary>
internal sealed class TrackedChanges
{
    // Replicas agree within minutes. An old change that is replayed and no longer true must not keep a user unknown forever.
    private static readonly TimeSpan DoubtLasts = TimeSpan.FromHours(1);

    private readonly Dictionary<string, UserChange> users = new(EntraId.Comparer);
    private readonly Dictionary<string, List<string>> left = new(EntraId.Comparer);
    private readonly Dictionary<string, HashSet<string>> joinedGroups = new(EntraId.Comparer);
    private readonly HashSet<string> joined = new(EntraId.Comparer);
    private readonly Dictionary<string, UserDoubt> earlier;
    private readonly Dictionary<string, UserDoubt> openLeavings = new(EntraId.Comparer);
    private readonly HashSet<string> ended = new(EntraId.Comparer);
    private readonly MembershipHints? hints;
    private readonly bool includeNested;
    // With nesting, the groups of which a user may be a member through another group.
    private readonly HashSet<string> holdGroups;

    /// <summary>Collects the reported changes.</summary>
    /// <param name="changes">The changes of this run; null if none were read.</param>
    /// <param name="progress">The progress before this run, with the doubts of earlier runs.</param>
    /// <param name="connection">The connection. Where members of nested groups count, a user who left one group may still be in another.</param>
    public TrackedChanges(DirectoryChanges? changes, SyncProgress progress, ConnectionSettings connection)
    {
        includeNested = connection.IncludeNested;
        holdGroups = new HashSet<string>(progress.Groups.Where(g => includeNested && g.HoldsGroups).Select(g => g.GroupId), EntraId.Comparer);
        earlier = progress.Doubts.ToDictionary(d => d.EntraId, EntraId.Comparer);
        if (changes is null)
            return;
        foreach (var change in changes.Users)
            users[change.UserId] = change;
        hints = new MembershipHints(changes.Memberships, Array.Empty<UserDoubt>(), connection.UserGroup!.Id);
        AddJoiners(hints, progress, connection.UserGroup.Id);
        if (includeNested)
        {
            AddLeaversOfNested(hints, progress, connection);
            return;
        }

        // checkMemberGroups is transitive: for a group that holds groups, it cannot deny that a user left.
        foreach (var group in progress.Groups.Where(g => !g.HoldsGroups))
        {
            foreach (var hint in hints.In(group.GroupId))
            {
                if (hint.Value != MembershipHint.Left)
                {
                    joined.Add(KeyOf(group.GroupId, hint.Key));
                    continue;
                }

                LeftGroupsOf(hint.Key).Add(group.GroupId);
            }
        }
    }

    /// <summary>The progress without joiners that reads have denied for an hour: they are no longer looked up.</summary>
    /// <param name="progress">The progress before this run.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public static SyncProgress WithoutOldJoiners(SyncProgress progress, DateTimeOffset now) => progress.Doubts.Count == 0
        ? progress
        : progress with { Doubts = progress.Doubts.Select(d => now - d.Since < DoubtLasts ? d : d with { JoinedGroups = Array.Empty<string>() }).ToList() };

    /// <summary>
    /// Adds the leavers whose removal an earlier run could not finish. If a read shows such a user as present and change tracking does not report a return, the read
    /// is outdated.
    /// </summary>
    /// <param name="retries">The pending retries.</param>
    /// <param name="state">The stored state.</param>
    /// <param name="progress">The progress before this run.</param>
    /// <param name="connection">The connection.</param>
    public void Expect(IReadOnlyList<PendingRetry> retries, SyncState state, SyncProgress progress, ConnectionSettings connection)
    {
        if (retries.Count == 0)
            return;
        var links = new Dictionary<string, AccountLink>(EntraId.Comparer);
        foreach (var link in state.Links.Where(l => l is { Kind: LinkKind.Current, Done: LeaverRule.None }))
            links[link.EntraId] = link;
        var userGroup = connection.UserGroup!.Id;
        // For a group that holds groups, a read cannot deny that a user left, unless nested members count too.
        var canDeny = includeNested || progress.Groups.Any(g => g.IsUserGroup && !g.HoldsGroups && EntraId.Same(g.GroupId, userGroup));
        foreach (var retry in retries)
        {
            if (retry.EntraId is not { } id || !links.TryGetValue(id, out var link))
                continue;
            var doubt = new UserDoubt { EntraId = id, Since = default };
            // A conversion that waits for a second read is only reported: its link has the event.
            switch (retry.Change.ErrorId == nameof(Errors.ErrorId.ConversionWaits) ? link.WaitingEvent : retry.Leaving)
            {
                case LeavingEvent.Deleted:
                    openLeavings[id] = doubt with { IsRemoved = true };
                    break;
                case LeavingEvent.Disabled:
                    openLeavings[id] = doubt with { Reported = new DirectoryUser { Id = id, AccountEnabled = false } };
                    break;
                case LeavingEvent.Removed when canDeny:
                    openLeavings[id] = doubt with { LeftGroups = new[] { userGroup } };
                    break;
            }
        }
    }

    /// <summary>The users whose changes the reads have contradicted for an hour. A full run believes the reads and adds a warning.</summary>
    public IReadOnlyCollection<string> Ended => ended;

    /// <summary>The users with a doubt from an earlier run.</summary>
    public IReadOnlyCollection<string> DoubtedBefore => earlier.Keys;

    /// <summary>All users with a reported change that a read can deny.</summary>
    public IEnumerable<string> Named => users.Keys.Concat(left.Keys).Concat(earlier.Keys).Concat(openLeavings.Keys).Distinct(EntraId.Comparer);

    /// <summary>The users who left a group, as reported.</summary>
    /// <param name="groupId">The object id of the group.</param>
    public IEnumerable<string> LeaversOf(string groupId) =>
        left.Where(l => l.Value.Contains(groupId, EntraId.Comparer)).Select(l => l.Key)
            .Concat(earlier.Values.Where(d => d.LeftGroups.Contains(groupId, EntraId.Comparer)).Select(d => d.EntraId));

    /// <summary>The users who joined one of the groups and did not also leave it, as reported in this run, or in an earlier run and denied by reads.</summary>
    /// <param name="groupIds">The object ids of the groups.</param>
    public IEnumerable<string> JoinersOf(IEnumerable<string> groupIds)
    {
        var groups = new HashSet<string>(groupIds, EntraId.Comparer);
        var now = hints is null ? [] : groups.SelectMany(g => hints.In(g)).Where(h => h.Value == MembershipHint.Joined).Select(h => h.Key);
        return now.Concat(earlier.Values.Where(d => d.JoinedGroups.Any(groups.Contains)).Select(d => d.EntraId)).Distinct(EntraId.Comparer);
    }

    /// <summary>
    /// Whether the list of a group that holds groups still shows a user who left it, as reported. If only direct members count, reading the user cannot decide that;
    /// reading the list again can.
    /// </summary>
    /// <param name="reading">The list.</param>
    public bool Denies(GroupReading reading)
    {
        if (hints is null || includeNested || reading.NestedGroups.Count == 0)
            return false;
        var leavers = hints.In(reading.GroupId);
        return leavers.Count > 0 && reading.Users.Any(u => leavers.TryGetValue(u.Id, out var hint) && hint == MembershipHint.Left);
    }

    /// <summary>The users with reported properties.</summary>
    public IEnumerable<string> ReportedUsers => users.Values.Where(u => u.Reported.Count > 0).Select(u => u.UserId);

    /// <summary>Whether a listed user contradicts the reported changes, so that a read by id must decide.</summary>
    /// <param name="user">The user from the list.</param>
    /// <param name="userGroupId">The group whose list it is.</param>
    public bool Denies(DirectoryUser user, string userGroupId) =>
        earlier.ContainsKey(user.Id)
        || openLeavings.ContainsKey(user.Id)
        || (left.TryGetValue(user.Id, out var groups) && groups.Contains(userGroupId, EntraId.Comparer))
        || (users.TryGetValue(user.Id, out var change) && (change.Reported.Count == 0 ? change.IsRemoved : !Agrees(Latest(change.Reported, user)!, user)));

    /// <summary>The doubt about one user; null if the read agrees with the reported changes, or if the doubt is older than an hour.</summary>
    /// <param name="lookup">The user, read by id.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public UserDoubt? About(UserLookup lookup, DateTimeOffset now)
    {
        if (!earlier.TryGetValue(lookup.Id, out var doubt) && openLeavings.TryGetValue(lookup.Id, out doubt))
            doubt = doubt with { Since = now };
        if (doubt is not null && joined.Count > 0)
            doubt = doubt with { LeftGroups = doubt.LeftGroups.Where(g => !joined.Contains(KeyOf(g, lookup.Id))).ToList() };
        if (ReportedDoubt(lookup.Id, lookup.User) is { } reported)
            doubt = doubt is null ? reported with { Since = now } : Together(doubt, reported, now);
        if (doubt is null || !IsDenied(doubt, lookup))
            return null;
        if (now - doubt.Since < DoubtLasts)
            return doubt;
        if (IsContradiction(doubt, lookup))
            ended.Add(lookup.Id);
        return null;
    }

    // New changes replace earlier ones about the same properties and groups. The doubt keeps its age only if nothing new was reported.
    private static UserDoubt Together(UserDoubt before, UserDoubt reported, DateTimeOffset now)
    {
        var together = reported with
        {
            Reported = reported.IsRemoved ? null : Latest(new[] { before.Reported, reported.Reported }.OfType<DirectoryUser>().ToList(), null),
            LeftGroups = Union(before.LeftGroups, reported.LeftGroups, reported.JoinedGroups),
            JoinedGroups = Union(before.JoinedGroups, reported.JoinedGroups, reported.LeftGroups),
        };
        var isRepeated = together.IsRemoved == before.IsRemoved && Union(together.LeftGroups, [], before.LeftGroups).Count == 0 && Union(together.JoinedGroups, [], before.JoinedGroups).Count == 0
            && (together.Reported is null ? before.Reported is null : before.Reported is not null && Values(together.Reported).SequenceEqual(Values(before.Reported)));
        return together with { Since = isRepeated ? before.Since : now };
    }

    private static List<string> Union(IReadOnlyList<string> first, IReadOnlyList<string> second, IReadOnlyList<string> without) =>
        first.Union(second, EntraId.Comparer).Except(without, EntraId.Comparer).ToList();

    // One round may report a user several times, each time with some properties, in no order. So a read value agrees if it equals any reported one.
    private static DirectoryUser? Latest(IReadOnlyList<DirectoryUser> reported, DirectoryUser? read)
    {
        return reported.Count == 0 ? null : new DirectoryUser
        {
            Id = reported[0].Id,
            AccountEnabled = reported.Any(t => t.AccountEnabled is not null && t.AccountEnabled == read?.AccountEnabled)
                ? read!.AccountEnabled
                : reported.Select(t => t.AccountEnabled).LastOrDefault(v => v is not null),
            DisplayName = Of(u => u.DisplayName),
            GivenName = Of(u => u.GivenName),
            Surname = Of(u => u.Surname),
            Mail = Of(u => u.Mail),
            UserPrincipalName = Of(u => u.UserPrincipalName),
        };

        string? Of(Func<DirectoryUser, string?> property) =>
            read is not null && property(read) is { } value && reported.Any(t => property(t) == value) ? value : reported.Select(property).LastOrDefault(v => v is not null);
    }

    private static object?[] Values(DirectoryUser user) => new object?[] { user.AccountEnabled, user.DisplayName, user.GivenName, user.Surname, user.Mail, user.UserPrincipalName };

    // A user who left a nested group may have left each outer group. If it is not stored which groups contain the nested one, every
    // additional group with nested groups counts.
    private void AddLeaversOfNested(MembershipHints reported, SyncProgress progress, ConnectionSettings connection)
    {
        var additional = connection.AdditionalGroups.Select(g => g.Id).ToList();
        foreach (var group in progress.Groups)
        {
            var isSelected = additional.Contains(group.GroupId, EntraId.Comparer);
            var outer = group.Within.Count > 0 || isSelected || group.IsUserGroup ? group.Within : additional.Where(holdGroups.Contains).ToList();
            var leftGroups = outer.Concat(isSelected ? [group.GroupId] : []).Concat(group.IsUserGroup ? [connection.UserGroup!.Id] : []).ToList();
            foreach (var hint in reported.In(group.GroupId).Where(h => h.Value == MembershipHint.Left))
            {
                var groups = LeftGroupsOf(hint.Key);
                groups.AddRange(leftGroups.Except(groups, EntraId.Comparer).ToList());
            }
        }
    }

    // Remember joiners that reads do not show yet. The user group decides which users get an account. For a group inside an additional one, only reading the user
    // shows whether they joined the outer group too.
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
        if (!left.TryGetValue(userId, out var groups))
            left[userId] = groups = new List<string>();
        return groups;
    }

    private UserDoubt? ReportedDoubt(string id, DirectoryUser? read)
    {
        users.TryGetValue(id, out var change);
        left.TryGetValue(id, out var groups);
        joinedGroups.TryGetValue(id, out var comeInto);
        if (change is null && groups is null && comeInto is null)
            return null;
        return new UserDoubt
        {
            EntraId = id,
            Since = default,
            // One round reports a restored user twice: as removed, and with properties.
            IsRemoved = change is { IsRemoved: true, Reported.Count: 0 },
            Reported = change is null ? null : Latest(change.Reported, read),
            // A user who moved from one nested group to another stayed in the outer group.
            LeftGroups = (groups ?? Enumerable.Empty<string>()).Where(g => comeInto?.Contains(g) is not true).ToList(),
            JoinedGroups = comeInto?.ToList() ?? (IReadOnlyList<string>)Array.Empty<string>(),
        };
    }

    /// <summary>
    /// Whether a doubt makes the user unknown. With nesting, a user who left one group may still be a member through another, and a user who joined a nested group
    /// may not be in the former outer group: such users are only looked up again.
    /// </summary>
    /// <param name="doubt">The doubt.</param>
    /// <param name="lookup">The user, read by id.</param>
    public bool IsContradiction(UserDoubt doubt, UserLookup lookup) =>
        IsDenied(doubt with { LeftGroups = doubt.LeftGroups.Where(g => !holdGroups.Contains(g)).ToList(), JoinedGroups = Array.Empty<string>() }, lookup);

    private static string KeyOf(string groupId, string userId) => groupId + "|" + userId;

    private static bool IsDenied(UserDoubt doubt, UserLookup lookup) => lookup.Existence switch
    {
        UserExistence.Exists => doubt.IsRemoved || (doubt.Reported is { } reported && lookup.User is { } user && !Agrees(reported, user))
            || doubt.LeftGroups.Any(g => lookup.MembershipOf(g) == MembershipAnswer.Member)
            || doubt.JoinedGroups.Any(g => lookup.MembershipOf(g) == MembershipAnswer.NotMember),
        UserExistence.Deleted => doubt.Reported is not null,
        _ => true,
    };

    // A property that was not reported, or could not be read, agrees with anything.
    private static bool Agrees(DirectoryUser reported, DirectoryUser read) =>
        (reported.AccountEnabled is null || read.AccountEnabled is null || reported.AccountEnabled == read.AccountEnabled)
        && Agrees(reported.DisplayName, read.DisplayName)
        && Agrees(reported.GivenName, read.GivenName)
        && Agrees(reported.Surname, read.Surname)
        && Agrees(reported.Mail, read.Mail)
        && Agrees(reported.UserPrincipalName, read.UserPrincipalName);

    private static bool Agrees(string? reported, string? read) => reported is null || string.Equals(reported, read, StringComparison.Ordinal);
}
