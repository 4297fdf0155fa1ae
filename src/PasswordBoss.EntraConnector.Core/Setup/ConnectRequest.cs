using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>
/// What an admin gives to create or change a connection. For a stored connection everything is optional, and null leaves what is stored; a credential that
/// is given replaces the stored one.
/// </summary>
public sealed record ConnectRequest
{
    /// <summary>The name of the connection.</summary>
    public required string Name { get; init; }
    /// <summary>The tenant id or a verified domain.</summary>
    public string? TenantId { get; init; }
    /// <summary>The application id.</summary>
    public string? ClientId { get; init; }
    /// <summary>The kinds of credentials that were given; exactly one is accepted, none only for a stored connection.</summary>
    public IReadOnlyList<CredentialKind> Credentials { get; init; } = Array.Empty<CredentialKind>();
    /// <summary>The client secret.</summary>
    public string? ClientSecret { get; init; }
    /// <summary>A certificate with its private key, as PKCS#12 without a password.</summary>
    public byte[]? Certificate { get; init; }
    /// <summary>The thumbprint or the path of a certificate.</summary>
    public string? CertificateReference { get; init; }
    /// <summary>The password of a certificate file.</summary>
    public string? CertificatePassword { get; init; }
    /// <summary>When the client secret expires; null where that is not known.</summary>
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
    /// <summary>The additional groups, by id or display name; null leaves what is stored.</summary>
    public IReadOnlyList<string>? AdditionalGroups { get; init; }
    /// <summary>Store without trying whether it works; groups can then be given by id only.</summary>
    public bool SkipVerification { get; init; }
    /// <summary>Which of the settings were typed on the command line, and not bound from a pipeline or read from the environment.</summary>
    public TypedSettings Typed { get; init; }

    /// <summary>Never the secrets.</summary>
    public override string ToString() => Name;
}

/// <summary>
/// The settings that secrets are bound to, as far as an admin typed them. A value that a pipeline binds may come from the stored connection; where that is not
/// believed, it proves nothing.
/// </summary>
[Flags]
public enum TypedSettings
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>The tenant.</summary>
    TenantId = 1,
    /// <summary>The client id, also as the user name of a typed credential.</summary>
    ClientId = 2,
    /// <summary>The national cloud, which names both addresses of Microsoft.</summary>
    Environment = 4,
    /// <summary>The sign-in host.</summary>
    AuthorityHost = 8,
    /// <summary>The root of Microsoft Graph.</summary>
    GraphEndpoint = 16,
    /// <summary>The Password Boss address.</summary>
    PasswordBossUri = 32,
}

/// <summary>A change of the selected groups, each named by id or display name.</summary>
public sealed record GroupSelection
{
    /// <summary>The new user group; null leaves it.</summary>
    public string? UserGroup { get; init; }
    /// <summary>The new list of additional groups; null leaves it.</summary>
    public IReadOnlyList<string>? AdditionalGroups { get; init; }
    /// <summary>Groups to add to the list.</summary>
    public IReadOnlyList<string> AddGroups { get; init; } = Array.Empty<string>();
    /// <summary>Groups to take from the list.</summary>
    public IReadOnlyList<string> RemoveGroups { get; init; } = Array.Empty<string>();
    /// <summary>Whether members of nested groups count; null leaves it.</summary>
    public bool? IncludeNested { get; init; }
}
