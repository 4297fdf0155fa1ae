using System;
using System.IO;
using System.Threading.Tasks;
using Azure.Core;
using Azure.Core.Pipeline;
using PasswordBoss.EntraConnector.Clients.Http;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Carries the sign-in library's requests over the connection's own client, and keeps the last refusal, whose codes the library's exceptions bury in prose.
/// </summary>
internal sealed class SignInTransport : HttpPipelineTransport, IDisposable
{
    private readonly HttpClientTransport inner;
    private readonly Uri authorityHost;
    private readonly TimeProvider time;

    /// <summary>Creates the transport.</summary>
    /// <param name="endpoint">The sign-in host.</param>
    public SignInTransport(HttpEndpoint endpoint)
    {
        inner = new HttpClientTransport(endpoint.CreateClient());
        authorityHost = endpoint.Address;
        time = endpoint.Timing.Time;
    }

    /// <summary>
    /// The sign-in host as the library must be told of it: it refuses plain http, which is allowed for this machine's own addresses. The transport puts the
    /// scheme back.
    /// </summary>
    public Uri AuthorityHostForLibrary => new UriBuilder(authorityHost) { Scheme = Uri.UriSchemeHttps, Port = authorityHost.Port }.Uri;

    /// <summary>The last answer that was not a token; null after one that was.</summary>
    public SignInRefusal? Refusal { get; private set; }

    /// <summary>How far this machine's clock is ahead of the sign-in host's, as its last answer told to the second; null before any.</summary>
    public TimeSpan? ClockDifference { get; private set; }

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
        if (response.Headers.Date is { } hostTime)
            ClockDifference = time.GetUtcNow() - hostTime;
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
