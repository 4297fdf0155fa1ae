using System;
using System.IO;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// The credential that the <c>AZURE_*</c> variables name (https://learn.microsoft.com/dotnet/api/azure.identity.environmentcredential and
/// https://learn.microsoft.com/dotnet/api/azure.identity.workloadidentitycredential), read at each run. A secret takes precedence over a certificate, and both over a
/// federated token. The library's own <c>EnvironmentCredential</c> does not support federation, and reports neither the missing variable nor what is wrong with a
/// certificate. The tenant comes from the connection, so that one application of an MSP serves all its tenants.
/// </summary>
internal static class EnvironmentApplication
{
    private const string ClientIdVariable = "AZURE_CLIENT_ID";
    private const string CertificateVariable = "AZURE_CLIENT_CERTIFICATE_PATH";
    private const string TokenFileVariable = "AZURE_FEDERATED_TOKEN_FILE";

    /// <summary>The client secret; null for none.</summary>
    public static string? Secret => Variable("AZURE_CLIENT_SECRET");

    /// <summary>The application; empty if neither the variables nor the connection name one.</summary>
    /// <param name="tenant">The tenant, and how to sign in to it.</param>
    public static string ClientIdOf(EntraTenant tenant) => Variable(ClientIdVariable) ?? tenant.ClientId;

    /// <summary>Creates the credential; nothing is sent yet.</summary>
    /// <param name="tenant">The tenant, and how to sign in to it.</param>
    /// <param name="transport">Reaches the sign-in host.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.CredentialUnavailable"/>, <see cref="ErrorId.CertificateNotUsable"/>.</exception>
    public static ApplicationCredential CreateCredential(EntraTenant tenant, SignInTransport transport)
    {
        var clientId = ClientIdOf(tenant);
        if (clientId.Length == 0)
            throw new ConnectorException(Unavailable(tenant, Texts.SignInVariablesMissing(ClientIdVariable)));
        if (Secret is { } secret)
            return ApplicationCredential.WithSecret(tenant.TenantId, clientId, secret, transport);
        if (Variable(CertificateVariable) is { } path)
        {
            var certificate = ApplicationCertificate.FromFile(path, Variable("AZURE_CLIENT_CERTIFICATE_PASSWORD"), transport.Time);
            return ApplicationCredential.WithCertificate(tenant.TenantId, clientId, certificate, transport, IsTrue(Variable("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")));
        }

        if (Variable(TokenFileVariable) is not { } tokenFile)
            throw new ConnectorException(Unavailable(tenant, Texts.SignInVariablesMissing("AZURE_CLIENT_SECRET, " + CertificateVariable + ", " + TokenFileVariable)));
        if (!File.Exists(tokenFile))
            throw new ConnectorException(Unavailable(tenant, Texts.SignInNoTokenFile(tokenFile)));
        return ApplicationCredential.WithTokenFile(tenant.TenantId, clientId, tokenFile, transport);
    }

    private static bool IsTrue(string? text) => text == "1" || string.Equals(text, "true", StringComparison.OrdinalIgnoreCase);

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { } value && value.Trim().Length > 0 ? value : null;

    private static Problem Unavailable(EntraTenant tenant, Message reason) =>
        Problems.CredentialUnavailable(tenant.Name, reason).About(tenant.Name);
}
