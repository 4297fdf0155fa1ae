using System;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading.Tasks;
using Polly;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// The only layer that repeats an HTTP request (<c>GraphBatch</c> repeats single items of a batch): a retry around a circuit breaker around
/// <see cref="SingleTryHandler"/>. One instance serves one host, so that a dead host does not block requests to another.
/// </summary>
internal sealed class RetryPolicies
{
    private static readonly Random Jitter = new();
    private readonly HttpTiming timing;
    private readonly IAsyncPolicy<HttpResponseMessage> retryTransient;
    private readonly IAsyncPolicy<HttpResponseMessage> retryUndone;
    private readonly bool postIsRepeatable;

    /// <summary>Creates the policies of one host.</summary>
    /// <param name="timing">The times and counts.</param>
    /// <param name="postIsRepeatable">Whether a POST may be sent twice: true for token requests and Graph's batches of reads, false for SCIM creations.</param>
    public RetryPolicies(HttpTiming timing, bool postIsRepeatable)
    {
        this.timing = timing;
        this.postIsRepeatable = postIsRepeatable;

        var breaker = Policy<HttpResponseMessage>
            .HandleResult(static r => MeansHostFailed(r.StatusCode) && !IsFailureOfOneWrite(r))
            .Or<Exception>(static e => FailureClassifier.Classify(e) is TransportFailure.Unreachable or TransportFailure.Broken or TransportFailure.TimedOut)
            .AdvancedCircuitBreakerAsync(timing.BreakerThreshold, timing.BreakerWindow, timing.BreakerMinimumTries, timing.BreakDuration);

        retryTransient = Policy<HttpResponseMessage>
            .HandleResult(r => IsTransient(r.StatusCode) && IsWithinMaxRetryAfter(r))
            .Or<Exception>(static e => FailureClassifier.Classify(e) is TransportFailure.Unreachable or TransportFailure.Broken or TransportFailure.TimedOut)
            .WaitAndRetryAsync(timing.MaxTries - 1, (attempt, outcome, _) => DelayBefore(attempt, outcome.Result), static (_, _, _, _) => Task.CompletedTask)
            .WrapAsync(breaker);
        retryUndone = Policy<HttpResponseMessage>
            .HandleResult(r => WasNotDone(r) && IsWithinMaxRetryAfter(r))
            .Or<Exception>(static e => FailureClassifier.Classify(e) is TransportFailure.Unreachable)
            .WaitAndRetryAsync(timing.MaxTries - 1, (attempt, outcome, _) => DelayBefore(attempt, outcome.Result), static (_, _, _, _) => Task.CompletedTask)
            .WrapAsync(breaker);
    }

    /// <summary>The policy for a request.</summary>
    /// <param name="request">The request.</param>
    public IAsyncPolicy<HttpResponseMessage> For(HttpRequestMessage request) =>
        !postIsRepeatable && request.Method == HttpMethod.Post ? retryUndone : retryTransient;

    private static bool IsTransient(HttpStatusCode status) =>
        (int)status is 408 or 429 || MeansHostFailed(status);

    // A server can fail on the content of one write and be healthy otherwise; that must not stop all requests to it.
    private static bool IsFailureOfOneWrite(HttpResponseMessage response) => (int)response.StatusCode == 500 && response.RequestMessage?.Method is { Method: not "GET" };

    private static bool MeansHostFailed(HttpStatusCode status) => (int)status is 500 or 502 or 503 or 504;

    // A bare 503 may come from a gateway whose backend has done the work; with Retry-After it means that the work was not started (RFC 9110 section 15.6.4).
    private static bool WasNotDone(HttpResponseMessage response) =>
        (int)response.StatusCode == 429 || ((int)response.StatusCode == 503 && response.Headers.RetryAfter is not null);

    private bool IsWithinMaxRetryAfter(HttpResponseMessage response) => RetryAfter(response, timing.Time) is not { } wait || wait <= timing.MaxRetryAfter;

    private TimeSpan DelayBefore(int attempt, HttpResponseMessage? response) => DelayBefore(attempt, response is null ? null : RetryAfter(response, timing.Time), timing);

    /// <summary>The wait before a retry.</summary>
    /// <param name="attempt">The number of the retry, from 1.</param>
    /// <param name="asked">The wait that the server asked for; null or zero for none.</param>
    /// <param name="timing">The times.</param>
    public static TimeSpan DelayBefore(int attempt, TimeSpan? asked, HttpTiming timing)
    {
        // Zero, or a date in the past, only allows an immediate retry. All tries in a few milliseconds would find the host as busy as before.
        if (asked is { } wait && wait > TimeSpan.Zero)
            return WithJitter(wait, timing);
        var chosen = timing.RetryBaseDelay.Ticks * Math.Pow(2, attempt - 1) * JitterFactor();
        return TimeSpan.FromTicks((long)Math.Min(chosen, timing.MaxRetryDelay.Ticks));
    }

    /// <summary>The wait that a server asked for plus a random moment, because clocks differ and waiting requests must not all return at once.</summary>
    /// <param name="wait">The wait.</param>
    /// <param name="timing">The times.</param>
    public static TimeSpan WithJitter(TimeSpan wait, HttpTiming timing) =>
        wait + TimeSpan.FromTicks((long)(timing.RetryBaseDelay.Ticks * JitterFactor() / 4));

    /// <summary>The wait that a response asks for by <c>Retry-After</c>; null for none.</summary>
    /// <param name="response">The response.</param>
    /// <param name="time">The clock of this machine.</param>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider time) => RetryAfter(response.Headers.RetryAfter, response.Headers.Date, time);

    /// <summary>The wait that a <c>Retry-After</c> header asks for; null without a header.</summary>
    /// <param name="header">The header.</param>
    /// <param name="serverTime">The server's own time, if the response contains it, because the clock of this machine may be wrong.</param>
    /// <param name="time">The clock of this machine.</param>
    public static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, DateTimeOffset? serverTime, TimeProvider time)
    {
        var wait = header?.Delta ?? (header?.Date is { } date ? date - (serverTime ?? time.GetUtcNow()) : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static double JitterFactor()
    {
        lock (Jitter)
            return 0.5 + Jitter.NextDouble();
    }
}
