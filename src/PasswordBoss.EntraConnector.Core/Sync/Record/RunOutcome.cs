using System.Linq;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The outcome of a run.</summary>
internal static class RunOutcome
{
    public static SyncOutcome Of(RunResult run)
    {
        if (run.End.Failure is not null)
            return SyncOutcome.Failed;
        if (run.End.Refusals.Count > 0)
            return SyncOutcome.Refused;
        if (run.End is RunEnd.Previewed)
            return run.End.Changes.Any(c => c.Outcome == ChangeOutcome.Planned) ? SyncOutcome.Planned : SyncOutcome.NoChange;
        if (run.End is RunEnd.Planned planned && (planned.Run.Plan.IsPartial || IsAnyUnhandled(planned) || planned.Run.ListedRetries.Any(r => r.Change.ErrorId is not null)))
            return SyncOutcome.Partial;
        return run.End.Changes.Any(c => c.Outcome == ChangeOutcome.Done) ? SyncOutcome.Succeeded : SyncOutcome.NoChange;
    }

    // Whether a user or group needs a person to act. Choices of a rule or an admin do not count, and a known finding makes only the first run Partial.
    private static bool IsAnyUnhandled(RunEnd.Planned end)
    {
        for (var i = 0; i < end.Changes.Count; i++)
        {
            var isUnhandled = end.Changes[i].Outcome switch
            {
                ChangeOutcome.Failed => true,
                ChangeOutcome.Skipped or ChangeOutcome.Done => end.Changes[i].ErrorId is { } id && !ErrorCatalog.NeedsNoRetry(id),
                _ => false,
            };
            if (isUnhandled && !end.Run.Plan.Changes[i].IsKnown)
                return true;
        }

        return false;
    }
}
