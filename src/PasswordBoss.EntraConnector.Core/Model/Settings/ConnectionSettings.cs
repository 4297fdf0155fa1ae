using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>Everything that is stored of a connection, but its secrets and its progress.</summary>
public sealed record ConnectionSettings
{
    /// <summary>The key of everything that is stored for this connection; survives nothing but the connection itself.</summary>
    public required Guid Id { get; init; }
    /// <summary>The name, unique without case.</summary>
    public required string Name { get; init; }
    /// <summary>The tenant id or a verified domain.</summary>
    public required string TenantId { get; init; }
    /// <summary>The application id; empty for a managed identity of the system.</summary>
    public string ClientId { get; init; } = "";
    /// <summary>How the application proves itself.</summary>
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
    /// <summary>Whether this is the embedded sandbox: then the three addresses are answered inside the process.</summary>
    public bool IsSandbox { get; init; }
    /// <summary>The user group; null until one is chosen.</summary>
    public GroupReference? UserGroup { get; init; }
    /// <summary>The additional groups.</summary>
    public IReadOnlyList<GroupReference> AdditionalGroups { get; init; } = Array.Empty<GroupReference>();
    /// <summary>Whether members of nested groups count.</summary>
    public bool IncludeNested { get; init; }
    /// <summary>The rules.</summary>
    public SyncRules Rules { get; init; } = SyncRules.Default;
    /// <summary>When the connection was stored, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When the client secret or certificate expires, UTC, where that is known.</summary>
    public DateTimeOffset? SecretExpires { get; init; }

    /// <summary>The same connection with the names that its groups bear now.</summary>
    /// <param name="groups">Groups with their names; those that are not selected are left out.</param>
    public ConnectionSettings WithNames(IReadOnlyCollection<GroupReference> groups)
    {
        return this with { UserGroup = UserGroup is null ? null : Named(UserGroup), AdditionalGroups = AdditionalGroups.Select(Named).ToList() };

        GroupReference Named(GroupReference selected) => groups.FirstOrDefault(g => string.Equals(g.Id, selected.Id, StringComparison.OrdinalIgnoreCase)) ?? selected;
    }
}

/// <summary>A group that was chosen: its id for ever, and the name that it had when it was last read.</summary>
/// <param name="Id">The object id.</param>
/// <param name="DisplayName">The last known name.</param>
public sealed record GroupReference(string Id, string DisplayName);

/// <summary>The secrets of a connection, in the clear and in memory only.</summary>
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

    /// <summary>Never the secrets.</summary>
    public override string ToString() => nameof(ConnectionSecrets);
}
