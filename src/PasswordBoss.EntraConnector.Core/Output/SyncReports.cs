using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts the result of a run to the report of a command.</summary>
internal static class SyncReports
{
    /// <summary>The report of a saved run or a preview.</summary>
    /// <param name="run">The run.</param>
    public static SyncReport Of(RunResult run) => Report(run, RunHistory.Of(run), ErrorsOf(run, run.End.Failure).ToList());

    /// <summary>The report of a run that could not be saved.</summary>
    /// <param name="run">The run.</param>
    /// <param name="error">Why.</param>
    public static SyncReport NotStored(RunResult run, Problem error) =>
        Report(run, RunHistory.Of(run) with { Outcome = SyncOutcome.Failed, ErrorId = error.Id.ToString() }, ErrorsOf(run, error).ToList(), error);

    /// <summary>The report of a run that found the lock held.</summary>
    /// <param name="run">The run that could not start.</param>
    /// <param name="error">The error, which names the holder of the lock.</param>
    /// <param name="isFailure">Whether the holder has run for too long.</param>
    public static SyncReport AlreadyRunning(RunResult run, Problem error, bool isFailure) => Report(
        run,
        RunHistory.Of(run) with { Outcome = isFailure ? SyncOutcome.Failed : SyncOutcome.AlreadyRunning },
        isFailure ? new[] { error } : Array.Empty<Problem>());

    /// <summary>The report of a connection whose run did not start.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="error">Why.</param>
    /// <param name="now">The time, UTC.</param>
    public static SyncReport NotStarted(string connection, Problem error, DateTimeOffset now) => new()
    {
        Connection = connection,
        Run = new RunRecord
        {
            RunId = Guid.NewGuid(),
            Mode = default,
            Outcome = SyncOutcome.Failed,
            StartedAt = now,
            Duration = TimeSpan.Zero,
            ErrorId = error.Id.ToString(),
            Summary = error.Sentence,
        },
        NotRecorded = error,
        Errors = new[] { error },
    };

    private static SyncReport Report(RunResult run, RunRecord record, IReadOnlyList<Problem> errors, Problem? notRecorded = null) => new()
    {
        Connection = run.Connection.Name,
        TenantId = run.Connection.TenantId,
        Run = record,
        Steps = UserSteps.Of(run),
        Errors = errors,
        NotRecorded = notRecorded,
    };

    private static IEnumerable<Problem> ErrorsOf(RunResult run, Problem? failure)
    {
        if (failure is not null)
            yield return failure;
        foreach (var refusal in run.End.Refusals)
            yield return refusal;
        foreach (var change in run.End.Changes)
        {
            if (change is { Outcome: ChangeOutcome.Failed, ErrorId: { } id, Detail: { } detail, Recommendation: { } advice })
                yield return new Problem(id, detail, advice).About(change.Email ?? change.Group, targetIsUnnamed: !ChangeSubject.IsNamed(change, detail));
        }
    }
}
