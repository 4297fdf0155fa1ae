using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Planning;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Connections;

/// <summary>The chain from the token to the accounts, in the order in which an admin would debug it. What depends on a failed check is skipped.</summary>
internal sealed class ConnectionChecks
{
    // Each list is enough on its own (https://learn.microsoft.com/graph/permissions-reference).
    private static readonly string[] GroupRoles = { "GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "Group.ReadWrite.All", "Directory.ReadWrite.All" };
    private static readonly string[] UserRoles = { "User.Read.All", "Directory.Read.All", "User.ReadWrite.All", "Directory.ReadWrite.All" };

    private readonly IConnectorFactory factory;
    private readonly IStateStore store;
    private readonly ConnectionSettings connection;
    private readonly List<PBConnectionCheck> checks = new();

    public ConnectionChecks(IConnectorFactory factory, IStateStore store, ConnectionSettings connection)
    {
        this.factory = factory;
        this.store = store;
        this.connection = connection;
    }

    public async Task<IReadOnlyList<PBConnectionCheck>> RunAsync(CancellationToken cancellationToken)
    {
        ConnectionSecrets secrets;
        try
        {
            secrets = store.ReadSecrets(connection.Id);
            Add("State", CheckStatus.Passed, new Message("Check_State", store.Location));
        }
        catch (ConnectorException e)
        {
            Fail("State", e);
            SkipAll("SignIn", "Permissions", "UserGroup", "Members", "AdditionalGroups", "PasswordBoss", "Token", "Rules", "Schemas");
            return checks;
        }

        await CheckEntraAsync(secrets, cancellationToken).ConfigureAwait(false);
        await CheckPasswordBossAsync(secrets, cancellationToken).ConfigureAwait(false);
        return checks;
    }

    /// <summary>Asks for an account that does not exist: discovery needs no token on many servers, this does, and it works without filters too.</summary>
    internal static Task ProveTokenAsync(IAccountDirectory accounts, CancellationToken cancellationToken) =>
        accounts.GetAccountAsync(Guid.NewGuid().ToString(), cancellationToken);

    private async Task CheckEntraAsync(ConnectionSecrets secrets, CancellationToken cancellationToken)
    {
        IDirectoryReader directory;
        SignInFacts facts;
        try
        {
            directory = factory.OpenDirectory(connection, secrets);
        }
        catch (ConnectorException e)
        {
            Fail("SignIn", e);
            SkipAll("Permissions", "UserGroup", "Members", "AdditionalGroups");
            return;
        }

        using (directory)
        {
            try
            {
                facts = await directory.SignInAsync(cancellationToken).ConfigureAwait(false);
                CheckToken(facts);
            }
            catch (ConnectorException e)
            {
                Fail("SignIn", e);
                SkipAll("Permissions", "UserGroup", "Members", "AdditionalGroups");
                return;
            }

            CheckPermissions(facts);
            await CheckUserGroupAsync(directory, cancellationToken).ConfigureAwait(false);
            await CheckAdditionalGroupsAsync(directory, cancellationToken).ConfigureAwait(false);
        }
    }

    private void CheckToken(SignInFacts facts)
    {
        if (facts.TenantId is not null && Guid.TryParse(connection.TenantId, out _) && !string.Equals(facts.TenantId, connection.TenantId, StringComparison.OrdinalIgnoreCase))
            Add("SignIn", CheckStatus.Failed, new Message("Check_OtherTenant", facts.TenantId), new Message("CheckFix_OtherTenant"));
        else
            Add("SignIn", CheckStatus.Passed, new Message("Check_SignIn", connection.AuthorityHost.Host));
    }

    private void CheckPermissions(SignInFacts facts)
    {
        if (facts.Roles is not { } roles)
        {
            Add("Permissions", CheckStatus.Skipped, new Message("Check_RolesUnknown"));
            return;
        }

        var missing = new List<string>();
        if (!roles.Intersect(GroupRoles, StringComparer.OrdinalIgnoreCase).Any())
            missing.Add(GroupRoles[0]);
        if (!roles.Intersect(UserRoles, StringComparer.OrdinalIgnoreCase).Any())
            missing.Add(UserRoles[0]);
        if (missing.Count > 0)
        {
            var names = string.Join(", ", missing);
            Add("Permissions", CheckStatus.Failed, new Message("Check_RolesMissing", names), new Message("Fix_PermissionMissing", names));
            return;
        }

        var writing = roles.Where(r => r.IndexOf("ReadWrite", StringComparison.OrdinalIgnoreCase) >= 0).ToList();
        if (writing.Count > 0)
            Add("Permissions", CheckStatus.Warning, new Message("Check_RolesWriting", string.Join(", ", writing)), new Message("CheckFix_RolesWriting"));
        else
            Add("Permissions", CheckStatus.Passed, new Message("Check_Roles", string.Join(", ", roles)));
    }

    private async Task CheckUserGroupAsync(IDirectoryReader directory, CancellationToken cancellationToken)
    {
        if (connection.UserGroup is not { } group)
        {
            Fail("UserGroup", new ConnectorException(ErrorId.UserGroupNotChosen, connection.Name));
            SkipAll("Members");
            return;
        }

        GroupReading reading;
        DirectoryGroup? facts;
        try
        {
            facts = (await directory.FindGroupsAsync(group.Id, cancellationToken).ConfigureAwait(false)).FirstOrDefault(g => g.Id == group.Id);
            reading = await directory.ReadGroupAsync(group.Id, group.DisplayName, connection.IncludeNested, null, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e)
        {
            Fail("UserGroup", e);
            SkipAll("Members");
            return;
        }

        var refusal = SafetyRules.RefusalOf(reading, SyncState.Empty);
        if (refusal is { Id: not ErrorId.MembersUnreadable })
        {
            Fail("UserGroup", refusal);
            SkipAll("Members");
            return;
        }

        var count = reading.Users.Count.ToString(CultureInfo.CurrentCulture);
        if (reading.Status == ReadingStatus.Hidden)
            Fail("UserGroup", new ConnectorException(ErrorId.UserGroupHidden, reading.DisplayName));
        else if (facts is { SecurityEnabled: false })
            Add("UserGroup", CheckStatus.Warning, new Message("Check_NotSecurityEnabled", reading.DisplayName), new Message("CheckFix_NotSecurityEnabled"));
        else if (facts is { RuleProcessingOn: false })
            Add("UserGroup", CheckStatus.Warning, new Message("Check_RulePaused", reading.DisplayName), new Message("CheckFix_RulePaused"));
        else if (reading.NestedGroups.Count > 0 && !connection.IncludeNested)
            Add("UserGroup", CheckStatus.Warning, new Message("Warning_NestedIgnored", reading.DisplayName, reading.NestedGroups.Count.ToString(CultureInfo.CurrentCulture)), new Message("CheckFix_Nested"));
        else
            Add("UserGroup", CheckStatus.Passed, new Message("Check_UserGroup", reading.DisplayName, count));

        if (refusal is not null)
            Fail("Members", refusal);
        else if (reading.Users.Any(u => u.AccountEnabled is null))
            Add("Members", CheckStatus.Warning, new Message("Check_MembersPartly"), new Message("Fix_PermissionMissing", UserRoles[0]));
        else
            Add("Members", CheckStatus.Passed, new Message("Check_Members", count));
    }

    private async Task CheckAdditionalGroupsAsync(IDirectoryReader directory, CancellationToken cancellationToken)
    {
        if (connection.AdditionalGroups.Count == 0)
        {
            Add("AdditionalGroups", CheckStatus.Skipped, new Message("Check_NoAdditionalGroups"));
            return;
        }

        var missing = new List<string>();
        try
        {
            foreach (var group in connection.AdditionalGroups)
            {
                if ((await directory.FindGroupsAsync(group.Id, cancellationToken).ConfigureAwait(false)).All(g => g.Id != group.Id))
                    missing.Add(group.DisplayName);
            }
        }
        catch (ConnectorException e)
        {
            Fail("AdditionalGroups", e);
            return;
        }

        if (missing.Count > 0)
            Add("AdditionalGroups", CheckStatus.Warning, new Message("Check_GroupsMissing", string.Join(", ", missing)), new Message("CheckFix_GroupsMissing"));
        else
            Add("AdditionalGroups", CheckStatus.Passed, new Message("Check_Groups", string.Join(", ", connection.AdditionalGroups.Select(g => g.DisplayName))));
    }

    private async Task CheckPasswordBossAsync(ConnectionSecrets secrets, CancellationToken cancellationToken)
    {
        try
        {
            using var accounts = factory.OpenAccounts(connection, secrets);
            var capabilities = await accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false);
            Add("PasswordBoss", CheckStatus.Passed, new Message(capabilities.UserExtension ? "Check_ScimWithExtension" : "Check_Scim", connection.PasswordBossUri.Host));
            var isTokenAccepted = false;
            try
            {
                await ProveTokenAsync(accounts, cancellationToken).ConfigureAwait(false);
                Add("Token", CheckStatus.Passed, new Message("Check_Token"));
                isTokenAccepted = true;
            }
            catch (ConnectorException e)
            {
                Fail("Token", e);
            }

            if (SafetyRules.Unsupported(connection.Rules, capabilities) is { } unsupported)
                Fail("Rules", unsupported);
            else if (connection.AdditionalGroups.Count > 0 && !capabilities.Groups)
                Fail("Rules", new ConnectorException(ErrorId.GroupsNotSupported, connection.PasswordBossUri.Host));
            else
                Add("Rules", CheckStatus.Passed, new Message("Check_Rules"));

            if (isTokenAccepted)
                await CheckSchemasAsync(accounts, capabilities, cancellationToken).ConfigureAwait(false);
            else
                SkipAll("Schemas");
        }
        catch (ConnectorException e)
        {
            Fail(e.Id == ErrorId.AccountServerTokenRejected ? "Token" : "PasswordBoss", e);
            SkipAll(e.Id == ErrorId.AccountServerTokenRejected ? new[] { "Rules", "Schemas" } : new[] { "Token", "Rules", "Schemas" });
        }
    }

    private async Task CheckSchemasAsync(IAccountDirectory accounts, AccountCapabilities capabilities, CancellationToken cancellationToken)
    {
        if (!capabilities.UserExtension)
        {
            Add("Schemas", CheckStatus.Skipped, new Message("Check_SchemasNotOffered"));
            return;
        }

        var host = connection.PasswordBossUri.Host;
        var (isDescribed, problem) = await ExtensionCheck.RunAsync(accounts, host, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
            Add("Schemas", CheckStatus.Warning, problem, new Message("CheckFix_Schemas"));
        else if (isDescribed)
            Add("Schemas", CheckStatus.Passed, new Message("Check_Schemas", host));
        else
            Add("Schemas", CheckStatus.Skipped, new Message("Check_SchemasNotDescribed", host));
    }

    private void SkipAll(params string[] names)
    {
        foreach (var name in names)
            Add(name, CheckStatus.Skipped, new Message("Check_SkippedAfterFailure"));
    }

    private void Fail(string name, ConnectorException error) => Add(name, CheckStatus.Failed, error.Text, error.Recommendation);

    private void Add(string name, CheckStatus status, Message detail, Message? recommendation = null) => checks.Add(new PBConnectionCheck
    {
        Connection = connection.Name,
        Name = name,
        Status = status,
        Detail = detail.Render(),
        Recommendation = recommendation?.Render() ?? "",
    });
}
