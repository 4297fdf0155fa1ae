using System;
using System.Collections.Generic;
using System.Security;
using PasswordBoss.EntraConnector.Commands;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>Builds the request to the service from the parameters of <c>Connect-PBEntra</c>. Secrets are converted to plain text only here.</summary>
internal static class ConnectRequestBuilder
{
    private static readonly Dictionary<string, EnteredSettings> Settings = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(ConnectPBEntraCommand.TenantId)] = EnteredSettings.TenantId,
        [nameof(ConnectPBEntraCommand.ClientId)] = EnteredSettings.ClientId,
        [nameof(ConnectPBEntraCommand.ClientSecretCredential)] = EnteredSettings.ClientId,
        [nameof(ConnectPBEntraCommand.Environment)] = EnteredSettings.Environment,
        [nameof(ConnectPBEntraCommand.AuthorityHost)] = EnteredSettings.AuthorityHost,
        [nameof(ConnectPBEntraCommand.GraphEndpoint)] = EnteredSettings.GraphEndpoint,
        [nameof(ConnectPBEntraCommand.PasswordBossUri)] = EnteredSettings.PasswordBossUri,
    };

    /// <summary>The settings that were typed on the command line.</summary>
    /// <param name="parameters">The parameters that were bound before the first pipeline object.</param>
    internal static EnteredSettings EnteredSettingsOf(IEnumerable<string> parameters)
    {
        var entered = EnteredSettings.None;
        foreach (var parameter in parameters)
        {
            if (Settings.TryGetValue(parameter, out var setting))
                entered |= setting;
        }

        return entered;
    }

    internal static ConnectRequest Build(ConnectPBEntraCommand given, EnteredSettings entered)
    {
        var request = new ConnectRequest
        {
            Name = given.Name,
            TenantId = Filled(given.TenantId),
            ClientId = Filled(given.ClientId),
            SecretExpires = given.SecretExpires,
            Environment = given.Environment,
            AuthorityHost = given.AuthorityHost,
            GraphEndpoint = given.GraphEndpoint,
            PasswordBossUri = given.PasswordBossUri,
            PasswordBossToken = Reveal(given.PasswordBossToken),
            UserGroup = Filled(given.UserGroup),
            AdditionalGroups = given.AdditionalGroup,
            SkipVerification = given.SkipVerification,
            Entered = entered,
        };
        var kinds = new List<CredentialKind>();
        if (given.ClientSecretCredential is { } credential)
        {
            kinds.Add(CredentialKind.ClientSecret);
            request = request with
            {
                ClientSecret = Reveal(credential.Password),
                ClientId = request.ClientId ?? (Guid.TryParse(credential.UserName, out _) ? credential.UserName : null),
            };
        }

        if (given.ClientSecret is not null)
        {
            kinds.Add(CredentialKind.ClientSecret);
            request = request with { ClientSecret = Reveal(given.ClientSecret) };
        }

        if (given.Certificate is not null)
        {
            var (kind, content, reference) = CertificateArgument.Read(given.Certificate);
            kinds.Add(kind);
            request = request with { Certificate = content, CertificateReference = reference };
        }

        if (Filled(given.CertificateThumbprint) is { } thumbprint)
        {
            kinds.Add(CredentialKind.CertificateThumbprint);
            request = request with { CertificateReference = thumbprint };
        }

        if (Filled(given.CertificatePath) is { } path)
        {
            kinds.Add(CredentialKind.CertificatePath);
            request = request with
            {
                CertificateReference = given.FullPath(path),
                CertificatePassword = Reveal(given.CertificatePassword),
            };
        }

        if (given.Identity)
            kinds.Add(CredentialKind.ManagedIdentity);
        if (given.EnvironmentVariable)
        {
            kinds.Add(CredentialKind.EnvironmentVariable);
            request = WithEnvironment(request);
        }

        return kinds.Count == 0 ? request : request with { Credentials = kinds };
    }

    private static ConnectRequest WithEnvironment(ConnectRequest request) => request with
    {
        TenantId = request.TenantId ?? Variable("AZURE_TENANT_ID"),
        ClientId = request.ClientId ?? Variable("AZURE_CLIENT_ID"),
        PasswordBossUri = request.PasswordBossUri
            ?? (Variable("PBENTRA_PASSWORDBOSS_URI") is { } address ? new Uri(address, UriKind.RelativeOrAbsolute) : null),
        PasswordBossToken = request.PasswordBossToken ?? Variable("PBENTRA_PASSWORDBOSS_TOKEN"),
    };

    private static string? Variable(string name) => Filled(System.Environment.GetEnvironmentVariable(name));

    private static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static string? Reveal(SecureString? secret) => secret is null ? null : SecureText.Reveal(secret);
}
