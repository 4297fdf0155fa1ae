using System;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// For how long a host wants to be left alone. All requests to it are kept back for as long as one of them was asked to wait: the limit is the client's and
/// not the request's, and requests that are refused meanwhile count against it (https://learn.microsoft.com/graph/throttling).
/// </summary>
internal sealed class HostThrottle
{
    private static readonly Task<TimeSpan> MayBeAsked = Task.FromResult(TimeSpan.Zero);
    private readonly HttpTiming timing;
    private long heldUntil;

    /// <summary>Creates the throttle of one host, which holds nothing back yet.</summary>
    /// <param name="timing">The clock, the longest wait, and how far waiting requests are spread.</param>
    public HostThrottle(HttpTiming timing)
    {
        this.timing = timing;
        heldUntil = timing.Time.GetTimestamp();
    }

    private TimeSpan Remaining =>
        TimeSpan.FromTicks((long)((Interlocked.Read(ref heldUntil) - timing.Time.GetTimestamp()) * ((double)TimeSpan.TicksPerSecond / timing.Time.TimestampFrequency)));

    /// <summary>Comes back when the host may be asked again, or at once when it is to be left alone for longer than is waited for.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>For how long the host is still to be left alone; zero when it may be asked.</returns>
    public Task<TimeSpan> WaitAsync(CancellationToken cancellationToken) =>
        Remaining is var wait && wait > TimeSpan.Zero ? WaitAsync(wait, cancellationToken) : MayBeAsked;

    /// <summary>What the host would answer now, without being asked.</summary>
    /// <param name="request">The request.</param>
    /// <param name="wait">For how long the host is to be left alone.</param>
    public static HttpResponseMessage Refusal(HttpRequestMessage request, TimeSpan wait) => new((HttpStatusCode)429)
    {
        RequestMessage = request,
        Content = new BufferedContent(Array.Empty<byte>(), 0),
        Headers = { RetryAfter = new RetryConditionHeaderValue(wait) },
    };

    /// <summary>Notes whether an answer asks for a wait.</summary>
    /// <param name="response">The answer.</param>
    public void Note(HttpResponseMessage response)
    {
        if ((int)response.StatusCode is 429 or 503 && RetryPolicies.RetryAfter(response, timing.Time) is { } asked)
            Hold(asked);
    }

    private async Task<TimeSpan> WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        while (wait > TimeSpan.Zero && wait <= timing.MaxRetryAfter)
        {
            await Wait.ForAsync(timing.Time, RetryPolicies.WithJitter(wait, timing), cancellationToken).ConfigureAwait(false);
            wait = Remaining;
        }

        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private void Hold(TimeSpan asked)
    {
        // A server that asks for more than a day means the same, and no number overflows.
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
