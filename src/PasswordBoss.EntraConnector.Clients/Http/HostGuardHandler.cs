using System;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// Refuses every request that does not go to the one configured origin, before anything is sent. Next links, <c>Location</c> headers and delta links come
/// from outside, and the bearer token must not follow them to another host.
/// </summary>
internal sealed class HostGuardHandler : DelegatingHandler
{
    private readonly Uri origin;

    /// <summary>Creates the guard.</summary>
    /// <param name="origin">The address whose scheme, host and port are allowed.</param>
    public HostGuardHandler(Uri origin) => this.origin = origin;

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var target = request.RequestUri;
        return target is null || !IsOf(origin, target)
            ? Task.FromException<HttpResponseMessage>(new ConnectorException(Refusal(target, new BearerToken(request.Headers.Authorization?.Parameter ?? ""))))
            : base.SendAsync(request, cancellationToken);
    }

    /// <summary>Whether an address has the same scheme, host and port as the origin, and no user info.</summary>
    /// <param name="origin">The address that is allowed.</param>
    /// <param name="target">The address to check.</param>
    public static bool IsOf(Uri origin, Uri target) =>
        target.IsAbsoluteUri
        && string.Equals(target.Scheme, origin.Scheme, StringComparison.OrdinalIgnoreCase)
        && string.Equals(target.Host, origin.Host, StringComparison.OrdinalIgnoreCase)
        && target.Port == origin.Port
        && target.UserInfo.Length == 0;

    /// <summary>The error for an address that is not allowed.</summary>
    /// <param name="target">The address.</param>
    /// <param name="token">The token of the request. It is masked, because the host name may repeat it.</param>
    public static Problem Refusal(Uri? target, BearerToken token)
    {
        var named = target is { IsAbsoluteUri: true } ? target.Scheme + "://" + ServerText.Clean(token.MaskIn(target.Authority)) : "?";
        return Problems.ForeignHost(named).About(named);
    }
}
