using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PasswordBoss.EntraConnector.Sandbox.Http;

/// <summary>A response of an endpoint.</summary>
internal sealed class SandboxResponse
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public SandboxResponse(HttpStatusCode status) => Status = status;

    public HttpStatusCode Status { get; }

    public byte[]? Body { get; private set; }

    public string? ContentType { get; private set; }

    public List<KeyValuePair<string, string>> Headers { get; } = new();

    public static SandboxResponse Json(HttpStatusCode status, string contentType, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            write(writer);
        return new SandboxResponse(status) { Body = buffer.ToArray(), ContentType = contentType };
    }

    public static SandboxResponse Json(HttpStatusCode status, string contentType, JsonNode body) => Json(status, contentType, writer => body.WriteTo(writer));

    public static SandboxResponse Text(HttpStatusCode status, string contentType, string text) =>
        new(status) { Body = System.Text.Encoding.UTF8.GetBytes(text), ContentType = contentType };

    public SandboxResponse With(string name, string value)
    {
        Headers.Add(new KeyValuePair<string, string>(name, value));
        return this;
    }

    public HttpResponseMessage ToMessage(HttpRequestMessage request, DateTimeOffset now)
    {
        var message = new HttpResponseMessage(Status) { RequestMessage = request, Content = new ByteArrayContent(Body ?? Array.Empty<byte>()) };
        if (ContentType is not null)
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(ContentType);
        foreach (var header in Headers)
            message.Headers.TryAddWithoutValidation(header.Key, header.Value);
        message.Headers.Date = now;
        return message;
    }
}
