using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Links;

/// <summary>Lists the accounts of Password Boss for an admin, each with the names of its groups.</summary>
internal sealed class AccountList
{
    private readonly IAccountDirectory accounts;
    private readonly string connection;

    public AccountList(IAccountDirectory accounts, string connection)
    {
        this.accounts = accounts;
        this.connection = connection;
    }

    /// <summary>All accounts, by address.</summary>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<IReadOnlyList<PBUser>> ReadAsync(CancellationToken cancellationToken)
    {
        var capabilities = await accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false);
        var listing = await accounts.ListAccountsAsync(null, cancellationToken).ConfigureAwait(false);
        var groups = capabilities.Groups ? (await accounts.ListGroupsAsync(cancellationToken).ConfigureAwait(false)).Groups : Array.Empty<AccountGroup>();
        return Render(listing.Accounts.OrderBy(a => a.UserName, StringComparer.OrdinalIgnoreCase), groups);
    }

    /// <summary>Only the accounts that no user explains, by address.</summary>
    /// <param name="parties">Both sides, compared.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<IReadOnlyList<PBUser>> ReadUnmatchedAsync(UnmatchedParties parties, CancellationToken cancellationToken)
    {
        var unmatched = parties.AccountsWithoutUser().ToList();
        var groups = parties.LacksGroups && unmatched.Count > 0 ? (await accounts.ListGroupsAsync(cancellationToken).ConfigureAwait(false)).Groups : parties.Groups;
        return Render(unmatched, groups);
    }

    private IReadOnlyList<PBUser> Render(IEnumerable<Account> shown, IReadOnlyList<AccountGroup> groups)
    {
        var groupsOf = new Dictionary<string, List<string>>(AccountId.Comparer);
        foreach (var group in groups)
        {
            foreach (var member in group.MemberIds)
            {
                if (!groupsOf.TryGetValue(member, out var names))
                    groupsOf[member] = names = new List<string>();
                names.Add(group.DisplayName);
            }
        }

        return shown
            .Select(a => AccountViews.Render(connection, a, groupsOf.TryGetValue(a.Id, out var names) ? names.OrderBy(n => n, StringComparer.OrdinalIgnoreCase).ToList() : Array.Empty<string>()))
            .ToList();
    }
}
