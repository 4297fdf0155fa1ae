using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>Decides whether a run may go on from what changed, or must read everything.</summary>
public static class FullSyncPolicy
{
    /// <summary>Why everything must be read; null when what changed is enough.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="start">How the last run left the connection.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public static Message? FullSyncReason(ConnectionSettings connection, SyncOptions options, RunStart start, DateTimeOffset now)
    {
        var progress = start.Progress;
        if (options.Full || options.Force)
            return new Message("Full_Asked");
        if (progress.LastFullAt is not { } lastFull)
            return new Message("Full_First");
        if (start.WasPutBack)
            return new Message("Full_PutBack");
        if (progress.Scope != ScopeOf(connection))
            return new Message("Full_ScopeChanged");
        if (start.HasOpenIntents || start.HasOpenRun)
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
        return start.PendingRetries.Any(m => m.EntraId is null && m.NotBefore <= now) ? new Message("Full_GroupMatter") : null;
    }

    /// <summary>
    /// The selection, the host of the links, and the rules that decide what must be read, as a text; two runs with the same text may go on from one another. A
    /// rule stands in it only where it differs from its default: a rule that a later version adds changes nobody's text.
    /// </summary>
    /// <param name="connection">The connection.</param>
    public static string ScopeOf(ConnectionSettings connection) => string.Join(
        "|",
        new[] { connection.GraphEndpoint.AbsoluteUri, connection.UserGroup?.Id ?? "", connection.IncludeNested ? "nested" : "direct", RulesOf(connection.Rules) }
            .Concat(connection.AdditionalGroups.Select(g => g.Id).OrderBy(id => id, StringComparer.OrdinalIgnoreCase)));

    // Left out is what decides only how much may be removed, and when an account is deleted: nothing else must be read because of it.
    private static string RulesOf(SyncRules rules)
    {
        var standard = SyncRules.Default;
        var parts = new List<string>();
        Add(nameof(rules.NewUser), rules.NewUser, standard.NewUser);
        Add(nameof(rules.DeletedUser), rules.DeletedUser, standard.DeletedUser);
        Add(nameof(rules.DisabledUser), rules.DisabledUser, standard.DisabledUser);
        Add(nameof(rules.RemovedUser), rules.RemovedUser, standard.RemovedUser);
        Add(nameof(rules.ExistingAccount), rules.ExistingAccount, standard.ExistingAccount);
        Add(nameof(rules.RemovedGroup), rules.RemovedGroup, standard.RemovedGroup);
        Add(nameof(rules.UnknownMember), rules.UnknownMember, standard.UnknownMember);
        Add(nameof(rules.EmailSource), rules.EmailSource, standard.EmailSource);
        Add(nameof(rules.GuestUser), rules.GuestUser, standard.GuestUser);
        Add(nameof(rules.FullSyncHours), rules.FullSyncHours, standard.FullSyncHours);
        return string.Join(",", parts);

        void Add<T>(string name, T value, T usual)
            where T : struct
        {
            if (!value.Equals(usual))
                parts.Add(string.Format(CultureInfo.InvariantCulture, "{0}={1}", name, value));
        }
    }
}
