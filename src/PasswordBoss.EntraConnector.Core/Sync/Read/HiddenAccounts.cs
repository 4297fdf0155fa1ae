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

/// <summary>The accounts that we disabled and that the server hides since.</summary>
internal static class HiddenAccounts
{
    /// <summary>
    /// The users whose account is hidden and who cannot come back: they exist no more, and are not in deleted items either. Their accounts are forgotten.
    /// </summary>
    /// <param name="directory">The tenant.</param>
    /// <param name="input">What was read.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public static async Task<ISet<string>> FindGoneForGoodAsync(IDirectoryReader directory, PlannerInput input, CancellationToken cancellationToken)
    {
        var gone = new HashSet<string>(
            input.State.Links
                .Where(l => l is { Kind: LinkKind.Current, Done: LeaverRule.Disable, DeleteSince: null } && input.Accounts.IsHidden(l.AccountId) && IsDeleted(l))
                .Select(l => l.EntraId),
            StringComparer.OrdinalIgnoreCase);
        if (gone.Count > 0)
            gone.ExceptWith(await directory.FindDeletedUsersAsync(gone.ToList(), cancellationToken).ConfigureAwait(false));
        // Nobody asks for ever about a user who was deleted: who was restored since, and stays outside the group, is not in deleted items any more.
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
