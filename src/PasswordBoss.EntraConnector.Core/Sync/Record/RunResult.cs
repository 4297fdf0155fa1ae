using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>What a run found and did. Everything that is reported or stored about a run follows from this, and from nothing else.</summary>
internal sealed record RunResult
{
    /// <param name="connection">The connection.</param>
    /// <param name="start">How the last run left it.</param>
    /// <param name="end">How far the run came.</param>
    public RunResult(ConnectionSettings connection, RunStart start, RunEnd end)
    {
        Connection = connection;
        Start = start;
        End = end;
        Pending = end switch
        {
            RunEnd.Executed executed => PendingRetries.After(executed.Run, executed.Changes, executed.At),
            RunEnd.Unchanged unchanged => unchanged.Run.NotLookedAt,
            _ => start.PendingRetries,
        };
        Warnings = RunWarnings.Of(connection, end);
        AllChanges = end is RunEnd.Planned { Run.NotLookedAt: { Count: > 0 } notLookedAt } ? end.Changes.Concat(notLookedAt.Select(StillPending)).ToList() : end.Changes;
    }

    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }
    /// <summary>When it started, UTC, by the clock that it ended with: it may have learned on the way that this machine's clock is wrong.</summary>
    public required DateTimeOffset StartedAt { get; init; }
    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>The connection.</summary>
    public ConnectionSettings Connection { get; }
    /// <summary>How the last run left it.</summary>
    public RunStart Start { get; }
    /// <summary>How far the run came.</summary>
    public RunEnd End { get; }
    /// <summary>What is pending after it.</summary>
    public IReadOnlyList<PendingRetry> Pending { get; }
    /// <summary>What a reader should know about it.</summary>
    public IReadOnlyList<Message> Warnings { get; }
    /// <summary>What became of each action of the plan, and what is pending from earlier runs and was not looked at.</summary>
    public IReadOnlyList<ChangeRecord> AllChanges { get; }

    /// <summary>What failed or refused the run; null when nothing did.</summary>
    public ConnectorException? Decisive => End.Failure ?? (End.Refusals.Count == 0 ? null : End.Refusals[0]);

    // Named in every result, and not tried in this run.
    private static ChangeRecord StillPending(PendingRetry matter) =>
        matter.Change with { Outcome = matter.Change.Outcome == ChangeOutcome.Refused ? ChangeOutcome.Refused : ChangeOutcome.Skipped };
}
