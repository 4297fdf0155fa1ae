using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Clients.Tests;

/// <summary>Formats received requests for the comparison with golden files.</summary>
internal static class RequestText
{
    // Headers that depend on the machine or on one request, and the token.
    private static readonly string[] Left = ["Authorization", "client-request-id", "Content-Length", "Host", "traceparent", "User-Agent"];

    /// <summary>Method, address, headers and body.</summary>
    /// <param name="request">The request.</param>
    public static string Of(RecordedRequest request)
    {
        var headers = request.Headers.Where(header => !Left.Contains(header.Key, StringComparer.OrdinalIgnoreCase)).OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase);
        return $"{request.Method} {request.PathAndQuery}\n{string.Concat(headers.Select(header => $"{header.Key}: {header.Value}\n"))}\n{(request.Body.Length == 0 ? "" : request.Body + "\n\n")}";
    }

    /// <summary>The requests of one call, under its name.</summary>
    /// <param name="title">The name of the call.</param>
    /// <param name="requests">The received requests.</param>
    public static string Of(string title, IEnumerable<RecordedRequest> requests) => $"### {title}\n{string.Concat(requests.Select(Of).DefaultIfEmpty("(nothing is sent)\n\n"))}";
}
