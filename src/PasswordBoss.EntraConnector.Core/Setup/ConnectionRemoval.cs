using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Setup;

/// <summary>Removes a connection. Accounts stay; on request, Password Boss manages them again first.</summary>
internal sealed class ConnectionRemoval
{
    private readonly IConnectorFactory factory;
    private readonly IStateStore store;
    private readonly IRunObserver observer;

    public ConnectionRemoval(IConnectorFactory factory, IStateStore store, IRunObserver observer)
    {
        this.factory = factory;
        this.store = store;
        this.observer = observer;
    }

    public async Task RemoveAsync(ConnectionSettings connection, bool releaseAccounts, CancellationToken cancellationToken)
    {
        using var runLock = ConnectionLock.TakeForCommand(factory, connection);
        if (releaseAccounts)
            await ReleaseAsync(connection, cancellationToken).ConfigureAwait(false);
        store.RemoveConnection(connection.Id);
        if (connection.IsSandbox)
            factory.DeleteSandbox(connection);
    }

    private async Task ReleaseAsync(ConnectionSettings connection, CancellationToken cancellationToken)
    {
        using var journal = store.OpenJournal(connection.Id);
        if (NotActivatedState.Refusal(connection.Name, journal.LoadStart().Progress.Restored) is { } notActivated)
            throw new ConnectorException(notActivated);
        var state = journal.Load(factory.Clock.UtcNow);
        using var accounts = factory.OpenAccounts(connection, store.ReadSecrets(connection));
        var capabilities = await accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false);
        if (!capabilities.UserExtension)
            throw new ConnectorException(Problems.ReleaseNotSupported(connection.PasswordBossUri.Host));

        var links = state.Links.Where(l => l.Kind == LinkKind.Current && l.AppliedRule != LeaverRule.ConvertToPersonal).ToList();
        for (var i = 0; i < links.Count; i++)
        {
            await ReleaseAccountAsync(accounts, links[i], cancellationToken).ConfigureAwait(false);
            observer.Progress(connection.Name, Texts.PhaseRelease, i + 1, links.Count);
        }

        if (!capabilities.GroupExtension)
            return;
        foreach (var link in state.GroupLinks)
        {
            try
            {
                await accounts.PatchGroupAsync(link.AccountGroupId, new AccountGroupPatch { ManagedBy = ManagedBy.PasswordBoss }, cancellationToken).ConfigureAwait(false);
            }
            catch (ConnectorException e) when (e.Id == ErrorId.AccountNotFound)
            {
                // A deleted group needs no manager.
            }
        }
    }

    private static async Task ReleaseAccountAsync(IAccountDirectory accounts, AccountLink link, CancellationToken cancellationToken)
    {
        var account = await accounts.GetAccountAsync(link.AccountId, cancellationToken).ConfigureAwait(false);
        if (account is null || account.ManagedBy != ManagedBy.AzureAD || !EntraId.Same(account.ExternalId ?? link.EntraId, link.EntraId))
            return;
        await accounts.PatchAccountAsync(link.AccountId, new AccountPatch { ManagedBy = ManagedBy.PasswordBoss }, cancellationToken).ConfigureAwait(false);
    }
}
