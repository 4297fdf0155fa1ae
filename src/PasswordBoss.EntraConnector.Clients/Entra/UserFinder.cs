using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Kiota.Abstractions;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>Finds users by an object id, an address or a name (https://learn.microsoft.com/graph/api/user-get, https://learn.microsoft.com/graph/api/user-list).</summary>
internal sealed class UserFinder
{
    private readonly GraphChannel channel;

    /// <summary>Creates the finder.</summary>
    /// <param name="channel">Sends the requests.</param>
    public UserFinder(GraphChannel channel) => this.channel = channel;

    /// <summary>Finds users; see <see cref="Ports.IDirectoryReader.FindUsersAsync"/>.</summary>
    public Task<IReadOnlyList<DirectoryUser>> FindAsync(string idOrAddress, CancellationToken cancellationToken) => FindAsync(idOrAddress, alsoByName: false, cancellationToken);

    /// <summary>Finds users, also by name; see <see cref="Ports.IDirectoryReader.SearchUsersAsync"/>.</summary>
    public Task<IReadOnlyList<DirectoryUser>> SearchAsync(string text, CancellationToken cancellationToken) => FindAsync(text, alsoByName: true, cancellationToken);

    private async Task<IReadOnlyList<DirectoryUser>> FindAsync(string text, bool alsoByName, CancellationToken cancellationToken)
    {
        var wanted = text.Trim();
        if (wanted.Length == 0)
            return [];
        if (!Guid.TryParse(wanted, out var id))
            return await FindByTextAsync(wanted, alsoByName, cancellationToken).ConfigureAwait(false);
        return await FindByIdAsync(id.ToString("D"), cancellationToken).ConfigureAwait(false) is { } user ? [user] : [];
    }

    private async Task<DirectoryUser?> FindByIdAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await channel.SendAsync(
            () => channel.Graph.Users[id].ToGetRequestInformation(r => r.QueryParameters.Select = DirectoryObjects.UserProperties), cancellationToken).ConfigureAwait(false);
        if (response.IsSuccess && response.IsObject && DirectoryObjects.TryReadUser(id, response.Body) is { } user)
            return user;
        return response.Status == 404 && response.ErrorCode is not null ? null : throw new ConnectorException(channel.Errors.FromResponse(response, Permissions.Users));
    }

    private async Task<IReadOnlyList<DirectoryUser>> FindByTextAsync(string text, bool alsoByName, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, DirectoryUser>(EntraId.Comparer);
        await new GraphPages<DirectoryUser>(channel, Describe, DirectoryObjects.ReadUser, Permissions.Users).ReadAsync(found.Clear, AddPage, cancellationToken).ConfigureAwait(false);
        return [.. found.Values];

        RequestInformation Describe() => channel.Graph.Users.ToGetRequestInformation(r =>
        {
            var value = DirectoryObjects.Quote(text);
            r.QueryParameters.Select = DirectoryObjects.UserProperties;
            r.QueryParameters.Filter = $"userPrincipalName eq {value} or mail eq {value}" + (alsoByName ? $" or displayName eq {value}" : "");
        });

        bool AddPage(IReadOnlyList<DirectoryUser> page)
        {
            foreach (var user in page)
            {
                // Compared again, because this response decides which user gets an account.
                if (EmailAddress.Same(user.UserPrincipalName, text) || EmailAddress.Same(user.Mail, text) || (alsoByName && string.Equals(user.DisplayName?.Trim(), text, StringComparison.OrdinalIgnoreCase)))
                    found[user.Id] = user;
            }

            return true;
        }
    }
}
