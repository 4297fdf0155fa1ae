using System;
using System.Security.Cryptography.X509Certificates;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>The result: everything that a connection needs on the Entra side, including the secret in plain text.</summary>
public sealed class NewApplication
{
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }
    /// <summary>The application (client) id.</summary>
    public required string ClientId { get; init; }
    /// <summary>The user group; null when the admin could not create it.</summary>
    public GroupReference? Group { get; init; }
    /// <summary>The new certificate with its private key; null for other credentials.</summary>
    public X509Certificate2? Certificate { get; init; }
    /// <summary>The new client secret; null for other credentials.</summary>
    public string? ClientSecret { get; init; }
    /// <summary>When the new credential expires, UTC; null without one.</summary>
    public DateTimeOffset? Expires { get; init; }
    /// <summary>The page where an admin must still consent; null if the tenant has consented.</summary>
    public string? ConsentUri { get; init; }

    /// <summary>The client id; never the secret.</summary>
    public override string ToString() => ClientId;
}
