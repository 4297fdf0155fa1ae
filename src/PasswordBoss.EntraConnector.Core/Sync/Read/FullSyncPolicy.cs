using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>Decides whether a run can be incremental or must be full.</summary>
public static class FullSyncPolicy
{
    // The removal limits and the deletion delay do not affect what must be read.
    private static readonly HashSet<string> WithoutEffectOnReads = new(StringComparer.Ordinal)
    {
        nameof(SyncRules.DeleteAfterDays), nameof(SyncRules.MaxRemovalPercent), nameof(SyncRules.MaxRemovalCount),
    };

    /// <summary>Why the run must be full; null if it can be incremental.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="start">How the last run left the connection.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public static Message? FullSyncReason(ConnectionSettings connection, SyncOptions options, RunStart start, DateTimeOffset now)
    {
        var progress = start.Progress;
        if (options.Full || options.Force)
            return Texts.FullAsked;
        if (StateReason(connection, start) is { } reason)
            return reason;
        if (progress.FullNeeded)
            return Texts.FullNeeded;
        if (progress.Links is null)
            return Texts.FullNotTracked;
        if (progress.LastFullAt is not { } lastFull || IsRegularDue(connection, options, lastFull, now))
            return Texts.FullRegular(connection.Rules.FullSyncHours.ToString(CultureInfo.CurrentCulture));
        return start.PendingRetries.Any(r => r.EntraId is null && r.NotBefore <= now) ? Texts.FullGroupMatter : null;
    }

    /// <summary>
    /// Why no run may write before a full run has read everything: what is stored about the connection cannot be trusted, or a limit holds removals back. Null if
    /// there is no such reason. A run of one user respects only these reasons: the others are about what must be read of all users.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="start">How the last run left the connection.</param>
    public static Message? StateReason(ConnectionSettings connection, RunStart start)
    {
        var progress = start.Progress;
        if (progress.Restored is not null)
            return Texts.FullRestored;
        if (progress.LastFullAt is null)
            return Texts.FullFirst;
        if (start.WasRolledBack)
            return Texts.FullPutBack;
        if (progress.Scope != ScopeOf(connection))
            return Texts.FullScopeChanged;
        if (start.HasOpenIntents || start.HasOpenRun)
            return Texts.FullOpenWrites;
        // Refused changes are checked again against everything, and -Force allows what that full run found.
        return start.Pause is not null ? Texts.FullPaused : null;
    }

    // With a spread, each connection has its own time within the period. Its full run may come earlier than the rule requires, but never before half of the period
    // has passed.
    private static bool IsRegularDue(ConnectionSettings connection, SyncOptions options, DateTimeOffset lastFull, DateTimeOffset now)
    {
        var period = TimeSpan.FromHours(connection.Rules.FullSyncHours);
        var passed = now - lastFull;
        if (passed < TimeSpan.Zero || passed >= period)
            return true;
        if (!options.SpreadsFullRuns || passed.Ticks < period.Ticks / 2)
            return false;
        var own = StableHash.PartOf(period, connection.Id.ToString("N")).Ticks;
        return (now.UtcTicks - own) / period.Ticks > (lastFull.UtcTicks - own) / period.Ticks;
    }

    /// <summary>
    /// The selected groups, the host of the delta links, and the rules that affect what must be read, as one text. A run can continue from another one only if
    /// their texts are equal. The text contains a rule only if it differs from its default, so a rule that a later version adds does not change stored texts.
    /// </summary>
    /// <param name="connection">The connection.</param>
    public static string ScopeOf(ConnectionSettings connection) => string.Join(
        "|",
        new[] { connection.GraphEndpoint.AbsoluteUri, connection.UserGroup?.Id ?? "", connection.IncludeNested ? "nested" : "direct", RulesOf(connection.Rules) }
            .Concat(connection.AdditionalGroups.Select(g => g.Id).OrderBy(id => id, EntraId.Comparer)));

    private static string RulesOf(SyncRules rules) => string.Join(",", SyncRuleList.All
        .Where(rule => !WithoutEffectOnReads.Contains(rule.Name) && !Equals(rule.Of(rules), rule.Of(SyncRules.Default)))
        .Select(rule => string.Format(CultureInfo.InvariantCulture, "{0}={1}", rule.Name, rule.Of(rules))));
}
