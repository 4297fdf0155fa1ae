using System;
using System.Net.Http;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.Http;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>What the server answered, with its body in memory.</summary>
internal sealed class ScimAnswer
{
    // Disposed: what lies in memory, and the headers, can be read all the same.
    private readonly HttpResponseMessage response;
    private readonly JsonArrayBody? streamed;

    /// <summary>Takes a response, and disposes it; its headers are read when they are asked for.</summary>
    /// <param name="response">A response of <see cref="HttpEndpoint"/>.</param>
    public ScimAnswer(HttpResponseMessage response)
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

            Body = JsonTexts.Repair(WithoutMark(((BufferedContent)response.Content).Bytes));
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        return body.Span.StartsWith(mark) ? body.Slice(mark.Length) : body;
    }

    /// <summary>The HTTP status.</summary>
    public int Status => (int)response.StatusCode;

    /// <summary>The media type; null when the server names none.</summary>
    public string? MediaType => response.Content.Headers.ContentType?.MediaType;

    /// <summary>The <c>Location</c> header.</summary>
    public Uri? Location => response.Headers.Location;

    /// <summary>Whether the status is one of 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>
    /// Whether the server says that the resource is not there: 404, or 410, which adds that it will not come back (RFC 9110 section 15.5.11). Means something
    /// only after a request for one resource by its id.
    /// </summary>
    public bool IsNotThere => Status is 404 or 410 && !IsPage;

    /// <summary>The body, without a byte order mark; every text in it can be read. Of one that was read while it arrived, the beginning alone.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Whether there is no body.</summary>
    public bool IsEmpty => Body.IsEmpty;

    /// <summary>
    /// Whether the body is a page for people. Such an answer comes from something that stands before the server, so that not even its status says
    /// anything about accounts.
    /// </summary>
    public bool IsPage
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

    /// <summary>Whether the server says that this is JSON, or says nothing.</summary>
    public bool ClaimsJson => MediaType is not { } type || type.EndsWith("json", StringComparison.OrdinalIgnoreCase);

    /// <summary>The body as JSON, without the elements that were taken while it arrived; null when it is none. To be disposed.</summary>
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
