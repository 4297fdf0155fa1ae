using System;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>How one call syncs many connections.</summary>
public sealed record FleetOptions
{
    /// <summary>The default time limit of a call that runs due connections. It is a little shorter than the usual interval, so that the call ends before the next one begins.</summary>
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromMinutes(4.5);

    /// <summary>The time limit of a call.</summary>
    /// <param name="given">The limit that was given; null for none.</param>
    /// <param name="onlyDue">Whether the call runs only the connections that are due.</param>
    public static TimeSpan? TimeoutOf(TimeSpan? given, bool onlyDue) => given ?? (onlyDue ? UsualTimeout : null);

    /// <summary>How many connections run at once.</summary>
    public int RunsAtOnce { get; init; } = 4;
    /// <summary>Whether to run only the connections that are due.</summary>
    public bool OnlyDue { get; init; }
    /// <summary>The time limit of the call; null for none. A full run that has begun keeps its own limit.</summary>
    public TimeSpan? Timeout { get; init; }
    /// <summary>Where each report is logged; null for no log.</summary>
    public IRunLog? Log { get; init; }
}
