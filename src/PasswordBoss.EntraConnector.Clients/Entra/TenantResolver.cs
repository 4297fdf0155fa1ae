using System;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Finds the id of the tenant that a domain belongs to, in the public metadata of the sign-in host
/// (https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc, <c>issuer</c>).
/// </summary>
internal sealed class TenantResolver
{
    private readonly HttpEndpoint endpoint;

    /// <summary>Prepares the request; nothing is sent yet.</summary>
    /// <param name="endpoint">The sign-in host.</param>
    public TenantResolver(HttpEndpoint endpoint) => this.endpoint = endpoint;

    /// <summary>Requests the id.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.TenantUnknown"/>, <see cref="ErrorId.SignInUnreachable"/>, <see cref="ErrorId.GraphUntrusted"/>.</exception>
    public async Task<string> ResolveAsync(string domain, CancellationToken cancellationToken)
    {
        using var client = endpoint.CreateClient();
        var address = new Uri(endpoint.Address.AbsoluteUri.TrimEnd('/') + "/" + Uri.EscapeDataString(domain) + "/v2.0/.well-known/openid-configuration");
        try
        {
            using var response = await client.GetAsync(address, cancellationToken).ConfigureAwait(false);
            var body = JsonStrings.Repair(((BufferedContent)response.Content).Bytes);
            var status = (int)response.StatusCode;
            if (status == 200)
                return TenantIn(body) ?? throw new ConnectorException(Unknown(domain, Texts.ObstacleNotOneTenant));
            var refusal = SignInRefusal.Of(status, response.Content.Headers.ContentType?.MediaType, body);
            throw status is 400 or 404 && refusal is { IsOAuth: true }
                ? new ConnectorException(Unknown(domain, refusal.Codes.Count > 0 ? "AADSTS" + refusal.Codes[0].ToString(CultureInfo.InvariantCulture) : StatusOf(status)))
                : Unreachable(Texts.SignInFailed(StatusOf(status)), null);
        }
        catch (TransportException e)
        {
            throw e.Failure == TransportFailure.Untrusted
                ? new ConnectorException(Problems.GraphUntrusted(endpoint.Address.Authority, ServerText.Sentence(e.Reason)).About(endpoint.Address.Authority), e.InnerException)
                : Unreachable(e.Reason, e.InnerException);
        }
    }

    // The issuer is https://login.microsoftonline.com/{tenant id}/v2.0. For "common" and "organizations" it contains "{tenantid}" instead of an id.
    private static string? TenantIn(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var issuer = document.RootElement.ValueKind == JsonValueKind.Object ? GraphResponse.Text(document.RootElement, "issuer") : null;
            return Uri.TryCreate(issuer, UriKind.Absolute, out var address)
                ? address.AbsolutePath.Split('/').Select(static s => Guid.TryParseExact(s, "D", out var id) ? id.ToString("D") : null).FirstOrDefault(static id => id is not null)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string StatusOf(int status) => "HTTP " + status.ToString(CultureInfo.InvariantCulture);

    private static Problem Unknown(string domain, MessageArgument reason) => Problems.TenantUnknown(domain, reason).About(domain);

    private ConnectorException Unreachable(MessageArgument reason, Exception? inner) =>
        new ConnectorException(Problems.SignInUnreachable(endpoint.Address.Authority, ServerText.Sentence(reason)).About(endpoint.Address.Authority), inner);
}
