using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Azure.Core;
using Microsoft.Kiota.Abstractions.Authentication;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Gets access tokens for Microsoft Graph and keeps one until shortly before it expires, because client credentials have no refresh token
/// (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
/// </summary>
internal sealed class EntraSignIn : IAccessTokenProvider, IDisposable
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(5);

    private readonly TimeProvider time;
    private readonly SignInTransport transport;
    private readonly Func<ApplicationCredential> create;
    private readonly SignInErrors errors;
    private readonly TokenRequestContext wanted;
    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private ApplicationCredential? credential;
    private AccessToken token;
    private DateTimeOffset renewAt = DateTimeOffset.MinValue;

    /// <summary>Prepares the sign-in; nothing is sent yet.</summary>
    /// <param name="endpoint">The sign-in host.</param>
    /// <param name="tenant">The tenant, and how to sign in to it.</param>
    /// <param name="secrets">Its secrets.</param>
    public EntraSignIn(HttpEndpoint endpoint, EntraTenant tenant, ConnectionSecrets secrets)
        : this(endpoint, tenant, new SignInErrors(tenant, secrets), [ScopeOf(tenant.Environment)], transport => ApplicationCredential.Create(tenant, secrets, transport))
    {
    }

    private EntraSignIn(HttpEndpoint endpoint, EntraTenant tenant, SignInErrors errors, string[] scopes, Func<SignInTransport, ApplicationCredential> create)
    {
        transport = new SignInTransport(endpoint);
        time = endpoint.Timing.Time;
        this.create = () => create(transport);
        this.errors = errors;
        wanted = new TokenRequestContext(scopes, tenantId: tenant.TenantId);
        // Set explicitly: by default Kiota's validator only allows Microsoft's hosts, and silently omits the header for all others.
        AllowedHostsValidator = new AllowedHostsValidator([tenant.GraphEndpoint.Host]);
    }

    /// <summary>How far this machine's clock is ahead of the sign-in host's; null before its first response.</summary>
    public TimeSpan? ClockDifference => transport.ClockDifference;

    /// <summary>The expiry of the signing certificate, UTC; null for other credentials, and before the first token.</summary>
    public DateTimeOffset? CertificateExpires => credential?.Expires;

    /// <inheritdoc/>
    public AllowedHostsValidator AllowedHostsValidator { get; }

    /// <summary>
    /// The scope. The resource is the Graph of the cloud (https://learn.microsoft.com/graph/deployments), even if another host takes its place, because
    /// a resource is an identifier that the sign-in host knows, not an address.
    /// </summary>
    /// <param name="environment">The cloud.</param>
    public static string ScopeOf(EntraEnvironment environment) => CloudEndpoints.Of(environment).GraphEndpoint.GetLeftPart(UriPartial.Authority) + "/.default";

    /// <summary>Prepares the sign-in of an admin; nothing is sent yet.</summary>
    /// <param name="endpoint">The sign-in host.</param>
    /// <param name="session">The tenant to sign in to.</param>
    /// <param name="admin">How the admin signs in.</param>
    /// <param name="showCode">Shows the admin the code and where to enter it.</param>
    public static EntraSignIn OfAdmin(HttpEndpoint endpoint, EntraTenant session, AdminSignIn admin, Action<string> showCode) => new(
        endpoint,
        session,
        new SignInErrors(session, new ConnectionSecrets(), isAdmin: true, givenByAdmin: admin.AccessToken is not null),
        AdminCredential.ScopesOf(session.Environment),
        transport => AdminCredential.Create(admin, session.TenantId, transport, showCode, endpoint.Timing.Time));

    /// <summary>Gets a token that is still valid for a while.</summary>
    /// <param name="cancellationToken">Stops the sign-in.</param>
    /// <exception cref="ConnectorException">The sign-in was refused, or the sign-in host could not be reached.</exception>
    public async Task<AccessToken> GetTokenAsync(CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (time.GetUtcNow() < renewAt)
                return token;
            token = await RequestAsync(cancellationToken).ConfigureAwait(false);
            // Otherwise a token with a lifetime of a few minutes would be renewed before every request.
            var lifetime = token.ExpiresOn - time.GetUtcNow();
            renewAt = token.ExpiresOn - TimeSpan.FromTicks(Math.Min(lifetime.Ticks / 2, LongestMargin.Ticks));
            return token;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Discards a token that Graph no longer accepts, so that the next call gets a new one.</summary>
    /// <param name="rejected">The rejected token.</param>
    /// <param name="cancellationToken">Stops the wait for a sign-in in progress.</param>
    public async Task ForgetAsync(string rejected, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!string.Equals(token.Token, rejected, StringComparison.Ordinal))
                return;
            renewAt = DateTimeOffset.MinValue;
            // The library's own cache contains the token too, and there is no other way to clear it.
            credential = null;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<string> GetAuthorizationTokenAsync(Uri uri, Dictionary<string, object>? additionalAuthenticationContext = null, CancellationToken cancellationToken = default) =>
        AllowedHostsValidator.IsUrlHostValid(uri) ? (await GetTokenAsync(cancellationToken).ConfigureAwait(false)).Token : "";

    /// <inheritdoc/>
    public void Dispose()
    {
        transport.Dispose();
        oneAtATime.Dispose();
    }

    private async Task<AccessToken> RequestAsync(CancellationToken cancellationToken)
    {
        try
        {
            credential ??= create();
            var given = await credential.Token.GetTokenAsync(wanted, cancellationToken).ConfigureAwait(false);
            // The library accepts an access_token of null. A line end in the token would end the header, and the framework's own error message would repeat the token.
            return given.Token is not null && BearerToken.IsWellFormed(given.Token) ? given : throw errors.NoToken();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw errors.Translate(e, transport.Refusal, transport.ClockDifference);
        }
    }
}
