using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using PasswordBoss.EntraConnector.Sandbox.Http;

namespace PasswordBoss.EntraConnector.Sandbox.Graph;

/// <summary>An error in Microsoft Graph's format (https://learn.microsoft.com/graph/errors).</summary>
internal sealed class GraphException : Exception
{
    public GraphException(HttpStatusCode status, string code, string message)
        : base(message)
    {
        Status = status;
        Code = code;
    }

    public HttpStatusCode Status { get; }

    public string Code { get; }

    public List<KeyValuePair<string, string>> Headers { get; } = new();

    public static GraphException BadRequest(string message) => new(HttpStatusCode.BadRequest, "Request_BadRequest", message);

    public static GraphException UnsupportedQuery(string message) => new(HttpStatusCode.BadRequest, "Request_UnsupportedQuery", message);

    public static GraphException Denied() =>
        new(HttpStatusCode.Forbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");

    public static GraphException NotFound(string id) =>
        new(HttpStatusCode.NotFound, "Request_ResourceNotFound", "Resource '" + id + "' does not exist or one of its queried reference-property objects are not present.");

    public static GraphException NoSegment(string segment) => new(HttpStatusCode.BadRequest, "BadRequest", "Resource not found for the segment '" + segment + "'.");

    public static GraphException WrongMethod() =>
        new(HttpStatusCode.MethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.");

    public SandboxResponse ToResponse(SandboxRequest request, DateTimeOffset now)
    {
        var response = SandboxResponse.Json(Status, GraphEndpoint.ErrorContentType, writer =>
        {
            var id = Guid.NewGuid().ToString();
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteString("code", Code);
            writer.WriteString("message", Message);
            writer.WriteStartObject("innerError");
            writer.WriteString("date", now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
            writer.WriteString("request-id", id);
            writer.WriteString("client-request-id", request.Header("client-request-id") ?? id);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        });
        response.Headers.AddRange(Headers);
        return response;
    }
}
