using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The record of a run.</summary>
internal static class RunHistory
{
    /// <summary>The record for the result of the command.</summary>
    /// <param name="run">The run.</param>
    public static RunRecord Of(RunResult run)
    {
        var outcome = RunOutcome.Of(run);
        return new RunRecord
        {
            RunId = run.RunId,
            Mode = run.End.Mode,
            Outcome = outcome,
            StartedAt = run.StartedAt,
            Duration = run.Duration,
            ErrorId = run.Decisive?.Id.ToString(),
            Summary = run.Decisive?.Text ?? SummaryOf(run, outcome),
            Warnings = run.Warnings,
            Changes = run.AllChanges,
        };
    }

    /// <summary>
    /// The record for the history. Every refused run is stored with its error, but its accounts would fill the disk if they were stored every five minutes. The
    /// changes that a safety limit refused are stored once, when the pause begins. The accounts of a refused read are not stored: the error is the same for each
    /// of them, and the result of the run lists them. Pending retries that this run did not check are left out too.
    /// </summary>
    /// <param name="run">The run.</param>
    public static RunRecord ToKeep(RunResult run) =>
        Of(run) with
        {
            Changes = IsRefusalRepeated(run) ? run.End.Changes.Where(c => c.Outcome != ChangeOutcome.Refused).ToList() : run.End.Changes,
            UnlistedSkips = Skips(run.AllChanges) - Skips(run.End.Changes),
        };

    private static int Skips(IReadOnlyList<ChangeRecord> changes) => changes.Count(c => c.Outcome == ChangeOutcome.Skipped);

    private static bool IsRefusalRepeated(RunResult run) => run.End switch
    {
        RunEnd.Refused => true,
        RunEnd.Planned { Run.Plan.Pause: { } pause } => run.Start.Pause is { } before && pause.RefusedKeys.Count == before.RefusedKeys.Count,
        _ => false,
    };

    private static Message SummaryOf(RunResult run, SyncOutcome outcome)
    {
        if (outcome == SyncOutcome.NoChange)
            return Texts.SummaryNoChange;
        var isPreview = run.End is RunEnd.Previewed;
        return RunSummary.Of(ChangeCounts.Of(run.AllChanges, isPreview ? ChangeOutcome.Planned : ChangeOutcome.Done), outcome, isPreview);
    }
}
