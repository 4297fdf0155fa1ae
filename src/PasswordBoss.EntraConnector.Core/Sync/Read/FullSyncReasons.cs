using System;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// Why an incremental run gives way to a full one: everything that looks as if a few users were not the whole story. In the order in which the run finds out; each
/// answer is null when the run may go on. What is known before anything is read is in <see cref="FullSyncPolicy"/>.
/// </summary>
internal static class FullSyncReasons
{
    // From so many users on, and from this share of the user group, reading everything takes fewer requests.
    private const int FewUsers = 100;
    private const int MemberShare = 20;

    /// <summary>A linked account or group is missing, or the server answers as if it belonged to another company.</summary>
    public static Message AccountMissing => new("Full_AccountMissing");

    /// <summary>What happened to groups themselves, and not to users in them.</summary>
    /// <param name="changes">What change tracking reported.</param>
    /// <param name="progress">The tracked groups.</param>
    public static Message? InGroups(DirectoryChanges changes, SyncProgress progress)
    {
        var tracked = progress.Groups.ToDictionary(g => g.GroupId, StringComparer.OrdinalIgnoreCase);
        foreach (var change in changes.Groups)
        {
            if (!tracked.TryGetValue(change.GroupId, out var group))
                continue;
            if (change.IsRemoved || (change.DisplayName is not null && group.DisplayName is not null && !string.Equals(change.DisplayName, group.DisplayName, StringComparison.Ordinal)))
                return new Message("Full_GroupChanged", group.DisplayName ?? group.GroupId);
        }

        foreach (var change in changes.Memberships)
        {
            if ((change.IsGroup || tracked.ContainsKey(change.MemberId)) && tracked.TryGetValue(change.GroupId, out var group))
                return new Message("Full_NestingChanged", group.DisplayName ?? group.GroupId);
        }

        return null;
    }

    /// <summary>Too many users changed.</summary>
    /// <param name="users">How many users the changes concern.</param>
    /// <param name="members">How many members of the user group are known.</param>
    public static Message? InNumber(int users, int members) => users > FewUsers && users > members / MemberShare ? new Message("Full_ManyChanges") : null;

    /// <summary>The users were read: nothing of them is readable, or too many others share their addresses.</summary>
    /// <param name="users">The users.</param>
    /// <param name="members">How many members of the user group are known.</param>
    public static Message? InLookups(ChangedUsers users, int members) =>
        users.NothingIsReadable ? new Message("Full_NothingReadable") : InNumber(users.Ids.Count, members);

    /// <summary>Only a complete read can say where a user is a member.</summary>
    /// <param name="users">The users.</param>
    /// <param name="state">What is known.</param>
    public static Message? InMemberships(ChangedUsers users, SyncState state) => users.IsUnclear(state) ? new Message("Full_Unclear") : null;

    /// <summary>As far as is known, the user group has no member left.</summary>
    /// <param name="users">The users, without those whom nothing concerns.</param>
    /// <param name="state">What is known.</param>
    public static Message? InUserGroup(ChangedUsers users, SyncState state)
    {
        return users.SomebodyLeft && !users.SomebodyIsListed && !state.Links.Any(IsMemberElsewhere) ? new Message("Full_GroupReadsEmpty") : null;

        // Known members cannot be counted here: a deleted user stays one of them, and the list does not show them.
        bool IsMemberElsewhere(AccountLink link) => link is { Kind: LinkKind.Current, HandledEvent: LeavingEvent.None } && !users.Ids.Contains(link.EntraId);
    }

    /// <summary>Reads have contradicted change tracking for so long that only a complete read can decide.</summary>
    /// <param name="tracked">What change tracking reported, compared with the reads.</param>
    public static Message? InDoubts(TrackedChanges tracked) => tracked.Ended.Count > 0 ? new Message("Full_LongDoubt") : null;

    /// <summary>The server cannot search for a few accounts, or cannot express the rules.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="capabilities">What the server offers.</param>
    public static Message? InServer(SyncRules rules, AccountCapabilities capabilities) =>
        !capabilities.Filter || SafetyRules.Unsupported(rules, capabilities) is not null ? new Message("Full_ServerLimits") : null;
}
