using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// The users that a plan is about: everyone in a full run, some in an incremental run, one in a run of one user. Nothing was read about the others: they are left
/// unchanged, and the groups contain only members in scope.
/// </summary>
public sealed class UserScope
{
    private readonly ISet<string>? users;

    private UserScope(ISet<string>? users) => this.users = users;

    /// <summary>All users.</summary>
    public static UserScope Everyone { get; } = new(null);

    /// <summary>Whether the plan is about all users.</summary>
    public bool IsEveryone => users is null;

    /// <summary>Some users.</summary>
    /// <param name="users">Their object ids.</param>
    public static UserScope Only(ISet<string> users) => new(users);

    /// <summary>Whether the plan is about a user.</summary>
    /// <param name="entraId">The object id of the user; null for an account without a user.</param>
    public bool Contains(string? entraId) => users is null || (entraId is not null && users.Contains(entraId));
}
