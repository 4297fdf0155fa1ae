using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Graph.Models;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Reads from the app registration when the client secret expires (https://learn.microsoft.com/graph/api/application-get). Few applications may read their own
/// registration, and the connector does not request that permission: without it, nothing is sent.
/// </summary>
internal sealed class ClientSecretExpiry
{
    private static readonly string[] Sufficient =
        ["Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

    private static readonly string[] Properties = ["id", "passwordCredentials"];

    private readonly GraphChannel channel;
    private readonly string? secret;

    /// <summary>Prepares the look-up; nothing is sent yet.</summary>
    /// <param name="channel">Sends the request.</param>
    /// <param name="tenant">The tenant, and how to sign in to it.</param>
    /// <param name="secrets">Its secrets.</param>
    public ClientSecretExpiry(GraphChannel channel, EntraTenant tenant, ConnectionSecrets secrets)
    {
        this.channel = channel;
        secret = tenant.Credential switch
        {
            CredentialKind.ClientSecret => secrets.ClientSecret,
            CredentialKind.EnvironmentVariable => EnvironmentApplication.Secret,
            _ => null,
        };
    }

    /// <summary>Finds when the secret expires, UTC; null if that is unknown.</summary>
    /// <param name="facts">The claims of the token.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<DateTimeOffset?> FindExpiryAsync(SignInFacts facts, CancellationToken cancellationToken)
    {
        if (secret is null || facts.ClientId is not { } clientId || facts.Roles?.Intersect(Sufficient, StringComparer.OrdinalIgnoreCase).Any() != true)
            return null;
        using var response = await channel.SendAsync(
            () => channel.Graph.ApplicationsWithAppId(clientId).ToGetRequestInformation(r => r.QueryParameters.Select = Properties), cancellationToken).ConfigureAwait(false);
        // The registration of a multi-tenant application is in its home tenant, so it may be missing here.
        if (!response.IsSuccess || response.As(Application.CreateFromDiscriminatorValue) is not { } application)
            return null;

        // Graph returns the first characters of a secret as its hint. If several secrets match, take the earliest expiry: better a warning too early than too late.
        return application.PasswordCredentials?
            .Where(c => c.Hint is { Length: > 0 } hint && secret.StartsWith(hint, StringComparison.Ordinal) && c.EndDateTime > channel.Timing.Time.GetUtcNow())
            .Min(c => c.EndDateTime);
    }
}
