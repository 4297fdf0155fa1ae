using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>The run lock of a connection: only one run or command at a time changes the connection and its accounts.</summary>
internal static class ConnectionLock
{
    /// <summary>Takes the lock for a command that removes a connection or changes its links.</summary>
    /// <param name="factory">Takes the lock.</param>
    /// <param name="connection">The connection.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.AlreadyRunning"/>: another run or command holds it.</exception>
    public static IRunLock TakeForCommand(IConnectorFactory factory, ConnectionSettings connection) =>
        factory.TryLock(connection, new RunLockHolder { Mode = SyncMode.User, Since = factory.Clock.UtcNow }) ?? throw new ConnectorException(HeldBy(factory.FindHolder(connection), connection.Name));

    /// <summary>The error of a run or command that another holder blocks.</summary>
    /// <param name="holder">The holder of the lock; null if unknown.</param>
    /// <param name="connection">The name of the connection.</param>
    public static Problem HeldBy(RunLockHolder? holder, string connection) => holder is null
        ? Problems.AlreadyRunning(connection, Texts.HolderUnknown)
        : Problems.AlreadyRunning(
            connection,
            Texts.HolderKnown(holder.Process, holder.Mode.ToString(), MessageValue.Of(holder.Since)));
}
