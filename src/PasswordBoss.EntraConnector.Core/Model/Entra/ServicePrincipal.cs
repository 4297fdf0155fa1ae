using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>An application in one tenant.</summary>
public sealed record ServicePrincipal
{
    /// <summary>The object id.</summary>
    public required string Id { get; init; }
    /// <summary>The display name of the application.</summary>
    public string DisplayName { get; init; } = "";
    /// <summary>The application permissions that it offers to others: name and id of each that is enabled.</summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>();
}
