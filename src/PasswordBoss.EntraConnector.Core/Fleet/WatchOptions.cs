using System;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Fleet;

/// <summary>How connections are watched.</summary>
public sealed record WatchOptions
{
    /// <summary>How many connections run at once.</summary>
    public int RunsAtOnce { get; init; } = 4;
    /// <summary>The time between two runs of a connection; null to use the interval of the task.</summary>
    public TimeSpan? Interval { get; init; }
    /// <summary>The log of the runs; null for none.</summary>
    public IRunLog? Log { get; init; }
    /// <summary>Whether the watch ends by itself, to be restarted: after an update of the module, above a memory limit, and once a day.</summary>
    public bool IsResident { get; init; }
}
