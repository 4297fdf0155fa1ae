using System;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// Refuses every request that does not go to the one configured origin, before anything is sent: next links, <c>Location</c> headers and delta links come
/// from outside, and the bearer header must not follow them to a stranger.
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
        if (target is null || !target.IsAbsoluteUri
            || Uri.Compare(target, origin, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) != 0
            || target.UserInfo.Length != 0)
        {
            var named = target is { IsAbsoluteUri: true } ? target.Scheme + "://" + target.Authority : "?";
            return Task.FromException<HttpResponseMessage>(new ConnectorException(ErrorId.ForeignHost, named) { Target = named });
        }

        return base.SendAsync(request, cancellationToken);
    }
}
