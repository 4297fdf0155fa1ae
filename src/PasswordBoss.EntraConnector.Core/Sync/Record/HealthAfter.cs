using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The health of a connection after a run.</summary>
internal static class HealthAfter
{
    public static ConnectionHealth Of(RunResult run)
    {
        var before = run.Start.Health;
        // A run of one user does not count as a sync of the connection: it changes neither its failures nor the time of its last sync.
        if (run.End.Mode == SyncMode.User)
            return before with { BlockedRuns = 0, LockHeld = null };
        var outcome = RunOutcome.Of(run);
        var executed = run.End as RunEnd.Executed;
        var end = run.StartedAt + run.Duration;
        var isSuccess = outcome is SyncOutcome.Succeeded or SyncOutcome.NoChange or SyncOutcome.Partial;
        return before with
        {
            FirstSuccessAt = before.FirstSuccessAt ?? (isSuccess ? run.StartedAt : null),
            LastSync = end,
            LastOutcome = outcome,
            ConsecutiveFailures = outcome == SyncOutcome.Failed ? before.ConsecutiveFailures + 1 : 0,
            NotAuthorized = IsRefusedByMicrosoft(run) || (before.NotAuthorized && !HasReachedEntra(run.End)),
            Messages = StatusMessages.Of(run, outcome),
            Recommendation = run.Decisive?.Recommendation,
            Relinked = before.Relinked || executed is { IsRecoverySaved: true, Mode: SyncMode.Full },
            AdoptChangeUnreported = before.AdoptChangeUnreported && run.End is not RunEnd.Planned,
            HidesStates = executed?.Effects.ShowsStates is { } states ? !states : before.HidesStates,
            HidesMembers = executed?.Effects.ShowsMembers is { } members ? !members : before.HidesMembers,
            BlockedRuns = 0,
            LockHeld = null,
            LastRequests = run.Requests,
            LastSuccess = isSuccess ? end : before.LastSuccess,
            FailingSince = isSuccess ? null : before.FailingSince ?? end,
        };
    }

    // A wrong clock may only have held removals back; that is no refusal by Microsoft.
    private static bool IsRefusedByMicrosoft(RunResult run) =>
        run.Decisive is { } decisive && ErrorCatalog.MeansNotAuthorized(decisive.Id) && !(decisive.Id == ErrorId.ClockWrong && run.End.Failure is null);

    // A run that did not reach Microsoft does not change this status. Password Boss is read after Entra, so its failures show that Entra was reached.
    private static bool HasReachedEntra(RunEnd end) =>
        end is not RunEnd.Unplanned unplanned
        || unplanned.HasReachedEntra
        || unplanned.Failure.Id is ErrorId.AccountServerFailed or ErrorId.AccountServerThrottled or ErrorId.AccountServerAnswerInvalid;
}
