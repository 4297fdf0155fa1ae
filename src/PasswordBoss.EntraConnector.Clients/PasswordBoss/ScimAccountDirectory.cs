using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>
/// The accounts of one Password Boss company over SCIM 2.0 (RFC 7643, RFC 7644), with this project's extension where the server offers it. What the server
/// offers is asked once, before the first call that depends on it.
/// </summary>
internal sealed class ScimAccountDirectory : IAccountDirectory
{
    private const string Users = "Users";
    private const string Groups = "Groups";
    private const int AccountsPerPage = 200;

    // Groups bring their members along, so that few of them already fill a page.
    private const int GroupsPerPage = 50;

    /// <summary>The most accounts or groups that a list may have: twenty times what the connector is made for.</summary>
    public const int MostResources = 2_000_000;

    private readonly ScimChannel channel;
    private readonly int mostResources;
    private readonly SemaphoreSlim discovering = new(1, 1);
    // A task that has ended: who asks again waits for nothing, not even for a new one.
    private volatile Task<ServerDescription>? description;

    /// <summary>Opens the directory; nothing is sent yet.</summary>
    /// <param name="http">The connection's clients; disposed with the directory.</param>
    /// <param name="baseAddress">The base address, below which <c>/Users</c> lies; its own path is kept.</param>
    /// <param name="token">The authentication token of the connector.</param>
    /// <param name="mostResources">The most accounts or groups that a list may have.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.AccountServerTokenRejected"/>: the token is empty, or cannot be one.</exception>
    public ScimAccountDirectory(ConnectionHttp http, Uri baseAddress, string? token, int mostResources = MostResources)
    {
        channel = new ScimChannel(http, baseAddress, token);
        http.PasswordBossAnswered += status =>
        {
            if (ScimErrors.MeansServerFailed(status))
                ServerFailed?.Invoke();
        };
        this.mostResources = mostResources;
    }

    /// <inheritdoc/>
    public event Action? ServerFailed;

