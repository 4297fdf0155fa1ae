using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What earlier runs recorded about the members of synced groups. Grouped once, when the state is loaded, because several steps of a run search it.</summary>
public sealed class KnownMemberSet : IReadOnlyCollection<GroupMember>
{
    private static readonly Dictionary<string, GroupMemberMark> NoMarks = new(AccountId.Comparer);

    private readonly Dictionary<string, Dictionary<string, GroupMemberMark>> groups = new(EntraId.Comparer);

    /// <summary>Groups the members.</summary>
    /// <param name="members">The members. If an account occurs twice in a group, the last one counts.</param>
    public KnownMemberSet(IEnumerable<GroupMember> members)
    {
        foreach (var member in members)
        {
            if (!groups.TryGetValue(member.GroupId, out var marks))
                groups.Add(member.GroupId, marks = new Dictionary<string, GroupMemberMark>(AccountId.Comparer));
            marks[member.AccountId] = member.Mark;
        }
    }

    /// <summary>No members.</summary>
    public static KnownMemberSet None { get; } = new(Array.Empty<GroupMember>());

    /// <inheritdoc/>
    public int Count => groups.Values.Sum(marks => marks.Count);

    /// <summary>The marks of one group's accounts, by account id.</summary>
    /// <param name="groupId">The Entra object id of the group.</param>
    public IReadOnlyDictionary<string, GroupMemberMark> Of(string groupId) => groups.TryGetValue(groupId, out var marks) ? marks : NoMarks;

    /// <summary>Whether the account counts as a member that the connector manages: it belongs in the group, even if the server does not show it, or its removal is not confirmed yet.</summary>
    /// <param name="mark">The mark of the account.</param>
    public static bool CountsAsMember(GroupMemberMark? mark) => mark is GroupMemberMark.Shown or GroupMemberMark.AddedNotShown or GroupMemberMark.RemovalUnconfirmed;

    /// <inheritdoc/>
    public IEnumerator<GroupMember> GetEnumerator() =>
        groups.SelectMany(group => group.Value, (group, account) => new GroupMember(group.Key, account.Key, account.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
