using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A group of Password Boss as its SCIM server reports it.</summary>
public sealed record AccountGroup
{
    /// <summary>The server's id.</summary>
    public required string Id { get; init; }
    /// <summary>Display name.</summary>
    public required string DisplayName { get; init; }
    /// <summary>The Entra object id of the group, set by the connector.</summary>
    public string? ExternalId { get; init; }
    /// <summary>Who manages the group.</summary>
    public ManagedBy ManagedBy { get; init; }
    /// <summary>The account ids of the members.</summary>
    public IReadOnlyList<string> MemberIds { get; init; } = Array.Empty<string>();
}
