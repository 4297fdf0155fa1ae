using System;

namespace PasswordBoss.EntraConnector.Binding;

/// <summary>Times that a user entered on the clock of this machine.</summary>
internal static class LocalClock
{
    /// <summary>
    /// The time in UTC. <c>[datetime]::MinValue</c> stays the earliest time: east of Greenwich it does not exist in UTC, and the constructor of
    /// <see cref="DateTimeOffset"/> refuses it.
    /// </summary>
    /// <param name="time">The time; one without a zone is local.</param>
    public static DateTimeOffset TimeOf(DateTime time) => new(time.ToUniversalTime());
}
