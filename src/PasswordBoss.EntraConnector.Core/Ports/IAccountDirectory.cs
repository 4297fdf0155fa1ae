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
    /// Raised for each answer that says that the server failed (HTTP 5xx, but those that refuse a request for good), also for one that is followed by a
    /// repetition. By several threads at once.
    /// </summary>
    event Action? ServerFailed;

    /// <summary>Asks the server what it offers. Refuses a server that is not SCIM or has no PATCH.</summary>
    Task<AccountCapabilities> DiscoverAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Asks <c>/Schemas</c> how the server declares this project's extension, where it is offered. Meant for setting up and checking a connection; a run does
    /// without it.
    /// </summary>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<ExtensionDescription> DescribeExtensionAsync(CancellationToken cancellationToken);

    /// <summary>Lists all accounts, page by page.</summary>
    /// <param name="onProgress">Told the number of accounts read so far and the announced total.</param>
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

    /// <summary>Searches by <c>externalId</c>. Answers are compared here again: servers exist that ignore filters.</summary>
    /// <param name="externalId">The Entra object id.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<Account>> FindByExternalIdAsync(string externalId, CancellationToken cancellationToken);

    /// <summary>Searches by <c>userName</c>, without case. Answers are compared here again: servers exist that ignore filters.</summary>
    /// <param name="userName">The address.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<Account>> FindByUserNameAsync(string userName, CancellationToken cancellationToken);

    /// <summary>
    /// Creates an account. After an answer that was lost it looks for the account by <c>externalId</c> before it says that the creation failed. Throws
    /// <see cref="Errors.ErrorId.AccountExists"/> for 409 <c>uniqueness</c> when what exists is not ours, <see cref="Errors.ErrorId.LicenseLimit"/> for an
    /// exhausted pool.
    /// </summary>
    /// <param name="draft">What to create.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    /// <returns>The account, with its names where the answer shows them. One that was there before (409, and it bears the external id) is marked so.</returns>
    Task<CreatedAccount> CreateAccountAsync(AccountDraft draft, CancellationToken cancellationToken);

    /// <summary>
    /// Changes an account by PATCH. Where the server refuses several attributes at once, each is sent alone, once: one that it does not keep must not hold up the
    /// others. Throws when it took none.
    /// </summary>
    /// <param name="accountId">The server's id.</param>
    /// <param name="patch">What to change.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    /// <returns>The account as the answer shows it, and what was refused of the change.</returns>
    Task<PatchedAccount> PatchAccountAsync(string accountId, AccountPatch patch, CancellationToken cancellationToken);

    /// <summary>Deletes an account; 404 and 410 count as done. That it was accepted does not say that it was done: only a read tells.</summary>
    /// <param name="accountId">The server's id.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    Task DeleteAccountAsync(string accountId, CancellationToken cancellationToken);

    /// <summary>Creates a group without members, with <c>externalId</c> and, where it can be expressed, <c>managedBy</c> AzureAD.</summary>
    /// <param name="displayName">The name.</param>
    /// <param name="externalId">The Entra object id of the group.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    /// <returns>The server's id.</returns>
    Task<string> CreateGroupAsync(string displayName, string externalId, CancellationToken cancellationToken);

    /// <summary>Changes a group by PATCH; never its members. What is refused is sent attribute by attribute, as for accounts; throws when the server refused any.</summary>
    /// <param name="accountGroupId">The server's id.</param>
    /// <param name="patch">What to change.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    Task PatchGroupAsync(string accountGroupId, AccountGroupPatch patch, CancellationToken cancellationToken);

    /// <summary>Adds members to a group by one PATCH.</summary>
    /// <param name="accountGroupId">The server's id.</param>
    /// <param name="accountIds">The accounts.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    Task AddMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken);

    /// <summary>Removes members from a group by one PATCH; a member who is not there counts as removed.</summary>
    /// <param name="accountGroupId">The server's id.</param>
    /// <param name="accountIds">The accounts.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    Task RemoveMembersAsync(string accountGroupId, IReadOnlyList<string> accountIds, CancellationToken cancellationToken);

    /// <summary>Deletes a group; 404 and 410 count as done.</summary>
    /// <param name="accountGroupId">The server's id.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    Task DeleteGroupAsync(string accountGroupId, CancellationToken cancellationToken);
}
