using System;
using System.Globalization;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Kiota.Abstractions.Serialization;
using Microsoft.Kiota.Serialization.Json;
using PasswordBoss.EntraConnector.Clients.Http;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>A response of Microsoft Graph, or of one request within a batch.</summary>
internal sealed class GraphResponse : IDisposable
{
    private const int LongestCode = 100;
    private readonly JsonDocument? document;
    private readonly ReadOnlyMemory<byte> bytes;

    private GraphResponse(int status, JsonDocument? document, JsonElement body, ReadOnlyMemory<byte> bytes)
    {
        Status = status;
        this.document = document;
        Body = body;
        this.bytes = bytes;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>Whether the status is 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The media type; null for none.</summary>
    public string? MediaType { get; private init; }

    /// <summary>The redirect target.</summary>
    public Uri? Location { get; private init; }

    /// <summary>The id that this client gave the request; null for an item of a batch.</summary>
    public string? ClientRequestId { get; private init; }

    /// <summary>The id by which Microsoft's support finds the request.</summary>
    public string? RequestId { get; private init; }

    /// <summary>How long to wait before an item of a batch is sent again; null if the response has no <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The body, without the elements that were processed while it arrived; undefined if it is not JSON. All its strings are readable.</summary>
    public JsonElement Body { get; }

    /// <summary>Whether the body is a JSON object.</summary>
    public bool IsObject => Body.ValueKind == JsonValueKind.Object;

    /// <summary>
    /// The code of an error (https://learn.microsoft.com/graph/errors), reduced to the characters of Microsoft's codes. Null if the body is not an error of Graph:
    /// then the response did not come from Graph itself.
    /// </summary>
    public string? ErrorCode => Error is { } error && Text(error, "code") is { } code ? CodeOf(code) : null;

    /// <summary>Graph's error message; empty for none.</summary>
    public string ErrorMessage => Error is { } error && Text(error, "message") is { } message ? ServerText.Clean(Token.MaskIn(message)) : "";

    /// <summary>The token of the request, which the response may repeat.</summary>
    public BearerToken Token { get; private init; } = BearerToken.None;

    private JsonElement? Error => IsObject && Body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? error : null;

    /// <summary>
    /// Whether an error has one of these codes, itself or in its inner errors, which are more precise (https://learn.microsoft.com/graph/errors).
    /// </summary>
    /// <param name="codes">The codes, compared without case.</param>
    public bool HasErrorCode(params string[] codes)
    {
        if (!IsObject || !Body.TryGetProperty("error", out var error))
            return false;
        while (error.ValueKind == JsonValueKind.Object)
        {
            if (Text(error, "code") is { } code && Array.Exists(codes, c => string.Equals(c, code, StringComparison.OrdinalIgnoreCase)))
                return true;
            if (!error.TryGetProperty("innerError", out var inner) && !error.TryGetProperty("innererror", out inner))
                return false;
            error = inner;
        }

        return false;
    }

    /// <summary>Reads a response.</summary>
    /// <param name="response">A response of <see cref="HttpEndpoint"/>; this method disposes it.</param>
    /// <param name="token">The token of the request.</param>
    /// <param name="clientRequestId">The id that the request had in <c>client-request-id</c>.</param>
    public static GraphResponse Read(HttpResponseMessage response, BearerToken token, string? clientRequestId = null)
    {
        using (response)
        {
            var streamed = (response.Content as StreamedContent)?.Body;
            var repaired = streamed is null ? JsonStrings.Repair(((BufferedContent)response.Content).Bytes) : default;
            var parsed = streamed is null ? Parse(repaired) : streamed.TakeRest();
            return new GraphResponse((int)response.StatusCode, parsed, parsed?.RootElement ?? default, repaired)
            {
                Token = token,
                MediaType = response.Content.Headers.ContentType?.MediaType is { } type ? token.MaskIn(type) : null,
                Location = response.Headers.Location,
                RequestId = response.Headers.TryGetValues("request-id", out var ids) ? token.MaskIn(string.Join(",", ids)) : null,
                ClientRequestId = clientRequestId,
            };
        }
    }

    /// <summary>Reads one response out of a batch (https://learn.microsoft.com/graph/json-batching).</summary>
    /// <param name="item">An element of <c>responses</c>.</param>
    /// <param name="token">The token of the batch.</param>
    /// <param name="time">The clock of this machine.</param>
    public static GraphResponse? TryReadItem(JsonElement item, BearerToken token, TimeProvider time)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("status", out var status) || !TryReadStatus(status, out var number))
            return null;
        var retryAfter = item.TryGetProperty("headers", out var headers) && headers.ValueKind == JsonValueKind.Object ? Header(headers, "Retry-After") : null;
        return new GraphResponse(number, null, item.TryGetProperty("body", out var body) ? body.Clone() : default, default)
        {
            Token = token,
            RetryAfter = RetryConditionHeaderValue.TryParse(retryAfter, out var parsed) ? RetryPolicies.RetryAfter(parsed, null, time) : null,
        };
    }

    /// <summary>Gets a property of the body.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public bool TryGet(string name, out JsonElement value)
    {
        value = default;
        return IsObject && Body.TryGetProperty(name, out value);
    }

    /// <summary>The body as a model of the SDK; null if it does not fit.</summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <param name="factory">Creates the model.</param>
    public T? As<T>(ParsableFactory<T> factory)
        where T : class, IParsable => As(Body, factory);

    /// <summary>An object as a model of the SDK; null if it does not fit.</summary>
    /// <typeparam name="T">The model.</typeparam>
    /// <param name="item">The object.</param>
    /// <param name="factory">Creates the model.</param>
    public static T? As<T>(JsonElement item, ParsableFactory<T> factory)
        where T : class, IParsable
    {
        if (item.ValueKind != JsonValueKind.Object)
            return null;
        try
        {
            return new JsonParseNode(item).GetObjectValue(factory);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>The body as a number in plain text, as <c>$count</c> returns it; null if it is not a number.</summary>
    public int? AsNumber() =>
        int.TryParse(Encoding.UTF8.GetString(bytes.ToArray()).Trim('\uFEFF', ' ', '\r', '\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A property with a string value; null for anything else.</summary>
    /// <param name="parent">The object.</param>
    /// <param name="name">The name of the property.</param>
    public static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <inheritdoc/>
    public void Dispose() => document?.Dispose();

    // Any other text in place of a code could control a terminal, or look like part of our message.
    private string CodeOf(string text)
    {
        var code = new StringBuilder(Math.Min(text.Length, LongestCode));
        foreach (var c in Token.MaskIn(text))
        {
            if (code.Length < LongestCode && c is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or '.')
                code.Append(c);
        }

        return code.ToString();
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return bytes.IsEmpty ? null : JsonDocument.Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryReadStatus(JsonElement status, out int number)
    {
        number = 0;
        return status.ValueKind == JsonValueKind.Number
            ? status.TryGetInt32(out number)
            : status.ValueKind == JsonValueKind.String && int.TryParse(status.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static string? Header(JsonElement headers, string name)
    {
        foreach (var header in headers.EnumerateObject())
        {
            if (string.Equals(header.Name, name, StringComparison.OrdinalIgnoreCase))
                return header.Value.ValueKind == JsonValueKind.Number ? header.Value.GetRawText() : header.Value.ValueKind == JsonValueKind.String ? header.Value.GetString() : null;
        }

        return null;
    }
}
