using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>
/// The input to create or change a connection. For a stored connection every value is optional, and null keeps the stored value. A given credential replaces
/// the stored one.
/// </summary>
public sealed record ConnectRequest
{
    /// <summary>The name of the connection.</summary>
    public required string Name { get; init; }
    /// <summary>The tenant id or a verified domain.</summary>
    public string? TenantId { get; init; }
    /// <summary>The application id.</summary>
    public string? ClientId { get; init; }
    /// <summary>The kinds of the given credentials. Exactly one is accepted; none only for a stored connection.</summary>
    public IReadOnlyList<CredentialKind> Credentials { get; init; } = Array.Empty<CredentialKind>();
    /// <summary>The client secret.</summary>
    public string? ClientSecret { get; init; }
    /// <summary>A certificate with its private key, as PKCS#12 without a password.</summary>
    public byte[]? Certificate { get; init; }
    /// <summary>The thumbprint or the path of a certificate.</summary>
    public string? CertificateReference { get; init; }
    /// <summary>The password of a certificate file.</summary>
    public string? CertificatePassword { get; init; }
    /// <summary>When the client secret expires; null if not known.</summary>
    public DateTimeOffset? SecretExpires { get; init; }
    /// <summary>The national cloud.</summary>
    public EntraEnvironment? Environment { get; init; }
    /// <summary>The sign-in host of a private cloud.</summary>
    public Uri? AuthorityHost { get; init; }
    /// <summary>The root of Microsoft Graph, with its version, of a private cloud.</summary>
    public Uri? GraphEndpoint { get; init; }
    /// <summary>The base address of the Password Boss SCIM server.</summary>
    public Uri? PasswordBossUri { get; init; }
    /// <summary>The authentication token of the Password Boss connector.</summary>
    public string? PasswordBossToken { get; init; }
    /// <summary>The user group, by id or display name.</summary>
    public string? UserGroup { get; init; }
    /// <summary>The additional groups, by id or display name; null keeps the stored ones.</summary>
    public IReadOnlyList<string>? AdditionalGroups { get; init; }
    /// <summary>Whether to store the connection without testing it; groups can then be given by id only.</summary>
    public bool SkipVerification { get; init; }
    /// <summary>The settings that were typed on the command line, not bound from a pipeline or read from the environment.</summary>
    public EnteredSettings Entered { get; init; }

    /// <summary>The name; never the secrets.</summary>
    public override string ToString() => Name;
}

/// <summary>
/// The settings that the secrets are bound to, as far as an admin typed them. A value bound from a pipeline may come from the stored connection, so it proves
/// nothing when the stored connection is not trusted.
/// </summary>
[Flags]
public enum EnteredSettings
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>The tenant.</summary>
    TenantId = 1,
    /// <summary>The client id, also if given as the user name of a typed credential.</summary>
    ClientId = 2,
    /// <summary>The national cloud, which determines both addresses of Microsoft.</summary>
    Environment = 4,
    /// <summary>The sign-in host.</summary>
    AuthorityHost = 8,
    /// <summary>The root of Microsoft Graph.</summary>
    GraphEndpoint = 16,
    /// <summary>The Password Boss address.</summary>
    PasswordBossUri = 32,
}

/// <summary>A change of the selected groups, each given by id or display name.</summary>
public sealed record GroupSelection
{
    /// <summary>The new user group; null keeps the current one.</summary>
    public string? UserGroup { get; init; }
    /// <summary>The new list of additional groups; null keeps the current one.</summary>
    public IReadOnlyList<string>? AdditionalGroups { get; init; }
    /// <summary>Groups to add to the list.</summary>
    public IReadOnlyList<string> AddGroups { get; init; } = Array.Empty<string>();
    /// <summary>Groups to remove from the list.</summary>
    public IReadOnlyList<string> RemoveGroups { get; init; } = Array.Empty<string>();
    /// <summary>Whether members of nested groups count; null keeps the current setting.</summary>
    public bool? IncludeNested { get; init; }
}
