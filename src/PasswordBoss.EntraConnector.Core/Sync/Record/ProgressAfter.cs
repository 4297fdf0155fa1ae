using System;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The progress of a connection after a run.</summary>
internal static class ProgressAfter
{
    private const int MostLookedUpAgain = 1000;

    /// <summary>The progress to save; null if it is unchanged.</summary>
    /// <param name="run">The run.</param>
    public static ProgressChange? Of(RunResult run) => run.End switch
    {
        RunEnd.Executed executed => After(executed, NeedsFullRun(executed), run),
        RunEnd.Unchanged unchanged => After(unchanged, unchanged.Run.Reading.Progress.FullNeeded, run),
        _ => AfterNothing(run),
    };

    // A full run that did not finish makes the next run full.
    private static ProgressChange? AfterNothing(RunResult run) =>
        run.End.Mode == SyncMode.Full && run.Start.Progress is { LastFullAt: not null, FullNeeded: false } last
            ? new ProgressChange { Progress = last with { FullNeeded = true }, PendingRetries = run.Start.PendingRetries }
            : null;

    // If an incremental run ran out of time or was cancelled, each unfinished user has a pending retry. If it stopped for another reason, such as a journal failure,
    // some may have none.
    private static bool NeedsFullRun(RunEnd.Executed end)
    {
        var leftUndone = end.Failure is { } stopped && (end.Mode == SyncMode.Full || stopped.Id is not (ErrorId.Cancelled or ErrorId.DeadlineExceeded));
        return leftUndone || end.Run.Reading.Progress.FullNeeded || end.Run.Plan.NeedsCompleteRead;
    }

    private static ProgressChange After(RunEnd.Planned end, bool fullNeeded, RunResult run)
    {
        var reading = end.Run.Reading;
        var recheckUserIds = end.Run.Plan.RecheckUserIds.Concat(reading.RecheckUserIds).ToList();
        // Too many to look up one by one.
        var tooMany = recheckUserIds.Count > MostLookedUpAgain;
        var change = new ProgressChange
        {
            Progress = reading.Progress with { FullNeeded = fullNeeded || tooMany, RecheckUserIds = tooMany ? Array.Empty<string>() : recheckUserIds },
            PendingRetries = run.Pending,
        };
        return reading.Coverage switch
        {
            Coverage.AllUsers all => change with { AllMembers = all.Members },
            Coverage.Some some => change with { MembersToStore = some.MembersToStore, MembersToForget = some.MembersToForget },
            _ => change,
        };
    }
}
