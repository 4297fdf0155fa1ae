using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>Runs that cannot start because another process holds the run lock.</summary>
internal static class BlockedRuns
{
    // This many blocked runs in a row are a failure, unless a full run holds the lock.
    private const int TimesInARow = 3;

    /// <summary>The health of a connection after a blocked run.</summary>
    /// <param name="before">The health before it.</param>
    /// <param name="error">The error, which names the holder of the lock.</param>
    /// <param name="holder">The holder of the lock; null if unknown.</param>
    /// <param name="now">The time, UTC.</param>
    public static ConnectionHealth HealthAfter(ConnectionHealth before, Problem error, RunLockHolder? holder, DateTimeOffset now)
    {
        var after = before with { BlockedRuns = before.BlockedRuns + 1, LockHeld = error.Text };
        return IsFailure(holder, after.BlockedRuns, now)
            ? after with { LastOutcome = SyncOutcome.Failed, ConsecutiveFailures = before.ConsecutiveFailures + 1, FailingSince = before.FailingSince ?? now }
            : after;
    }

    /// <summary>Whether the holder has run for too long: a full run past its own limit, any other holder at the third blocked run in a row.</summary>
    /// <param name="holder">The holder of the lock; null if unknown.</param>
    /// <param name="inARow">The number of blocked runs in a row, this one included.</param>
    /// <param name="now">The time, UTC.</param>
    public static bool IsFailure(RunLockHolder? holder, int inARow, DateTimeOffset now) =>
        holder is { Mode: SyncMode.Full, Until: { } until } ? now > until : inARow >= TimesInARow;
}
