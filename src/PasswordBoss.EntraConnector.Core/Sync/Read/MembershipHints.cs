using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>What one round of changes says about one person and one group.</summary>
internal enum MembershipHint
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>The user joined.</summary>
    Joined,
    /// <summary>The user left.</summary>
    Left,
    /// <summary>Both; no order of the pages may be relied on (https://learn.microsoft.com/graph/delta-query-groups).</summary>
    Unclear,
}

/// <summary>The membership changes of one round, merged: the same change may be told several times, on several pages.</summary>
internal sealed class MembershipHints
{
    private readonly Dictionary<string, Dictionary<string, MembershipHint>> byGroup = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Merges the changes of a round.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="doubts">What earlier rounds said and reads denied; it still counts for a group of which this round says nothing.</param>
    /// <param name="userGroupId">The object id of the user group: a user who was said to have come into it is unknown until a read agrees.</param>
    public MembershipHints(IEnumerable<MembershipChange> changes, IEnumerable<UserDoubt> doubts, string userGroupId)
    {
        foreach (var change in changes)
        {
            if (change.IsGroup)
                continue;
            if (!byGroup.TryGetValue(change.GroupId, out var people))
                byGroup[change.GroupId] = people = new Dictionary<string, MembershipHint>(StringComparer.OrdinalIgnoreCase);
            var hint = change.IsRemoved ? MembershipHint.Left : MembershipHint.Joined;
            people[change.MemberId] = people.TryGetValue(change.MemberId, out var earlier) && earlier != hint ? MembershipHint.Unclear : hint;
        }

        foreach (var doubt in doubts)
        {
            foreach (var groupId in doubt.LeftGroups)
                AddDoubt(groupId, doubt.EntraId, MembershipHint.Left);
            foreach (var groupId in doubt.JoinedGroups.Where(g => string.Equals(g, userGroupId, StringComparison.OrdinalIgnoreCase)))
                AddDoubt(groupId, doubt.EntraId, MembershipHint.Joined);
        }
    }

    private void AddDoubt(string groupId, string personId, MembershipHint hint)
    {
        if (!byGroup.TryGetValue(groupId, out var people))
            byGroup[groupId] = people = new Dictionary<string, MembershipHint>(StringComparer.OrdinalIgnoreCase);
        if (!people.ContainsKey(personId))
            people.Add(personId, hint);
    }

    /// <summary>The groups that were named.</summary>
    public IEnumerable<string> Groups => byGroup.Keys;

    /// <summary>What was said of one person and one group.</summary>
    /// <param name="groupId">The object id of the group.</param>
    /// <param name="personId">The object id of the person.</param>
    public MembershipHint Of(string groupId, string personId) =>
        byGroup.TryGetValue(groupId, out var people) && people.TryGetValue(personId, out var hint) ? hint : MembershipHint.None;

    /// <summary>The people who were named for one group.</summary>
    /// <param name="groupId">The object id of the group.</param>
    public IReadOnlyDictionary<string, MembershipHint> In(string groupId) =>
        byGroup.TryGetValue(groupId, out var people) ? people : new Dictionary<string, MembershipHint>();

    /// <summary>Whether a person was named for any group.</summary>
    /// <param name="personId">The object id of the person.</param>
    public bool Name(string personId)
    {
        foreach (var people in byGroup.Values)
        {
            if (people.ContainsKey(personId))
                return true;
        }

        return false;
    }
}
