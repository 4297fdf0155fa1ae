using System;
using System.Globalization;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>Why a run, or a command that needs the run lock, cannot begin: another run or command holds the lock.</summary>
internal static class RunRefusal
{
    // How often in a row a run is refused before that is a failure, unless a full run is under way.
    private const int TimesInARow = 3;

    /// <summary>Takes the run lock for a command that changes a connection or its links.</summary>
    /// <param name="factory">Takes the lock.</param>
    /// <param name="connection">The connection.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.AlreadyRunning"/>: another run or command holds it.</exception>
    public static IRunLock LockForCommand(IConnectorFactory factory, ConnectionSettings connection) =>
        factory.TryLock(connection, new RunHolder { Mode = SyncMode.User, Since = factory.Clock.UtcNow }) ?? throw Of(connection.Name, factory.FindHolder(connection));

    /// <summary>The error, which names the holder.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="holder">The holder; null when it did not say who it is.</param>
    public static ConnectorException Of(string connection, RunHolder? holder) => holder is null
        ? new ConnectorException(ErrorId.AlreadyRunning, connection, new Message("Holder_Unknown").Render())
        : new ConnectorException(
            ErrorId.AlreadyRunning,
            connection,
            new Message("Holder_Known", holder.Process, holder.Mode.ToString(), holder.Since.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)).Render());

    /// <summary>How a connection is after a run was refused.</summary>
    /// <param name="before">How it was before.</param>
    /// <param name="error">The error, which names the holder.</param>
    /// <param name="holder">The holder; null when it did not say who it is.</param>
    /// <param name="now">The time, UTC.</param>
    public static ConnectionHealth HealthAfter(ConnectionHealth before, ConnectorException error, RunHolder? holder, DateTimeOffset now)
    {
        var after = before with { Refusals = before.Refusals + 1, Refusal = error.Text };
        return IsFailure(holder, after.Refusals, now) ? after with { LastOutcome = SyncOutcome.Failed, ConsecutiveFailures = before.ConsecutiveFailures + 1 } : after;
    }

    /// <summary>Whether the holder is at work longer than it should be: a full run past its own limit, anything else at the third refusal in a row.</summary>
    /// <param name="holder">The holder; null when it did not say who it is.</param>
    /// <param name="inARow">How many runs were refused since the last one that ran, with this one.</param>
    /// <param name="now">The time, UTC.</param>
    public static bool IsFailure(RunHolder? holder, int inARow, DateTimeOffset now) =>
        holder is { Mode: SyncMode.Full, Until: { } until } ? now > until : inARow >= TimesInARow;
}
