using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>The Password Boss side: whether the server answers, accepts the token and supports the rules.</summary>
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
    /// Reads an account that does not exist. Unlike discovery, which many servers allow without a token, this needs one. It also works without filters.
    /// </summary>
    public static Task ProveTokenAsync(IAccountDirectory accounts, CancellationToken cancellationToken) =>
        accounts.GetAccountAsync(Guid.NewGuid().ToString(), cancellationToken);

    public async Task RunAsync(Func<IAccountDirectory> open, CancellationToken cancellationToken)
    {
        try
        {
            using var accounts = open();
            var capabilities = await accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false);
            if (capabilities.IsAssumed)
                list.Add("PasswordBoss", CheckStatus.Warning, new Message("Check_ScimAssumed", connection.PasswordBossUri.Host), new Message("CheckFix_ScimAssumed"));
            else
                list.Add("PasswordBoss", CheckStatus.Passed, new Message(capabilities.UserExtension ? "Check_ScimWithExtension" : "Check_Scim", connection.PasswordBossUri.Host));
            var isTokenAccepted = await list.TryAsync("Token", () => ProveTokenAsync(accounts, cancellationToken)).ConfigureAwait(false);
            if (isTokenAccepted)
                list.Add("Token", CheckStatus.Passed, new Message("Check_Token"));
            CheckRules(capabilities);
            if (isTokenAccepted)
                await CheckSchemasAsync(accounts, capabilities, cancellationToken).ConfigureAwait(false);
            else
                list.Skip("Schemas");
        }
        catch (ConnectorException e) when (e.Id == ErrorId.AccountServerTokenRejected)
        {
            list.Fail("Token", e);
            list.Skip("Rules", "Schemas");
        }
        catch (ConnectorException e)
        {
            list.Fail("PasswordBoss", e);
            list.Skip("Token", "Rules", "Schemas");
        }
    }

    private void CheckRules(AccountCapabilities capabilities)
    {
        if (SafetyRules.Unsupported(connection.Rules, capabilities) is { } unsupported)
            list.Fail("Rules", unsupported);
        else if (connection.AdditionalGroups.Count > 0 && !capabilities.Groups)
            list.Fail("Rules", new ConnectorException(ErrorId.GroupsNotSupported, connection.PasswordBossUri.Host));
        else
            list.Add("Rules", CheckStatus.Passed, new Message("Check_Rules"));
    }

    private async Task CheckSchemasAsync(IAccountDirectory accounts, AccountCapabilities capabilities, CancellationToken cancellationToken)
    {
        if (!capabilities.UserExtension)
        {
            list.Add("Schemas", CheckStatus.Skipped, new Message("Check_SchemasNotOffered"));
            return;
        }

        var host = connection.PasswordBossUri.Host;
        var (isDescribed, problem) = await ExtensionCheck.RunAsync(accounts, host, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            list.Add("Schemas", CheckStatus.Warning, problem, new Message("CheckFix_Schemas"));
        else if (isDescribed)
            list.Add("Schemas", CheckStatus.Passed, new Message("Check_Schemas", host));
        else
            list.Add("Schemas", CheckStatus.Skipped, new Message("Check_SchemasNotDescribed", host));
    }
}
