using System;
using System.Net.Http;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>What the server answered, with its body in memory.</summary>
internal sealed class ScimAnswer
{
    private readonly ReadOnlyMemory<byte> body;

    private ScimAnswer(int status, string? mediaType, Uri? location, ReadOnlyMemory<byte> body)
    {
        Status = status;
        MediaType = mediaType;
        Location = location;
        this.body = body;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The media type; null when the server names none.</summary>
    public string? MediaType { get; }

    /// <summary>The <c>Location</c> header.</summary>
    public Uri? Location { get; }

    /// <summary>Whether the status is one of 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Whether there is no body.</summary>
    public bool IsEmpty => body.IsEmpty;

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
            foreach (var b in body.Span)
            {
                if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                    return b == (byte)'<';
            }

            return false;
        }
    }

    /// <summary>Whether the server says that this is JSON, or says nothing.</summary>
    public bool ClaimsJson => MediaType is null || MediaType.EndsWith("json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes what matters out of a response, and disposes it.</summary>
    /// <param name="response">The response.</param>
    public static async Task<ScimAnswer> TakeAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var content = response.Content;
            ReadOnlyMemory<byte> bytes = content switch
            {
                null => default,
                BufferedContent buffered => buffered.Bytes,
                _ => await content.ReadAsByteArrayAsync().ConfigureAwait(false),
            };
            ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
            if (bytes.Span.StartsWith(mark))
                bytes = bytes.Slice(mark.Length);
            return new ScimAnswer((int)response.StatusCode, content?.Headers.ContentType?.MediaType, response.Headers.Location, bytes);
        }
    }

    /// <summary>The body as JSON; null when it is none. To be disposed.</summary>
    public JsonDocument? TryParse()
    {
        if (body.IsEmpty)
            return null;
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
