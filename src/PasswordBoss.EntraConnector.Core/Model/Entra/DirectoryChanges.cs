using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>
/// The position of change tracking: the delta links as Microsoft Graph returned them. They are opaque and must not be changed
/// (https://learn.microsoft.com/graph/delta-query-overview). A link expires after seven days.
/// </summary>
public sealed record DeltaLinks
{
    /// <summary>One link for each 50 tracked groups, the maximum of a filter (https://learn.microsoft.com/graph/api/group-delta).</summary>
    public required IReadOnlyList<string> Groups { get; init; }
    /// <summary>The link for the tenant's users.</summary>
    public required string Users { get; init; }
}

/// <summary>
/// The changes since the previous round. They only show what to check and prove nothing, because they arrive late, repeatedly and in any order.
/// </summary>
public sealed record DirectoryChanges
{
    /// <summary>The links for the next round.</summary>
    public required DeltaLinks Links { get; init; }
    /// <summary>The tracked groups with changes, each once.</summary>
    public IReadOnlyList<GroupChange> Groups { get; init; } = Array.Empty<GroupChange>();
    /// <summary>Members that joined or left, in the order of the pages.</summary>
    public IReadOnlyList<MembershipChange> Memberships { get; init; } = Array.Empty<MembershipChange>();
    /// <summary>The users of the whole tenant with changes, each once.</summary>
    public IReadOnlyList<UserChange> Users { get; init; } = Array.Empty<UserChange>();
}

/// <summary>A tracked group with changes.</summary>
/// <param name="GroupId">The object id.</param>
/// <param name="IsRemoved">Whether it was deleted.</param>
/// <param name="DisplayName">The current name; null if the response does not contain it.</param>
public sealed record GroupChange(string GroupId, bool IsRemoved, string? DisplayName);

/// <summary>One member that joined or left a tracked group.</summary>
/// <param name="GroupId">The object id of the group.</param>
/// <param name="MemberId">The object id of the member.</param>
/// <param name="IsGroup">Whether the member is a group, if the response shows it.</param>
/// <param name="IsRemoved">Whether the member left.</param>
public sealed record MembershipChange(string GroupId, string MemberId, bool IsGroup, bool IsRemoved);

/// <summary>A user with changes.</summary>
/// <param name="UserId">The object id.</param>
/// <param name="IsRemoved">Whether the user was deleted, restorable or permanently.</param>
public sealed record UserChange(string UserId, bool IsRemoved)
{
    /// <summary>
    /// The entries of the round other than removals, each with the properties that it contains. A round may contain several entries for a user, in any
    /// order (https://learn.microsoft.com/graph/delta-query-overview).
    /// </summary>
    public System.Collections.Generic.IReadOnlyList<DirectoryUser> Reported { get; init; } = System.Array.Empty<DirectoryUser>();
}
