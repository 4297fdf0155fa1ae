using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The service principal of an application in one tenant.</summary>
public sealed record ServicePrincipal
{
    /// <summary>The object id.</summary>
    public required string Id { get; init; }
    /// <summary>The display name of the application.</summary>
    public string DisplayName { get; init; } = "";
    /// <summary>The enabled application permissions that it offers to other applications: name and id.</summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
