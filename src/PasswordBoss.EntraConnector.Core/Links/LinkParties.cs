using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Links;

/// <summary>Finds the one user and the one account that an admin means, each by id or address.</summary>
internal sealed class LinkParties
{
    private const int Candidates = 10;

    private readonly ConnectionSettings connection;
    private readonly IDirectoryReader directory;
    private readonly IAccountDirectory accounts;

    public LinkParties(ConnectionSettings connection, IDirectoryReader directory, IAccountDirectory accounts)
    {
        this.connection = connection;
        this.directory = directory;
        this.accounts = accounts;
    }

    /// <summary>
    /// The user. Throws <see cref="ErrorId.UserNotFound"/> when there is none, <see cref="ErrorId.UserAmbiguous"/> when there are several, and
    /// <see cref="ErrorId.PersonUnknown"/> when Graph will not say.
    /// </summary>
    /// <param name="idOrAddress">An object id, a mail address or a user principal name.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<LinkUser> FindUserAsync(string idOrAddress, CancellationToken cancellationToken)
    {
        var id = Guid.TryParse(idOrAddress, out var guid) ? guid.ToString() : await FindUserIdAsync(idOrAddress, cancellationToken).ConfigureAwait(false);
        var groups = connection.UserGroup is { } userGroup ? new[] { userGroup.Id } : Array.Empty<string>();
        var lookup = (await directory.LookUpUsersAsync(new[] { id }, groups, cancellationToken).ConfigureAwait(false))[id];
        if (lookup.Existence == UserExistence.Unknown)
            throw new ConnectorException(ErrorId.PersonUnknown, idOrAddress, new Message("Doubt_NotReadable").Render()) { Target = idOrAddress };
        if (lookup.User is not { } user)
            throw new ConnectorException(ErrorId.UserNotFound, idOrAddress) { Target = idOrAddress };
        var isOut = user.AccountEnabled == false || groups.Any(g => lookup.MembershipOf(g) == MembershipAnswer.NotMember);
        return new LinkUser(user, EmailAddress.Choose(user, connection.Rules.EmailSource) ?? user.UserPrincipalName, isOut);
    }

    /// <summary>
    /// The account, no matter who manages it. Throws <see cref="ErrorId.AccountNotFound"/> when there is none, <see cref="ErrorId.AccountAmbiguous"/> when there are
    /// several.
    /// </summary>
    /// <param name="idOrAddress">The server's id, or an address.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<Account> FindAccountAsync(string idOrAddress, CancellationToken cancellationToken)
    {
        // An id may look like anything, also like an address: what one search lacks the other finds.
        var isAddress = idOrAddress.IndexOf('@') >= 0;
        if (!isAddress && await accounts.GetAccountAsync(idOrAddress, cancellationToken).ConfigureAwait(false) is { } known)
            return known;
        var found = await SearchAsync(idOrAddress, accounts.FindByUserNameAsync, a => a.Id, cancellationToken).ConfigureAwait(false);
        if (found.Count > 1)
            throw new ConnectorException(ErrorId.AccountAmbiguous, idOrAddress, List(found.Select(LinkSentences.Of))) { Target = idOrAddress };
        return (found.Count == 1 ? found[0] : null)
            ?? (isAddress ? await accounts.GetAccountAsync(idOrAddress, cancellationToken).ConfigureAwait(false) : null)
            ?? throw new ConnectorException(ErrorId.AccountNotFound, idOrAddress) { Target = idOrAddress };
    }

    private async Task<string> FindUserIdAsync(string address, CancellationToken cancellationToken)
    {
        var found = await SearchAsync(address, directory.FindUsersAsync, u => u.Id, cancellationToken).ConfigureAwait(false);
        if (found.Count > 1)
            throw new ConnectorException(ErrorId.UserAmbiguous, address, List(found.Select(u => LinkSentences.OfUser(u.DisplayName, u.Mail ?? u.UserPrincipalName, u.Id)))) { Target = address };
        return found.Count == 1 ? found[0].Id : throw new ConnectorException(ErrorId.UserNotFound, address) { Target = address };
    }

    // A server compares the form that it stores, which need not be the given one. All forms are searched, so that two matches in two forms are seen to be two.
    private static async Task<IReadOnlyList<T>> SearchAsync<T>(
        string address, Func<string, CancellationToken, Task<IReadOnlyList<T>>> search, Func<T, string> idOf, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var form in EmailAddress.Forms(address))
        {
            foreach (var match in await search(form, cancellationToken).ConfigureAwait(false))
                found[idOf(match)] = match;
        }

        return found.Values.ToList();
    }

    private static string List(IEnumerable<string> candidates) => string.Join(", ", candidates.Take(Candidates));
}

/// <summary>A user who is to be linked.</summary>
/// <param name="User">What Graph says of the user.</param>
/// <param name="Address">The address by rule, else the user principal name; null where the user has neither.</param>
/// <param name="IsOut">Whether the user is not in the user group, or is disabled, so that the next run treats the account as that of a leaver.</param>
internal sealed record LinkUser(DirectoryUser User, string? Address, bool IsOut)
{
    /// <summary>The user in words.</summary>
    public override string ToString() => LinkSentences.OfUser(User.DisplayName, Address, User.Id);
}
