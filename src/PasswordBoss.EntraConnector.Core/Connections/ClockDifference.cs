using System;
using System.Globalization;

namespace PasswordBoss.EntraConnector.Connections;

/// <summary>How far the clock of this machine is from Microsoft's.</summary>
public static class ClockDifference
{
    /// <summary>
    /// From here on sign-ins with a certificate fail: an assertion lives for five to ten minutes (https://learn.microsoft.com/entra/identity-platform/certificate-credentials).
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>The length of the difference, as hours, minutes and seconds, with days where there are any.</summary>
    /// <param name="difference">The difference, of either sign.</param>
    public static string Spell(TimeSpan difference) =>
        difference.Duration().ToString(difference.Duration() < TimeSpan.FromDays(1) ? @"hh\:mm\:ss" : @"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);
}
