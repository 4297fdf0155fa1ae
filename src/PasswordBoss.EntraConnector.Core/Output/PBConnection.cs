using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector;

/// <summary>A stored connection between one Entra tenant and one Password Boss company. Contains no secrets.</summary>
public sealed class PBConnection
{
    /// <summary>The name of the connection. The <c>-Connection</c> parameter of the other commands binds to this property.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The name of the connection.</summary>
    public string Name => Connection;
    /// <summary>The directory (tenant) id, or a verified domain of the tenant.</summary>
    public string TenantId { get; init; } = "";
    /// <summary>The application (client) id.</summary>
    public string ClientId { get; init; } = "";
    /// <summary>How the application authenticates.</summary>
    public CredentialKind Credential { get; init; }
    /// <summary>The national cloud.</summary>
    public EntraEnvironment Environment { get; init; }
    /// <summary>The sign-in host.</summary>
    public Uri? AuthorityHost { get; init; }
    /// <summary>The root of Microsoft Graph, with its version.</summary>
    public Uri? GraphEndpoint { get; init; }
    /// <summary>The base address of the Password Boss SCIM server.</summary>
    public Uri? PasswordBossUri { get; init; }
    /// <summary>The display name of the user group; null until an admin selects one.</summary>
    public string? UserGroup { get; init; }
    /// <summary>The display names of the additional groups.</summary>
    public IReadOnlyList<string> AdditionalGroups { get; init; } = Array.Empty<string>();
    /// <summary>Whether members of nested groups count.</summary>
    public bool IncludeNested { get; init; }
    /// <summary>Whether this is the embedded sandbox.</summary>
    public bool IsSandbox { get; init; }
    /// <summary>Whether this is the runspace's current connection.</summary>
    public bool IsCurrent { get; init; }
    /// <summary>When the connection was stored, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>The tags, by which <c>-Tag</c> selects connections.</summary>
    public IReadOnlyList<string> Tags { get; init; } = Array.Empty<string>();

    /// <summary>The name.</summary>
    public override string ToString() => Connection;
}
