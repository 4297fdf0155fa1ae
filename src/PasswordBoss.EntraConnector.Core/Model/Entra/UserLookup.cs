using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>Whether a user exists, asked by id.</summary>
public enum UserExistence
{
    /// <summary>Could not be found out.</summary>
    Unknown,
    /// <summary>The user exists.</summary>
    Exists,
    /// <summary>Graph answered 404: in deleted items, or gone.</summary>
    Deleted,
}

/// <summary>What <c>checkMemberGroups</c> said of one user and one group.</summary>
public enum MembershipAnswer
{
    /// <summary>Not asked, or the call was refused.</summary>
    Unknown,
    /// <summary>The group was returned: a member, directly or through other groups.</summary>
    Member,
    /// <summary>The group was not returned.</summary>
    NotMember,
}

/// <summary>The verified facts about one person: read by id and asked through <c>checkMemberGroups</c> in the same run.</summary>
public sealed record UserLookup
{
    /// <summary>The object id.</summary>
    public required string Id { get; init; }
    /// <summary>Whether the user exists.</summary>
    public required UserExistence Existence { get; init; }
    /// <summary>The user as it is now, when it exists.</summary>
    public DirectoryUser? User { get; init; }
    /// <summary>Per group id that was asked about (compared without case), whether the user is in it.</summary>
    public IReadOnlyDictionary<string, MembershipAnswer> Memberships { get; init; } = EmptyMemberships;

    private static readonly IReadOnlyDictionary<string, MembershipAnswer> EmptyMemberships =
        new Dictionary<string, MembershipAnswer>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The answer for one group.</summary>
    /// <param name="groupId">The object id of the group.</param>
    public MembershipAnswer MembershipOf(string groupId) =>
        Memberships.TryGetValue(groupId, out var answer) ? answer : MembershipAnswer.Unknown;
}
