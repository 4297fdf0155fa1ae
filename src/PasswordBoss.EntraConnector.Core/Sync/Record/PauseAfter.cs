using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The pause after a run.</summary>
internal static class PauseAfter
{
    /// <summary>The pause; null if nothing is paused.</summary>
    /// <param name="run">The run.</param>
    public static PauseRecord? Of(RunResult run)
    {
        var before = run.Start.Pause;
        // The limits count all users, so only a run of all users changes the pause.
        if (run.End is not RunEnd.Planned end || end.Mode == SyncMode.User)
            return before;
        var plan = end.Run.Plan;
        if (plan.Pause is { } pause)
            return new PauseRecord { RunId = run.RunId, At = run.StartedAt, RefusedKeys = pause.RefusedKeys, Reason = pause.Because.Text, Recommendation = pause.Because.Recommendation };
        // A wrong clock does not change a pause, because no admin can allow it. Refused changes that still apply and were not made wait for an admin.
        var isClockWrong = plan.Refusals.Any(r => r.Id == ErrorId.ClockWrong);
        return isClockWrong || (before is not null && end is RunEnd.Executed && AnyRemains(end, new HashSet<string>(before.RefusedKeys, StringComparer.Ordinal))) ? before : null;
    }

    // A refused change still applies while its user is unknown.
    private static bool AnyRemains(RunEnd.Planned end, HashSet<string> refusedKeys)
    {
        var actions = end.Run.Plan.Changes;
        if (actions.Where((a, i) => refusedKeys.Contains(a.Key) && end.Changes[i] is { Outcome: ChangeOutcome.Skipped, ErrorId: null }).Any())
            return true;
        var unknown = actions.Where(a => a.Obstacle is { Id: ErrorId.PersonUnknown }).Select(a => a.AccountId).OfType<string>().ToList();
        return unknown.Count > 0 && refusedKeys.Any(key => unknown.Exists(id => Subject.IsKeyOfAccount(key, id)));
    }
}
