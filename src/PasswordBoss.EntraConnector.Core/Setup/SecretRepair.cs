using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>
/// Gives a stored connection new secrets when the stored ones cannot be decrypted. Where their key is gone, the stored settings are believed. Where it is there,
/// settings or secrets were edited: nothing goes to the stored addresses, and the admin types all of them.
/// </summary>
internal static class SecretRepair
{
    /// <summary>
    /// What to go on with: the request, and the connection as far as its settings are believed. Throws <see cref="ErrorId.SecretUnreadable"/> and
    /// <see cref="ErrorId.SettingsNotProven"/> when too little was given.
    /// </summary>
    /// <param name="request">What was given.</param>
    /// <param name="existing">What is stored.</param>
    /// <param name="isKeyMissing">Whether the secrets cannot be decrypted because their key is gone.</param>
    public static (ConnectRequest Request, ConnectionSettings Existing) Begin(ConnectRequest request, ConnectionSettings existing, bool isKeyMissing)
    {
        if (!isKeyMissing)
            return BeginTyped(request, existing);
        if ((request.Credentials.Count == 0 && HasStoredSecret(existing.Credential)) || request.PasswordBossToken is null)
            throw new ConnectorException(ErrorId.SecretUnreadable, existing.Name) { Target = existing.Name };
        return (request, existing);
    }

    /// <summary>Names the hosts that new secrets go to, before anything is sent.</summary>
    /// <param name="connection">The settings that they are given for.</param>
    public static Message Hosts(ConnectionSettings connection) => new(
        "Warning_SecretsGivenAnew",
        string.Join(", ", new[] { connection.AuthorityHost, connection.GraphEndpoint, connection.PasswordBossUri }.Select(address => address.Authority).Distinct()));

    private static (ConnectRequest Request, ConnectionSettings Existing) BeginTyped(ConnectRequest request, ConnectionSettings existing)
    {
        // What was not typed may come from the stored connection.
        request = request with
        {
            TenantId = Typed(TypedSettings.TenantId) ? request.TenantId : null,
            ClientId = Typed(TypedSettings.ClientId) ? request.ClientId : null,
            Environment = Typed(TypedSettings.Environment) ? request.Environment : null,
            AuthorityHost = Typed(TypedSettings.AuthorityHost) ? request.AuthorityHost : null,
            GraphEndpoint = Typed(TypedSettings.GraphEndpoint) ? request.GraphEndpoint : null,
            PasswordBossUri = Typed(TypedSettings.PasswordBossUri) ? request.PasswordBossUri : null,
        };
        var cloud = request.Environment is { } environment ? CloudEndpoints.Of(environment) : null;
        var tenant = request.TenantId;
        var authority = request.AuthorityHost ?? cloud?.AuthorityHost;
        var graph = request.GraphEndpoint ?? cloud?.GraphEndpoint;
        var passwordBoss = request.PasswordBossUri;
        var missing = new List<string>();
        if (tenant is null)
            missing.Add("-TenantId");
        // A system-assigned managed identity has no client id, and an environment variable may name it.
        if (request.ClientId is null && !request.Credentials.Any(kind => kind is CredentialKind.ManagedIdentity or CredentialKind.EnvironmentVariable))
            missing.Add("-ClientId");
        if (authority is null)
            missing.Add("-AuthorityHost");
        if (graph is null)
            missing.Add("-GraphEndpoint");
        if (passwordBoss is null)
            missing.Add("-PasswordBossUri");
        if (request.Credentials.Count == 0)
            missing.Add(new Message("Names_Credential").Render());
        if (request.PasswordBossToken is null)
            missing.Add("-PasswordBossToken");
        // Settings that are not believed are not replaced by others that nobody has tried.
        if (request.SkipVerification)
            missing.Add(new Message("Names_Verification").Render());
        if (tenant is null || authority is null || graph is null || passwordBoss is null || missing.Count > 0)
            throw new ConnectorException(ErrorId.SettingsNotProven, existing.Name, string.Join(", ", missing)) { Target = existing.Name };
        return (request, existing with
        {
            TenantId = tenant.Trim(),
            ClientId = request.ClientId ?? "",
            Environment = request.Environment ?? existing.Environment,
            AuthorityHost = authority,
            GraphEndpoint = graph,
            PasswordBossUri = passwordBoss,
        });

        bool Typed(TypedSettings setting) => (request.Typed & setting) != 0;
    }

    // Of the others only the token of Password Boss is stored.
    private static bool HasStoredSecret(CredentialKind credential) =>
        credential is not (CredentialKind.ManagedIdentity or CredentialKind.EnvironmentVariable or CredentialKind.CertificateThumbprint);
}
