using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>What earlier runs recorded about the members of synced groups, by group.</summary>
internal sealed class GroupMemberMarks
{
    private readonly ILookup<string, GroupMember> rows;

    public GroupMemberMarks(SyncState state) => rows = state.GroupMembers.ToLookup(m => m.GroupId, EntraId.Comparer);

    /// <summary>The marks of one group's accounts, by account id.</summary>
    /// <param name="groupId">The Entra object id of the group.</param>
    public Dictionary<string, GroupMemberMark> Of(string groupId)
    {
        var marks = new Dictionary<string, GroupMemberMark>(AccountId.Comparer);
        foreach (var row in rows[groupId])
            marks[row.AccountId] = row.Mark;
        return marks;
    }

    /// <summary>Whether the account counts as a member that the connector manages: it belongs in the group, even if the server does not show it, or its removal is not confirmed yet.</summary>
    /// <param name="mark">The mark of the account.</param>
    public static bool CountsAsMember(GroupMemberMark? mark) => mark is GroupMemberMark.Shown or GroupMemberMark.AddedNotShown or GroupMemberMark.RemovalUnconfirmed;
}
