using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>All stored settings of a connection, without its secrets and its progress.</summary>
public sealed record ConnectionSettings
{
    /// <summary>The key of all data that is stored for this connection; never reused after the connection is removed.</summary>
    public required Guid Id { get; init; }
    /// <summary>The name, unique ignoring case.</summary>
    public required string Name { get; init; }
    /// <summary>The tenant id or a verified domain.</summary>
    public required string TenantId { get; init; }
    /// <summary>The application id; empty for a system-assigned managed identity.</summary>
    public string ClientId { get; init; } = "";
    /// <summary>How the application authenticates.</summary>
    public CredentialKind Credential { get; init; }
    /// <summary>The thumbprint, or the path of the certificate file; null for other credentials.</summary>
    public string? CertificateReference { get; init; }
    /// <summary>The national cloud.</summary>
    public EntraEnvironment Environment { get; init; }
    /// <summary>The sign-in host.</summary>
    public required Uri AuthorityHost { get; init; }
    /// <summary>The root of Microsoft Graph, with its version.</summary>
    public required Uri GraphEndpoint { get; init; }
    /// <summary>The base address of the Password Boss SCIM server.</summary>
    public required Uri PasswordBossUri { get; init; }
    /// <summary>Whether this is the embedded sandbox; requests to the three addresses then stay inside the process.</summary>
    public bool IsSandbox { get; init; }
    /// <summary>The user group; null until an admin selects one.</summary>
    public GroupReference? UserGroup { get; init; }
    /// <summary>The additional groups.</summary>
    public IReadOnlyList<GroupReference> AdditionalGroups { get; init; } = Array.Empty<GroupReference>();
    /// <summary>Whether members of nested groups count.</summary>
    public bool IncludeNested { get; init; }
    /// <summary>The rules.</summary>
    public SyncRules Rules { get; init; } = SyncRules.Default;
    /// <summary>When the connection was stored, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When the client secret or certificate expires, UTC; null if not known.</summary>
    public DateTimeOffset? SecretExpires { get; init; }
    /// <summary>The tags that select the connection together with others.</summary>
    public IReadOnlyList<string> Tags { get; init; } = Array.Empty<string>();

    /// <summary>The same connection with the current names of its groups.</summary>
    /// <param name="groups">Groups with their names; groups that are not selected are ignored.</param>
    public ConnectionSettings WithNames(IReadOnlyCollection<GroupReference> groups)
    {
        return this with { UserGroup = UserGroup is null ? null : Named(UserGroup), AdditionalGroups = AdditionalGroups.Select(Named).ToList() };

        GroupReference Named(GroupReference selected) => groups.FirstOrDefault(g => EntraId.Same(g.Id, selected.Id)) ?? selected;
    }
}

/// <summary>A selected group: its permanent id, and its name when it was last read.</summary>
/// <param name="Id">The object id.</param>
/// <param name="DisplayName">The last known name.</param>
public sealed record GroupReference(string Id, string DisplayName);

/// <summary>The secrets of a connection, in plain text and only in memory.</summary>
public sealed class ConnectionSecrets
{
    /// <summary>The client secret.</summary>
    public string? ClientSecret { get; init; }
    /// <summary>A certificate with its private key, as PKCS#12 without a password.</summary>
    public byte[]? Certificate { get; init; }
    /// <summary>The password of a certificate file.</summary>
    public string? CertificatePassword { get; init; }
    /// <summary>The authentication token of the Password Boss connector.</summary>
    public string? PasswordBossToken { get; init; }

    /// <summary>Whether no secret was entered yet, as after an import.</summary>
    public bool IsEmpty => ClientSecret is null && Certificate is null && CertificatePassword is null && PasswordBossToken is null;

    /// <summary>The type name; never the secrets.</summary>
    public override string ToString() => nameof(ConnectionSecrets);
}
