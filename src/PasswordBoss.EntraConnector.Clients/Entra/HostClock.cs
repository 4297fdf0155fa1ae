using System;
using System.Net.Http;
using System.Threading;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>How far this machine's clock is ahead of a host's, by the <c>Date</c> header of its answers (RFC 9110 section 6.6.1).</summary>
internal sealed class HostClock
{
    private const long Never = long.MinValue;

    // A cache says by Age how long ago the host answered (RFC 9111 section 5.1).
    private static readonly TimeSpan OldestAnswer = TimeSpan.FromMinutes(1);

    private readonly TimeProvider machine;

    // Ticks, which are read and written at once also in a 32-bit process.
    private long difference = Never;

    /// <summary>Compares with a clock.</summary>
    /// <param name="machine">The clock of this machine.</param>
    public HostClock(TimeProvider machine) => this.machine = machine;

    /// <summary>The difference as the last answer told it, to the second; null before any.</summary>
    public TimeSpan? Difference => Interlocked.Read(ref difference) is var ticks && ticks != Never ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Takes the time out of an answer that has just arrived. One that tells none leaves the former difference.</summary>
    /// <param name="answer">An answer of any status.</param>
    public void Take(HttpResponseMessage answer)
    {
        // A page for people was written by something that stands before the host, with a clock of its own.
        if (answer.Headers.Date is not { } hostTime || IsStored(answer) || string.Equals(answer.Content.Headers.ContentType?.MediaType, "text/html", StringComparison.OrdinalIgnoreCase))
            return;
        Interlocked.Exchange(ref difference, (machine.GetUtcNow() - hostTime).Ticks);
    }

    // An age that cannot be read is one that is too large for a number.
    private static bool IsStored(HttpResponseMessage answer) => answer.Headers.Contains("Age") && !(answer.Headers.Age <= OldestAnswer);
}
