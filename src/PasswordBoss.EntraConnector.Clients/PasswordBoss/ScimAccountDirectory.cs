using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>
/// The accounts of one Password Boss company over SCIM 2.0 (RFC 7643, RFC 7644), with this project's extension if the server offers it. The capabilities of
/// the server are read once, before the first call that depends on them.
/// </summary>
internal sealed class ScimAccountDirectory : IAccountDirectory
{
    private const int MembersPutBackAtOnce = 100;

    /// <summary>The maximum number of accounts or groups in a list: twenty times the size that the connector is designed for.</summary>
    public const int MostResources = 2_000_000;

    private readonly HttpEndpoint endpoint;
    private readonly ScimChannel channel;
    private readonly ScimReader reader;
    private readonly ScimWriter writer;
    private readonly SemaphoreSlim discovering = new(1, 1);
    private readonly SemaphoreSlim tryingRemoval = new(1, 1);
    // Cached as a completed task, so that repeat callers neither wait nor allocate.
    private volatile Task<ServerDescription>? description;
    private volatile RemovalByValue removalByValue;
    // A caller sends the members of a refused request again one by one, and the first one may be removed already. Guarded by tryingRemoval.
    private readonly HashSet<(string GroupId, string Member)> removedFirst = [];

    /// <summary>Opens the directory; nothing is sent yet.</summary>
    /// <param name="endpoint">The server; <c>/Users</c> is below its address. Disposed with the directory.</param>
    /// <param name="token">The authentication token of the connector.</param>
    /// <param name="mostResources">The maximum number of accounts or groups in a list.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.AccountServerTokenRejected"/>: the token is empty or malformed.</exception>
    public ScimAccountDirectory(HttpEndpoint endpoint, string? token, int mostResources = MostResources)
    {
        this.endpoint = endpoint;
        channel = new ScimChannel(endpoint, token);
        endpoint.ResponseReceived += status =>
        {
            if (ScimErrors.MeansServerFailed(status))
                ServerFailed?.Invoke();
        };
        reader = new ScimReader(channel, mostResources);
        writer = new ScimWriter(channel);
    }

    /// <inheritdoc/>
    public event Action? ServerFailed;

    /// <inheritdoc/>
    public int RequestCount => endpoint.RequestCount;

    /// <inheritdoc/>
    public async Task<AccountCapabilities> DiscoverAsync(CancellationToken cancellationToken)
    {
        var found = await ServerDescription.ReadAsync(channel, cancellationToken).ConfigureAwait(false);
        description = Task.FromResult(found);
        return found.Capabilities;
    }

