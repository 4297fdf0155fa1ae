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

/// <summary>Finds the one user and the one account that an admin gives by id or address.</summary>
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
    /// Finds the user. Throws <see cref="ErrorId.UserNotFound"/> if there is none, <see cref="ErrorId.UserAmbiguous"/> if there are several, and
    /// <see cref="ErrorId.PersonUnknown"/> if Graph does not return the user's data.
    /// </summary>
    /// <param name="idOrAddress">An object id, a mail address or a user principal name.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<LinkUser> FindUserAsync(string idOrAddress, CancellationToken cancellationToken)
    {
        var id = Guid.TryParse(idOrAddress, out var guid) ? guid.ToString() : await FindUserIdAsync(idOrAddress, cancellationToken).ConfigureAwait(false);
        var groups = connection.UserGroup is { } userGroup ? new[] { userGroup.Id } : Array.Empty<string>();
        var lookup = (await directory.LookUpUsersAsync(new[] { id }, groups, cancellationToken).ConfigureAwait(false))[id];
        if (lookup.Existence == UserExistence.Unknown)
            throw new ConnectorException(Problems.PersonUnknown(idOrAddress, Texts.DoubtNotReadable).About(idOrAddress));
        if (lookup.User is not { } user)
            throw new ConnectorException(Problems.UserNotFound(idOrAddress).About(idOrAddress));
        var isOut = user.AccountEnabled == false || groups.Any(g => lookup.MembershipOf(g) == MembershipStatus.NotMember);
        return new LinkUser(user, EmailAddress.Choose(user, connection.Rules.EmailSource) ?? user.UserPrincipalName, isOut);
    }

    /// <summary>
    /// Finds the account, regardless of who manages it. Throws <see cref="ErrorId.AccountNotFound"/> if there is none, <see cref="ErrorId.AccountAmbiguous"/>
    /// if there are several.
    /// </summary>
    /// <param name="idOrAddress">The server's id, or an address.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<Account> FindAccountAsync(string idOrAddress, CancellationToken cancellationToken)
    {
        if (idOrAddress.Length == 0)
            throw new ConnectorException(Problems.AccountNotFound(idOrAddress).About(idOrAddress));
        // An id can have any format, even that of an address. So try both searches, the more likely one first.
        var isAddress = idOrAddress.IndexOf('@') >= 0;
        if (!isAddress && await accounts.GetAccountAsync(idOrAddress, cancellationToken).ConfigureAwait(false) is { } known)
            return known;
        var found = await SearchAsync(idOrAddress, accounts.FindByUserNameAsync, a => a.Id, cancellationToken).ConfigureAwait(false);
        if (found.Count > 1)
            throw new ConnectorException(Problems.AccountAmbiguous(idOrAddress, List(found.Select(a => LinkSentences.Of(a)))).About(idOrAddress));
        return (found.Count == 1 ? found[0] : null)
            ?? (isAddress ? await accounts.GetAccountAsync(idOrAddress, cancellationToken).ConfigureAwait(false) : null)
            ?? throw new ConnectorException(Problems.AccountNotFound(idOrAddress).About(idOrAddress));
    }

    private async Task<string> FindUserIdAsync(string address, CancellationToken cancellationToken)
    {
        var found = await SearchAsync(address, directory.FindUsersAsync, u => u.Id, cancellationToken).ConfigureAwait(false);
        if (found.Count > 1)
            throw new ConnectorException(Problems.UserAmbiguous(address, List(found.Select(u => LinkSentences.OfUser(u.DisplayName, u.Mail ?? u.UserPrincipalName, u.Id)))).About(address));
        return found.Count == 1 ? found[0].Id : throw new ConnectorException(Problems.UserNotFound(address).About(address));
    }

    // A server compares with the form that it stores, which may differ from the given one. Search for all forms, to detect two accounts that match in different
    // forms.
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

    private static MessageArgument List(IEnumerable<Message> candidates) => Texts.ListOf(candidates.Take(Candidates).Select(c => (MessageArgument)c));
}

/// <summary>A user to be linked.</summary>
/// <param name="User">The user as returned by Graph.</param>
/// <param name="Address">The address by rule, otherwise the user principal name; null if the user has neither.</param>
/// <param name="IsOut">Whether the user is disabled or not in the user group, so that the next run treats the account as that of a leaver.</param>
internal sealed record LinkUser(DirectoryUser User, string? Address, bool IsOut)
{
    /// <summary>The user in words.</summary>
    public Message Described => LinkSentences.OfUser(User.DisplayName, Address, User.Id);
}
