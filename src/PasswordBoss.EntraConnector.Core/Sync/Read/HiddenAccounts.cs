using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>Accounts that the connector disabled and that the server no longer shows.</summary>
internal static class HiddenAccounts
{
    /// <summary>
    /// The users with a hidden account who cannot come back: they no longer exist and are not in deleted items. The planner forgets their accounts.
    /// </summary>
    /// <param name="directory">The tenant.</param>
    /// <param name="input">The input of the planner.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public static async Task<ISet<string>> FindPermanentlyDeletedAsync(IDirectoryReader directory, PlannerInput input, CancellationToken cancellationToken)
    {
        var gone = new HashSet<string>(
            input.State.Links
                .Where(l => l is { Kind: LinkKind.Current, AppliedRule: LeaverRule.Disable, WaitingDeletion: null } && input.Accounts.IsHidden(l.AccountId) && IsDeleted(l))
                .Select(l => l.EntraId),
            EntraId.Comparer);
        if (gone.Count > 0)
            gone.ExceptWith(await directory.FindDeletedUsersAsync(gone.ToList(), cancellationToken).ConfigureAwait(false));
        // A user who was restored but stays outside the group is no longer in deleted items either. Check that these users do not exist.
        if (gone.Count > 0)
        {
            var lookups = await directory.LookUpUsersAsync(gone.ToList(), Array.Empty<string>(), cancellationToken).ConfigureAwait(false);
            gone.IntersectWith(lookups.Values.Where(l => l.Existence == UserExistence.Deleted).Select(l => l.Id));
        }

        return gone;

        bool IsDeleted(AccountLink link) =>
            input.Lookups.TryGetValue(link.EntraId, out var lookup) ? lookup.Existence == UserExistence.Deleted : link.HandledEvent == LeavingEvent.Deleted;
    }
}
