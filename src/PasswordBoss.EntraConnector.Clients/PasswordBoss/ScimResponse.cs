using System;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.Http;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>A response of the server, with its body in memory.</summary>
internal sealed class ScimResponse
{
    // Disposed, but the body in memory and the headers remain readable.
    private readonly HttpResponseMessage response;
    private readonly JsonArrayBody? streamed;

    /// <summary>Takes a response and disposes it; its headers are read on demand.</summary>
    /// <param name="response">A response of <see cref="HttpEndpoint"/>.</param>
    public ScimResponse(HttpResponseMessage response)
    {
        using (response)
        {
            this.response = response;
            if (response.Content is StreamedContent content)
            {
                streamed = content.Body;
                Body = WithoutMark(streamed.Head);
                return;
            }

            Body = JsonStrings.Repair(WithoutMark(((BufferedContent)response.Content).Bytes));
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        return body.Span.StartsWith(mark) ? body.Slice(mark.Length) : body;
    }

    /// <summary>The HTTP status.</summary>
    public int Status => (int)response.StatusCode;

    /// <summary>The media type; null for none.</summary>
    public string? MediaType => response.Content.Headers.ContentType?.MediaType;

    /// <summary>The <c>Location</c> header.</summary>
    public Uri? Location => response.Headers.Location;

    /// <summary>
    /// The version of the returned resource, in the form of an <c>ETag</c> header; null for none. The header and <c>meta.version</c> are the same (RFC 7644 section 3.14).
    /// </summary>
    public string? Version
    {
        get
        {
            if (response.Headers.ETag is { } header)
                return header.ToString();
            using var document = TryParse();
            var version = document is not null && ScimJson.Find(document.RootElement, "meta") is { } meta ? ScimJson.Text(meta, "version") : null;
            // Any other text could end the header of the next request.
            return EntityTagHeaderValue.TryParse(version ?? "", out var tag) ? tag.ToString() : null;
        }
    }

    /// <summary>Whether the status is one of 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>
    /// Whether the server reports that the resource does not exist: 404, or 410, which adds that it will not come back (RFC 9110 section 15.5.11). Only
    /// meaningful after a request for one resource by its id.
    /// </summary>
    public bool IsNotThere => Status is 404 or 410 && !IsHtml;

    /// <summary>The body, without a byte order mark; all its strings are readable. Only the first bytes, if the body was parsed while it arrived.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Whether there is no body.</summary>
    public bool IsEmpty => Body.IsEmpty;

    /// <summary>
    /// Whether the body is HTML. Such a response comes from something in front of the server, so not even its status means anything
    /// for accounts.
    /// </summary>
    public bool IsHtml
    {
        get
        {
            if (string.Equals(MediaType, "text/html", StringComparison.OrdinalIgnoreCase))
                return true;
            foreach (var b in Body.Span)
            {
                if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                    return b == (byte)'<';
            }

            return false;
        }
    }

    /// <summary>Whether the media type is JSON or missing.</summary>
    public bool ClaimsJson => MediaType is not { } type || type.EndsWith("json", StringComparison.OrdinalIgnoreCase);

    /// <summary>The body as JSON, without the elements that were processed while it arrived; null if it is not JSON. The caller disposes it.</summary>
    public JsonDocument? TryParse()
    {
        if (streamed is not null)
            return streamed.TakeRest();
        if (Body.IsEmpty)
            return null;
        try
        {
            return JsonDocument.Parse(Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
