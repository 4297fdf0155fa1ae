using System;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Azure.Core;
using Azure.Identity;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// How the application of a connection signs in, as a credential of Azure.Identity. Instance discovery is always off: the sign-in host either belongs to
/// Microsoft or was set by an admin. Asking Microsoft's public host about it would cost a request and disclose its name.
/// </summary>
/// <param name="Token">Provides tokens.</param>
/// <param name="Expires">The expiry of the certificate, UTC; null for other credentials.</param>
/// <param name="Identity">
/// A text that is equal only for the same application with the same credential. It does not contain the secret. Null if tokens must not be kept.
/// </param>
internal sealed record ApplicationCredential(TokenCredential Token, DateTimeOffset? Expires, string? Identity)
{
    /// <summary>Creates the credential; nothing is sent yet.</summary>
    /// <param name="tenant">The tenant, and how to sign in to it.</param>
    /// <param name="secrets">Its secrets.</param>
    /// <param name="transport">Reaches the sign-in host.</param>
    /// <exception cref="ConnectorException">
    /// <see cref="ErrorId.CredentialMissing"/>, <see cref="ErrorId.CredentialUnavailable"/>, <see cref="ErrorId.CertificateNotUsable"/>.
    /// </exception>
    public static ApplicationCredential Create(EntraTenant tenant, ConnectionSecrets secrets, SignInTransport transport)
    {
        switch (tenant.Credential)
        {
            case CredentialKind.ClientSecret when !string.IsNullOrEmpty(secrets.ClientSecret):
                return WithSecret(tenant.TenantId, tenant.ClientId, secrets.ClientSecret!, transport);
            case CredentialKind.Certificate when secrets.Certificate is { Length: > 0 } pkcs12:
                return WithCertificate(tenant.TenantId, tenant.ClientId, ApplicationCertificate.FromPkcs12(pkcs12, null, tenant.Name, transport.Time), transport);
            case CredentialKind.CertificateThumbprint when !string.IsNullOrWhiteSpace(tenant.CertificateReference):
                return WithCertificate(tenant.TenantId, tenant.ClientId, ApplicationCertificate.FromStore(tenant.CertificateReference!, transport.Time), transport);
            case CredentialKind.CertificatePath when !string.IsNullOrWhiteSpace(tenant.CertificateReference):
                return WithCertificate(
                    tenant.TenantId, tenant.ClientId, ApplicationCertificate.FromFile(tenant.CertificateReference!, secrets.CertificatePassword, transport.Time), transport);
            case CredentialKind.ManagedIdentity:
                return new ApplicationCredential(ManagedIdentity(tenant), null, CredentialKind.ManagedIdentity + "|" + tenant.ClientId);
            case CredentialKind.EnvironmentVariable:
                return EnvironmentApplication.CreateCredential(tenant, transport);
            default:
                throw new ConnectorException(Problems.CredentialMissing(tenant.Name).About(tenant.Name));
        }
    }

    /// <summary>A client secret.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="clientId">The application.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="transport">Reaches the sign-in host.</param>
    internal static ApplicationCredential WithSecret(string tenant, string clientId, string secret, SignInTransport transport) => new(
        new ClientSecretCredential(tenant, clientId, secret, Over(transport, new ClientSecretCredentialOptions { DisableInstanceDiscovery = true })),
        null,
        IdentityOf(CredentialKind.ClientSecret, clientId, Encoding.UTF8.GetBytes(secret)));

    /// <summary>A certificate.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="clientId">The application.</param>
    /// <param name="certificate">The certificate with its private key.</param>
    /// <param name="transport">Reaches the sign-in host.</param>
    /// <param name="sendChain">Whether to send the certificate along, for applications that trust a subject and issuer.</param>
    internal static ApplicationCredential WithCertificate(
        string tenant, string clientId, X509Certificate2 certificate, SignInTransport transport, bool sendChain = false) => new(
        new ClientCertificateCredential(
            tenant, clientId, certificate, Over(transport, new ClientCertificateCredentialOptions { DisableInstanceDiscovery = true, SendCertificateChain = sendChain })),
        new DateTimeOffset(certificate.NotAfter.ToUniversalTime()),
        IdentityOf(CredentialKind.Certificate, clientId, certificate.RawData));

    /// <summary>A federated token, which the platform renews in a file.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="clientId">The application.</param>
    /// <param name="tokenFile">The file.</param>
    /// <param name="transport">Reaches the sign-in host.</param>
    internal static ApplicationCredential WithTokenFile(string tenant, string clientId, string tokenFile, SignInTransport transport)
    {
        var options = new WorkloadIdentityCredentialOptions { TenantId = tenant, ClientId = clientId, TokenFilePath = tokenFile, DisableInstanceDiscovery = true };
        return new ApplicationCredential(new WorkloadIdentityCredential(Over(transport, options)), null, IdentityOfFile(clientId, tokenFile));
    }

    /// <summary>Makes a credential send its requests through the connection's own client.</summary>
    /// <param name="transport">Reaches the sign-in host.</param>
    /// <param name="options">The options of the credential.</param>
    /// <typeparam name="T">Their type.</typeparam>
    internal static T Over<T>(SignInTransport transport, T options)
        where T : TokenCredentialOptions
    {
        options.Transport = transport;
        options.AuthorityHost = transport.AuthorityHostForLibrary;
        // The client below already retries.
        options.Retry.MaxRetries = 0;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        return options;
    }

    // The endpoint of the identity is on this machine and not the sign-in host, so the connection's clients neither reach it nor retry its requests.
    private static ManagedIdentityCredential ManagedIdentity(EntraTenant tenant)
    {
        var identity = tenant.ClientId.Length == 0 ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(tenant.ClientId);
        return new ManagedIdentityCredential(new ManagedIdentityCredentialOptions(identity) { Retry = { NetworkTimeout = TimeSpan.FromSeconds(10) } });
    }

    // If the file cannot be read, the sign-in reports it.
    private static string? IdentityOfFile(string clientId, string tokenFile)
    {
        try
        {
            return IdentityOf(CredentialKind.EnvironmentVariable, clientId, File.ReadAllBytes(tokenFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string IdentityOf(CredentialKind kind, string clientId, byte[] credential)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(credential);
        return kind + "|" + clientId.ToUpperInvariant() + "|" + Convert.ToBase64String(hash.GetHashAndReset());
    }
}
