using System;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// Holds back all requests to a host after it asked one of them to wait. The host's limit applies to the client, not to the request, and requests that it refuses
/// meanwhile count against the limit (https://learn.microsoft.com/graph/throttling).
/// </summary>
internal sealed class HostThrottle
{
    private static readonly Task<TimeSpan> NoWait = Task.FromResult(TimeSpan.Zero);
    private readonly HttpTiming timing;
    private long heldUntil;

    /// <summary>Creates the throttle of one host, which does not hold back any request yet.</summary>
    /// <param name="timing">The clock, the longest wait, and how far waiting requests are spread.</param>
    public HostThrottle(HttpTiming timing)
    {
        this.timing = timing;
        heldUntil = timing.Time.GetTimestamp();
    }

    private TimeSpan Remaining =>
        TimeSpan.FromTicks((long)((Interlocked.Read(ref heldUntil) - timing.Time.GetTimestamp()) * ((double)TimeSpan.TicksPerSecond / timing.Time.TimestampFrequency)));

    /// <summary>Waits until requests may be sent; does not wait if that takes longer than the limit.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The remaining wait; zero if the host may get requests.</returns>
    public Task<TimeSpan> WaitAsync(CancellationToken cancellationToken) =>
        Remaining is var wait && wait > TimeSpan.Zero ? WaitAsync(wait, cancellationToken) : NoWait;

    /// <summary>The response that the host would send now, without sending a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="wait">The remaining wait.</param>
    public static HttpResponseMessage Refusal(HttpRequestMessage request, TimeSpan wait) => new((HttpStatusCode)429)
    {
        RequestMessage = request,
        Content = new BufferedContent(Array.Empty<byte>(), 0),
        Headers = { RetryAfter = new RetryConditionHeaderValue(wait) },
    };

    /// <summary>Records the wait that a response asks for, if any.</summary>
    /// <param name="response">The response.</param>
    public void RecordWait(HttpResponseMessage response)
    {
        if ((int)response.StatusCode is 429 or 503 && RetryPolicies.RetryAfter(response, timing.Time) is { } asked)
            Hold(asked);
    }

    private async Task<TimeSpan> WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        while (wait > TimeSpan.Zero && wait <= timing.MaxRetryAfter)
        {
            await Delays.DelayAsync(timing.Time, RetryPolicies.WithJitter(wait, timing), cancellationToken).ConfigureAwait(false);
            wait = Remaining;
        }

        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private void Hold(TimeSpan asked)
    {
        // Capped at a day, so that no number overflows; the effect is the same.
        var until = timing.Time.GetTimestamp() + (long)(Math.Min(asked.TotalSeconds, 86400) * timing.Time.TimestampFrequency);
        var known = Interlocked.Read(ref heldUntil);
        while (known < until)
        {
            var seen = Interlocked.CompareExchange(ref heldUntil, until, known);
            if (seen == known)
                return;
            known = seen;
        }
    }
}
