using System;
using System.Diagnostics;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// Keeps all requests to a host back for as long as one of them was asked to wait: the limit is the client's and not the request's, and requests that are
/// refused meanwhile count against it (https://learn.microsoft.com/graph/throttling).
/// </summary>
internal sealed class RetryAfterHandler : DelegatingHandler
{
    private readonly HttpTiming timing;
    private long heldUntil = Stopwatch.GetTimestamp();

    /// <summary>Creates the handler; one serves one host.</summary>
    /// <param name="timing">The longest wait, and how far those who wait are spread.</param>
    public RetryAfterHandler(HttpTiming timing) => this.timing = timing;

    private TimeSpan Remaining =>
        TimeSpan.FromTicks((long)((Interlocked.Read(ref heldUntil) - Stopwatch.GetTimestamp()) * ((double)TimeSpan.TicksPerSecond / Stopwatch.Frequency)));

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        while (Remaining is var wait && wait > TimeSpan.Zero)
        {
            // The host has said what it would answer.
            if (wait > timing.MaxRetryAfter)
                return Refusal(request, wait);
            await Task.Delay(RetryPolicies.ALittleMoreThan(wait, timing), cancellationToken).ConfigureAwait(false);
        }

        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if ((int)response.StatusCode is 429 or 503 && RetryPolicies.RetryAfter(response) is { } asked)
            Hold(asked);
        return response;
    }

    private void Hold(TimeSpan asked)
    {
        // Whoever asks for more than a day means the same, and no number overflows.
        var until = Stopwatch.GetTimestamp() + (long)(Math.Min(asked.TotalSeconds, 86400) * Stopwatch.Frequency);
        var known = Interlocked.Read(ref heldUntil);
        while (known < until)
        {
            var seen = Interlocked.CompareExchange(ref heldUntil, until, known);
            if (seen == known)
                return;
            known = seen;
        }
    }

    private static HttpResponseMessage Refusal(HttpRequestMessage request, TimeSpan wait) => new((HttpStatusCode)429)
    {
        RequestMessage = request,
        Content = new BufferedContent(Array.Empty<byte>(), 0),
        Headers = { RetryAfter = new RetryConditionHeaderValue(wait) },
    };
}
