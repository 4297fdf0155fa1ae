using System;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Execution;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Reading;

/// <summary>Decides whether a run may go on from what changed, or must read everything.</summary>
internal static class RunSchedule
{
    /// <summary>Why everything must be read; null when what changed is enough.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="start">How the last run left the connection.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public static Message? WhyFull(ConnectionSettings connection, SyncOptions options, RunStart start, DateTimeOffset now)
    {
        var progress = start.Progress;
        if (options.Full || options.Force)
            return new Message("Full_Asked");
        if (progress.LastFullAt is not { } lastFull)
            return new Message("Full_First");
        if (progress.Scope != ScopeOf(connection))
            return new Message("Full_ScopeChanged");
        if (start.HasOpenIntents)
            return new Message("Full_OpenWrites");
        // What a limit refused is weighed anew against everything, and what an admin allows with -Force is what that found.
        if (start.Pause is not null)
            return new Message("Full_Paused");
        if (progress.FullNeeded)
            return new Message("Full_Needed");
        if (progress.Links is null)
            return new Message("Full_NotTracked");
        if (now - lastFull >= TimeSpan.FromHours(connection.Rules.FullSyncHours) || now < lastFull)
            return new Message("Full_Regular", connection.Rules.FullSyncHours.ToString(CultureInfo.CurrentCulture));
        return start.OpenMatters.Any(m => m.EntraId is null && m.NotBefore <= now) ? new Message("Full_GroupMatter") : null;
    }

    /// <summary>The selection, the rules and the host of the links as a text; two runs with the same text may go on from one another.</summary>
    /// <param name="connection">The connection.</param>
    public static string ScopeOf(ConnectionSettings connection) => string.Join(
        "|",
        new[] { connection.GraphEndpoint.AbsoluteUri, connection.UserGroup?.Id ?? "", connection.IncludeNested ? "nested" : "direct", connection.Rules.ToString() }
            .Concat(connection.AdditionalGroups.Select(g => g.Id).OrderBy(id => id, StringComparer.OrdinalIgnoreCase)));
}
