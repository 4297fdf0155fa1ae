using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>The Password Boss side: whether the server responds, accepts the token and supports the rules.</summary>
internal sealed class AccountServerChecks
{
    private readonly ConnectionSettings connection;
    private readonly CheckList list;

    public AccountServerChecks(ConnectionSettings connection, CheckList list)
    {
        this.connection = connection;
        this.list = list;
    }

    /// <summary>
    /// Reads an account that does not exist. Unlike discovery, which many servers allow without a token, this needs one. It also works without filters. Servers whose
    /// ids have another form than this one may fail on it; then a search decides.
    /// </summary>
    public static async Task ProveTokenAsync(IAccountDirectory accounts, CancellationToken cancellationToken)
    {
        var missing = Guid.NewGuid().ToString();
        try
        {
            await accounts.GetAccountAsync(missing, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (e.Id == ErrorId.AccountServerFailed)
        {
            await accounts.FindByExternalIdAsync(missing, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task RunAsync(Func<IAccountDirectory> open, CancellationToken cancellationToken)
    {
        try
        {
            using var accounts = open();
            var capabilities = await accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false);
            if (capabilities.IsAssumed)
                list.Add("PasswordBoss", CheckStatus.Warning, Texts.CheckScimAssumed(connection.PasswordBossUri.Host), Texts.CheckFixScimAssumed);
            else
                list.Add("PasswordBoss", CheckStatus.Passed, capabilities.UserExtension ? Texts.CheckScimWithExtension(connection.PasswordBossUri.Host) : Texts.CheckScim(connection.PasswordBossUri.Host));
            var isTokenAccepted = await list.TryAsync("Token", () => ProveTokenAsync(accounts, cancellationToken)).ConfigureAwait(false);
            if (isTokenAccepted)
                list.Add("Token", CheckStatus.Passed, Texts.CheckToken);
            CheckRules(capabilities);
            if (isTokenAccepted)
                await CheckSchemasAsync(accounts, capabilities, cancellationToken).ConfigureAwait(false);
            else
                list.Skip("Schemas");
        }
        catch (ConnectorException e) when (e.Id == ErrorId.AccountServerTokenRejected)
        {
            list.Fail("Token", e.Problem);
            list.Skip("Rules", "Schemas");
        }
        catch (ConnectorException e)
        {
            list.Fail("PasswordBoss", e.Problem);
            list.Skip("Token", "Rules", "Schemas");
        }
    }

    private void CheckRules(AccountCapabilities capabilities)
    {
        if (SafetyRules.Unsupported(connection.Rules, capabilities) is { } unsupported)
            list.Fail("Rules", unsupported);
        else if (connection.AdditionalGroups.Count > 0 && !capabilities.Groups)
            list.Fail("Rules", Problems.GroupsNotSupported(connection.PasswordBossUri.Host));
        else
            list.Add("Rules", CheckStatus.Passed, Texts.CheckRules);
    }

    private async Task CheckSchemasAsync(IAccountDirectory accounts, AccountCapabilities capabilities, CancellationToken cancellationToken)
    {
        if (!capabilities.UserExtension)
        {
            list.Add("Schemas", CheckStatus.Skipped, Texts.CheckSchemasNotOffered);
            return;
        }

        var host = connection.PasswordBossUri.Host;
        switch (await ExtensionCheck.RunAsync(accounts, host, cancellationToken).ConfigureAwait(false))
        {
            case ExtensionDeclaration.AsNeeded:
                list.Add("Schemas", CheckStatus.Passed, Texts.CheckSchemas(host));
                break;
            case ExtensionDeclaration.Missing:
                list.Add("Schemas", CheckStatus.Skipped, Texts.CheckSchemasNotDescribed(host));
                break;
            case ExtensionDeclaration.Doubtful { Problem: var problem }:
                list.Add("Schemas", CheckStatus.Warning, problem, Texts.CheckFixSchemas);
                break;
            case var other:
                throw new InvalidOperationException(other.GetType().Name);
        }
    }
}
