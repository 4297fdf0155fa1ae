using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>An application registration in its home tenant.</summary>
public sealed record RegisteredApplication
{
    /// <summary>The object id of the registration.</summary>
    public required string ObjectId { get; init; }
    /// <summary>The application (client) id.</summary>
    public required string ClientId { get; init; }
    /// <summary>The display name.</summary>
    public required string DisplayName { get; init; }
    /// <summary>Whether other tenants may use it.</summary>
    public bool IsMultiTenant { get; init; }
    /// <summary>The redirect addresses of its web platform.</summary>
    public IReadOnlyList<string> RedirectUris { get; init; } = Array.Empty<string>();
    /// <summary>The ids of the Microsoft Graph application permissions that it requests.</summary>
    public IReadOnlyList<string> RequiredRoles { get; init; } = Array.Empty<string>();
}
