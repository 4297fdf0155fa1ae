using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>What a run found and did: the only source for everything that is reported or stored about the run.</summary>
internal sealed record RunResult
{
    /// <param name="connection">The connection.</param>
    /// <param name="start">How the last run left it.</param>
    /// <param name="end">How the run ended.</param>
    public RunResult(ConnectionSettings connection, RunStart start, RunEnd end)
    {
        Connection = connection;
        Start = start;
        End = end;
        Pending = end switch
        {
            RunEnd.Executed executed => PendingRetries.After(executed.Run, executed.Changes, executed.At),
            RunEnd.Unchanged unchanged => unchanged.Run.UncheckedRetries,
            _ => start.PendingRetries,
        };
        Warnings = RunWarnings.Of(connection, end);
        AllChanges = end is RunEnd.Planned { Run.ListedRetries: { Count: > 0 } uncheckedRetries } ? end.Changes.Concat(uncheckedRetries.Select(StillPending)).ToList() : end.Changes;
    }

    /// <summary>The id of the run.</summary>
    public required Guid RunId { get; init; }
    /// <summary>When the run started, UTC. Corrected if the run found that this machine's clock is wrong.</summary>
    public required DateTimeOffset StartedAt { get; init; }
    /// <summary>The duration of the run.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>The number of requests that the run sent, retries included.</summary>
    public int Requests { get; init; }
    /// <summary>The connection.</summary>
    public ConnectionSettings Connection { get; }
    /// <summary>How the last run left it.</summary>
    public RunStart Start { get; }
    /// <summary>How the run ended.</summary>
    public RunEnd End { get; }
    /// <summary>The retries that are pending after the run.</summary>
    public IReadOnlyList<PendingRetry> Pending { get; }
    /// <summary>The warnings of the run.</summary>
    public IReadOnlyList<Message> Warnings { get; }
    /// <summary>The result of each planned change, then the pending retries of earlier runs that this run did not check.</summary>
    public IReadOnlyList<ChangeRecord> AllChanges { get; }

    /// <summary>What a run of one user read about the user; null in every other run.</summary>
    public UserFindings? User { get; init; }

    /// <summary>
    /// Whether the run is saved. A run of a state that is not activated is not saved. Neither is a run of one user that did not decide or that must wait for a full run:
    /// the full run must find the state unchanged, so that it still reports a restored or lost database.
    /// </summary>
    public bool IsRecorded => End is not (RunEnd.NotActivated or RunEnd.Undecided or RunEnd.HeldBack) && (User is null || FullSyncPolicy.StateReason(Connection, Start) is null);

    /// <summary>The failure, or else the first refusal; null if there is neither.</summary>
    public Problem? Decisive => End.Failure ?? (End.Refusals.Count == 0 ? null : End.Refusals[0]);

    // Listed in every result, but not tried in this run.
    private static ChangeRecord StillPending(PendingRetry retry) =>
        retry.Change with { Outcome = retry.Change.Outcome == ChangeOutcome.Refused ? ChangeOutcome.Refused : ChangeOutcome.Skipped };
}
