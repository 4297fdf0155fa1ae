using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Sandbox.Graph;
using PasswordBoss.EntraConnector.Sandbox.Http;
using PasswordBoss.EntraConnector.Sandbox.Scim;
using PasswordBoss.EntraConnector.Sandbox.SignIn;

namespace PasswordBoss.EntraConnector.Sandbox;

/// <summary>
/// Serves a small Entra tenant (sign-in and Microsoft Graph v1.0) and a small Password Boss (SCIM 2.0 with this project's extension)
/// inside the process. Sends nothing to a network. A request to any other address fails with <see cref="HttpRequestException"/>, like one to an unknown host.
/// Throws <see cref="Errors.ConnectorException"/> if the state file cannot be used.
/// </summary>
public sealed class SandboxHandler : HttpMessageHandler
{
    private readonly SandboxState state;
    private readonly (Uri Base, Func<SandboxRequest, SandboxResponse> Answer)[] endpoints;

    /// <summary>Serves the state in a file at <see cref="SandboxEndpoints.Default"/>.</summary>
    /// <param name="statePath">The path of the state file.</param>
    public SandboxHandler(string statePath)
        : this(SandboxState.AtFile(statePath))
    {
    }

    /// <summary>Serves a state.</summary>
    /// <param name="state">The content of the tenant and the company.</param>
    /// <param name="endpoints">The addresses to serve; null for <see cref="SandboxEndpoints.Default"/>.</param>
    public SandboxHandler(SandboxState state, SandboxEndpoints? endpoints = null)
    {
        this.state = state ?? throw new ArgumentNullException(nameof(state));
        endpoints ??= SandboxEndpoints.Default;
        // The sign-in host comes last: one host may serve all three, and its address, which has no path, matches every request to that host.
        this.endpoints = new (Uri, Func<SandboxRequest, SandboxResponse>)[]
        {
            (endpoints.PasswordBossUri, new ScimEndpoint(state).Answer),
            (endpoints.GraphEndpoint, new GraphEndpoint(state).Answer),
            (endpoints.AuthorityHost, new EntraSignInEndpoint(state, endpoints.GraphEndpoint).Answer),
        };
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _ = request ?? throw new ArgumentNullException(nameof(request));
        cancellationToken.ThrowIfCancellationRequested();
#if NET8_0_OR_GREATER
        var body = request.Content is null ? Array.Empty<byte>() : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
#else
        var body = request.Content is null ? Array.Empty<byte>() : await request.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
#endif
        return Answer(request, body);
    }

#if NET8_0_OR_GREATER
    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        using var body = new System.IO.MemoryStream();
        request.Content?.CopyTo(body, null, cancellationToken);
        return Answer(request, body.ToArray());
    }
#endif

    private HttpResponseMessage Answer(HttpRequestMessage message, byte[] body)
    {
        var uri = message.RequestUri ?? throw new InvalidOperationException();
        foreach (var (address, answer) in endpoints)
        {
            if (!uri.IsAbsoluteUri || uri.Scheme != address.Scheme || !string.Equals(uri.Authority, address.Authority, StringComparison.OrdinalIgnoreCase))
                continue;
            var basePath = address.AbsolutePath.TrimEnd('/');
            if (!uri.AbsolutePath.StartsWith(basePath + "/", StringComparison.Ordinal) && uri.AbsolutePath != basePath)
                continue;
            return answer(ToRequest(message, uri, basePath, body)).ToMessage(message, state.Now);
        }

        throw new HttpRequestException("No such host is known. (" + uri.Host + ")");
    }

    private static SandboxRequest ToRequest(HttpRequestMessage message, Uri uri, string basePath, byte[] body)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in message.Headers)
            headers[header.Key] = string.Join(", ", header.Value);
        if (message.Content is not null)
        {
            foreach (var header in message.Content.Headers)
                headers[header.Key] = string.Join(", ", header.Value);
        }

        headers.TryGetValue("Content-Type", out var contentType);
        return new SandboxRequest
        {
            Method = message.Method.Method,
            BaseAddress = uri.GetLeftPart(UriPartial.Authority) + basePath,
            Segments = SandboxRequest.ParseSegments(uri.AbsolutePath.Substring(basePath.Length)),
            Query = SandboxRequest.ParseQuery(uri.Query),
            Headers = headers,
            Body = body,
            MediaType = SandboxRequest.MediaTypeOf(contentType),
        };
    }
}
