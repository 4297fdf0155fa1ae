using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>Finds the users that an admin means by an object id, an address, or a display name. A user that was deleted in Entra is found by their link.</summary>
internal static class UserSearch
{
    /// <summary>The users that match; empty if none does.</summary>
    /// <param name="wanted">An object id, a mail address, a user principal name, or a display name.</param>
    /// <param name="directory">The Entra side.</param>
    /// <param name="state">The stored state.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public static async Task<IReadOnlyList<UserMatch>> FindAsync(string wanted, IDirectoryReader directory, SyncState state, CancellationToken cancellationToken)
    {
        var text = wanted.Trim();
        if (text.Length == 0)
            return Array.Empty<UserMatch>();
        var id = Guid.TryParse(text, out var guid) ? guid.ToString() : null;
        var found = new Dictionary<string, DirectoryUser>(EntraId.Comparer);
        foreach (var form in EmailAddress.Forms(id ?? text))
        {
            foreach (var user in await directory.SearchUsersAsync(form, cancellationToken).ConfigureAwait(false))
                found[user.Id] = user;
        }

        // An address belongs to one user at a time, so names and links are ignored if a user has exactly this id or address.
        var exact = found.Values.Where(u => EntraId.Same(u.Id, id) || EmailAddress.Same(u.UserPrincipalName, text) || EmailAddress.Same(u.Mail, text)).ToList();
        if (exact.Count > 0)
            return exact.Select(MatchOf).ToList();
        var matches = found.Values.Select(MatchOf).ToDictionary(m => m.EntraId, EntraId.Comparer);
        foreach (var link in state.Links.Where(l => l.Kind == LinkKind.Current).Where(l => EntraId.Same(l.EntraId, id) || EmailAddress.Same(l.Email, text) || IsName(l.DisplayName, text)))
        {
            if (!matches.ContainsKey(link.EntraId))
                matches.Add(link.EntraId, new UserMatch(link.EntraId, link.DisplayName, link.Email));
        }

        return matches.Values.ToList();
    }

    private static UserMatch MatchOf(DirectoryUser user) => new(user.Id, user.DisplayName, user.Mail ?? user.UserPrincipalName);

    private static bool IsName(string? name, string text) => string.Equals(name?.Trim(), text, StringComparison.OrdinalIgnoreCase);
}
