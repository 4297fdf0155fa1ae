using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The Entra side alone: a tenant, and how the connector signs in to it.</summary>
public sealed record EntraTenant
{
    /// <summary>The name for messages: that of the connection, or of the application.</summary>
    public required string Name { get; init; }
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }
    /// <summary>The application; empty where the credential names it.</summary>
    public string ClientId { get; init; } = "";
    /// <summary>How the application authenticates.</summary>
    public CredentialKind Credential { get; init; }
    /// <summary>The certificate, if the credential is a certificate outside the state.</summary>
    public string? CertificateReference { get; init; }
    /// <summary>The cloud.</summary>
    public EntraEnvironment Environment { get; init; }
    /// <summary>The sign-in host.</summary>
    public required Uri AuthorityHost { get; init; }
    /// <summary>The root of Microsoft Graph.</summary>
    public required Uri GraphEndpoint { get; init; }

    /// <summary>The Entra side of a connection.</summary>
    /// <param name="connection">The connection.</param>
    public static EntraTenant Of(ConnectionSettings connection) => new()
    {
        Name = connection.Name,
        TenantId = connection.TenantId,
        ClientId = connection.ClientId,
        Credential = connection.Credential,
        CertificateReference = connection.CertificateReference,
        Environment = connection.Environment,
        AuthorityHost = connection.AuthorityHost,
        GraphEndpoint = connection.GraphEndpoint,
    };
}
