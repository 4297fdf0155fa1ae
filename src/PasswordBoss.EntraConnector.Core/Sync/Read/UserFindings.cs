using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>What a run of one user has read so far. A value that is null was not read.</summary>
internal sealed record UserFindings
{
    /// <summary>What the admin entered for the user.</summary>
    public required string Wanted { get; init; }
    /// <summary>Whether the read began.</summary>
    public bool HasBegun { get; init; }
    /// <summary>The users that match.</summary>
    public IReadOnlyList<UserMatch>? Matches { get; init; }
    /// <summary>The user as Entra shows them; null if Entra no longer has the user, or does not show them.</summary>
    public UserLookup? Lookup { get; init; }
    /// <summary>Whether the user is in deleted items.</summary>
    public bool IsInDeletedItems { get; init; }
    /// <summary>When the user was read, UTC.</summary>
    public DateTimeOffset? LookedUpAt { get; init; }
    /// <summary>The name of the user group; null if the group could not be read.</summary>
    public string? UserGroup { get; init; }
    /// <summary>The groups of the user; null if they did not have to be read.</summary>
    public UserMemberships? Memberships { get; init; }
    /// <summary>When the groups were read, UTC.</summary>
    public DateTimeOffset? GroupsReadAt { get; init; }
    /// <summary>The input of the planner.</summary>
    public PlannerInput? Input { get; init; }
    /// <summary>When the accounts were read, UTC.</summary>
    public DateTimeOffset? AccountsReadAt { get; init; }
}

/// <summary>A user that matches what an admin entered.</summary>
/// <param name="EntraId">The object id.</param>
/// <param name="DisplayName">The display name; null if none is known.</param>
/// <param name="Address">An address; null if none is known.</param>
internal sealed record UserMatch(string EntraId, string? DisplayName, string? Address);
