using System;
using System.Globalization;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>Numbers and times as arguments of a text. Texts are stored with their arguments, so the form does not depend on the session's language.</summary>
internal static class MessageValue
{
    /// <summary>A number.</summary>
    /// <param name="number">The number.</param>
    public static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A time, to the minute.</summary>
    /// <param name="time">The time.</param>
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
