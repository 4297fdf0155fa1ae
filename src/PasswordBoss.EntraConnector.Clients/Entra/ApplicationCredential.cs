using System;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Identity;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// How the application of a connection proves itself, in the words of Azure.Identity. Instance discovery is off everywhere: the sign-in host is one of
/// Microsoft's own or was named by an admin, and asking Microsoft's public host about it would cost a request and tell a stranger.
/// </summary>
internal static class ApplicationCredential
{
    /// <summary>Creates the credential; nothing is sent yet.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="secrets">Its secrets.</param>
    /// <param name="transport">Reaches the sign-in host.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.CredentialMissing"/>, <see cref="ErrorId.CertificateNotUsable"/>.</exception>
    public static TokenCredential Create(ConnectionSettings connection, ConnectionSecrets secrets, SignInTransport transport)
    {
        switch (connection.Credential)
        {
            case CredentialKind.ClientSecret when !string.IsNullOrEmpty(secrets.ClientSecret):
                return new ClientSecretCredential(
                    connection.TenantId, connection.ClientId, secrets.ClientSecret, Over(transport, new ClientSecretCredentialOptions { DisableInstanceDiscovery = true }));
            case CredentialKind.Certificate when secrets.Certificate is { Length: > 0 } pkcs12:
                return WithCertificate(ApplicationCertificate.FromPkcs12(pkcs12, null, connection.Name));
            case CredentialKind.CertificateThumbprint when !string.IsNullOrWhiteSpace(connection.CertificateReference):
                return WithCertificate(ApplicationCertificate.FromStore(connection.CertificateReference!));
            case CredentialKind.CertificatePath when !string.IsNullOrWhiteSpace(connection.CertificateReference):
                return WithCertificate(ApplicationCertificate.FromFile(connection.CertificateReference!, secrets.CertificatePassword));
            case CredentialKind.ManagedIdentity:
                return ManagedIdentity(connection);
            case CredentialKind.EnvironmentVariable:
                var options = Over(transport, new EnvironmentCredentialOptions { DisableInstanceDiscovery = true });
                // The connection says which tenant is meant, so that one application of an MSP serves all its tenants.
                options.AdditionallyAllowedTenants.Add("*");
                return new EnvironmentCredential(options);
            default:
                throw new ConnectorException(ErrorId.CredentialMissing, connection.Name) { Target = connection.Name };
        }

        ClientCertificateCredential WithCertificate(X509Certificate2 certificate) => new(
            connection.TenantId, connection.ClientId, certificate, Over(transport, new ClientCertificateCredentialOptions { DisableInstanceDiscovery = true }));
    }

    // The identity's endpoint is on this machine and not the sign-in host, so the connection's clients do not reach it, and do not retry it either.
    private static ManagedIdentityCredential ManagedIdentity(ConnectionSettings connection)
    {
        var identity = connection.ClientId.Length == 0 ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(connection.ClientId);
        return new ManagedIdentityCredential(new ManagedIdentityCredentialOptions(identity) { Retry = { NetworkTimeout = TimeSpan.FromSeconds(10) } });
    }

    private static T Over<T>(SignInTransport transport, T options)
        where T : TokenCredentialOptions
    {
        options.Transport = transport;
        options.AuthorityHost = transport.AuthorityHostForLibrary;
        // The client below retries already.
        options.Retry.MaxRetries = 0;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        return options;
    }
}
