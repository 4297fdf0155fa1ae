using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>A command that changes scheduled tasks: of connections, or the one that syncs them all, which is meant by <c>*</c>.</summary>
public abstract class TaskCommand : ConnectionCommand
{
    /// <summary>Does the same for each task that is meant; one that fails blocks no other.</summary>
    private protected void ForEachTask(Action<string> work)
    {
        var given = Connection is null ? Name : Name is null ? Connection : null;
        if (given is not { Length: 1 } || given[0] != TaskTarget.All)
        {
            ForEachTarget(work);
            return;
        }

        try
        {
            work(TaskTarget.All);
        }
        catch (ConnectorException exception)
        {
            WriteError(exception, TaskTarget.All);
        }
    }
}
