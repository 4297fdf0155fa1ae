using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json;
using PasswordBoss.EntraConnector.Sandbox.Http;

namespace PasswordBoss.EntraConnector.Sandbox.Graph;

/// <summary>
/// JSON batching (https://learn.microsoft.com/graph/json-batching): at most 20 requests with unique ids, and responses in any order. The sandbox returns them
/// in
/// reverse order, to reveal a client that relies on the order.
/// </summary>
internal static class GraphBatch
{
    private const int MostRequests = 20;

    public static SandboxResponse Answer(SandboxRequest request, Func<SandboxRequest, SandboxResponse> answer)
    {
        if (request.Method != "POST")
            throw GraphException.WrongMethod();
        if (request.MediaType != "application/json")
            throw new GraphException(HttpStatusCode.UnsupportedMediaType, "BadRequest", "The batch request needs the content type application/json.");
        using var body = Parse(request.Body);
        var steps = ReadSteps(body.RootElement);
        var answers = new List<(string Id, SandboxResponse Response)>();
        var status = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var step in steps)
        {
            var response = step.DependsOn.Any(id => !status.TryGetValue(id, out var earlier) || earlier >= 400)
                ? FailedDependency()
                : answer(ToRequest(request, step));
            status[step.Id] = (int)response.Status;
            answers.Add((step.Id, response));
        }

        answers.Reverse();
        return SandboxResponse.Json(HttpStatusCode.OK, "application/json", writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("responses");
            foreach (var (id, response) in answers)
                Write(writer, id, response);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            throw Invalid("Invalid batch payload format.");
        }
    }

    private static List<Step> ReadSteps(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("requests", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
            throw Invalid("Invalid batch payload format.");
        if (list.GetArrayLength() > MostRequests)
            throw Invalid("Number of batch request steps exceeds the maximum value of 20.");
        var steps = new List<Step>();
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in list.EnumerateArray())
        {
            var id = TextOf(item, "id");
            var method = TextOf(item, "method");
            var url = TextOf(item, "url");
            if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(method) || string.IsNullOrEmpty(url))
                throw Invalid("Invalid batch payload format.");
            if (!ids.Add(id!))
                throw Invalid("Request Id " + id + " has to be unique in a batch.");
            // The url is relative to the API version, such as "/users/…"; the batch address already contains the version.
            if (url!.StartsWith("http", StringComparison.OrdinalIgnoreCase) || url.TrimStart('/').StartsWith("$batch", StringComparison.OrdinalIgnoreCase))
                throw Invalid("Invalid request url '" + url + "' of request " + id + ".");
            var dependsOn = item.TryGetProperty("dependsOn", out var needed) && needed.ValueKind == JsonValueKind.Array
                ? needed.EnumerateArray().Select(n => n.ToString()).ToList()
                : new List<string>();
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            if (item.TryGetProperty("headers", out var given) && given.ValueKind == JsonValueKind.Object)
            {
                foreach (var header in given.EnumerateObject())
                    headers[header.Name] = header.Value.ToString();
            }

            steps.Add(new Step(id!, method!.ToUpperInvariant(), url, headers, dependsOn, item.TryGetProperty("body", out var body) ? Encoding.UTF8.GetBytes(body.GetRawText()) : Array.Empty<byte>()));
        }

        return steps;
    }

    private static SandboxRequest ToRequest(SandboxRequest outer, Step step)
    {
        var question = step.Url.IndexOf("?", StringComparison.Ordinal);
        var path = question < 0 ? step.Url : step.Url.Substring(0, question);
        step.Headers.TryGetValue("Content-Type", out var contentType);
        return new SandboxRequest
        {
            Method = step.Method,
            BaseAddress = outer.BaseAddress,
            Segments = SandboxRequest.ParseSegments(path),
            Query = SandboxRequest.ParseQuery(question < 0 ? "" : step.Url.Substring(question)),
            // A request inherits only the caller, not ConsistencyLevel or other headers.
            Headers = step.Headers,
            Body = step.Body,
            MediaType = SandboxRequest.MediaTypeOf(contentType),
        };
    }

    private static SandboxResponse FailedDependency() =>
        SandboxResponse.Json((HttpStatusCode)424, "application/json", writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteString("code", "FailedDependency");
            writer.WriteString("message", "Failed Dependency");
            writer.WriteEndObject();
            writer.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter writer, string id, SandboxResponse response)
    {
        writer.WriteStartObject();
        writer.WriteString("id", id);
        writer.WriteNumber("status", (int)response.Status);
        writer.WriteStartObject("headers");
        if (response.ContentType is not null)
            writer.WriteString("Content-Type", response.ContentType);
        foreach (var header in response.Headers)
            writer.WriteString(header.Key, header.Value);
        writer.WriteEndObject();
        if (response.Body is not null)
        {
            writer.WritePropertyName("body");
            if (response.ContentType!.StartsWith("application/json", StringComparison.Ordinal))
                writer.WriteRawValue(response.Body);
            else
                writer.WriteStringValue(Encoding.UTF8.GetString(response.Body));
        }

        writer.WriteEndObject();
    }

    private static string? TextOf(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static GraphException Invalid(string message) => new(HttpStatusCode.BadRequest, "BadRequest", message);

    private sealed record Step(string Id, string Method, string Url, Dictionary<string, string> Headers, List<string> DependsOn, byte[] Body);
}
