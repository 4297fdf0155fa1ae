using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>Whether a user exists, according to a lookup by id.</summary>
public enum UserExistence
{
    /// <summary>Could not be determined.</summary>
    Unknown,
    /// <summary>The user exists.</summary>
    Exists,
    /// <summary>Graph returned 404: the user is in deleted items, or permanently deleted.</summary>
    Deleted,
}

/// <summary>The result of <c>checkMemberGroups</c> for one user and one group.</summary>
public enum MembershipStatus
{
    /// <summary>Not requested, or the request was refused.</summary>
    Unknown,
    /// <summary>The group was returned: a member, directly or through other groups.</summary>
    Member,
    /// <summary>The group was not returned.</summary>
    NotMember,
}

/// <summary>The verified facts about one user: read by id, and checked with <c>checkMemberGroups</c> in the same run.</summary>
public sealed record UserLookup
{
    /// <summary>The object id.</summary>
    public required string Id { get; init; }
    /// <summary>Whether the user exists.</summary>
    public required UserExistence Existence { get; init; }
    /// <summary>The user as read now; null if they do not exist or could not be read.</summary>
    public DirectoryUser? User { get; init; }
    /// <summary>For each requested group id (ignoring case), whether the user is in the group.</summary>
    public IReadOnlyDictionary<string, MembershipStatus> Memberships { get; init; } = EmptyMemberships;

    private static readonly IReadOnlyDictionary<string, MembershipStatus> EmptyMemberships =
        new Dictionary<string, MembershipStatus>(EntraId.Comparer);

    /// <summary>The result for one group.</summary>
    /// <param name="groupId">The object id of the group.</param>
    public MembershipStatus MembershipOf(string groupId) =>
        Memberships.TryGetValue(groupId, out var membership) ? membership : MembershipStatus.Unknown;
}
