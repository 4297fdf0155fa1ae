using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Scheduling;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>
/// Checks the clock, the network, both sides, the state, the last run and the task, in the order in which an admin would debug them. Skips a check if one that it
/// depends on failed. Changes nothing, and a failed check does not throw.
/// </summary>
internal sealed class ConnectionChecks
{
    private readonly IConnectorFactory factory;
    private readonly IStateStore store;
    private readonly ConnectionSettings connection;
    private readonly SyncTasks tasks;

    public ConnectionChecks(IConnectorFactory factory, IStateStore store, SyncTasks tasks, ConnectionSettings connection)
    {
        this.factory = factory;
        this.store = store;
        this.tasks = tasks;
        this.connection = connection;
    }

    public async Task<IReadOnlyList<PBConnectionCheck>> RunAsync(CancellationToken cancellationToken)
    {
        var list = new CheckList(connection.Name);
        var secrets = TryReadSecrets(out var unreadable);
        await new EntraChecks(factory, connection, list).RunAsync(secrets, cancellationToken).ConfigureAwait(false);
        if (secrets is null)
            list.Skip("PasswordBoss", "Token", "Rules", "Schemas");
        else
            await new AccountServerChecks(connection, list).RunAsync(() => factory.OpenAccounts(connection, secrets), cancellationToken).ConfigureAwait(false);
        CheckState(list, unreadable);
        new LastRunCheck(factory.Clock, store, connection).Run(list);
        new TaskCheck(tasks, connection).Run(list);
        return list.Rows;
    }

    private ConnectionSecrets? TryReadSecrets(out Problem? problem)
    {
        try
        {
            problem = null;
            return store.ReadSecrets(connection);
        }
        catch (ConnectorException e)
        {
            problem = e.Problem;
            return null;
        }
    }

    private void CheckState(CheckList list, Problem? unreadable)
    {
        if (unreadable is not null)
        {
            list.Fail("State", unreadable);
            return;
        }

        try
        {
            var problems = store.FindProblems();
            if (problems.Count == 0)
                list.Add("State", CheckStatus.Passed, Texts.CheckState(store.Location));
            else
                list.Add("State", CheckStatus.Failed, string.Join(" ", problems.Select(p => p.Render())), Texts.CheckFixState.Render());
        }
        catch (ConnectorException e)
        {
            list.Fail("State", e.Problem);
        }
    }
}
