using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>A command that changes scheduled tasks: those of connections, or the one for all connections (<c>*</c>).</summary>
public abstract class TaskCommand : ConnectionsCommand
{
    /// <summary>Does the work for each selected task; an error in one does not stop the others.</summary>
    private protected void ForEachTask(Action<string> work)
    {
        var given = Connection is null ? GivenNames : GivenNames is null ? Connection : null;
        if (Tag is not null || given is not { Length: 1 } || given[0] != TaskTarget.All)
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
