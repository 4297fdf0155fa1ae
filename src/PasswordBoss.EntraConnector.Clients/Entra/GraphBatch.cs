using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Kiota.Abstractions;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using Polly;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// Sends up to 20 requests in one (https://learn.microsoft.com/graph/json-batching). The outer response is 200 even if inner requests are refused, so the
/// client's retries do not see those. They are retried here, with the same waits.
/// </summary>
internal sealed class GraphBatch
{
    /// <summary>The largest number of requests in a batch.</summary>
    public const int MaxRequests = 20;

    private readonly GraphChannel channel;
    private readonly HttpTiming timing;
    private readonly IAsyncPolicy<Round> retry;

    /// <summary>Creates the sender.</summary>
    /// <param name="channel">Sends the batches.</param>
    public GraphBatch(GraphChannel channel)
    {
        this.channel = channel;
        timing = channel.Timing;
        retry = Policy.HandleResult<Round>(static r => r.Open.Count > 0).WaitAndRetryAsync(
            timing.MaxTries - 1, (attempt, outcome, _) => RetryPolicies.DelayBefore(attempt, outcome.Result.Wait, timing), static (_, _, _, _) => Task.CompletedTask);
    }

    /// <summary>Sends the requests.</summary>
    /// <param name="requests">The requests, 20 at most.</param>
    /// <param name="cancellationToken">Stops the requests and the waits.</param>
    /// <returns>The responses in the order of the requests; null for each one that is missing or unreadable.</returns>
    /// <exception cref="ConnectorException">The batch as a whole failed.</exception>
    public async Task<IReadOnlyList<GraphResponse?>> SendAsync(IReadOnlyList<RequestInformation> requests, CancellationToken cancellationToken)
    {
        var bodies = requests.Select(BodyOf).ToList();
        var responses = new GraphResponse?[requests.Count];
        IReadOnlyList<int> open = Enumerable.Range(0, requests.Count).ToList();
        await retry.ExecuteAsync(
            async token =>
            {
                var round = await SendRoundAsync(requests, bodies, open, responses, token).ConfigureAwait(false);
                open = round.Open;
                return round;
            },
            cancellationToken).ConfigureAwait(false);
        return responses;
    }

    private async Task<Round> SendRoundAsync(
        IReadOnlyList<RequestInformation> requests, IReadOnlyList<byte[]?> bodies, IReadOnlyList<int> open, GraphResponse?[] responses, CancellationToken cancellationToken)
    {
        using var response = await channel.SendAsync(() => Describe(requests, bodies, open), cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccess || !response.TryGet("responses", out var items) || items.ValueKind != JsonValueKind.Array)
            throw new ConnectorException(channel.Errors.FromResponse(response, Permissions.Users));

        // Responses come in any order.
        foreach (var item in items.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && GraphResponse.Text(item, "id") is { } id
                && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && open.Contains(index))
            {
                responses[index] = GraphResponse.TryReadItem(item, response.Token, timing.Time);
            }
        }

        if (responses.Any(static a => a?.Status is 401 or 403))
            channel.StopKeepingToken();
        var again = open.Where(i => responses[i] is { } a && IsWorthRepeating(a)).ToList();
        return new Round(again, again.Select(i => responses[i]!.RetryAfter).Max());
    }

    private bool IsWorthRepeating(GraphResponse response) =>
        response.Status is 408 or 429 or 500 or 502 or 503 or 504 && (response.RetryAfter is null || response.RetryAfter <= timing.MaxRetryAfter);

    private RequestInformation Describe(IReadOnlyList<RequestInformation> requests, IReadOnlyList<byte[]?> bodies, IReadOnlyList<int> open)
    {
        var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("requests");
            foreach (var index in open)
            {
                writer.WriteStartObject();
                writer.WriteString("id", index.ToString(CultureInfo.InvariantCulture));
                writer.WriteString("method", requests[index].HttpMethod.ToString());
                writer.WriteString("url", channel.PathOf(requests[index]));
                if (bodies[index] is { } body)
                {
                    writer.WriteStartObject("headers");
                    writer.WriteString("Content-Type", "application/json");
                    writer.WriteEndObject();
                    writer.WritePropertyName("body");
                    writer.WriteRawValue(body);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        stream.Position = 0;
        var batch = new RequestInformation(Method.POST, "{+baseurl}/$batch", new Dictionary<string, object>(StringComparer.Ordinal) { ["baseurl"] = channel.Root });
        batch.Headers.TryAdd("Accept", "application/json");
        batch.SetStreamContent(stream, "application/json");
        return batch;
    }

    private static byte[]? BodyOf(RequestInformation request)
    {
        using var copy = new MemoryStream();
        // A request without a body has an empty stream.
        request.Content.CopyTo(copy);
        return copy.Length == 0 ? null : copy.ToArray();
    }

    private sealed record Round(IReadOnlyList<int> Open, TimeSpan? Wait);
}
