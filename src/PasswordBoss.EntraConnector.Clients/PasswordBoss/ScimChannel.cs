using System;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>Sends SCIM requests below one base address (RFC 7644 section 3.1) with the connector's token.</summary>
internal sealed class ScimChannel : IDisposable
{
    /// <summary>PATCH, which .NET Framework has no name for.</summary>
    public static readonly HttpMethod Patch = new("PATCH");

    private const string ScimMediaType = "application/scim+json";

    // The bodies are read by programs only, so that letters outside ASCII need no escaping.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly MediaTypeHeaderValue BodyType = new(ScimMediaType);

    private readonly ConnectionHttp http;
    private readonly HttpClient client;
    private readonly Uri root;

    /// <summary>Opens the channel; nothing is sent yet.</summary>
    /// <param name="http">The connection's clients; disposed with the channel.</param>
    /// <param name="baseAddress">The base address, with or without a slash at its end.</param>
    /// <param name="token">The authentication token.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.AccountServerTokenRejected"/>: the token holds characters that no header may hold.</exception>
    public ScimChannel(ConnectionHttp http, Uri baseAddress, string? token)
    {
        var trimmed = token?.Trim() ?? "";
        Errors = new ScimErrors(baseAddress, trimmed);
        // The framework's own complaint about such a header would repeat the token.
        if (!IsToken(trimmed))
            throw new ConnectorException(ErrorId.AccountServerTokenRejected, Errors.Server, ScimErrors.Say("Scim_TokenMalformed")) { Target = Errors.Server };

        this.http = http;
        root = new Uri(baseAddress.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
        client = http.CreateClient(ConnectionHttp.PasswordBoss);
        // Not as typed values: those would be put together again for every request.
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + trimmed);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", ScimMediaType + ", application/json;q=0.9");
    }

    /// <summary>Names what went wrong.</summary>
    public ScimErrors Errors { get; }

    /// <summary>Writes a body.</summary>
    /// <param name="write">Writes one JSON object.</param>
    public static byte[] Body(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream(512);
        using (var writer = new Utf8JsonWriter(stream, WriterOptions))
            write(writer);
        return stream.ToArray();
    }

    /// <summary>The path of one resource.</summary>
    /// <param name="collection"><c>Users</c> or <c>Groups</c>.</param>
    /// <param name="id">The server's id, which is opaque (RFC 7643 section 3.1).</param>
    public string PathOf(string collection, string id)
    {
        // A dot segment would be resolved away, and the request would mean the collection or the whole server.
        if (id.Length == 0 || id is "." or "..")
            throw Errors.Invalid(ScimErrors.Say("Scim_IdUnusable", id));
        return collection + "/" + Uri.EscapeDataString(id);
    }

    /// <summary>The id in a <c>Location</c> header; null when it does not point into the collection.</summary>
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

    /// <summary>Sends a request. Answers of any status come back; missing ones throw <see cref="TransportException"/>.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query below the base address.</param>
    /// <param name="body">The JSON; null for none.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<ScimAnswer> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(root, path));
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = BodyType } };
        // The pipeline has the whole body already; the client's own buffering would copy it once more.
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        return await ScimAnswer.TakeAsync(response).ConfigureAwait(false);
    }

    /// <summary>Sends a request that changes nothing when it is repeated; a missing answer is an error of the catalogue.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query below the base address.</param>
    /// <param name="body">The JSON; null for none.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<ScimAnswer> SendRepeatableAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(method, path, body, cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException e)
        {
            throw Errors.FromTransport(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        http.Dispose();
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
}
