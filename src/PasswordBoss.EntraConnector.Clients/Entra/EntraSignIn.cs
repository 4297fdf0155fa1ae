using System;
using System.Threading;
using System.Threading.Tasks;
using Azure.Core;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Gets access tokens for Microsoft Graph. It uses a token that this process has kept, and otherwise signs in: client credentials have no refresh token
/// (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
/// </summary>
internal sealed class EntraSignIn : IDisposable
{
    private readonly TimeProvider time;
    private readonly SignInTransport transport;
    private readonly Func<ApplicationCredential> create;
    private readonly SignInErrors errors;
    private readonly TokenRequestContext wanted;
    private readonly TokenCache cache;
    private readonly EntraTenant tenant;
    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private ApplicationCredential? credential;
    private IssuedToken? current;
    private bool takesKept = true;
    private volatile TokenCache.Key? key;
    private volatile string? takenToken;

    /// <summary>Prepares the sign-in; nothing is sent yet.</summary>
    /// <param name="endpoint">The sign-in host.</param>
    /// <param name="tenant">The tenant, and how to sign in to it.</param>
    /// <param name="secrets">Its secrets.</param>
    /// <param name="cache">The tokens of earlier sign-ins.</param>
    public EntraSignIn(HttpEndpoint endpoint, EntraTenant tenant, ConnectionSecrets secrets, TokenCache cache)
        : this(endpoint, tenant, new SignInErrors(tenant, secrets), [ScopeOf(tenant.Environment)], cache, transport => ApplicationCredential.Create(tenant, secrets, transport))
    {
    }

    private EntraSignIn(
        HttpEndpoint endpoint, EntraTenant tenant, SignInErrors errors, string[] scopes, TokenCache cache, Func<SignInTransport, ApplicationCredential> create)
    {
        this.tenant = tenant;
        this.cache = cache;
        transport = new SignInTransport(endpoint);
        time = endpoint.Timing.Time;
        this.create = () => create(transport);
        this.errors = errors;
        wanted = new TokenRequestContext(scopes, tenantId: tenant.TenantId);
    }

    /// <summary>How far this machine's clock is ahead of the sign-in host's; null before its first response.</summary>
    public TimeSpan? ClockDifference => transport.ClockDifference;

    /// <summary>The expiry of the signing certificate, UTC; null for other credentials, and before the first token.</summary>
    public DateTimeOffset? CertificateExpires => credential?.Expires;

    /// <summary>
    /// The scope. The resource is the Graph of the cloud (https://learn.microsoft.com/graph/deployments), even if another host takes its place, because
    /// a resource is an identifier that the sign-in host knows, not an address.
    /// </summary>
    /// <param name="environment">The cloud.</param>
    public static string ScopeOf(EntraEnvironment environment) => CloudEndpoints.Of(environment).GraphEndpoint.GetLeftPart(UriPartial.Authority) + "/.default";

    /// <summary>Prepares the sign-in of an admin, whose tokens are not kept; nothing is sent yet.</summary>
    /// <param name="endpoint">The sign-in host.</param>
    /// <param name="session">The tenant to sign in to.</param>
    /// <param name="admin">How the admin signs in.</param>
    /// <param name="show">Shows the admin how to sign in: which code to enter where, or that a browser opens.</param>
    public static EntraSignIn OfAdmin(HttpEndpoint endpoint, EntraTenant session, AdminSignIn admin, Action<string> show) => new(
        endpoint,
        session,
        new SignInErrors(session, new ConnectionSecrets(), isAdmin: true, givenByAdmin: admin.AccessToken is not null),
        AdminCredential.ScopesOf(session.Environment),
        new TokenCache(),
        transport => AdminCredential.Create(admin, session.TenantId, transport, show, endpoint.Timing.Time));

    /// <summary>Gets a token that is still valid for a while; a kept one if possible.</summary>
    /// <param name="cancellationToken">Stops the sign-in.</param>
    /// <exception cref="ConnectorException">The sign-in was refused, or the sign-in host could not be reached.</exception>
    public async Task<AccessToken> GetTokenAsync(CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (current is null || !IsValid(current))
                current = TakeKept() ?? await RequestAsync(cancellationToken).ConfigureAwait(false);
            return current.Token;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Gets a token that this object requested, never a kept one. It proves that the credential works, and has the current permissions.</summary>
    /// <param name="cancellationToken">Stops the sign-in.</param>
    /// <exception cref="ConnectorException">The sign-in was refused, or the sign-in host could not be reached.</exception>
    public async Task<AccessToken> SignInAsync(CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (takesKept || current is null || !IsValid(current))
                current = await RequestAsync(cancellationToken).ConfigureAwait(false);
            return current.Token;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Whether a token came from an earlier sign-in. A new one may have other permissions.</summary>
    /// <param name="token">The token of a request.</param>
    public bool WasKept(string token) => string.Equals(token, takenToken, StringComparison.Ordinal);

    /// <summary>Removes a token from the kept ones, so that the next object signs in. This object continues to use it.</summary>
    /// <param name="token">A token that may lack a permission.</param>
    public void StopKeeping(string token)
    {
        if (key is { } known)
            cache.Discard(known, token);
    }

    /// <summary>Discards a token that Graph no longer accepts, so that the next call gets a new one.</summary>
    /// <param name="rejected">The rejected token.</param>
    /// <param name="cancellationToken">Stops the wait for a sign-in in progress.</param>
    public async Task ForgetAsync(string rejected, CancellationToken cancellationToken)
    {
        await oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (current is null || !string.Equals(current.Token.Token, rejected, StringComparison.Ordinal))
                return;
            StopKeeping(rejected);
            current = null;
            takesKept = false;
            // The library's own cache contains the token too, and there is no other way to clear it.
            credential = null;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        transport.Dispose();
        oneAtATime.Dispose();
    }

    private bool IsValid(IssuedToken token) => time.GetUtcNow() < token.RenewAt;

    private IssuedToken? TakeKept()
    {
        if (!takesKept)
            return null;
        try
        {
            Open();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw errors.Translate(e, transport.Refusal, transport.ClockDifference);
        }

        var found = key is { } known ? cache.Find(known, time.GetUtcNow()) : null;
        takenToken = found?.Token.Token;
        return found;
    }

    private async Task<IssuedToken> RequestAsync(CancellationToken cancellationToken)
    {
        takesKept = false;
        AccessToken given;
        try
        {
            given = await Open().GetTokenAsync(wanted, cancellationToken).ConfigureAwait(false);
            // The library accepts an access_token of null. A line end in the token would end the header, and the framework's own error message would repeat the token.
            if (given.Token is null || !BearerToken.IsWellFormed(given.Token))
                throw errors.NoToken();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw errors.Translate(e, transport.Refusal, transport.ClockDifference);
        }

        var now = time.GetUtcNow();
        var issued = IssuedToken.At(given, now);
        if (key is { } known)
            cache.Keep(known, issued, now);
        return issued;
    }

    private TokenCredential Open()
    {
        if (credential is null)
        {
            credential = create();
            key = credential.Identity is { } identity ? new TokenCache.Key(tenant.AuthorityHost, tenant.TenantId, wanted.Scopes[0], identity) : null;
        }

        return credential.Token;
    }
}
