using System;
using System.Globalization;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>
/// Numbers and times as arguments of a text. Texts are stored with their arguments, so the form does not depend on the session's language. Times are in the
/// Gregorian calendar: a reader would take the year of another calendar for an error.
/// </summary>
public static class MessageValue
{
    /// <summary>A number.</summary>
    /// <param name="number">The number.</param>
    public static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number with one decimal at most, with the decimal separator of the reader's language.</summary>
    /// <param name="number">The number.</param>
    public static MessageArgument Rounded(double number)
    {
        var parts = number.ToString("0.#", CultureInfo.InvariantCulture).Split('.');
        return parts.Length == 1 ? parts[0] : Texts.TextDecimal(parts[0], parts[1]);
    }

    /// <summary>A large number, with the thousands separators of the reader's language.</summary>
    /// <param name="number">The number; not negative.</param>
    public static MessageArgument Large(int number) =>
        number < 1000 ? Of(number) : Texts.TextThousands(Large(number / 1000), (number % 1000).ToString("000", CultureInfo.InvariantCulture));

    /// <summary>A time, to the minute.</summary>
    /// <param name="time">The time.</param>
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A day in the time zone of this machine, for a text that is shown at once.</summary>
    /// <param name="time">A time of the day.</param>
    public static string LocalDay(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A day, for a text that is shown at once.</summary>
    /// <param name="time">A local time of the day.</param>
    public static string LocalDay(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A time in the time zone of this machine, to the minute, with the zone, for a text that is shown at once.</summary>
    /// <param name="time">The time.</param>
    public static string Local(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture);
}
