using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>One collection of a server: its path, and how its resources are read.</summary>
/// <typeparam name="T">The result for a resource.</typeparam>
internal abstract class ScimCollection<T>
    where T : class
{
    private protected ScimCollection(ServerDescription server, BearerToken token)
    {
        Server = server;
        Token = token;
    }

    /// <summary>The description of the server.</summary>
    public ServerDescription Server { get; }

    /// <summary>Its name, which is also its path.</summary>
    public abstract string Name { get; }

    /// <summary>The number of resources to request per page.</summary>
    public abstract int PageSize { get; }

    /// <summary>The attributes that every resource must have, for messages.</summary>
    public abstract string RequiredAttributes { get; }

    /// <summary>The token of the requests. A server may repeat it in names, which are stored in results and histories.</summary>
    protected BearerToken Token { get; }

    /// <summary>The server's id of a resource.</summary>
    /// <param name="item">The resource.</param>
    public abstract string IdOf(T item);

    /// <summary>Creates a reader of resources, for one body.</summary>
    public abstract ScimResource<T> NewResource();
}

/// <summary>The accounts.</summary>
internal sealed class AccountCollection : ScimCollection<Account>
{
    /// <summary>The path.</summary>
    public const string Path = "Users";

    /// <summary>Describes the accounts of a server.</summary>
    /// <param name="server">The description of the server.</param>
    /// <param name="token">The token of the requests.</param>
    public AccountCollection(ServerDescription server, BearerToken token)
        : base(server, token)
    {
    }

    /// <inheritdoc/>
    public override string Name => Path;

    /// <inheritdoc/>
    public override int PageSize => 200;

    /// <inheritdoc/>
    public override string RequiredAttributes => "id, userName";

    /// <inheritdoc/>
    public override string IdOf(Account item) => item.Id;

    /// <inheritdoc/>
    public override ScimResource<Account> NewResource() => ScimResource<Account>.OfAccounts(Server.Capabilities.UserExtension, WithoutToken);

    // An account whose id contains the token is unusable: the id would be stored, and sent as a part of addresses.
    private Account? WithoutToken(Account account)
    {
        if (Token.IsIn(account.Id))
            return null;
        return Token.IsInAny(account.UserName, account.ExternalId, account.GivenName, account.FamilyName, account.DisplayName, account.StateText)
            ? account with
            {
                UserName = Token.MaskIn(account.UserName),
                ExternalId = Token.MaskInName(account.ExternalId),
                GivenName = Token.MaskInName(account.GivenName),
                FamilyName = Token.MaskInName(account.FamilyName),
                DisplayName = Token.MaskInName(account.DisplayName),
                StateText = Token.MaskInName(account.StateText),
            }
            : account;
    }
}

/// <summary>The groups of accounts.</summary>
internal sealed class GroupCollection : ScimCollection<AccountGroup>
{
    /// <summary>The path.</summary>
    public const string Path = "Groups";

    /// <summary>Describes the groups of a server.</summary>
    /// <param name="server">The description of the server.</param>
    /// <param name="token">The token of the requests.</param>
    public GroupCollection(ServerDescription server, BearerToken token)
        : base(server, token)
    {
    }

    /// <inheritdoc/>
    public override string Name => Path;

    // Groups include their members, so a few of them already fill a page.
    /// <inheritdoc/>
    public override int PageSize => 50;

    /// <inheritdoc/>
    public override string RequiredAttributes => "id, displayName";

    /// <inheritdoc/>
    public override string IdOf(AccountGroup item) => item.Id;

    /// <inheritdoc/>
    public override ScimResource<AccountGroup> NewResource() => ScimResource<AccountGroup>.OfGroups(Server.Capabilities.GroupExtension, WithoutToken);

    private AccountGroup? WithoutToken(AccountGroup group)
    {
        if (Token.IsIn(group.Id))
            return null;
        return Token.IsInAny(group.DisplayName, group.ExternalId)
            ? group with { DisplayName = Token.MaskIn(group.DisplayName), ExternalId = Token.MaskInName(group.ExternalId) }
            : group;
    }
}
