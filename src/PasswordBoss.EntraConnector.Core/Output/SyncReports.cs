using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>From the result of a run to what a command reports.</summary>
internal static class SyncReports
{
    /// <summary>A run that has ended.</summary>
    /// <param name="run">The run.</param>
    public static SyncReport Of(RunResult run) => new() { Result = Render(run.Connection, RunHistory.Of(run)), Errors = ErrorsOf(run, run.End.Failure).ToList() };

    /// <summary>A run of which nothing could be stored: neither the history nor the status will say what to do next, so the result does.</summary>
    /// <param name="run">The run.</param>
    /// <param name="error">Why.</param>
    public static SyncReport NotStored(RunResult run, ConnectorException error) => new()
    {
        Result = Render(run.Connection, RunHistory.Of(run) with { Outcome = SyncOutcome.Failed, ErrorId = error.Id.ToString() }) with { Message = WithAdvice(error) },
        Errors = ErrorsOf(run, error).ToList(),
    };

    /// <summary>Another run holds the lock.</summary>
    /// <param name="run">The run that could not begin.</param>
    /// <param name="error">Says who.</param>
    /// <param name="isFailure">Whether the other run holds the lock longer than it should.</param>
    public static SyncReport AlreadyRunning(RunResult run, ConnectorException error, bool isFailure) => new()
    {
        Result = Render(run.Connection, RunHistory.Of(run) with { Outcome = isFailure ? SyncOutcome.Failed : SyncOutcome.AlreadyRunning }),
        Errors = isFailure ? new[] { error } : Array.Empty<ConnectorException>(),
    };

    /// <summary>A connection whose run could not even be prepared.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="error">Why.</param>
    /// <param name="now">The time, UTC.</param>
    public static SyncReport NotStarted(string connection, ConnectorException error, DateTimeOffset now) => new()
    {
        Result = new PBSyncResult
        {
            Connection = connection,
            RunId = Guid.NewGuid(),
            Outcome = SyncOutcome.Failed,
            StartedAt = now,
            ErrorId = error.Id.ToString(),
            Message = WithAdvice(error),
        },
        Errors = new[] { error },
    };

    private static PBSyncResult Render(ConnectionSettings connection, RunRecord record) => RunResults.Render(connection.Name, connection.TenantId, record);

    private static string WithAdvice(ConnectorException error) => error.Message + " " + error.Recommendation.Render();

    private static IEnumerable<ConnectorException> ErrorsOf(RunResult run, ConnectorException? failure)
    {
        if (failure is not null)
            yield return failure;
        foreach (var refusal in run.End.Refusals)
            yield return refusal;
        foreach (var change in run.End.Changes)
        {
            if (change is { Outcome: ChangeOutcome.Failed, ErrorId: { } id, Detail: { } detail } && Enum.TryParse<ErrorId>(id, out var parsed))
                yield return ErrorOf(parsed, detail, change);
        }
    }

    private static ConnectorException ErrorOf(ErrorId id, Message detail, ChangeRecord change)
    {
        var target = change.Email ?? change.Group;
        var isUnnamed = !ChangeSubject.IsNamed(change, detail);
        return detail.Id == ErrorCatalog.SentenceOf(id)
            ? new ConnectorException(id, detail.Arguments.ToArray()) { Target = target, TargetIsUnnamed = isUnnamed }
            : ConnectorException.Saying(id, detail, target, isUnnamed);
    }
}
