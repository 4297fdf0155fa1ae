using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Clients.Tests;

/// <summary>Writes requests as they arrived, for the files that they are compared with.</summary>
internal static class RequestText
{
    // What belongs to the machine or to one request, and the token.
    private static readonly string[] Left = ["Authorization", "client-request-id", "Content-Length", "Host", "traceparent", "User-Agent"];

    /// <summary>Method, address, headers and body.</summary>
    /// <param name="request">The request.</param>
    public static string Of(RecordedRequest request)
    {
        var headers = request.Headers.Where(header => !Left.Contains(header.Key, StringComparer.OrdinalIgnoreCase)).OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase);
        return $"{request.Method} {request.PathAndQuery}\n{string.Concat(headers.Select(header => $"{header.Key}: {header.Value}\n"))}\n{(request.Body.Length == 0 ? "" : request.Body + "\n\n")}";
    }

    /// <summary>What one call sent, under its name.</summary>
    /// <param name="title">What was done.</param>
    /// <param name="requests">What arrived.</param>
    public static string Of(string title, IEnumerable<RecordedRequest> requests) => $"### {title}\n{string.Concat(requests.Select(Of).DefaultIfEmpty("(nothing is sent)\n\n"))}";
}
