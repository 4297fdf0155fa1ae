using System;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>How far a run of one user has read. Each kind contains all that was read until then.</summary>
internal abstract record UserFindings
{
    private UserFindings()
    {
    }

    /// <summary>Nothing: the run ended before the read began.</summary>
    internal sealed record NotBegun : UserFindings;

    /// <summary>No user: no user matches what the admin entered, several users match, or the search failed.</summary>
    internal sealed record NotFound : UserFindings;

    /// <summary>Only which user it is.</summary>
    /// <param name="Match">The user.</param>
    internal sealed record Found(UserMatch Match) : UserFindings;

    /// <summary>The user and their groups, but not their account.</summary>
    /// <param name="Entra">The user and their groups.</param>
    internal sealed record ReadInEntra(EntraFindings Entra) : UserFindings;

    /// <summary>Everything that the planner needs.</summary>
    /// <param name="Entra">The user and their groups.</param>
    /// <param name="Input">The input of the planner.</param>
    /// <param name="AccountsReadAt">When the accounts were read, UTC.</param>
    internal sealed record Complete(EntraFindings Entra, PlannerInput Input, DateTimeOffset AccountsReadAt) : UserFindings;
}

/// <summary>A user that matches what an admin entered.</summary>
/// <param name="EntraId">The object id.</param>
/// <param name="DisplayName">The display name; null if none is known.</param>
/// <param name="Address">An address; null if none is known.</param>
internal sealed record UserMatch(string EntraId, string? DisplayName, string? Address);

/// <summary>A user and their groups, as Entra shows them.</summary>
internal sealed record EntraFindings
{
    /// <summary>The user as they were found.</summary>
    public required UserMatch Match { get; init; }
    /// <summary>The user as read by id.</summary>
    public required UserLookup Lookup { get; init; }
    /// <summary>Whether the user is in deleted items.</summary>
    public required bool IsInDeletedItems { get; init; }
    /// <summary>The name of the user group.</summary>
    public required string UserGroup { get; init; }
    /// <summary>Whether the user is a member of the user group, directly or through other groups.</summary>
    public required MembershipStatus Membership { get; init; }
    /// <summary>Whether the user counts as a member, as far as Entra shows it. Only direct members may count.</summary>
    public required bool CountsAsMember { get; init; }
    /// <summary>The groups that contain the user.</summary>
    public required UserMemberships Memberships { get; init; }
    /// <summary>When the user and the groups were read, UTC.</summary>
    public required DateTimeOffset ReadAt { get; init; }
}
