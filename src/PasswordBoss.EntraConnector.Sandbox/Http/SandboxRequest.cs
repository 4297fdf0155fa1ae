using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Sandbox.Http;

/// <summary>A request to an endpoint, with the path below its base address decoded and split.</summary>
internal sealed class SandboxRequest
{
    public required string Method { get; init; }

    /// <summary>The base address of the endpoint as the client wrote it, without a trailing slash; links in responses start with it.</summary>
    public required string BaseAddress { get; init; }

    /// <summary>The decoded segments of the path below the base address.</summary>
    public required IReadOnlyList<string> Segments { get; init; }

    /// <summary>The decoded query options, in order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Query { get; init; }

    /// <summary>The headers of the message and of its content; names ignore case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public byte[] Body { get; init; } = Array.Empty<byte>();

    /// <summary>The media type of the body without parameters, in lower case; null if there is none.</summary>
    public string? MediaType { get; init; }

    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;

    public static IReadOnlyList<string> ParseSegments(string rawPath) =>
        rawPath.Split('/').Where(segment => segment.Length > 0).Select(Uri.UnescapeDataString).ToList();

    /// <summary>Decodes a query or a form. A raw plus sign is a space (https://learn.microsoft.com/graph/query-parameters).</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> ParseQuery(string raw)
    {
        var options = new List<KeyValuePair<string, string>>();
        foreach (var part in raw.TrimStart('?').Split('&').Where(part => part.Length > 0))
        {
            var equals = part.IndexOf("=", StringComparison.Ordinal);
            var name = equals < 0 ? part : part.Substring(0, equals);
            var value = equals < 0 ? "" : part.Substring(equals + 1);
            options.Add(new KeyValuePair<string, string>(Decode(name), Decode(value)));
        }

        return options;
    }

    /// <summary>Gets the media type from a Content-Type header.</summary>
    public static string? MediaTypeOf(string? contentType) => contentType?.Split(';')[0].Trim().ToLowerInvariant();

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
