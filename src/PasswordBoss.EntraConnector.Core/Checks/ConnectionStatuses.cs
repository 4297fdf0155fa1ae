using System;
using System.Collections.Generic;
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
        var task = FindTask(connection);
        return StatusReport.Of(connection, summary, task?.NextRun, task is not null && TaskInterval.IsMissed(task, summary.Health, clock.UtcNow));
    }

    /// <summary>The data from which the status is made. Throws <see cref="ErrorId.StoredTextDamaged"/> if its stored health cannot be read.</summary>
    public ConnectionSummary SummaryOf(ConnectionSettings connection)
    {
        if (summaries.TryGetValue(connection.Id, out var found))
            return found;
        using var journal = store.OpenJournal(connection.Id);
        return journal.Summarize();
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
