using System;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// Why an incremental run becomes a full one: more than a few users may have changed, or reads of single users cannot decide. The members are in the order of
/// the checks. Each check returns null if the run can continue incrementally. Checks before the first read are in <see cref="FullSyncPolicy"/>.
/// </summary>
internal static class FullSyncReasons
{
    // A full read takes fewer requests if more users changed than FewUsers, and more than one for each MembersPerChange members of the user group.
    private const int FewUsers = 100;
    private const int MembersPerChange = 20;

    /// <summary>A tracked group was deleted or renamed, or groups were nested or removed from a group.</summary>
    /// <param name="changes">The reported changes.</param>
    /// <param name="progress">The tracked groups.</param>
    public static Message? GroupChanged(DirectoryChanges changes, SyncProgress progress)
    {
        var tracked = progress.Groups.ToDictionary(g => g.GroupId, EntraId.Comparer);
        foreach (var change in changes.Groups)
        {
            if (!tracked.TryGetValue(change.GroupId, out var group))
                continue;
            if (change.IsRemoved || (change.DisplayName is not null && group.DisplayName is not null && !string.Equals(change.DisplayName, group.DisplayName, StringComparison.Ordinal)))
                return Texts.FullGroupChanged(group.DisplayName ?? group.GroupId);
        }

        foreach (var change in changes.Memberships)
        {
            if ((change.IsGroup || tracked.ContainsKey(change.MemberId)) && tracked.TryGetValue(change.GroupId, out var group))
                return Texts.FullNestingChanged(group.DisplayName ?? group.GroupId);
        }

        return null;
    }

    /// <summary>A tracked group may have been deleted.</summary>
    /// <param name="group">The group.</param>
    public static Message GroupMissing(GroupReading group) => Texts.FullGroupChanged(group.DisplayName);

    /// <summary>Lists take fewer requests than reads of so many single users.</summary>
    /// <param name="users">The number of users.</param>
    /// <param name="members">The number of known members of the user group.</param>
    public static Message? TooManyChanges(int users, int members) => users > FewUsers && users > members / MembersPerChange ? Texts.FullManyChanges : null;

    /// <summary>Users exist, but no property of any of them is readable.</summary>
    /// <param name="users">The users.</param>
    public static Message? NothingReadable(ChangedUsers users) => users.NothingIsReadable ? Texts.FullNothingReadable : null;

    /// <summary>Only a full read can show where a user is a member.</summary>
    /// <param name="users">The users.</param>
    /// <param name="state">The stored state.</param>
    public static Message? MembershipUnclear(ChangedUsers users, SyncState state) => users.IsUnclear(state) ? Texts.FullUnclear : null;

    /// <summary>The user group seems to have no members left.</summary>
    /// <param name="users">The users that matter to the run.</param>
    /// <param name="state">The stored state.</param>
    public static Message? UserGroupReadsEmpty(ChangedUsers users, SyncState state)
    {
        return users.MemberLeft && !users.MemberIsListed && !state.Links.Any(IsMemberElsewhere) ? Texts.FullGroupReadsEmpty : null;

        // Count links, not known members: a deleted user stays a known member but is in no list.
        bool IsMemberElsewhere(AccountLink link) => link is { Kind: LinkKind.Current, HandledEvent: LeavingEvent.None } && !users.Ids.Contains(link.EntraId);
    }

    /// <summary>Reads have contradicted change tracking for so long that a full read must decide.</summary>
    /// <param name="contradictions">The reported changes, compared with the reads.</param>
    public static Message? LongDoubt(Contradictions contradictions) => contradictions.Ended.Count > 0 ? Texts.FullLongDoubt : null;

    /// <summary>The server cannot search for single accounts, or does not support a rule.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="capabilities">What the server supports.</param>
    public static Message? ServerLimits(SyncRules rules, AccountCapabilities capabilities) =>
        !capabilities.Filter || SafetyRules.Unsupported(rules, capabilities) is not null ? Texts.FullServerLimits : null;

    /// <summary>A linked account or group is missing, or no linked account is visible, as with the token of another company.</summary>
    public static Message AccountMissing => Texts.FullAccountMissing;

    /// <summary>The server refused a search for single accounts.</summary>
    public static Message SearchRefused => Texts.FullSearchRefused;
}
