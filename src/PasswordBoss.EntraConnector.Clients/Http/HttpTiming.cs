using System;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>How long to wait for requests, how often to retry them, which clock to use, and how large responses may be.</summary>
internal sealed record HttpTiming
{
    /// <summary>The values that the connector uses.</summary>
    public static HttpTiming Default { get; } = new();

    /// <summary>The clock of this machine.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The maximum number of tries of a request, the first one included.</summary>
    public int MaxTries { get; init; } = 4;

    /// <summary>The wait before the first retry if the server asks for none; doubles with each retry. The actual wait is 0.5 to 1.5 times as long.</summary>
    public TimeSpan RetryBaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait that the connector chooses itself.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest <c>Retry-After</c> to wait for. If a server asks for more, this run sends it no more requests until that time: refused requests count against
    /// the limit too, so an earlier retry only prolongs the throttling (https://learn.microsoft.com/graph/throttling).
    /// </summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The time limit of one try, its body included.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The time limit of a request to the sign-in host, with all tries and the waits between them: without a token, a run can only wait.</summary>
    public TimeSpan SignInLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The share of failed tries at which a host counts as dead.</summary>
    public double BreakerThreshold { get; init; } = 0.8;

    /// <summary>The number of tries within <see cref="BreakerWindow"/> that are needed before a host can count as dead.</summary>
    public int BreakerMinimumTries { get; init; } = 32;

    /// <summary>The period over which failed tries are counted.</summary>
    public TimeSpan BreakerWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a dead host gets no requests.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether the body of a response is read; otherwise only its status and its headers.</summary>
    public bool ReadsBodies { get; init; } = true;

    /// <summary>The maximum size of a response, decompressed, in bytes.</summary>
    public long MaxResponseBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>The maximum size of a page that can also be requested in smaller pages, decompressed, in bytes.</summary>
    public long MaxPageBytes { get; init; } = 16L * 1024 * 1024;

    /// <summary>The maximum size of a response of the sign-in host, decompressed, in bytes. A token has a few thousand.</summary>
    public long MaxSignInResponseBytes { get; init; } = 1024 * 1024;

    /// <summary>How much of an error response to read, in bytes. The status carries most of the information.</summary>
    public int MaxErrorBytes { get; init; } = 1024 * 1024;
}
