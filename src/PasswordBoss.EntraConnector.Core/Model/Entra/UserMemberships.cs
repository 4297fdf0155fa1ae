using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The groups of one user, as far as they could be read.</summary>
public sealed record UserMemberships
{
    /// <summary>The object ids of the groups that contain the user directly; null if not all of them could be read.</summary>
    public ISet<string>? Direct { get; init; }

    /// <summary>
    /// How the user is a member of the requested group: from the group that contains the user directly to the requested one. Empty if no path was found.
    /// </summary>
    public IReadOnlyList<GroupReference> Path { get; init; } = Array.Empty<GroupReference>();
}
