using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// What change tracking has said of users, held against what a read by id shows. Replicas lag, so either may be the older word
/// (https://learn.microsoft.com/graph/delta-query-overview): where they contradict each other, nothing certain is known of the user.
/// </summary>
internal sealed class TrackedChanges
{
    // Replicas agree within minutes. A change that was replayed long after, and is no longer true, must not keep a user unknown for ever.
    private static readonly TimeSpan DoubtLasts = TimeSpan.FromHours(1);

    private readonly Dictionary<string, UserChange> users = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<string>> left = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, HashSet<string>> joinedGroups = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> joined = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, UserDoubt> earlier;
    private readonly Dictionary<string, UserDoubt> openLeavings = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> ended = new(StringComparer.OrdinalIgnoreCase);
    private readonly MembershipHints? hints;
    private readonly bool includeNested;
    // With nesting, the groups of which a user may be a member through others.
    private readonly HashSet<string> holdGroups;

    /// <summary>Collects what was said.</summary>
    /// <param name="changes">The changes of this run; null when none were read.</param>
    /// <param name="progress">How far the connection had come, with the doubts that are left from earlier runs.</param>
    /// <param name="connection">The connection. Where members of nested groups count, a user who left one group may still be in another.</param>
    public TrackedChanges(DirectoryChanges? changes, SyncProgress progress, ConnectionSettings connection)
    {
        includeNested = connection.IncludeNested;
        holdGroups = new HashSet<string>(progress.Groups.Where(g => includeNested && g.HoldsGroups).Select(g => g.GroupId), StringComparer.OrdinalIgnoreCase);
        earlier = progress.Doubts.ToDictionary(d => d.EntraId, StringComparer.OrdinalIgnoreCase);
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

        // checkMemberGroups is transitive: of a group that holds groups it cannot deny that somebody left.
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

    /// <summary>The progress without the joiners whom reads have denied for an hour: nobody asks about them any more.</summary>
    /// <param name="progress">How far the connection had come.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public static SyncProgress WithoutOldJoiners(SyncProgress progress, DateTimeOffset now) => progress.Doubts.Count == 0
        ? progress
        : progress with { Doubts = progress.Doubts.Select(d => now - d.Since < DoubtLasts ? d : d with { JoinedGroups = Array.Empty<string>() }).ToList() };

    /// <summary>
    /// Takes what earlier runs read of users whose leaving they could not finish: a read that shows such a user as present, while change tracking does not say that
    /// they came back, is the older word.
    /// </summary>
    /// <param name="matters">What is open.</param>
    /// <param name="state">The links.</param>
    /// <param name="progress">How far the connection had come.</param>
    /// <param name="connection">The connection.</param>
    public void Expect(IReadOnlyList<PendingRetry> matters, SyncState state, SyncProgress progress, ConnectionSettings connection)
    {
        if (matters.Count == 0)
            return;
        var links = new Dictionary<string, AccountLink>(StringComparer.OrdinalIgnoreCase);
        foreach (var link in state.Links.Where(l => l is { Kind: LinkKind.Current, Done: LeaverRule.None }))
            links[link.EntraId] = link;
        var userGroup = connection.UserGroup!.Id;
        // A group that holds groups cannot deny that somebody left, unless their members count too.
        var canDeny = includeNested || progress.Groups.Any(g => g.IsUserGroup && !g.HoldsGroups && string.Equals(g.GroupId, userGroup, StringComparison.OrdinalIgnoreCase));
        foreach (var matter in matters)
        {
            if (matter.EntraId is not { } id || !links.TryGetValue(id, out var link))
                continue;
            var doubt = new UserDoubt { EntraId = id, Since = default };
            switch (EventOf(matter.Change, link))
            {
                case LeavingEvent.Deleted:
                    openLeavings[id] = doubt with { IsRemoved = true };
                    break;
                case LeavingEvent.Disabled:
                    openLeavings[id] = doubt with { Told = new DirectoryUser { Id = id, AccountEnabled = false } };
                    break;
                case LeavingEvent.Removed when canDeny:
                    openLeavings[id] = doubt with { LeftGroups = new[] { userGroup } };
                    break;
            }
        }
    }

    private static LeavingEvent EventOf(ChangeRecord change, AccountLink link)
    {
        if (change.ErrorId == nameof(Errors.ErrorId.ConversionWaits))
            return link.WaitingEvent;
        if (change.Action is not (SyncAction.Disable or SyncAction.Delete or SyncAction.ConvertToPersonal))
            return LeavingEvent.None;
        return change.Reason?.Id switch
        {
            "Reason_Deleted" => LeavingEvent.Deleted,
            "Reason_Disabled" => LeavingEvent.Disabled,
            "Reason_Removed" => LeavingEvent.Removed,
            _ => LeavingEvent.None,
        };
    }

    /// <summary>The users whom reads have contradicted for an hour; a full run believes the reads, and says so.</summary>
    public IReadOnlyCollection<string> Ended => ended;

    /// <summary>The users about whom doubts are left from earlier runs.</summary>
    public IReadOnlyCollection<string> DoubtedBefore => earlier.Keys;

    /// <summary>Everybody about whom something was said that a read can deny.</summary>
    public IEnumerable<string> Named => users.Keys.Concat(left.Keys).Concat(earlier.Keys).Concat(openLeavings.Keys).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>The users who were said to have left a group.</summary>
    /// <param name="groupId">The object id of the group.</param>
    public IEnumerable<string> LeaversOf(string groupId) =>
        left.Where(l => l.Value.Contains(groupId, StringComparer.OrdinalIgnoreCase)).Select(l => l.Key)
            .Concat(earlier.Values.Where(d => d.LeftGroups.Contains(groupId, StringComparer.OrdinalIgnoreCase)).Select(d => d.EntraId));

    /// <summary>The users who were said to have come to one of some groups, and not also to have left it; in this run, or in an earlier one that reads have denied.</summary>
    /// <param name="groupIds">The object ids of the groups.</param>
    public IEnumerable<string> JoinersOf(IEnumerable<string> groupIds)
    {
        var groups = new HashSet<string>(groupIds, StringComparer.OrdinalIgnoreCase);
        var now = hints is null ? [] : groups.SelectMany(g => hints.In(g)).Where(h => h.Value == MembershipHint.Joined).Select(h => h.Key);
        return now.Concat(earlier.Values.Where(d => d.JoinedGroups.Any(groups.Contains)).Select(d => d.EntraId)).Distinct(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Whether the list of a group that holds groups still shows somebody who was said to have left it. Where only direct members count, no read of the user tells
    /// that; another read of the list does.
    /// </summary>
    /// <param name="reading">The list.</param>
    public bool Denies(GroupReading reading)
    {
        if (hints is null || includeNested || reading.NestedGroups.Count == 0)
            return false;
        var leavers = hints.In(reading.GroupId);
        return leavers.Count > 0 && reading.Users.Any(u => leavers.TryGetValue(u.Id, out var hint) && hint == MembershipHint.Left);
    }

    /// <summary>The users whose properties were told.</summary>
    public IEnumerable<string> Living => users.Values.Where(u => u.Told.Count > 0).Select(u => u.UserId);

    /// <summary>Whether a user as a list shows them contradicts what was said, so that a read by id must decide.</summary>
    /// <param name="user">The user as a list shows them.</param>
    /// <param name="userGroupId">The group whose list it is.</param>
    public bool Denies(DirectoryUser user, string userGroupId) =>
        earlier.ContainsKey(user.Id)
        || openLeavings.ContainsKey(user.Id)
        || (left.TryGetValue(user.Id, out var groups) && groups.Contains(userGroupId, StringComparer.OrdinalIgnoreCase))
        || (users.TryGetValue(user.Id, out var change) && (change.Told.Count == 0 ? change.IsRemoved : !Agrees(Latest(change.Told, user)!, user)));

    /// <summary>The doubt about one user; null when what was read agrees with what was said, and when the doubt is old.</summary>
    /// <param name="lookup">The user, read by id.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public UserDoubt? About(UserLookup lookup, DateTimeOffset now)
    {
        if (!earlier.TryGetValue(lookup.Id, out var doubt) && openLeavings.TryGetValue(lookup.Id, out doubt))
            doubt = doubt with { Since = now };
        if (doubt is not null && joined.Count > 0)
            doubt = doubt with { LeftGroups = doubt.LeftGroups.Where(g => !joined.Contains(KeyOf(g, lookup.Id))).ToList() };
        if (Said(lookup.Id, lookup.User) is { } said)
            doubt = doubt is null ? said with { Since = now } : Together(doubt, said, now);
        if (doubt is null || !IsDenied(doubt, lookup))
            return null;
        if (now - doubt.Since < DoubtLasts)
            return doubt;
        if (IsContradiction(doubt, lookup))
            ended.Add(lookup.Id);
        return null;
    }

    // What is said now replaces what was said before of the same things. Only what is merely repeated stays as old as it was.
    private static UserDoubt Together(UserDoubt before, UserDoubt said, DateTimeOffset now)
    {
        var together = said with
        {
            Told = said.IsRemoved ? null : Latest(new[] { before.Told, said.Told }.OfType<DirectoryUser>().ToList(), null),
            LeftGroups = Union(before.LeftGroups, said.LeftGroups, said.JoinedGroups),
            JoinedGroups = Union(before.JoinedGroups, said.JoinedGroups, said.LeftGroups),
        };
        var isRepeated = together.IsRemoved == before.IsRemoved && Union(together.LeftGroups, [], before.LeftGroups).Count == 0 && Union(together.JoinedGroups, [], before.JoinedGroups).Count == 0
            && (together.Told is null ? before.Told is null : before.Told is not null && Values(together.Told).SequenceEqual(Values(before.Told)));
        return together with { Since = isRepeated ? before.Since : now };
    }

    private static List<string> Union(IReadOnlyList<string> first, IReadOnlyList<string> second, IReadOnlyList<string> without) =>
        first.Union(second, StringComparer.OrdinalIgnoreCase).Except(without, StringComparer.OrdinalIgnoreCase).ToList();

    // One round may name a user several times, each time with some of the properties, and in no order: a value that is read agrees with any that was told.
    private static DirectoryUser? Latest(IReadOnlyList<DirectoryUser> told, DirectoryUser? read)
    {
        return told.Count == 0 ? null : new DirectoryUser
        {
            Id = told[0].Id,
            AccountEnabled = told.Any(t => t.AccountEnabled is not null && t.AccountEnabled == read?.AccountEnabled)
                ? read!.AccountEnabled
                : told.Select(t => t.AccountEnabled).LastOrDefault(v => v is not null),
            DisplayName = Of(u => u.DisplayName),
            GivenName = Of(u => u.GivenName),
            Surname = Of(u => u.Surname),
            Mail = Of(u => u.Mail),
            UserPrincipalName = Of(u => u.UserPrincipalName),
        };

        string? Of(Func<DirectoryUser, string?> property) =>
            read is not null && property(read) is { } value && told.Any(t => property(t) == value) ? value : told.Select(property).LastOrDefault(v => v is not null);
    }

    private static object?[] Values(DirectoryUser user) => new object?[] { user.AccountEnabled, user.DisplayName, user.GivenName, user.Surname, user.Mail, user.UserPrincipalName };

    // Who left a group inside others may have left each of those. Where it is not known which those are, they are among the groups that hold others.
    private void AddLeaversOfNested(MembershipHints told, SyncProgress progress, ConnectionSettings connection)
    {
        var additional = connection.AdditionalGroups.Select(g => g.Id).ToList();
        foreach (var group in progress.Groups)
        {
            var isSelected = additional.Contains(group.GroupId, StringComparer.OrdinalIgnoreCase);
            var outer = group.Within.Count > 0 || isSelected || group.IsUserGroup ? group.Within : additional.Where(holdGroups.Contains).ToList();
            var left = outer.Concat(isSelected ? [group.GroupId] : []).Concat(group.IsUserGroup ? [connection.UserGroup!.Id] : []).ToList();
            foreach (var hint in told.In(group.GroupId).Where(h => h.Value == MembershipHint.Left))
            {
                var groups = LeftGroupsOf(hint.Key);
                groups.AddRange(left.Except(groups, StringComparer.OrdinalIgnoreCase).ToList());
            }
        }
    }

    // A joiner whom reads do not show yet is remembered: the user group decides who gets an account, and of a group inside an additional one only a read of the
    // user tells whether they came into that, too.
    private void AddJoiners(MembershipHints told, SyncProgress progress, string userGroup)
    {
        foreach (var group in progress.Groups.Where(g => g.IsUserGroup || g.Within.Count > 0))
        {
            foreach (var hint in told.In(group.GroupId).Where(h => h.Value == MembershipHint.Joined))
            {
                if (!joinedGroups.TryGetValue(hint.Key, out var groups))
                    joinedGroups[hint.Key] = groups = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
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

    private UserDoubt? Said(string id, DirectoryUser? read)
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
            // A restored user is named twice in one round: as removed, and with properties.
            IsRemoved = change is { IsRemoved: true, Told.Count: 0 },
            Told = change is null ? null : Latest(change.Told, read),
            // Who left one group inside another and came into the next has stayed in that.
            LeftGroups = (groups ?? Enumerable.Empty<string>()).Where(g => comeInto?.Contains(g) is not true).ToList(),
            JoinedGroups = comeInto?.ToList() ?? (IReadOnlyList<string>)Array.Empty<string>(),
        };
    }

    /// <summary>
    /// Whether a doubt makes the user unknown. Where members of nested groups count, one who left a group may be in another, as the read says, and one who came to a
    /// group may not be in the one that held it: they are merely asked about again.
    /// </summary>
    /// <param name="doubt">The doubt.</param>
    /// <param name="lookup">The user, read by id.</param>
    public bool IsContradiction(UserDoubt doubt, UserLookup lookup) =>
        IsDenied(doubt with { LeftGroups = doubt.LeftGroups.Where(g => !holdGroups.Contains(g)).ToList(), JoinedGroups = Array.Empty<string>() }, lookup);

    private static string KeyOf(string groupId, string userId) => groupId + "|" + userId;

    private static bool IsDenied(UserDoubt doubt, UserLookup lookup) => lookup.Existence switch
    {
        UserExistence.Exists => doubt.IsRemoved || (doubt.Told is { } told && lookup.User is { } user && !Agrees(told, user))
            || doubt.LeftGroups.Any(g => lookup.MembershipOf(g) == MembershipAnswer.Member)
            || doubt.JoinedGroups.Any(g => lookup.MembershipOf(g) == MembershipAnswer.NotMember),
        UserExistence.Deleted => doubt.Told is not null,
        _ => true,
    };

    // A property that was not told agrees with anything; one that could not be read does too.
    private static bool Agrees(DirectoryUser told, DirectoryUser read) =>
        (told.AccountEnabled is null || read.AccountEnabled is null || told.AccountEnabled == read.AccountEnabled)
        && Agrees(told.DisplayName, read.DisplayName)
        && Agrees(told.GivenName, read.GivenName)
        && Agrees(told.Surname, read.Surname)
        && Agrees(told.Mail, read.Mail)
        && Agrees(told.UserPrincipalName, read.UserPrincipalName);

    private static bool Agrees(string? told, string? read) => told is null || string.Equals(told, read, StringComparison.Ordinal);
}