    /// <inheritdoc/>
    public async Task<ExtensionDescription> DescribeExtensionAsync(CancellationToken cancellationToken)
    {
        var server = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        return await ExtensionSchemas.ReadAsync(channel, server.Capabilities, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<AccountListing> ListAccountsAsync(Action<int, int>? onProgress, CancellationToken cancellationToken)
    {
        var accounts = await DescribeAccountsAsync(cancellationToken).ConfigureAwait(false);
        var list = await reader.ListAsync(accounts, onProgress, cancellationToken).ConfigureAwait(false);
        return new AccountListing { Accounts = list.Items, IsComplete = list.IsComplete, Unreadable = list.UnreadableIn(channel.Errors) };
    }

    /// <inheritdoc/>
    public async Task<AccountGroupListing> ListGroupsAsync(CancellationToken cancellationToken)
    {
        var groups = await DescribeGroupsAsync(cancellationToken).ConfigureAwait(false);
        var list = await reader.ListAsync(groups, null, cancellationToken).ConfigureAwait(false);
        return new AccountGroupListing { Groups = list.Items, IsComplete = list.IsComplete, Unreadable = list.UnreadableIn(channel.Errors) };
    }

    /// <inheritdoc/>
    public async Task<AccountGroup?> GetGroupAsync(string accountGroupId, CancellationToken cancellationToken)
    {
        var groups = await DescribeGroupsAsync(cancellationToken).ConfigureAwait(false);
        return await reader.GetAsync(groups, accountGroupId, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Account?> GetAccountAsync(string accountId, CancellationToken cancellationToken)
    {
        var accounts = await DescribeAccountsAsync(cancellationToken).ConfigureAwait(false);
        return await reader.GetAsync(accounts, accountId, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Account>> FindByExternalIdAsync(string externalId, CancellationToken cancellationToken) =>
        await reader.FindByExternalIdAsync(await DescribeAccountsAsync(cancellationToken).ConfigureAwait(false), externalId, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Account>> FindByUserNameAsync(string userName, CancellationToken cancellationToken) =>
        await reader.FindByUserNameAsync(await DescribeAccountsAsync(cancellationToken).ConfigureAwait(false), userName, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<CreationResult> CreateAccountAsync(AccountDraft draft, CancellationToken cancellationToken)
    {
        var accounts = await DescribeAccountsAsync(cancellationToken).ConfigureAwait(false);
        return await new AccountCreation(channel, reader, accounts, draft).DoAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<PatchedAccount> PatchAccountAsync(string accountId, AccountPatch patch, CancellationToken cancellationToken)
    {
        var accounts = await DescribeAccountsAsync(cancellationToken).ConfigureAwait(false);
        var extension = accounts.Server.Capabilities.UserExtension;
        if (!extension && patch.State is { } state and not (AccountState.Active or AccountState.Disabled))
            throw new ConnectorException(Problems.RuleNotSupported("accountState", ScimUserMapper.WordOf(state)).About(accountId));

        const string Given = "name.givenName", Family = "name.familyName", Display = "displayName", External = "externalId", Active = "active";
        const string StateWord = ScimSchemas.UserExtension + ":accountState", Manager = ScimSchemas.UserExtension + ":managedBy";
        var body = new ScimPatch().Replace(Given, patch.GivenName).Replace(Family, patch.FamilyName).Replace(Display, patch.DisplayName).Replace(External, patch.ExternalId);
        if (extension)
        {
            body.Replace(StateWord, patch.State is { } word ? ScimUserMapper.WordOf(word) : null)
                .Replace(Manager, patch.ManagedBy is { } manager ? ScimUserMapper.WordOf(manager) : null);
        }
        else
        {
            body.Replace(Active, patch.State is { } wanted ? wanted == AccountState.Active : (bool?)null);
        }

        return await writer.PatchAsync(AccountCollection.Path, accountId, body, cancellationToken).ConfigureAwait(false) switch
        {
            PatchOutcome.NothingSent => new PatchedAccount(null, null),
            PatchOutcome.Accepted { Response: var response } => new PatchedAccount(TryReadAccount(response, accountId, accounts), null),
            PatchOutcome.PartlyAccepted { Response: var response, RefusedPaths: var refused, Error: var error } =>
                new PatchedAccount(TryReadAccount(response, accountId, accounts), new PatchRefusal(RefusedPartOf(refused), error)),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };

        AccountPatch RefusedPartOf(ISet<string> refused) => new()
        {
            GivenName = refused.Contains(Given) ? patch.GivenName : null,
            FamilyName = refused.Contains(Family) ? patch.FamilyName : null,
            DisplayName = refused.Contains(Display) ? patch.DisplayName : null,
            ExternalId = refused.Contains(External) ? patch.ExternalId : null,
            State = refused.Contains(StateWord) || refused.Contains(Active) ? patch.State : null,
            ManagedBy = refused.Contains(Manager) ? patch.ManagedBy : null,
        };
    }

    /// <inheritdoc/>
    public Task DeleteAccountAsync(string accountId, bool isHidden, CancellationToken cancellationToken) =>
        writer.DeleteAsync(AccountCollection.Path, accountId, isHidden, cancellationToken);

    /// <inheritdoc/>
    public async Task<string> CreateGroupAsync(string displayName, string externalId, CancellationToken cancellationToken)
    {
        var groups = await DescribeGroupsAsync(cancellationToken).ConfigureAwait(false);
        var created = await new GroupCreation(channel, reader, groups, displayName, externalId).DoAsync(cancellationToken).ConfigureAwait(false);
        return created.Id;
    }

    /// <inheritdoc/>
    public async Task PatchGroupAsync(string accountGroupId, AccountGroupPatch patch, CancellationToken cancellationToken)
    {
        var groups = await DescribeGroupsAsync(cancellationToken).ConfigureAwait(false);
        var body = new ScimPatch().Replace("displayName", patch.DisplayName).Replace("externalId", patch.ExternalId);
        if (groups.Server.Capabilities.GroupExtension)
            body.Replace(ScimSchemas.GroupExtension + ":managedBy", patch.ManagedBy is { } manager ? ScimUserMapper.WordOf(manager) : null);
        if (await writer.PatchAsync(GroupCollection.Path, accountGroupId, body, cancellationToken).ConfigureAwait(false) is PatchOutcome.PartlyAccepted { Error: var refused })
            throw new ConnectorException(refused);
    }

    /// <inheritdoc/>
    public Task AddMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken) =>
        writer.AddMembersAsync(accountGroupId, accountIds, cancellationToken);

    /// <inheritdoc/>
    public async Task RemoveMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken)
    {
        if (accountIds.Count == 0)
            return;
        if (removalByValue == RemovalByValue.Works && await TryRemoveByValueAsync(accountGroupId, accountIds, cancellationToken).ConfigureAwait(false))
            return;

        switch (await writer.RemoveMembersAsync(accountGroupId, accountIds, cancellationToken).ConfigureAwait(false))
        {
            case RemovalOutcome.Done:
                return;
            case RemovalOutcome.FormRefused refused when accountIds.Count == 1:
                await RemoveByValueAsync(accountGroupId, accountIds, refused, cancellationToken).ConfigureAwait(false);
                return;
        }

        // A PATCH is atomic, so one account that is not a member prevented the removal of all others, or the server refuses several operations. Remove them one by one.
        for (var i = 0; i < accountIds.Count; i++)
        {
            try
            {
                if (await writer.RemoveMemberAsync(accountGroupId, accountIds[i], cancellationToken).ConfigureAwait(false) is RemovalOutcome.FormRefused refused)
                {
                    // The server refuses filters, so it would refuse the other members too.
                    await RemoveByValueAsync(accountGroupId, accountIds.Skip(i).ToList(), refused, cancellationToken).ConfigureAwait(false);
                    return;
                }
            }
            catch (ConnectorException e) when (e.Id == ErrorId.AccountNotFound)
            {
                if (!await IsNoMemberAsync(accountGroupId, accountIds[i], cancellationToken).ConfigureAwait(false))
                    throw;
            }
        }
    }

    /// <inheritdoc/>
    public Task DeleteGroupAsync(string accountGroupId, CancellationToken cancellationToken) => writer.DeleteAsync(GroupCollection.Path, accountGroupId, isHidden: false, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        channel.Dispose();
        discovering.Dispose();
        tryingRemoval.Dispose();
    }

    private Task<ServerDescription> DescribeAsync(CancellationToken cancellationToken) => description ?? DescribeFirstAsync(cancellationToken);

    private async Task<ServerDescription> DescribeFirstAsync(CancellationToken cancellationToken)
    {
        await discovering.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            description ??= Task.FromResult(await ServerDescription.ReadAsync(channel, cancellationToken).ConfigureAwait(false));
            return await description.ConfigureAwait(false);
        }
        finally
        {
            discovering.Release();
        }
    }

    private async Task<AccountCollection> DescribeAccountsAsync(CancellationToken cancellationToken) =>
        new(await DescribeAsync(cancellationToken).ConfigureAwait(false), channel.Errors.Token);

    private async Task<GroupCollection> DescribeGroupsAsync(CancellationToken cancellationToken)
    {
        var server = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        return server.Capabilities.Groups
            ? new GroupCollection(server, channel.Errors.Token)
            : throw new ConnectorException(Problems.GroupsNotSupported(channel.Errors.Server).About(channel.Errors.Server));
    }

    // The member or the group was not found; only reading the group shows which.
    private async Task<bool> IsNoMemberAsync(string groupId, string accountId, CancellationToken cancellationToken) =>
        await GetGroupAsync(groupId, cancellationToken).ConfigureAwait(false) is { } group && !group.MemberIds.Contains(accountId, AccountId.Comparer);

    // Servers without filters in paths accept the form of Entra's own provisioning. By the letter of RFC 7644 section 3.5.2.2 that form empties the group, so one member
    // is removed first, and no other group is tried meanwhile.
    private async Task RemoveByValueAsync(string groupId, IReadOnlyList<string> accountIds, RemovalOutcome.FormRefused refused, CancellationToken cancellationToken)
    {
        List<string> others;
        await tryingRemoval.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            others = accountIds.Where(id => !removedFirst.Contains((groupId, id))).ToList();
            if (removalByValue == RemovalByValue.Unknown && others.Count > 0)
            {
                var first = await RemoveFirstByValueAsync(groupId, others, refused, cancellationToken).ConfigureAwait(false);
                removedFirst.Add((groupId, first));
                others.Remove(first);
            }
        }
        finally
        {
            tryingRemoval.Release();
        }

        if (others.Count > 0 && (removalByValue != RemovalByValue.Works || !await TryRemoveByValueAsync(groupId, others, cancellationToken).ConfigureAwait(false)))
            throw new ConnectorException(refused.Error);
    }

    // Removes the first member that the server shows, and reads the group before and after. A server that emptied it gets the other members back, and no second request
    // of this form.
    private async Task<string> RemoveFirstByValueAsync(string groupId, IReadOnlyList<string> accountIds, RemovalOutcome.FormRefused refused, CancellationToken cancellationToken)
    {
        var before = new HashSet<string>((await GetGroupAsync(groupId, cancellationToken).ConfigureAwait(false))?.MemberIds ?? [], AccountId.Comparer);
        if (accountIds.FirstOrDefault(before.Contains) is not { } first)
            throw new ConnectorException(refused.Error);
        if (!await TryRemoveByValueAsync(groupId, [first], cancellationToken).ConfigureAwait(false))
        {
            removalByValue = RemovalByValue.Fails;
            throw new ConnectorException(refused.Error);
        }

        var after = await GetGroupAsync(groupId, cancellationToken).ConfigureAwait(false);
        if (after?.MemberIds.Contains(first, AccountId.Comparer) != false)
            throw new ConnectorException(refused.Error);
        before.Remove(first);
        // A group with one member does not show what the server does with the others.
        if (before.Count == 0)
            return first;
        removalByValue = after.MemberIds.Count > 0 ? RemovalByValue.Works : RemovalByValue.Fails;
        if (after.MemberIds.Count == 0)
        {
            // Not all in one request, which a server may refuse.
            foreach (var members in before.InChunksOf(MembersPutBackAtOnce))
                await AddMembersAsync(groupId, members, cancellationToken).ConfigureAwait(false);
        }

        return first;
    }

    private async Task<bool> TryRemoveByValueAsync(string groupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken)
    {
        try
        {
            return await writer.RemoveMembersByValueAsync(groupId, accountIds, cancellationToken).ConfigureAwait(false) is RemovalOutcome.Done;
        }
        catch (ConnectorException e) when (e.Id == ErrorId.AccountNotFound && accountIds.Count == 1)
        {
            if (!await IsNoMemberAsync(groupId, accountIds[0], cancellationToken).ConfigureAwait(false))
                throw;
            return true;
        }
    }

    // Some servers respond to a PATCH with something other than the account. The PATCH still succeeded, and the response does not describe the account.
    private static Account? TryReadAccount(ScimResponse response, string id, AccountCollection accounts)
    {
        using var document = response.TryParse();
        var account = document is null ? null : accounts.NewResource().Read(document.RootElement);
        return AccountId.Same(account?.Id, id) ? account : null;
    }

    /// <summary>What is known about the removal of members by their values.</summary>
    private enum RemovalByValue
    {
        /// <summary>It was not tried.</summary>
        Unknown,

        /// <summary>It removes these members only.</summary>
        Works,

        /// <summary>The server refuses it, or empties the group.</summary>
        Fails,
    }
}
