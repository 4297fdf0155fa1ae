using System;
using System.Net.Http;
using System.Threading;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>How far this machine's clock is ahead of a host's, by the <c>Date</c> header of its responses (RFC 9110 section 6.6.1).</summary>
internal sealed class HostClock
{
    private const long Never = long.MinValue;

    // A cache uses Age to report how long ago the host responded (RFC 9111 section 5.1).
    private static readonly TimeSpan OldestAnswer = TimeSpan.FromMinutes(1);

    private readonly TimeProvider machine;

    // In ticks. Interlocked makes access atomic even in a 32-bit process.
    private long difference = Never;

    /// <summary>Creates the comparison with this machine's clock.</summary>
    /// <param name="machine">The clock of this machine.</param>
    public HostClock(TimeProvider machine) => this.machine = machine;

    /// <summary>The difference by the last response, to the second; null before the first.</summary>
    public TimeSpan? Difference => Interlocked.Read(ref difference) is var ticks && ticks != Never ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Reads the time of a response that has just arrived. A response without a time leaves the difference unchanged.</summary>
    /// <param name="answer">A response of any status.</param>
    public void Take(HttpResponseMessage answer)
    {
        // An HTML page comes from something in front of the host, with a clock of its own.
        if (answer.Headers.Date is not { } hostTime || IsStored(answer) || string.Equals(answer.Content.Headers.ContentType?.MediaType, "text/html", StringComparison.OrdinalIgnoreCase))
            return;
        Interlocked.Exchange(ref difference, (machine.GetUtcNow() - hostTime).Ticks);
    }

    // An unreadable Age is too large for a number, so it counts as old.
    private static bool IsStored(HttpResponseMessage answer) => answer.Headers.Contains("Age") && !(answer.Headers.Age <= OldestAnswer);
}