    private ScimErrors Errors => channel.Errors;

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
        var server = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        var list = await ListAsync(Users, null, server, () => Accounts(server), null, onProgress, cancellationToken).ConfigureAwait(false);
        return new AccountListing { Accounts = list.Items, IsComplete = list.IsComplete, Unreadable = list.UnreadableIn(Errors) };
    }

    /// <inheritdoc/>
    public async Task<AccountGroupListing> ListGroupsAsync(CancellationToken cancellationToken)
    {
        var server = await DescribeForGroupsAsync(cancellationToken).ConfigureAwait(false);
        var list = await ListAsync(Groups, null, server, () => GroupsOf(server), null, null, cancellationToken).ConfigureAwait(false);
        return new AccountGroupListing { Groups = list.Items, IsComplete = list.IsComplete, Unreadable = list.UnreadableIn(Errors) };
    }

    /// <inheritdoc/>
    public async Task<AccountGroup?> GetGroupAsync(string accountGroupId, CancellationToken cancellationToken)
    {
        var server = await DescribeForGroupsAsync(cancellationToken).ConfigureAwait(false);
        return await GetGroupAsync(accountGroupId, server, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<Account?> GetAccountAsync(string accountId, CancellationToken cancellationToken)
    {
        var server = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        return await GetAsync(Users, accountId, Accounts(server), "id, userName", static a => a.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Account>> FindByExternalIdAsync(string externalId, CancellationToken cancellationToken) =>
        FindAccountsAsync("externalId", externalId, a => string.Equals(a.ExternalId, externalId, StringComparison.Ordinal), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Account>> FindByUserNameAsync(string userName, CancellationToken cancellationToken) =>
        FindAccountsAsync("userName", userName, a => EmailAddress.Same(a.UserName, userName), cancellationToken);

    /// <inheritdoc/>
    public Task<CreatedAccount> CreateAccountAsync(AccountDraft draft, CancellationToken cancellationToken) => CreateAsync(
        Users,
        server => Write(draft, server.Capabilities),
        draft.UserName,
        "userName",
        ErrorId.AccountExists,
        async id => Created(await GetAccountAsync(id, cancellationToken).ConfigureAwait(false)),
        async () => Created(await FindOwnAccountAsync(draft, cancellationToken).ConfigureAwait(false)),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<PatchedAccount> PatchAccountAsync(string accountId, AccountPatch patch, CancellationToken cancellationToken)
    {
        var server = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        var extension = server.Capabilities.UserExtension;
        if (!extension && patch.State is { } state and not (AccountState.Active or AccountState.Disabled))
            throw new ConnectorException(ErrorId.RuleNotSupported, "accountState", ScimUserMapper.WordOf(state)) { Target = accountId };

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

        var (answer, refused, error) = await PatchAsync(Users, accountId, body, cancellationToken).ConfigureAwait(false);
        return new PatchedAccount(answer is null ? null : TryReadAccount(answer, accountId, server), error is null ? null : new PatchRefusal(
            new AccountPatch
            {
                GivenName = refused.Contains(Given) ? patch.GivenName : null,
                FamilyName = refused.Contains(Family) ? patch.FamilyName : null,
                DisplayName = refused.Contains(Display) ? patch.DisplayName : null,
                ExternalId = refused.Contains(External) ? patch.ExternalId : null,
                State = refused.Contains(StateWord) || refused.Contains(Active) ? patch.State : null,
                ManagedBy = refused.Contains(Manager) ? patch.ManagedBy : null,
            },
            error));
    }

    /// <inheritdoc/>
    public Task DeleteAccountAsync(string accountId, CancellationToken cancellationToken) => DeleteAsync(Users, accountId, cancellationToken);

    /// <inheritdoc/>
    public async Task<string> CreateGroupAsync(string displayName, string externalId, CancellationToken cancellationToken)
    {
        var server = await DescribeForGroupsAsync(cancellationToken).ConfigureAwait(false);
        var created = await CreateAsync(
            Groups,
            _ => ScimGroupMapper.Write(displayName, externalId, server.Capabilities.GroupExtension),
            displayName,
            "displayName",
            ErrorId.GroupNameTaken,
            async id => Created(await GetGroupAsync(id, server, cancellationToken).ConfigureAwait(false)),
            async () => Created(await FindOwnGroupAsync(externalId, server, cancellationToken).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
        return created.Id;
    }

    /// <inheritdoc/>
    public async Task PatchGroupAsync(string accountGroupId, AccountGroupPatch patch, CancellationToken cancellationToken)
    {
        var server = await DescribeForGroupsAsync(cancellationToken).ConfigureAwait(false);
        var body = new ScimPatch().Replace("displayName", patch.DisplayName).Replace("externalId", patch.ExternalId);
        if (server.Capabilities.GroupExtension)
            body.Replace(ScimSchemas.GroupExtension + ":managedBy", patch.ManagedBy is { } manager ? ScimUserMapper.WordOf(manager) : null);
        if ((await PatchAsync(Groups, accountGroupId, body, cancellationToken).ConfigureAwait(false)).Error is { } refused)
            throw refused;
    }

    /// <inheritdoc/>
    public Task AddMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken) =>
        accountIds.Count == 0 ? Task.CompletedTask : PatchAsync(Groups, accountGroupId, new ScimPatch().AddMembers(accountIds), cancellationToken);

    /// <inheritdoc/>
    public async Task RemoveMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken)
    {
        if (accountIds.Count == 0 || await TryRemoveAsync(accountGroupId, accountIds, cancellationToken).ConfigureAwait(false))
            return;
        // A PATCH is done whole or not at all, so that one who is not there has kept all others in.
        foreach (var accountId in accountIds)
            await RemoveMemberAsync(accountGroupId, accountId, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task DeleteGroupAsync(string accountGroupId, CancellationToken cancellationToken) => DeleteAsync(Groups, accountGroupId, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        channel.Dispose();
        discovering.Dispose();
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

    private async Task<ServerDescription> DescribeForGroupsAsync(CancellationToken cancellationToken)
    {
        var server = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        return server.Capabilities.Groups ? server : throw new ConnectorException(ErrorId.GroupsNotSupported, Errors.Server) { Target = Errors.Server };
    }

    private ScimResource<Account> Accounts(ServerDescription server) => ScimResource<Account>.OfAccounts(server.Capabilities.UserExtension, WithoutToken);

    private ScimResource<AccountGroup> GroupsOf(ServerDescription server) => ScimResource<AccountGroup>.OfGroups(server.Capabilities.GroupExtension, WithoutToken);

    // Names go into results and histories, and a server may repeat the token there too. An id that holds it is as good as none: it would be stored, and sent as a part
    // of addresses.
    private Account? WithoutToken(Account account)
    {
        var token = Errors.Token;
        if (token.IsIn(account.Id))
            return null;
        return token.IsInAny(account.UserName, account.ExternalId, account.GivenName, account.FamilyName, account.DisplayName, account.StateText)
            ? account with
            {
                UserName = token.MaskIn(account.UserName),
                ExternalId = token.MaskInName(account.ExternalId),
                GivenName = token.MaskInName(account.GivenName),
                FamilyName = token.MaskInName(account.FamilyName),
                DisplayName = token.MaskInName(account.DisplayName),
                StateText = token.MaskInName(account.StateText),
            }
            : account;
    }

    private AccountGroup? WithoutToken(AccountGroup group)
    {
        var token = Errors.Token;
        if (token.IsIn(group.Id))
            return null;
        return token.IsInAny(group.DisplayName, group.ExternalId)
            ? group with { DisplayName = token.MaskIn(group.DisplayName), ExternalId = token.MaskInName(group.ExternalId) }
            : group;
    }

    // Servers exist that answer a PATCH with something else than the account. That is no failure of the PATCH, and says nothing about the account.
    private Account? TryReadAccount(ScimAnswer answer, string id, ServerDescription server)
    {
        using var document = answer.TryParse();
        if (document is null)
            return null;
        var account = Accounts(server).Read(document.RootElement);
        return string.Equals(account?.Id, id, StringComparison.Ordinal) ? account : null;
    }

    private static CreatedAccount? Created(Account? account) => account is null ? null : Created(account.Id, new AccountNames(account.GivenName, account.FamilyName, account.DisplayName), account.State);

    // Of a group only the id is wanted.
    private static CreatedAccount? Created(AccountGroup? group) => group is null ? null : new CreatedAccount(group.Id, null);

    private static CreatedAccount Created(string id, AccountNames names, AccountState state) => new(id, names == default ? null : names, state);

    private async Task<ScimList<T>> ListAsync<T>(
        string collection, string? filter, ServerDescription server, Func<ScimResource<T>> newResource, Action<JsonElement>? onUnreadable, Action<int, int>? onProgress, CancellationToken cancellationToken)
        where T : class
    {
        var list = new ScimList<T>();
        var wanted = collection == Groups ? GroupsPerPage : AccountsPerPage;
        var reader = new ScimListReader<T>(channel, collection, filter, Math.Min(wanted, server.LargestPage ?? wanted), newResource, mostResources);
        var isComplete = await reader.ReadAsync(
            list.Take,
            onUnreadable,
            onProgress is null ? null : total => onProgress(list.Items.Count, total),
            cancellationToken).ConfigureAwait(false);
        if (reader.IsFilterRefused)
            return await ListAsync(collection, null, server, newResource, onUnreadable, onProgress, cancellationToken).ConfigureAwait(false);
        list.IsComplete = isComplete;
        return list;
    }

    private async Task<T?> GetAsync<T>(string collection, string id, ScimResource<T> resource, string required, Func<T, string> idOf, CancellationToken cancellationToken)
        where T : class
    {
        ScimAnswer answer;
        try
        {
            answer = await channel.ReadAsync(channel.PathOf(collection, id), new BodyReading(() => new JsonArrayBody(resource.Members()), IsPage: false), cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException e)
        {
            throw Errors.FromTransport(e);
        }

        if (answer.IsNotThere)
            return null;
        if (!answer.IsSuccess)
            throw Errors.FromRead(answer);
        using var document = answer.TryParse() ?? throw Errors.Unusable(answer);
        var item = resource.Read(document.RootElement) ?? throw Errors.Invalid(ScimErrors.Say("Scim_AttributeMissing", required));
        return string.Equals(idOf(item), id, StringComparison.Ordinal) ? item : throw Errors.Invalid(ScimErrors.Say("Scim_OtherResource", id));
    }

    private Task<AccountGroup?> GetGroupAsync(string id, ServerDescription server, CancellationToken cancellationToken) =>
        GetAsync(Groups, id, GroupsOf(server), "id, displayName", static g => g.Id, cancellationToken);

    private async Task<IReadOnlyList<Account>> FindAccountsAsync(string attribute, string value, Predicate<Account> matches, CancellationToken cancellationToken)
    {
        var server = await DescribeAsync(cancellationToken).ConfigureAwait(false);
        return await FindAsync(Users, attribute, value, server, () => Accounts(server), matches, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<T>> FindAsync<T>(
        string collection, string attribute, string value, ServerDescription server, Func<ScimResource<T>> newResource, Predicate<T> matches, CancellationToken cancellationToken)
        where T : class
    {
        var filter = server.Capabilities.Filter ? ScimFilter.Equal(attribute, value) : null;
        var isUnreadable = false;
        // Others that cannot be read are shown by servers that ignore filters.
        var list = await ListAsync(
            collection, filter, server, newResource, r => isUnreadable |= string.Equals(ScimJson.Text(r, attribute), value, StringComparison.OrdinalIgnoreCase), null, cancellationToken).ConfigureAwait(false);
        var found = list.Items.FindAll(matches);
        // "Nobody" is only an answer when everything announced has been looked at.
        if (found.Count == 0 && (!list.IsComplete || isUnreadable))
            throw Errors.Invalid(ScimErrors.Say("Scim_SearchIncomplete"));
        return found;
    }

    private async Task<Account?> FindOwnAccountAsync(AccountDraft draft, CancellationToken cancellationToken)
    {
        var found = await FindByExternalIdAsync(draft.ExternalId, cancellationToken).ConfigureAwait(false);
        return found.Count == 1 && found[0].State != AccountState.Personal && EmailAddress.Same(found[0].UserName, draft.UserName) ? found[0] : null;
    }

    private async Task<AccountGroup?> FindOwnGroupAsync(string externalId, ServerDescription server, CancellationToken cancellationToken)
    {
        var found = await FindAsync(
            Groups, "externalId", externalId, server, () => GroupsOf(server),
            g => string.Equals(g.ExternalId, externalId, StringComparison.Ordinal), cancellationToken).ConfigureAwait(false);
        return found.Count == 1 ? found[0] : null;
    }

    private static byte[] Write(AccountDraft draft, AccountCapabilities offered) => draft.Pending && !offered.UserExtension
        ? throw new ConnectorException(ErrorId.RuleNotSupported, "NewUser", "CreatePending") { Target = draft.UserName }
        : ScimUserMapper.Write(draft, offered.UserExtension);

    // A creation is never simply repeated: whenever it may have been done without our knowing, the server is asked for what bears our externalId.
    private async Task<CreatedAccount> CreateAsync(
        string collection, Func<ServerDescription, byte[]> write, string subject, string nameAttribute, ErrorId whenTaken, Func<string, Task<CreatedAccount?>> get, Func<Task<CreatedAccount?>> findOwn, CancellationToken cancellationToken)
    {
        var body = write(await DescribeAsync(cancellationToken).ConfigureAwait(false));
        ScimAnswer answer;
        try
        {
            answer = await channel.SendAsync(HttpMethod.Post, collection, body, cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException e)
        {
            return (e.MayHaveArrived ? await FindAfterFailureAsync(findOwn).ConfigureAwait(false) : null) ?? throw Errors.FromTransport(e);
        }

        if (answer.Status == 409)
            return await findOwn().ConfigureAwait(false) is { } own ? own with { FoundAgain = true } : throw new ConnectorException(whenTaken, subject) { Target = subject };
        if (answer.Status is 408 or >= 500)
            return await FindAfterFailureAsync(findOwn).ConfigureAwait(false) ?? throw Errors.FromWrite(answer, subject);
        if (!answer.IsSuccess)
            throw Errors.FromWrite(answer, subject);
        if (answer.IsPage)
            throw Errors.Unusable(answer);

        // An id alone may be anybody's, a gateway's for one.
        var (id, name, names, isActive) = ScimJson.TryReadIdentity(answer.Body, nameAttribute);
        if (id is not null && Errors.Token.IsIn(id))
            id = null;
        if (id is not null && name is not null)
            return Created(id, names, isActive ? AccountState.Active : AccountState.Unknown);
        id ??= channel.IdFrom(collection, answer.Location);
        return (id is null ? null : await get(id).ConfigureAwait(false))
            ?? await findOwn().ConfigureAwait(false)
            ?? throw Errors.Invalid(ScimErrors.Say("Scim_CreatedNotFound", subject));
    }

    private static async Task<CreatedAccount?> FindAfterFailureAsync(Func<Task<CreatedAccount?>> findOwn)
    {
        try
        {
            return await findOwn().ConfigureAwait(false);
        }
        catch (ConnectorException)
        {
            // The failure of the creation itself is the one to tell.
            return null;
        }
    }

    // A server may refuse a whole change for one attribute that it does not keep. Then each attribute is sent alone, once. The answer is the last one that took
    // something, null when there was nothing to send; an error comes back where a part was refused, and is thrown where everything was.
    private async Task<(ScimAnswer? Answer, HashSet<string> RefusedPaths, ConnectorException? Error)> PatchAsync(
        string collection, string id, ScimPatch patch, CancellationToken cancellationToken)
    {
        var refusedPaths = new HashSet<string>(StringComparer.Ordinal);
        if (patch.IsEmpty)
            return (null, refusedPaths, null);
        var whole = await SendPatchAsync(collection, id, patch, cancellationToken).ConfigureAwait(false);
        if (patch.Paths.Count == 1 || !Errors.IsRefusal(whole, id))
        {
            CheckPatched(whole, id);
            return (whole, refusedPaths, null);
        }

        ScimAnswer? taken = null;
        var refusals = new List<(string Path, ScimAnswer Answer)>();
        for (var i = 0; i < patch.Paths.Count; i++)
        {
            var answer = await SendPatchAsync(collection, id, patch.Alone(i), cancellationToken).ConfigureAwait(false);
            if (Errors.IsRefusal(answer, id))
            {
                refusals.Add((patch.Paths[i], answer));
                refusedPaths.Add(patch.Paths[i]);
                continue;
            }

            CheckPatched(answer, id);
            taken = answer;
        }

        var error = refusals.Count == 0 ? null : Errors.FromAttributes(refusals, id, isPart: taken is not null);
        return taken is null ? throw error! : (taken, refusedPaths, error);
    }

    private Task<ScimAnswer> SendPatchAsync(string collection, string id, ScimPatch patch, CancellationToken cancellationToken) =>
        channel.SendRepeatableAsync(ScimChannel.Patch, channel.PathOf(collection, id), patch.ToBody(), cancellationToken);

    private void CheckPatched(ScimAnswer answer, string id)
    {
        if (!answer.IsSuccess)
            throw Errors.FromWrite(answer, id);
        // A sign-in page with status 200 has changed nothing.
        if (answer.IsPage)
            throw Errors.Unusable(answer);
    }

    private async Task DeleteAsync(string collection, string id, CancellationToken cancellationToken)
    {
        var answer = await channel.SendRepeatableAsync(HttpMethod.Delete, channel.PathOf(collection, id), null, cancellationToken).ConfigureAwait(false);
        if (answer.IsNotThere)
            return;
        // Servers exist that fail on what is not there, which it may be since a first try whose answer was lost.
        if (answer.Status is 400 or >= 500 && await IsNotThereAsync(collection, id, cancellationToken).ConfigureAwait(false))
            return;
        CheckPatched(answer, id);
    }

    private async Task<bool> IsNotThereAsync(string collection, string id, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await channel.SendAsync(HttpMethod.Get, channel.PathOf(collection, id), null, cancellationToken).ConfigureAwait(false);
            return answer.IsNotThere;
        }
        catch (TransportException)
        {
            // The failure of the deletion itself is the one to tell.
            return false;
        }
    }

    private async Task<bool> TryRemoveAsync(string groupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken)
    {
        var patch = new ScimPatch();
        foreach (var accountId in accountIds)
            patch.RemoveMember(accountId);
        var answer = await SendPatchAsync(Groups, groupId, patch, cancellationToken).ConfigureAwait(false);
        if (MeansNotThere(answer))
            return false;
        CheckPatched(answer, groupId);
        return true;
    }

    private async Task RemoveMemberAsync(string groupId, string accountId, CancellationToken cancellationToken)
    {
        var answer = await SendPatchAsync(Groups, groupId, new ScimPatch().RemoveMember(accountId), cancellationToken).ConfigureAwait(false);
        if (!MeansNotThere(answer))
        {
            CheckPatched(answer, groupId);
            return;
        }

        if (!answer.IsNotThere)
            return;
        // It may mean the member or the group; only the group itself can tell.
        var group = await GetGroupAsync(groupId, cancellationToken).ConfigureAwait(false);
        if (group is null || Contains(group.MemberIds, accountId))
            throw Errors.FromWrite(answer, groupId);
    }

    private static bool MeansNotThere(ScimAnswer answer) =>
        answer.IsNotThere || (answer.Status == 400 && ScimErrors.IsOfType(answer, "noTarget"));

    private static bool Contains(IReadOnlyList<string> ids, string id)
    {
        foreach (var each in ids)
        {
            if (string.Equals(each, id, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
