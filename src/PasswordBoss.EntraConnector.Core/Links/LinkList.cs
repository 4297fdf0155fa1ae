using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Links;

/// <summary>Lists the stored links of a connection, without any request to a server.</summary>
internal static class LinkList
{
    /// <summary>All links except retired ones, ordered by the address of the account.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="journal">The journal of the connection.</param>
    /// <param name="links">The links of the connection.</param>
    public static IReadOnlyList<(AccountLink Link, PBLink Shown)> Read(ConnectionSettings connection, ISyncJournal journal, IEnumerable<AccountLink> links)
    {
        var listedAt = journal.LoadStart().Progress.AccountsListedAt;
        var activeLinks = links.Where(l => l.Kind != LinkKind.Retired).OrderBy(l => l.Email, StringComparer.OrdinalIgnoreCase).ToList();
        var addresses = new Dictionary<string, string>(EntraId.Comparer);
        foreach (var member in journal.FindMembers(activeLinks.Select(l => l.EntraId).Distinct(EntraId.Comparer).ToList()))
        {
            // Only the membership in the user group has an address.
            if (member.Address is { } address)
                addresses[member.EntraId] = address;
        }

        return activeLinks.Select(l => (l, LinkViews.Render(connection, l, addresses.TryGetValue(l.EntraId, out var known) ? known : null, listedAt))).ToList();
    }
}
