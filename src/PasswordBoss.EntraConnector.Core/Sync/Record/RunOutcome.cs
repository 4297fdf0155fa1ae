using System;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>How a run ended, in one word.</summary>
internal static class RunOutcome
{
    /// <summary>The outcome.</summary>
    /// <param name="run">The run.</param>
    public static SyncOutcome Of(RunResult run)
    {
        if (run.End.Failure is not null)
            return SyncOutcome.Failed;
        if (run.End.Refusals.Count > 0)
            return SyncOutcome.Refused;
        if (run.End is RunEnd.Previewed)
            return run.End.Changes.Any(c => c.Outcome == ChangeOutcome.Planned) ? SyncOutcome.Planned : SyncOutcome.NoChange;
        if (run.End is RunEnd.Planned planned && (planned.Run.Plan.IsPartial || IsAnyUnhandled(planned) || planned.Run.NotLookedAt.Any(m => m.Change.ErrorId is not null)))
            return SyncOutcome.Partial;
        return run.End.Changes.Any(c => c.Outcome == ChangeOutcome.Done) ? SyncOutcome.Succeeded : SyncOutcome.NoChange;
    }

    /// <summary>Whether a rule or an admin wants what an error names.</summary>
    /// <param name="errorId">The id of the error, as it is stored.</param>
    public static bool WasChosen(string errorId) => Enum.TryParse<ErrorId>(errorId, out var error) && ErrorCatalog.WasChosen(error);

    // A user or group was not handled, and will not be until a person does something. Choices of a rule or an admin do not count. A known
    // matter makes only the first run Partial.
    private static bool IsAnyUnhandled(RunEnd.Planned end)
    {
        for (var i = 0; i < end.Changes.Count; i++)
        {
            var isUnhandled = end.Changes[i].Outcome switch
            {
                ChangeOutcome.Failed => true,
                ChangeOutcome.Skipped or ChangeOutcome.Done => end.Changes[i].ErrorId is { } id && !WasChosen(id),
                _ => false,
            };
            if (isUnhandled && !end.Run.Plan.Actions[i].IsKnown)
                return true;
        }

        return false;
    }
}
