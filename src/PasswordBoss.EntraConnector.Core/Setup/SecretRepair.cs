using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>
/// Replaces the secrets of a stored connection that cannot be decrypted. If their key is missing, the stored settings are trusted. If the key exists, the
/// settings or the secrets were edited: nothing is sent to the stored addresses, and the admin must type all settings again.
/// </summary>
internal static class SecretRepair
{
    /// <summary>
    /// The request and the connection to continue with, reduced to the settings that are trusted. Throws <see cref="ErrorId.SecretUnreadable"/> and
    /// <see cref="ErrorId.SettingsNotProven"/> if required input is missing.
    /// </summary>
    /// <param name="request">The input.</param>
    /// <param name="existing">The stored connection.</param>
    /// <param name="isKeyMissing">Whether the secrets cannot be decrypted because their key is missing.</param>
    public static (ConnectRequest Request, ConnectionSettings Existing) Begin(ConnectRequest request, ConnectionSettings existing, bool isKeyMissing)
    {
        if (!isKeyMissing)
            return BeginTyped(request, existing);
        if ((request.Credentials.Count == 0 && HasStoredSecret(existing.Credential)) || request.PasswordBossToken is null)
            throw new ConnectorException(Problems.SecretUnreadable(existing.Name).About(existing.Name));
        return (request, existing);
    }

    /// <summary>A warning with the hosts that receive the new secrets, shown before anything is sent.</summary>
    /// <param name="connection">The settings that the secrets are for.</param>
    public static Message Hosts(ConnectionSettings connection) => Texts.WarningSecretsGivenAnew(
        string.Join(", ", new[] { connection.AuthorityHost, connection.GraphEndpoint, connection.PasswordBossUri }.Select(address => address.Authority).Distinct(StringComparer.Ordinal)));

    private static (ConnectRequest Request, ConnectionSettings Existing) BeginTyped(ConnectRequest request, ConnectionSettings existing)
    {
        // A value that was not typed may come from the stored connection.
        request = request with
        {
            TenantId = Entered(EnteredSettings.TenantId) ? request.TenantId : null,
            ClientId = Entered(EnteredSettings.ClientId) ? request.ClientId : null,
            Environment = Entered(EnteredSettings.Environment) ? request.Environment : null,
            AuthorityHost = Entered(EnteredSettings.AuthorityHost) ? request.AuthorityHost : null,
            GraphEndpoint = Entered(EnteredSettings.GraphEndpoint) ? request.GraphEndpoint : null,
            PasswordBossUri = Entered(EnteredSettings.PasswordBossUri) ? request.PasswordBossUri : null,
        };
        var cloud = request.Environment is { } environment ? CloudEndpoints.Of(environment) : null;
        var tenant = request.TenantId;
        var authority = request.AuthorityHost ?? cloud?.AuthorityHost;
        var graph = request.GraphEndpoint ?? cloud?.GraphEndpoint;
        var passwordBoss = request.PasswordBossUri;
        var missing = new List<MessageArgument>();
        if (tenant is null)
            missing.Add("-TenantId");
        // A system-assigned managed identity has no client id, and an environment variable may contain it.
        if (request.ClientId is null && !request.Credentials.Any(kind => kind is CredentialKind.ManagedIdentity or CredentialKind.EnvironmentVariable))
            missing.Add("-ClientId");
        if (authority is null)
            missing.Add("-AuthorityHost");
        if (graph is null)
            missing.Add("-GraphEndpoint");
        if (passwordBoss is null)
            missing.Add("-PasswordBossUri");
        if (request.Credentials.Count == 0)
            missing.Add(Texts.NamesCredential);
        if (request.PasswordBossToken is null)
            missing.Add("-PasswordBossToken");
        // The new settings must be verified, because the stored ones are not trusted.
        if (request.SkipVerification)
            missing.Add(Texts.NamesVerification);
        if (tenant is null || authority is null || graph is null || passwordBoss is null || missing.Count > 0)
            throw new ConnectorException(Problems.SettingsNotProven(existing.Name, Texts.ListOf(missing)).About(existing.Name));
        return (request, existing with
        {
            TenantId = tenant.Trim(),
            ClientId = request.ClientId ?? "",
            Environment = request.Environment ?? existing.Environment,
            AuthorityHost = authority,
            GraphEndpoint = graph,
            PasswordBossUri = passwordBoss,
        });

        bool Entered(EnteredSettings setting) => (request.Entered & setting) != 0;
    }

    // For these kinds, only the Password Boss token is stored.
    private static bool HasStoredSecret(CredentialKind credential) =>
        credential is not (CredentialKind.ManagedIdentity or CredentialKind.EnvironmentVariable or CredentialKind.CertificateThumbprint);
}
