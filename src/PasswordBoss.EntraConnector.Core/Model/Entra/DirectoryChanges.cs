using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>
/// Where change tracking stands: the links that Microsoft Graph gave, opaque and complete
/// (https://learn.microsoft.com/graph/delta-query-overview). A link lives for seven days.
/// </summary>
public sealed record DeltaLinks
{
    /// <summary>One link for each 50 tracked groups, which is as many as a filter takes (https://learn.microsoft.com/graph/api/group-delta).</summary>
    public required IReadOnlyList<string> Groups { get; init; }
    /// <summary>The link of the tenant's users.</summary>
    public required string Users { get; init; }
}

/// <summary>
/// What changed since the links were given. It nominates and proves nothing: changes come late, twice, and in any order.
/// </summary>
public sealed record DirectoryChanges
{
    /// <summary>The links for the next round.</summary>
    public required DeltaLinks Links { get; init; }
    /// <summary>The tracked groups that were named, each once.</summary>
    public IReadOnlyList<GroupChange> Groups { get; init; } = Array.Empty<GroupChange>();
    /// <summary>Members that came or went, in the order of the pages.</summary>
    public IReadOnlyList<MembershipChange> Memberships { get; init; } = Array.Empty<MembershipChange>();
    /// <summary>The ids of the users of the whole tenant who were named, each once.</summary>
    public IReadOnlyList<UserChange> Users { get; init; } = Array.Empty<UserChange>();
}

/// <summary>A tracked group that was named.</summary>
/// <param name="GroupId">The object id.</param>
/// <param name="IsRemoved">Whether it was deleted.</param>
/// <param name="DisplayName">The name it has now; null when the answer does not tell it.</param>
public sealed record GroupChange(string GroupId, bool IsRemoved, string? DisplayName);

/// <summary>One member that came to a tracked group or went.</summary>
/// <param name="GroupId">The object id of the group.</param>
/// <param name="MemberId">The object id of the member.</param>
/// <param name="IsGroup">Whether the member is a group, as far as the answer tells.</param>
/// <param name="IsRemoved">Whether it went.</param>
public sealed record MembershipChange(string GroupId, string MemberId, bool IsGroup, bool IsRemoved);

/// <summary>A user who was named.</summary>
/// <param name="UserId">The object id.</param>
/// <param name="IsRemoved">Whether the user was deleted, restorable or for good.</param>
public sealed record UserChange(string UserId, bool IsRemoved)
{
    /// <summary>
    /// The entries of the round other than removals, each with the properties that it contained. A round may name a user several times, in any
    /// order (https://learn.microsoft.com/graph/delta-query-overview).
    /// </summary>
    public System.Collections.Generic.IReadOnlyList<DirectoryUser> Told { get; init; } = System.Array.Empty<DirectoryUser>();
}
