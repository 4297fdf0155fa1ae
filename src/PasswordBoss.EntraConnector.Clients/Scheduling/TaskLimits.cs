using System;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>What holds for a task under every scheduler.</summary>
internal static class TaskLimits
{
    /// <summary>What a unit, file or task is called before its key.</summary>
    public const string Prefix = "passwordboss-entraconnector-";

    /// <summary>A run that takes longer is ended. The first one of a large company reads and writes tens of thousands of accounts.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromHours(4);

    /// <summary>The longest time that a pattern may take to match a line of a unit or a crontab.</summary>
    public static readonly TimeSpan Match = TimeSpan.FromSeconds(1);
}
