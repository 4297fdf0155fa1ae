using System;
using System.IO;
using System.Net.Http;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>Sends SCIM requests below one base address (RFC 7644 section 3.1) with the connector's token.</summary>
internal sealed class ScimChannel : IDisposable
{
    /// <summary>PATCH, for which .NET Framework has no constant.</summary>
    public static readonly HttpMethod Patch = new("PATCH");

    private const string ScimMediaType = "application/scim+json";
    private const string Accepted = ScimMediaType + ", application/json;q=0.9";

    // Only programs read the bodies, so letters outside ASCII need no escaping.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // A new writer allocates a buffer several times the size of a body.
    [ThreadStatic]
    private static (MemoryStream Stream, Utf8JsonWriter Writer)? bodyWriter;

    private readonly HttpEndpoint endpoint;
    private readonly HttpMessageInvoker sender;
    private readonly Uri root;
    private readonly string authorization;
    private volatile PathAddress? lastAddress;

    /// <summary>Opens the channel; nothing is sent yet.</summary>
    /// <param name="endpoint">The server, whose address may or may not end with a slash.</param>
    /// <param name="token">The authentication token.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.AccountServerTokenRejected"/>: the token contains characters that are not allowed in a header.</exception>
    public ScimChannel(HttpEndpoint endpoint, string? token)
    {
        var trimmed = token?.Trim() ?? "";
        Errors = new ScimErrors(endpoint.Address, trimmed);
        // The framework's own error message for such a header would repeat the token.
        if (!IsToken(trimmed))
            throw new ConnectorException(Problems.AccountServerTokenRejected(Errors.Server, Texts.ScimTokenMalformed).About(Errors.Server));

        this.endpoint = endpoint;
        root = new Uri(endpoint.Address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
        authorization = "Bearer " + trimmed;
        sender = endpoint.CreateInvoker();
    }

    /// <summary>Translates failures into errors.</summary>
    public ScimErrors Errors { get; }

    /// <summary>Writes a body.</summary>
    /// <param name="write">Writes one JSON object.</param>
    public static byte[] Body(Action<Utf8JsonWriter> write)
    {
        var (stream, writer) = bodyWriter ??= NewBodyWriter();
        stream.SetLength(0);
        writer.Reset();
        write(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The path of one resource.</summary>
    /// <param name="collection"><c>Users</c> or <c>Groups</c>.</param>
    /// <param name="id">The server's id, which is opaque (RFC 7643 section 3.1).</param>
    public string PathOf(string collection, string id)
    {
        // A dot segment would be resolved away, so that the request would address the collection or the whole server.
        if (id.Length == 0 || id is "." or "..")
            throw new ConnectorException(Errors.Invalid(Texts.ScimIdUnusable(id)));
        return collection + "/" + Uri.EscapeDataString(id);
    }

    /// <summary>The id in a <c>Location</c> header; null if it does not point into the collection.</summary>
    /// <param name="collection"><c>Users</c> or <c>Groups</c>.</param>
    /// <param name="location">The header.</param>
    public string? IdFrom(string collection, Uri? location)
    {
        if (location is null)
            return null;
        var absolute = location.IsAbsoluteUri ? location : new Uri(root, location);
        var prefix = new Uri(root, collection + "/").AbsoluteUri;
        if (!absolute.AbsoluteUri.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            return null;
        var rest = absolute.AbsoluteUri.Substring(prefix.Length);
        return rest.Length == 0 || rest.IndexOfAny(['/', '?', '#']) >= 0 ? null : Uri.UnescapeDataString(rest);
    }

    /// <summary>Sends a request and returns the response, whatever its status. A missing response throws <see cref="TransportException"/>.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query below the base address.</param>
    /// <param name="body">The JSON; null for none.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public Task<ScimResponse> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken) =>
        SendAsync(method, path, body, null, null, cancellationToken);

    /// <summary>Sends a GET, and parses the body of a success while it arrives. A missing response throws <see cref="TransportException"/>.</summary>
    /// <param name="path">Path and query below the base address.</param>
    /// <param name="reading">How to read the body.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public Task<ScimResponse> ReadAsync(string path, BodyReading reading, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, reading, null, cancellationToken);

    private async Task<ScimResponse> SendAsync(HttpMethod method, string path, byte[]? body, BodyReading? reading, string? version, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, AddressOf(path));
        // Not as typed values: those would be formatted again for every request.
        request.Headers.TryAddWithoutValidation("User-Agent", HttpEndpoint.Product);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        request.Headers.TryAddWithoutValidation("Accept", Accepted);
        if (version is not null)
            request.Headers.TryAddWithoutValidation("If-Match", version);
        reading?.AttachTo(request);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", ScimMediaType);
        }

        return new ScimResponse(await sender.SendAsync(request, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Sends a request that has the same effect when it is repeated; a missing response is an error of the catalogue.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query below the base address.</param>
    /// <param name="body">The JSON; null for none.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public Task<ScimResponse> SendRepeatableAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken) =>
        SendRepeatableAsync(method, path, body, null, cancellationToken);

    /// <summary>Sends a request that applies only to one version of the resource (RFC 7644 section 3.14).</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query below the base address.</param>
    /// <param name="body">The JSON; null for none.</param>
    /// <param name="version">The <see cref="ScimResponse.Version"/> of the resource; null for any.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<ScimResponse> SendRepeatableAsync(HttpMethod method, string path, byte[]? body, string? version, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(method, path, body, null, version, cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException e)
        {
            throw Errors.FromTransport(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => sender.Dispose();

    // Thousands of creations go to one address. A Uri caches its parts, so reuse the last one.
    private Uri AddressOf(string path)
    {
        if (lastAddress is { } last && string.Equals(last.Path, path, StringComparison.Ordinal))
            return last.Address;
        var address = new Uri(root, path);
        lastAddress = new PathAddress(path, address);
        return address;
    }

    private static (MemoryStream Stream, Utf8JsonWriter Writer) NewBodyWriter()
    {
        var stream = new MemoryStream();
        return (stream, new Utf8JsonWriter(stream, WriterOptions));
    }

    private static bool IsToken(string text)
    {
        foreach (var c in text)
        {
            if (c is <= ' ' or > '~')
                return false;
        }

        return text.Length > 0;
    }

    private sealed record PathAddress(string Path, Uri Address);
}
