using System;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>How long requests are waited for and how often they are repeated, by which clock, and how large answers may be.</summary>
internal sealed record HttpTiming
{
    /// <summary>What the connector uses.</summary>
    public static HttpTiming Default { get; } = new();

    /// <summary>The clock of this machine.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How often a request is sent at most, the first time included.</summary>
    public int MaxTries { get; init; } = 4;

    /// <summary>The wait before the first repetition where the server names none; doubles each time. The real one is half to one and a half times as long.</summary>
    public TimeSpan RetryBaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait that the connector chooses by itself.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest <c>Retry-After</c> that is waited for. A server that asks for more is not asked again in this run: refused requests count against
    /// the limit too, so that asking earlier only prolongs the throttling (https://learn.microsoft.com/graph/throttling).
    /// </summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long one try may take, its body included.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a request to the sign-in host may take, all tries and the waits between them included: a run without a token is a run that only waits.</summary>
    public TimeSpan SignInLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The share of failed tries from which a host counts as dead.</summary>
    public double BreakerThreshold { get; init; } = 0.8;

    /// <summary>How many tries must lie within <see cref="BreakerWindow"/> before a host can count as dead.</summary>
    public int BreakerMinimumTries { get; init; } = 32;

    /// <summary>The time over which failed tries are counted.</summary>
    public TimeSpan BreakerWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a dead host is left alone.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The largest answer that is read, decompressed, in bytes.</summary>
    public long MaxAnswerBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>The largest page of a list that can be had in smaller pages too, decompressed, in bytes.</summary>
    public long MaxPageBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>The largest answer of the sign-in host, decompressed, in bytes. A token has a few thousand.</summary>
    public long MaxSignInAnswerBytes { get; init; } = 1024 * 1024;

    /// <summary>How much of an answer that says no is read, in bytes. The status says the most of it.</summary>
    public int MaxErrorBytes { get; init; } = 1024 * 1024;
}
