using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>What one round of changes reports about one user and one group.</summary>
internal enum MembershipHint
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>The user joined.</summary>
    Joined,
    /// <summary>The user left.</summary>
    Left,
    /// <summary>Both; the order of the pages is not reliable (https://learn.microsoft.com/graph/delta-query-groups).</summary>
    Unclear,
}

/// <summary>The membership changes of one round, merged: several pages may report the same change.</summary>
internal sealed class MembershipHints
{
    private readonly Dictionary<string, Dictionary<string, MembershipHint>> byGroup = new(EntraId.Comparer);

    /// <summary>Merges the changes of a round.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="doubts">Earlier reports that reads have not confirmed. They apply to groups without a change in this round.</param>
    /// <param name="userGroupId">The object id of the user group. Earlier reports that a user joined apply to this group only.</param>
    public MembershipHints(IEnumerable<MembershipChange> changes, IEnumerable<UserDoubt> doubts, string userGroupId)
    {
        foreach (var change in changes)
        {
            if (change.IsGroup)
                continue;
            if (!byGroup.TryGetValue(change.GroupId, out var people))
                byGroup[change.GroupId] = people = new Dictionary<string, MembershipHint>(EntraId.Comparer);
            var hint = change.IsRemoved ? MembershipHint.Left : MembershipHint.Joined;
            people[change.MemberId] = people.TryGetValue(change.MemberId, out var earlier) && earlier != hint ? MembershipHint.Unclear : hint;
        }

        foreach (var doubt in doubts)
        {
            foreach (var groupId in doubt.LeftGroups)
                AddDoubt(groupId, doubt.EntraId, MembershipHint.Left);
            foreach (var groupId in doubt.JoinedGroups.Where(g => EntraId.Same(g, userGroupId)))
                AddDoubt(groupId, doubt.EntraId, MembershipHint.Joined);
        }
    }

    private void AddDoubt(string groupId, string personId, MembershipHint hint)
    {
        if (!byGroup.TryGetValue(groupId, out var people))
            byGroup[groupId] = people = new Dictionary<string, MembershipHint>(EntraId.Comparer);
        if (!people.ContainsKey(personId))
            people.Add(personId, hint);
    }

    /// <summary>What was reported about one user and one group.</summary>
    /// <param name="groupId">The object id of the group.</param>
    /// <param name="personId">The object id of the user.</param>
    public MembershipHint Of(string groupId, string personId) =>
        byGroup.TryGetValue(groupId, out var people) && people.TryGetValue(personId, out var hint) ? hint : MembershipHint.None;

    /// <summary>The users with a reported change in one group.</summary>
    /// <param name="groupId">The object id of the group.</param>
    public IReadOnlyDictionary<string, MembershipHint> In(string groupId) =>
        byGroup.TryGetValue(groupId, out var people) ? people : new Dictionary<string, MembershipHint>(EntraId.Comparer);

    /// <summary>Whether a membership of the user was reported as changed.</summary>
    /// <param name="personId">The object id of the user.</param>
    public bool Mentions(string personId)
    {
        foreach (var people in byGroup.Values)
        {
            if (people.ContainsKey(personId))
                return true;
        }

        return false;
    }
}
