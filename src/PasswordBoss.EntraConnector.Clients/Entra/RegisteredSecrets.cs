using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Graph.Models;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Looks up in the app registration when the client secret expires (https://learn.microsoft.com/graph/api/application-get). Few applications may read their own
/// registration, and the connector does not ask for it: without the permission nothing is sent.
/// </summary>
internal sealed class RegisteredSecrets
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
    public RegisteredSecrets(GraphChannel channel, EntraTenant tenant, ConnectionSecrets secrets)
    {
        this.channel = channel;
        secret = tenant.Credential switch
        {
            CredentialKind.ClientSecret => secrets.ClientSecret,
            CredentialKind.EnvironmentVariable => EnvironmentApplication.Secret,
            _ => null,
        };
    }

    /// <summary>When the secret expires, UTC; null when that cannot be found out.</summary>
    /// <param name="facts">What the token says of itself.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<DateTimeOffset?> FindExpiryAsync(SignInFacts facts, CancellationToken cancellationToken)
    {
        if (secret is null || facts.ClientId is not { } clientId || facts.Roles?.Intersect(Sufficient, StringComparer.OrdinalIgnoreCase).Any() != true)
            return null;
        using var answer = await channel.SendAsync(
            () => channel.Graph.ApplicationsWithAppId(clientId).ToGetRequestInformation(r => r.QueryParameters.Select = Properties), cancellationToken).ConfigureAwait(false);
        // The registration of an application that serves many tenants lies in the tenant of its maker.
        if (!answer.IsSuccess || answer.As(Application.CreateFromDiscriminatorValue) is not { } application)
            return null;

        // Graph shows the first characters of a secret as its hint. Of several that begin alike, the one that ends first is told: better too early than too late.
        return application.PasswordCredentials?
            .Where(c => c.Hint is { Length: > 0 } hint && secret.StartsWith(hint, StringComparison.Ordinal) && c.EndDateTime > channel.Timing.Time.GetUtcNow())
            .Min(c => c.EndDateTime);
    }
}
