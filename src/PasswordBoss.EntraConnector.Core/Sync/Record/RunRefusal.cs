using System;
using System.Globalization;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The error of a run or command that cannot start because another one holds the run lock.</summary>
internal static class RunRefusal
{
    // This many refused runs in a row are a failure, unless a full run holds the lock.
    private const int TimesInARow = 3;

    /// <summary>Takes the run lock for a command that changes a connection or its links.</summary>
    /// <param name="factory">Takes the lock.</param>
    /// <param name="connection">The connection.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.AlreadyRunning"/>: another run or command holds it.</exception>
    public static IRunLock LockForCommand(IConnectorFactory factory, ConnectionSettings connection) =>
        factory.TryLock(connection, new RunHolder { Mode = SyncMode.User, Since = factory.Clock.UtcNow }) ?? throw new ConnectorException(Of(connection.Name, factory.FindHolder(connection)));

    /// <summary>The error of a connection that was restored and is not activated; null if it may run.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="origin">The backup that its state comes from; null if it comes from none.</param>
    public static Problem? OfIdle(string connection, BackupOrigin? origin) => origin is { IsActive: false }
        ? Problems.StateNotActivated(connection, BackupTime.Format(origin.BackedUpAt), origin.Machine).About(connection)
        : null;

    /// <summary>The error, which names the holder of the lock.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="holder">The holder of the lock; null if unknown.</param>
    public static Problem Of(string connection, RunHolder? holder) => holder is null
        ? Problems.AlreadyRunning(connection, Texts.HolderUnknown.Render())
        : Problems.AlreadyRunning(
            connection,
            Texts.HolderKnown(holder.Process, holder.Mode.ToString(), holder.Since.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)).Render());

    /// <summary>The health of a connection after a refused run.</summary>
    /// <param name="before">The health before it.</param>
    /// <param name="error">The error, which names the holder.</param>
    /// <param name="holder">The holder of the lock; null if unknown.</param>
    /// <param name="now">The time, UTC.</param>
    public static ConnectionHealth HealthAfter(ConnectionHealth before, Problem error, RunHolder? holder, DateTimeOffset now)
    {
        var after = before with { Refusals = before.Refusals + 1, Refusal = error.Text };
        return IsFailure(holder, after.Refusals, now) ? after with { LastOutcome = SyncOutcome.Failed, ConsecutiveFailures = before.ConsecutiveFailures + 1 } : after;
    }

    /// <summary>Whether the holder has run for too long: a full run past its own limit, any other holder at the third refused run in a row.</summary>
    /// <param name="holder">The holder of the lock; null if unknown.</param>
    /// <param name="inARow">The number of refused runs in a row, this one included.</param>
    /// <param name="now">The time, UTC.</param>
    public static bool IsFailure(RunHolder? holder, int inARow, DateTimeOffset now) =>
        holder is { Mode: SyncMode.Full, Until: { } until } ? now > until : inARow >= TimesInARow;
}
