using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Planning;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Reading;

/// <summary>The accounts that we disabled and that the server hides since.</summary>
internal static class HiddenAccounts
{
    /// <summary>
    /// Of the deleted users whose account is hidden, those who can be restored; null when there is nobody to ask about. The account of a user who cannot come back
    /// is forgotten.
    /// </summary>
    /// <param name="directory">The tenant.</param>
    /// <param name="input">What was read.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public static async Task<ISet<string>?> FindRestorableAsync(IDirectoryReader directory, PlannerInput input, CancellationToken cancellationToken)
    {
        var deleted = input.State.Links
            .Where(l => l is { Kind: LinkKind.Current, Done: LeaverRule.Disable, DeleteSince: null } && input.Accounts.IsHidden(l.AccountId) && IsDeleted(l))
            .Select(l => l.EntraId)
            .ToList();
        return deleted.Count == 0
            ? null
            : new HashSet<string>(await directory.FindDeletedUsersAsync(deleted, cancellationToken).ConfigureAwait(false), StringComparer.OrdinalIgnoreCase);

        bool IsDeleted(AccountLink link) =>
            input.Lookups.TryGetValue(link.EntraId, out var lookup) ? lookup.Existence == UserExistence.Deleted : link.HandledEvent == LeavingEvent.Deleted;
    }
}
