using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Sync;

/// <summary>A run that could not start because the lock of its connection is held.</summary>
internal static class BlockedStart
{
    /// <summary>Counts the run, so that the status shows a process that blocks the schedule.</summary>
    /// <param name="store">Contains the health of the connection.</param>
    /// <param name="run">The run.</param>
    /// <param name="error">The error, which names the holder of the lock.</param>
    /// <param name="holder">The holder of the lock; null if unknown.</param>
    /// <param name="now">The time, UTC.</param>
    public static SyncReport Save(IStateStore store, RunResult run, Problem error, RunLockHolder? holder, DateTimeOffset now)
    {
        using var journal = store.OpenJournal(run.Connection.Id);
        var health = journal.ChangeHealth(before => BlockedRuns.HealthAfter(before, error, holder, now));
        return SyncReports.AlreadyRunning(run, error, BlockedRuns.IsFailure(holder, health.BlockedRuns, now));
    }
}
