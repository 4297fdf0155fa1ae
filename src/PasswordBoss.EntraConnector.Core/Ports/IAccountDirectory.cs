using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// The accounts and groups of one Password Boss company. All members throw <see cref="Errors.ConnectorException"/> and
/// <see cref="OperationCanceledException"/> only. All members may be called by several threads at once.
/// </summary>
public interface IAccountDirectory : IDisposable
{
    /// <summary>
    /// Raised for each response that means a server failure (HTTP 5xx, except those that refuse a request for good), even if the request is retried. Raised on
    /// any thread, possibly several at once.
    /// </summary>
    event Action? ServerFailed;

    /// <summary>The number of requests sent so far, retries included.</summary>
    int RequestCount { get; }

    /// <summary>Reads what the server supports. Refuses a server that is not SCIM or does not support PATCH.</summary>
    Task<AccountCapabilities> DiscoverAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Reads from <c>/Schemas</c>, if the server offers it, how the server declares this project's extension. For setting up and checking a connection; a sync
    /// run does not need it.
    /// </summary>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<ExtensionDescription> DescribeExtensionAsync(CancellationToken cancellationToken);

    /// <summary>Lists all accounts, page by page.</summary>
    /// <param name="onProgress">Receives the number of accounts read so far and the total that the server reports.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<AccountListing> ListAccountsAsync(Action<int, int>? onProgress, CancellationToken cancellationToken);

    /// <summary>Lists all groups with their members.</summary>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<AccountGroupListing> ListGroupsAsync(CancellationToken cancellationToken);

    /// <summary>The group with this id and all its members; null for 404 and 410.</summary>
    /// <param name="accountGroupId">The server's id.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<AccountGroup?> GetGroupAsync(string accountGroupId, CancellationToken cancellationToken);

    /// <summary>The account with this id, personal ones included; null for 404 and 410.</summary>
    /// <param name="accountId">The server's id.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<Account?> GetAccountAsync(string accountId, CancellationToken cancellationToken);

    /// <summary>Searches by <c>externalId</c>, ignoring case. The results are compared again here, because some servers ignore filters.</summary>
    /// <param name="externalId">The Entra object id.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<Account>> FindByExternalIdAsync(string externalId, CancellationToken cancellationToken);

    /// <summary>Searches by <c>userName</c>, ignoring case. The results are compared again here, because some servers ignore filters.</summary>
    /// <param name="userName">The address.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<Account>> FindByUserNameAsync(string userName, CancellationToken cancellationToken);

    /// <summary>
    /// Creates an account. If the response is lost, looks for the account by <c>externalId</c> before reporting a failure. Throws
    /// <see cref="Errors.ErrorId.AccountExists"/> for 409 <c>uniqueness</c> if the existing account is not ours, and <see cref="Errors.ErrorId.LicenseLimit"/>
    /// if no licence is left.
    /// </summary>
    /// <param name="draft">What to create.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    /// <returns>
    /// The account, with its names if the response contains them. Marked as existing if it was there before (409, and it has the external ID).
    /// </returns>
    Task<CreationResult> CreateAccountAsync(AccountDraft draft, CancellationToken cancellationToken);

    /// <summary>
    /// Changes an account by PATCH. If the server refuses several attributes at once, each is sent once on its own, so that one unsupported attribute does not
    /// block the others. Throws if the server accepts none.
    /// </summary>
    /// <param name="accountId">The server's id.</param>
    /// <param name="patch">What to change.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    /// <returns>The account as the response shows it, and the part of the change that was refused.</returns>
    Task<PatchedAccount> PatchAccountAsync(string accountId, AccountPatch patch, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes an account; 404 and 410 count as done. So does a failed request, if a read then shows that the account is gone. An accepted request may not be done
    /// yet: read the account to confirm it.
    /// </summary>
    /// <param name="accountId">The server's id.</param>
    /// <param name="isHidden">Whether the server did not show the account before, as some do for disabled accounts. Then no read shows that it is gone.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    Task DeleteAccountAsync(string accountId, bool isHidden, CancellationToken cancellationToken);

    /// <summary>Creates a group without members, with <c>externalId</c> and, if the server supports it, <c>managedBy</c> AzureAD. If the name is taken by a group with this external ID, that group is returned.</summary>
    /// <param name="displayName">The name.</param>
    /// <param name="externalId">The Entra object id of the group.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    /// <returns>The server's id of the group.</returns>
    Task<string> CreateGroupAsync(string displayName, string externalId, CancellationToken cancellationToken);

    /// <summary>
    /// Changes a group by PATCH, never its members. As for accounts, refused attributes are sent again one by one. Throws if the server refuses any of them.
    /// </summary>
    /// <param name="accountGroupId">The server's id.</param>
    /// <param name="patch">What to change.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    Task PatchGroupAsync(string accountGroupId, AccountGroupPatch patch, CancellationToken cancellationToken);

    /// <summary>Adds members to a group by one PATCH.</summary>
    /// <param name="accountGroupId">The server's id.</param>
    /// <param name="accountIds">The accounts.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    Task AddMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken);

    /// <summary>
    /// Removes members from a group by one PATCH. If the server does not find all of them or refuses the form, the members are removed one by one or in another form. A member
    /// who is not there counts as removed.
    /// </summary>
    /// <param name="accountGroupId">The server's id.</param>
    /// <param name="accountIds">The accounts.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    Task RemoveMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken);

    /// <summary>Deletes a group; 404 and 410 count as done.</summary>
    /// <param name="accountGroupId">The server's id.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    Task DeleteGroupAsync(string accountGroupId, CancellationToken cancellationToken);
}
