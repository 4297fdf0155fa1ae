using System;
using System.Globalization;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>The time of a backup, in messages.</summary>
internal static class BackupTime
{
    /// <summary>The time as text, the same in every culture.</summary>
    /// <param name="time">The time.</param>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
