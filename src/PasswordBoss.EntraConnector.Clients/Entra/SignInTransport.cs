using System;
using System.IO;
using System.Threading.Tasks;
using Azure.Core;
using Azure.Core.Pipeline;
using PasswordBoss.EntraConnector.Clients.Http;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Sends the sign-in library's requests through the connection's own client. It keeps the last refusal, because the library's exceptions only contain its codes as prose.
/// </summary>
internal sealed class SignInTransport : HttpPipelineTransport, IDisposable
{
    private readonly HttpClientTransport inner;
    private readonly Uri authorityHost;
    private readonly HostClock clock;

    /// <summary>Creates the transport.</summary>
    /// <param name="endpoint">The sign-in host.</param>
    public SignInTransport(HttpEndpoint endpoint)
    {
        inner = new HttpClientTransport(endpoint.CreateClient());
        authorityHost = endpoint.Address;
        Time = endpoint.Timing.Time;
        clock = new HostClock(Time);
    }

    /// <summary>
    /// The sign-in host in the form that the library accepts. It refuses plain http, which is allowed for this machine's own addresses; the transport restores
    /// the scheme.
    /// </summary>
    public Uri AuthorityHostForLibrary => new UriBuilder(authorityHost) { Scheme = Uri.UriSchemeHttps, Port = authorityHost.Port }.Uri;

    /// <summary>The last response that was not a token; null after a token.</summary>
    public SignInRefusal? Refusal { get; private set; }

    /// <summary>The clock of this machine.</summary>
    public TimeProvider Time { get; }

    /// <summary>How far this machine's clock is ahead of the sign-in host's, by its last response; null before the first.</summary>
    public TimeSpan? ClockDifference => clock.Difference;

    /// <inheritdoc/>
    public override Request CreateRequest() => inner.CreateRequest();

    /// <inheritdoc/>
    public override void Process(HttpMessage message) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        Refusal = null;
        message.Request.Uri.Scheme = authorityHost.Scheme;
        await inner.ProcessAsync(message).ConfigureAwait(false);

        var response = message.Response;
        clock.Compare(response.Headers.Date, response.Headers.TryGetValue("Age", out var age) ? age : null, response.Headers.ContentType);
        var body = new MemoryStream();
        if (response.ContentStream is { } stream)
        {
            await stream.CopyToAsync(body).ConfigureAwait(false);
            stream.Dispose();
        }

        body.Position = 0;
        response.ContentStream = body;
        Refusal = SignInRefusal.Of(response.Status, response.Headers.ContentType, body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
