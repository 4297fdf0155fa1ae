using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>
/// The creation of one resource. It is never blindly repeated: if it may have succeeded without a response, the server is searched for the resource with our external ID.
/// </summary>
internal abstract class ScimCreation
{
    private readonly ScimChannel channel;

    private protected ScimCreation(ScimChannel channel) => this.channel = channel;

    /// <summary>The path of the collection.</summary>
    protected abstract string Collection { get; }

    /// <summary>The resource, for messages.</summary>
    protected abstract string Subject { get; }

    /// <summary>The attribute that distinguishes a response with the resource from one that only has an id.</summary>
    protected abstract string NameAttribute { get; }

    /// <summary>The problem if the name belongs to another resource.</summary>
    protected abstract Problem WhenTaken { get; }

    /// <summary>Creates the resource, or finds the one that was created before.</summary>
    /// <param name="cancellationToken">Stops the creation.</param>
    public async Task<CreationResult> DoAsync(CancellationToken cancellationToken)
    {
        var body = Body();
        ScimResponse response;
        try
        {
            response = await channel.SendAsync(HttpMethod.Post, Collection, body, cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException e)
        {
            return (e.MayHaveArrived ? await FindAfterFailureAsync(cancellationToken).ConfigureAwait(false) : null) ?? throw channel.Errors.FromTransport(e);
        }

        if (response.Status == 409)
            return await FindOwnAsync(cancellationToken).ConfigureAwait(false) is { } own ? own with { FoundAgain = true } : throw new ConnectorException(WhenTaken.About(Subject));
        if (response.Status is 408 or >= 500)
            return await FindAfterFailureAsync(cancellationToken).ConfigureAwait(false) ?? throw new ConnectorException(channel.Errors.FromWrite(response, Subject));
        if (!response.IsSuccess)
            throw new ConnectorException(channel.Errors.FromWrite(response, Subject));
        if (response.IsHtml)
            throw new ConnectorException(channel.Errors.Unusable(response));

        // An id alone may be something else, such as the request id of a gateway.
        var (id, name, names, isActive) = ScimJson.TryReadIdentity(response.Body, NameAttribute);
        if (id is not null && channel.Errors.Token.IsIn(id))
            id = null;
        if (id is not null && name is not null)
            return new CreationResult(id, names == default ? null : names, isActive ? AccountState.Active : AccountState.Unknown);
        id ??= channel.IdFrom(Collection, response.Location);
        return (id is null ? null : await GetAsync(id, cancellationToken).ConfigureAwait(false))
            ?? await FindOwnAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new ConnectorException(channel.Errors.Invalid(Texts.ScimCreatedNotFound(Subject)));
    }

    /// <summary>The body to send.</summary>
    protected abstract byte[] Body();

    /// <summary>The resource with an id; null if it does not exist.</summary>
    /// <param name="id">The server's id.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    protected abstract Task<CreationResult?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>The resource with our external ID; null for none.</summary>
    /// <param name="cancellationToken">Stops the search.</param>
    protected abstract Task<CreationResult?> FindOwnAsync(CancellationToken cancellationToken);

    private async Task<CreationResult?> FindAfterFailureAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FindOwnAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException)
        {
            // Report the failure of the creation, not of this search.
            return null;
        }
    }
}

/// <summary>The creation of an account.</summary>
internal sealed class AccountCreation : ScimCreation
{
    private readonly ScimReader reader;
    private readonly AccountCollection accounts;
    private readonly AccountDraft draft;

    /// <summary>Prepares the creation.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="reader">Finds the created resource.</param>
    /// <param name="accounts">The accounts of the server.</param>
    /// <param name="draft">The account.</param>
    public AccountCreation(ScimChannel channel, ScimReader reader, AccountCollection accounts, AccountDraft draft)
        : base(channel)
    {
        this.reader = reader;
        this.accounts = accounts;
        this.draft = draft;
    }

    /// <inheritdoc/>
    protected override string Collection => AccountCollection.Path;

    /// <inheritdoc/>
    protected override string Subject => draft.UserName;

    /// <inheritdoc/>
    protected override string NameAttribute => "userName";

    /// <inheritdoc/>
    protected override Problem WhenTaken => Problems.AccountExists(Subject);

    /// <inheritdoc/>
    protected override byte[] Body() => draft.Pending && !accounts.Server.Capabilities.UserExtension
        ? throw new ConnectorException(Problems.RuleNotSupported("NewUser", "CreatePending").About(draft.UserName))
        : ScimUserMapper.Write(draft, accounts.Server.Capabilities.UserExtension);

    /// <inheritdoc/>
    protected override async Task<CreationResult?> GetAsync(string id, CancellationToken cancellationToken) =>
        Created(await reader.GetAsync(accounts, id, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    protected override async Task<CreationResult?> FindOwnAsync(CancellationToken cancellationToken)
    {
        var found = await reader.FindByExternalIdAsync(accounts, draft.ExternalId, cancellationToken).ConfigureAwait(false);
        return found.Count == 1 && found[0].State != AccountState.Personal && EmailAddress.Same(found[0].UserName, draft.UserName) ? Created(found[0]) : null;
    }

    private static CreationResult? Created(Account? account)
    {
        if (account is null)
            return null;
        var names = new AccountNames(account.GivenName, account.FamilyName, account.DisplayName);
        return new CreationResult(account.Id, names == default ? null : names, account.State);
    }
}

/// <summary>The creation of a group; only its id is needed.</summary>
internal sealed class GroupCreation : ScimCreation
{
    private readonly ScimReader reader;
    private readonly GroupCollection groups;
    private readonly string displayName;
    private readonly string externalId;

    /// <summary>Prepares the creation.</summary>
    /// <param name="channel">Sends the requests.</param>
    /// <param name="reader">Finds the created resource.</param>
    /// <param name="groups">The groups of the server.</param>
    /// <param name="displayName">The name of the group.</param>
    /// <param name="externalId">Its external ID.</param>
    public GroupCreation(ScimChannel channel, ScimReader reader, GroupCollection groups, string displayName, string externalId)
        : base(channel)
    {
        this.reader = reader;
        this.groups = groups;
        this.displayName = displayName;
        this.externalId = externalId;
    }

    /// <inheritdoc/>
    protected override string Collection => GroupCollection.Path;

    /// <inheritdoc/>
    protected override string Subject => displayName;

    /// <inheritdoc/>
    protected override string NameAttribute => "displayName";

    /// <inheritdoc/>
    protected override Problem WhenTaken => Problems.GroupNameTaken(Subject);

    /// <inheritdoc/>
    protected override byte[] Body() => ScimGroupMapper.Write(displayName, externalId, groups.Server.Capabilities.GroupExtension);

    /// <inheritdoc/>
    protected override async Task<CreationResult?> GetAsync(string id, CancellationToken cancellationToken) =>
        await reader.GetAsync(groups, id, cancellationToken).ConfigureAwait(false) is { } group ? new CreationResult(group.Id, null) : null;

    /// <inheritdoc/>
    protected override async Task<CreationResult?> FindOwnAsync(CancellationToken cancellationToken)
    {
        var found = await reader.FindAsync(
            groups, "externalId", externalId, g => string.Equals(g.ExternalId, externalId, System.StringComparison.Ordinal), cancellationToken).ConfigureAwait(false);
        return found.Count == 1 ? new CreationResult(found[0].Id, null) : null;
    }
}
