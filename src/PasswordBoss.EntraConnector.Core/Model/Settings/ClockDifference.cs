using System;
using System.Globalization;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The difference between this machine's clock and Microsoft's.</summary>
public static class ClockDifference
{
    /// <summary>
    /// Above this limit, sign-ins with a certificate fail: an assertion is valid for five to ten minutes
    /// (https://learn.microsoft.com/entra/identity-platform/certificate-credentials).
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>The length of the difference in words, rounded to the largest unit that gives at least two.</summary>
    /// <param name="difference">The difference, positive or negative.</param>
    public static Message Format(TimeSpan difference)
    {
        var length = difference.Duration();
        if (length.TotalDays >= 2)
            return Texts.DurationDays(Number(length.TotalDays));
        if (length.TotalHours >= 2)
            return Texts.DurationHours(Number(length.TotalHours));
        if (length.TotalMinutes >= 2)
            return Texts.DurationMinutes(Number(length.TotalMinutes));
        var seconds = (long)Math.Round(length.TotalSeconds);
        return seconds == 1 ? Texts.DurationOneSecond : Texts.DurationSeconds(Number(seconds));
    }

    private static string Number(double value) => Math.Round(value).ToString(CultureInfo.InvariantCulture);
}
