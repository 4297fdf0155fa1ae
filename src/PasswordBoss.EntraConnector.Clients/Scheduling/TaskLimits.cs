using System;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>Limits and names that all schedulers share.</summary>
internal static class TaskLimits
{
    /// <summary>The prefix before the key in the name of a unit, file or task.</summary>
    public const string Prefix = "passwordboss-entraconnector-";

    /// <summary>The time after which a run is stopped. The first run of a large company reads and writes tens of thousands of accounts.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromHours(4);

    /// <summary>The longest time that a pattern may take to match a line of a unit or a crontab.</summary>
    public static readonly TimeSpan Match = TimeSpan.FromSeconds(1);
}
