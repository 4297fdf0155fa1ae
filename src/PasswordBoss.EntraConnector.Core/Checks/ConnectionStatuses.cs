using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Scheduling;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>The status of connections at one moment, from stored data without any request to a server.</summary>
internal sealed class ConnectionStatuses
{
    private readonly IStateStore store;
    private readonly SyncTasks tasks;
    private readonly IClock clock;
    private readonly IReadOnlyDictionary<Guid, ConnectionSummary> summaries;
    private ILookup<string, RunTurn>? turns;

    /// <param name="store">The store.</param>
    /// <param name="tasks">The scheduled tasks.</param>
    /// <param name="clock">The time.</param>
    /// <param name="isForMany">Whether to read the data of all connections in one pass, now.</param>
    public ConnectionStatuses(IStateStore store, SyncTasks tasks, IClock clock, bool isForMany)
    {
        this.store = store;
        this.tasks = tasks;
        this.clock = clock;
        summaries = isForMany ? store.ReadSummaries() : new Dictionary<Guid, ConnectionSummary>();
    }

    /// <summary>The status of a connection. Throws <see cref="ErrorId.StoredTextDamaged"/> if its stored health cannot be read.</summary>
    public PBConnectorStatus Of(StoredConnection stored)
    {
        if (stored.Damage is { } damaged)
            return StatusReport.Of(damaged);
        var connection = stored.Settings;
        var summary = SummaryOf(connection);
        if (FindTask(connection) is not { } task)
            return StatusReport.Of(connection, summary, null, isOverdue: false);
        var turn = summary.Health.ConsecutiveFailures > 0 ? FindTurn(connection) : null;
        return StatusReport.Of(connection, summary, TaskInterval.NextSync(task, turn, clock.UtcNow), tasks.IsMissed(task, connection, summary.Health));
    }

    /// <summary>The data from which the status is made. Throws <see cref="ErrorId.StoredTextDamaged"/> if its stored health cannot be read.</summary>
    public ConnectionSummary SummaryOf(ConnectionSettings connection)
    {
        if (summaries.TryGetValue(connection.Id, out var found))
            return found;
        using var journal = store.OpenJournal(connection.Id);
        return journal.Summarize();
    }

    // Only connections that fail need it, so most calls do not read the turns.
    private RunTurn? FindTurn(ConnectionSettings connection)
    {
        turns ??= store.ListTurns().ToLookup(turn => turn.Connection, ConnectionName.Comparer);
        return turns[connection.Name].FirstOrDefault();
    }

    private PBSyncTask? FindTask(ConnectionSettings connection)
    {
        try
        {
            return tasks.FindFor(connection);
        }
        catch (ConnectorException)
        {
            // Return a status even if the scheduler cannot be queried; Test-PBConnection reports the reason.
            return null;
        }
    }
}
