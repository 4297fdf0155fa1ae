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
    public static SyncReport Of(RunResult run) => new() { Result = Render(run, RunHistory.Of(run)), Errors = ErrorsOf(run, run.End.Failure).ToList() };

    /// <summary>The report of a run that could not be saved. Neither history nor status will show what to do, so the result contains the advice.</summary>
    /// <param name="run">The run.</param>
    /// <param name="error">Why.</param>
    public static SyncReport NotStored(RunResult run, Problem error) => new()
    {
        Result = Render(run, RunHistory.Of(run) with { Outcome = SyncOutcome.Failed, ErrorId = error.Id.ToString() }) with { Message = WithAdvice(run.Connection.Name, error) },
        Errors = ErrorsOf(run, error).ToList(),
    };

    /// <summary>The report of a run that found the lock held.</summary>
    /// <param name="run">The run that could not start.</param>
    /// <param name="error">The error, which names the holder of the lock.</param>
    /// <param name="isFailure">Whether the holder has run for too long.</param>
    public static SyncReport AlreadyRunning(RunResult run, Problem error, bool isFailure) => new()
    {
        Result = Render(run, RunHistory.Of(run) with { Outcome = isFailure ? SyncOutcome.Failed : SyncOutcome.AlreadyRunning }),
        Errors = isFailure ? new[] { error } : Array.Empty<Problem>(),
    };

    /// <summary>The report of a connection whose run did not start.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="error">Why.</param>
    /// <param name="now">The time, UTC.</param>
    public static SyncReport NotStarted(string connection, Problem error, DateTimeOffset now) => new()
    {
        Result = new PBSyncResult
        {
            Connection = connection,
            RunId = Guid.NewGuid(),
            Outcome = SyncOutcome.Failed,
            StartedAt = now,
            ErrorId = error.Id.ToString(),
            Message = WithAdvice(connection, error),
        },
        Errors = new[] { error },
    };

    private static PBSyncResult Render(RunResult run, RunRecord record) =>
        RunViews.Render(run.Connection.Name, run.Connection.TenantId, record) with { Steps = UserSteps.Of(run).Select(step => Render(run, step)).ToList() };

    private static PBSyncStep Render(RunResult run, UserStep step) => new()
    {
        Connection = run.Connection.Name,
        Name = step.Name,
        Status = step.Status,
        Detail = string.Join(" ", step.Details.Select(d => d.RenderFor(run.Connection.Name))),
        At = step.At ?? run.StartedAt + run.Duration,
    };

    private static string WithAdvice(string connection, Problem error) => error.Render() + " " + error.Recommendation.RenderFor(connection);

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
