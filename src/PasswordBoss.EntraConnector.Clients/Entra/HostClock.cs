using System;
using System.Globalization;
using System.Net.Http;
using System.Threading;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>How far this machine's clock is ahead of a host's, by the <c>Date</c> header of its responses (RFC 9110 section 6.6.1).</summary>
internal sealed class HostClock
{
    private const long Never = long.MinValue;

    // A cache uses Age to report how long ago the host responded (RFC 9111 section 5.1).
    private static readonly TimeSpan OldestResponse = TimeSpan.FromMinutes(1);

    private readonly TimeProvider machine;

    // In ticks. Interlocked makes access atomic even in a 32-bit process.
    private long difference = Never;

    /// <summary>Creates the comparison with this machine's clock.</summary>
    /// <param name="machine">The clock of this machine.</param>
    public HostClock(TimeProvider machine) => this.machine = machine;

    /// <summary>The difference by the last response, to the second; null before the first.</summary>
    public TimeSpan? Difference => Interlocked.Read(ref difference) is var ticks && ticks != Never ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Reads the time of a response that has just arrived. A response without a time leaves the difference unchanged.</summary>
    /// <param name="response">A response of any status.</param>
    public void Compare(HttpResponseMessage response) => Compare(
        response.Headers.Date, response.Headers.TryGetValues("Age", out var ages) ? string.Join(",", ages) : null, response.Content.Headers.ContentType?.MediaType);

    /// <summary>Reads the time of a response that has just arrived.</summary>
    /// <param name="hostTime">The <c>Date</c> header; null leaves the difference unchanged.</param>
    /// <param name="age">The <c>Age</c> header; null for none.</param>
    /// <param name="contentType">The type of the content; null for none.</param>
    public void Compare(DateTimeOffset? hostTime, string? age, string? contentType)
    {
        // An HTML page comes from something in front of the host, with a clock of its own.
        if (hostTime is { } time && !IsStored(age) && contentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) != true)
            Interlocked.Exchange(ref difference, (machine.GetUtcNow() - time).Ticks);
    }

    // An Age that does not parse may be too large for an int, so it counts as old.
    private static bool IsStored(string? age) =>
        age is not null && !(int.TryParse(age.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= OldestResponse.TotalSeconds);
}
