using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Reading;

/// <summary>
/// What change tracking has said of users, held against what a read by id shows. Replicas lag, so either may be the older word
/// (https://learn.microsoft.com/graph/delta-query-overview): where they contradict each other, nothing certain is known of the user.
/// </summary>
internal sealed class ToldChanges
{
    // Replicas agree within minutes. A change that was replayed long after, and is no longer true, must not keep a user unknown for ever.
    private static readonly TimeSpan DoubtLasts = TimeSpan.FromHours(1);

    private readonly Dictionary<string, UserChange> users = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<string>> left = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> joined = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, UserDoubt> earlier;
    private readonly MembershipHints? hints;
    private readonly bool includeNested;

    /// <summary>Collects what was said.</summary>
    /// <param name="changes">The changes of this run; null when none were read.</param>
    /// <param name="progress">How far the connection had come, with the doubts that are left from earlier runs.</param>
    /// <param name="connection">The connection. Where members of nested groups count, a user who left one group may still be in another.</param>
    public ToldChanges(DirectoryChanges? changes, SyncProgress progress, ConnectionSettings connection)
    {
        includeNested = connection.IncludeNested;
        earlier = progress.Doubts.ToDictionary(d => d.EntraId, StringComparer.OrdinalIgnoreCase);
        if (changes is null)
            return;
        foreach (var change in changes.Users)
            users[change.UserId] = change;
        hints = new MembershipHints(changes.Memberships, Array.Empty<UserDoubt>());
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

    /// <summary>The users about whom doubts are left from earlier runs.</summary>
    public IReadOnlyCollection<string> DoubtedBefore => earlier.Keys;

    /// <summary>Everybody about whom something was said that a read can deny.</summary>
    public IEnumerable<string> Named => users.Keys.Concat(left.Keys).Concat(earlier.Keys).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>The users who were said to have left a group.</summary>
    /// <param name="groupId">The object id of the group.</param>
    public IEnumerable<string> LeaversOf(string groupId) =>
        left.Where(l => l.Value.Contains(groupId, StringComparer.OrdinalIgnoreCase)).Select(l => l.Key)
            .Concat(earlier.Values.Where(d => d.LeftGroups.Contains(groupId, StringComparer.OrdinalIgnoreCase)).Select(d => d.EntraId));

    /// <summary>The users who were said to have come to one of some groups, and not also to have left it.</summary>
    /// <param name="groupIds">The object ids of the groups.</param>
    public IEnumerable<string> JoinersOf(IEnumerable<string> groupIds) => hints is null
        ? Array.Empty<string>()
        : groupIds.SelectMany(g => hints.In(g)).Where(h => h.Value == MembershipHint.Joined).Select(h => h.Key).Distinct(StringComparer.OrdinalIgnoreCase);

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
        || (left.TryGetValue(user.Id, out var groups) && groups.Contains(userGroupId, StringComparer.OrdinalIgnoreCase))
        || (users.TryGetValue(user.Id, out var change) && (change.Told.Count == 0 ? change.IsRemoved : change.Told.All(told => !Agrees(told, user))));

    /// <summary>The doubt about one user; null when what was read agrees with what was said, and when the doubt is old.</summary>
    /// <param name="lookup">The user, read by id.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public UserDoubt? About(UserLookup lookup, DateTimeOffset now)
    {
        if (earlier.TryGetValue(lookup.Id, out var doubt) && joined.Count > 0)
            doubt = doubt with { LeftGroups = doubt.LeftGroups.Where(g => !joined.Contains(KeyOf(g, lookup.Id))).ToList() };
        if (Said(lookup.Id) is { } said)
        {
            // What is said now replaces what was said before; the doubt is as old as it was.
            doubt = said with { Since = doubt?.Since ?? now };
            if (users.TryGetValue(lookup.Id, out var change) && lookup.User is { } user && change.Told.Any(told => Agrees(told, user)))
                doubt = doubt with { Told = null, IsRemoved = false };
        }

        return doubt is not null && now - doubt.Since < DoubtLasts && IsDenied(doubt, lookup) ? doubt : null;
    }

    // Who left a group inside others may have left each of those; what is remembered is only which group lies inside the user group.
    private void AddLeaversOfNested(MembershipHints told, SyncProgress progress, ConnectionSettings connection)
    {
        var userGroup = connection.UserGroup!.Id;
        var additional = connection.AdditionalGroups.Select(g => g.Id).ToList();
        foreach (var group in progress.Groups)
        {
            var outer = string.Equals(group.GroupId, userGroup, StringComparison.OrdinalIgnoreCase) ? new List<string>() : additional;
            if (group.IsUserGroup)
                outer = outer.Append(userGroup).ToList();
            foreach (var hint in told.In(group.GroupId).Where(h => h.Value == MembershipHint.Left))
            {
                var groups = LeftGroupsOf(hint.Key);
                groups.AddRange(outer.Except(groups, StringComparer.OrdinalIgnoreCase).ToList());
            }
        }
    }

    private List<string> LeftGroupsOf(string userId)
    {
        if (!left.TryGetValue(userId, out var groups))
            left[userId] = groups = new List<string>();
        return groups;
    }

    private UserDoubt? Said(string id)
    {
        users.TryGetValue(id, out var change);
        left.TryGetValue(id, out var groups);
        if (change is null && groups is null)
            return null;
        return new UserDoubt
        {
            EntraId = id,
            Since = default,
            // A restored user is named twice in one round: as removed, and with properties.
            IsRemoved = change is { IsRemoved: true, Told.Count: 0 },
            Told = change is { Told.Count: > 0 } ? change.Told[change.Told.Count - 1] : null,
            LeftGroups = groups ?? (IReadOnlyList<string>)Array.Empty<string>(),
        };
    }

    /// <summary>
    /// Whether a doubt makes the user unknown. Where members of nested groups count, one who left a group may be in another, as the read says: they are merely
    /// asked about again.
    /// </summary>
    /// <param name="doubt">The doubt.</param>
    /// <param name="lookup">The user, read by id.</param>
    public bool IsContradiction(UserDoubt doubt, UserLookup lookup) => !includeNested || IsDenied(doubt with { LeftGroups = Array.Empty<string>() }, lookup);

    private static string KeyOf(string groupId, string userId) => groupId + "|" + userId;

    private static bool IsDenied(UserDoubt doubt, UserLookup lookup) => lookup.Existence switch
    {
        UserExistence.Exists => doubt.IsRemoved || (doubt.Told is { } told && lookup.User is { } user && !Agrees(told, user))
            || doubt.LeftGroups.Any(g => lookup.MembershipOf(g) == MembershipAnswer.Member),
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
