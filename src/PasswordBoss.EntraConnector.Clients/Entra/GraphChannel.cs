using System;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Graph;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Sends the requests of the Graph SDK's request builders. The SDK's adapter sends nothing: it loses the status of a response that is not JSON (a gateway's page),
/// treats a redirect as a success, and throws exceptions of its own packages.
/// </summary>
internal sealed class GraphChannel : IDisposable
{
    // Kiota's templates encode the dollar sign of option names. Its own client has a handler that decodes it again; this client does not.
    private static readonly Regex EncodedOption = new("(?<=[?&])%24", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private readonly HttpClient client;
    private readonly EntraSignIn signIn;
    private readonly HostClock clock;
    private volatile string? acceptedToken;
    private GraphServiceClient? graph;

    /// <summary>Opens the channel; nothing is sent yet.</summary>
    /// <param name="endpoint">Microsoft Graph.</param>
    /// <param name="signIn">Provides the tokens; the caller still owns it.</param>
    public GraphChannel(HttpEndpoint endpoint, EntraSignIn signIn)
    {
        this.clock = new HostClock(endpoint.Timing.Time);
        this.signIn = signIn;
        Timing = endpoint.Timing;
        client = endpoint.CreateClient();
        Root = endpoint.Address.AbsoluteUri.TrimEnd('/');
        Errors = new GraphErrors(endpoint.Address);
    }

    /// <summary>The request builders. A run that finds no change needs none, and does not load the SDK, which takes longer to load than all other assemblies together.</summary>
    public GraphServiceClient Graph => graph ??= new GraphServiceClient(new HttpClientRequestAdapter(new AnonymousAuthenticationProvider(), httpClient: client), Root);

    /// <summary>The clock, and the waits between retries.</summary>
    public HttpTiming Timing { get; }

    /// <summary>The root of Graph, without a slash at its end.</summary>
    public string Root { get; }

    /// <summary>How far this machine's clock is ahead of Graph's, by its last response of any status; null before the first.</summary>
    public TimeSpan? ClockDifference => clock.Difference;

    /// <summary>Translates failures into errors.</summary>
    public GraphErrors Errors { get; }

    /// <summary>The maximum number of objects in a list.</summary>
    public int MostObjects { get; init; } = GraphReadLimits.MostObjects;

    /// <summary>Creates the limits for one list.</summary>
    public GraphReadLimits NewLimits() => new(MostObjects);

    /// <summary>The address of a request, with the options as Graph documents them. A link from Graph is opaque and stays unchanged.</summary>
    /// <param name="request">The request.</param>
    public static Uri AddressOf(RequestInformation request) =>
        request.PathParameters.Count == 0 ? request.URI : new Uri(EncodedOption.Replace(request.URI.AbsoluteUri, "$"));

    /// <summary>The address of a request relative to the root, as batches need it.</summary>
    /// <param name="request">The request.</param>
    public string PathOf(RequestInformation request) => AddressOf(request).AbsoluteUri.Remove(0, Root.Length);

    /// <summary>Sends a request and returns the response, whatever its status.</summary>
    /// <param name="describe">Describes the request; called again if it must be sent with another token.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="ConnectorException">The sign-in failed, no response arrived, or the request would have gone to another host.</exception>
    public Task<GraphResponse> SendAsync(Func<RequestInformation> describe, CancellationToken cancellationToken) => SendAsync(describe, null, cancellationToken);

    /// <summary>Sends a request for a page, and reads the page while it arrives.</summary>
    /// <param name="describe">Describes the request; called again if it must be sent with another token.</param>
    /// <param name="begin">Creates the reader for one try; null to keep the body unchanged.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="ConnectorException">The sign-in failed, no response arrived, or the request would have gone to another host.</exception>
    public async Task<GraphResponse> SendAsync(Func<RequestInformation> describe, Func<JsonArrayBody>? begin, CancellationToken cancellationToken)
    {
        var token = (await signIn.GetTokenAsync(cancellationToken).ConfigureAwait(false)).Token;
        Errors.SetToken(token);
        var response = await SendOnceAsync(describe(), token, begin, cancellationToken).ConfigureAwait(false);
        if (response.Status != 401)
            acceptedToken = token;
        if (!IsRefused(response))
            return response;

        // A token that was accepted before may have been revoked since, and a kept one is older than a new consent. A new token that is refused would be refused again.
        if (signIn.WasKept(token) || (response.Status == 401 && string.Equals(token, acceptedToken, StringComparison.Ordinal)))
        {
            response.Dispose();
            await signIn.ForgetAsync(token, cancellationToken).ConfigureAwait(false);
            token = (await signIn.GetTokenAsync(cancellationToken).ConfigureAwait(false)).Token;
            Errors.SetToken(token);
            response = await SendOnceAsync(describe(), token, begin, cancellationToken).ConfigureAwait(false);
        }

        if (IsRefused(response))
            StopKeepingToken();
        return response;
    }

    /// <summary>Makes the next run sign in: Graph's responses show that the token may lack a permission, which an admin may consent to before then.</summary>
    public void StopKeepingToken() => signIn.StopKeeping(Errors.TokenText);

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    // Without a code, a 403 does not come from Graph.
    private static bool IsRefused(GraphResponse response) => response.Status == 401 || (response.Status == 403 && response.ErrorCode is not null);

    private static HttpRequestMessage RequestOf(RequestInformation description, string token)
    {
        var request = new HttpRequestMessage(new HttpMethod(description.HttpMethod.ToString()), AddressOf(description));
        if (description.Content is { } body && body != Stream.Null)
            request.Content = new StreamContent(body);
        foreach (var header in description.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, header.Value))
                request.Content?.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private async Task<GraphResponse> SendOnceAsync(RequestInformation description, string token, Func<JsonArrayBody>? begin, CancellationToken cancellationToken)
    {
        var requestId = Guid.NewGuid().ToString("D");
        try
        {
            using var request = RequestOf(description, token);
            // A next link fixes the size of the page, so no smaller one can be requested.
            if (begin is not null)
                new BodyReading(begin, IsListPage: false).AttachTo(request);
            // One id for all tries of a request (https://learn.microsoft.com/graph/best-practices-concept#reliability-and-support).
            request.Headers.TryAddWithoutValidation("client-request-id", requestId);
            // The pipeline has already buffered the whole body; the client's own buffering would copy it again.
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            clock.Compare(response);
            return GraphResponse.Read(response, Errors.Token, requestId);
        }
        catch (TransportException e)
        {
            throw Errors.FromTransport(e, requestId);
        }
    }
}
