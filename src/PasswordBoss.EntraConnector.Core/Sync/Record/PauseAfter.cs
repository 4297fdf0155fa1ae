using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>What is paused after a run.</summary>
internal static class PauseAfter
{
    /// <summary>The pause; null when nothing is paused.</summary>
    /// <param name="run">The run.</param>
    public static PauseRecord? Of(RunResult run)
    {
        var before = run.Start.Pause;
        if (run.End is not RunEnd.Planned end)
            return before;
        var plan = end.Run.Plan;
        if (plan.PausedKeys is { } keys)
            return new PauseRecord { RunId = run.RunId, At = run.StartedAt, RefusedKeys = keys, Reason = plan.Refusals[0].Text };
        // A wrong clock says nothing about a pause, and what was refused and is neither done nor over still waits for an admin.
        var isClockWrong = plan.Refusals.Any(r => r.Id == ErrorId.ClockWrong);
        return isClockWrong || (before is not null && end is RunEnd.Executed && AnyRemains(end, new HashSet<string>(before.RefusedKeys, StringComparer.Ordinal))) ? before : null;
    }

    // What was refused for a user about whom nothing certain is known still holds.
    private static bool AnyRemains(RunEnd.Planned end, HashSet<string> refusedKeys)
    {
        var actions = end.Run.Plan.Actions;
        if (actions.Where((a, i) => refusedKeys.Contains(a.Key) && end.Changes[i] is { Outcome: ChangeOutcome.Skipped, ErrorId: null }).Any())
            return true;
        var unknown = actions.Where(a => a.Obstacle is { Id: ErrorId.PersonUnknown }).Select(a => a.AccountId).OfType<string>().ToList();
        return unknown.Count > 0 && refusedKeys.Any(key => unknown.Exists(id => key.EndsWith("|" + id + "|", StringComparison.Ordinal)));
    }
}
