using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// Reads the accounts that an incremental run needs: the linked accounts of its users by id, and for users who need an account, the accounts with their
/// external ID or address.
/// </summary>
internal sealed class ChangedUserAccounts
{
    // An incremental run starts only if no intent is open.
    private static readonly HashSet<string> NoOpenRemovals = new(AccountId.Comparer);

    private readonly IAccountDirectory accounts;
    private readonly string server;
    private readonly SyncRules rules;
    private readonly Dictionary<string, Account> listed = new(AccountId.Comparer);
    private readonly Dictionary<string, TargetedRead> targeted = new(AccountId.Comparer);

    public ChangedUserAccounts(IAccountDirectory accounts, string server, SyncRules rules)
    {
        this.accounts = accounts;
        this.server = server;
        this.rules = rules;
    }

    /// <summary>
    /// Reads the accounts. The result is not enough if a linked account is missing (with the token of another company, all are missing), or if the server refuses
    /// a search (a full run lists the accounts instead).
    /// </summary>
    /// <param name="people">The users, as Entra reports them.</param>
    /// <param name="state">The stored state.</param>
    /// <param name="now">The time of the run, UTC.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<PartialRead<AccountView>> ReadAsync(IReadOnlyCollection<Person> people, SyncState state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = new HashSet<string>(people.Select(p => p.EntraId), EntraId.Comparer);
        var current = state.Links.Where(l => l.Kind == LinkKind.Current && ids.Contains(l.EntraId)).ToDictionary(l => l.EntraId, EntraId.Comparer);
        var seekers = new List<Seeker>();
        foreach (var person in people)
        {
            if (person is not { Presence: PersonPresence.Present, User: { } user })
                continue;
            var seeker = new Seeker(person.EntraId, EmailAddress.Choose(user, rules.EmailSource));
            if (SeeksAccount(seeker, current))
                seekers.Add(seeker);
        }

        // Also read the account that is linked at a wanted address: its user may be gone.
        var sought = new HashSet<string>(seekers.Select(s => s.Address).OfType<string>(), EmailAddress.Comparer);
        var links = state.Links.Where(l => (ids.Contains(l.EntraId) || sought.Contains(l.Email)) && AccountReader.MattersToThePlan(l)).ToList();
        if (!await ReadLinkedAsync(links, state, now, cancellationToken).ConfigureAwait(false))
            return new PartialRead<AccountView>.NotEnough(FullSyncReasons.AccountMissing);

        try
        {
            if ((seekers.Count > 0 || targeted.Values.Any(r => r is TargetedRead.Hidden)) && !await IsSameCompanyAsync(state, links, cancellationToken).ConfigureAwait(false))
                return new PartialRead<AccountView>.NotEnough(FullSyncReasons.AccountMissing);
            await BoundedParallel.ForEachAsync(seekers, AccountReader.ReadsAtOnce, s => SearchAsync(s, cancellationToken)).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (e.Id is ErrorId.AccountRefused or ErrorId.AccountServerForbidden or ErrorId.AccountServerAnswerInvalid)
        {
            return new PartialRead<AccountView>.NotEnough(FullSyncReasons.SearchRefused);
        }

        return new PartialRead<AccountView>.Complete(new AccountView(listed.Values.ToList(), targeted));
    }

    private async Task<bool> ReadLinkedAsync(List<AccountLink> links, SyncState state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var owners = state.LinksByAccountId();
        var reader = new AccountReader(accounts, server);
        var isMissing = false;
        await BoundedParallel.ForEachAsync(links, AccountReader.ReadsAtOnce, async link =>
        {
            var read = await reader.ReadOneAsync(link, owners, NoOpenRemovals, now, cancellationToken).ConfigureAwait(false);
            lock (targeted)
            {
                isMissing |= read is { IsMissing: true } and not TargetedRead.Hidden && link.AppliedRule != LeaverRule.ConvertToPersonal;
                // Personal accounts stay out of the list, as in a full run: a listing does not contain them.
                if (read is TargetedRead.Found { Account: { State: not AccountState.Personal } account })
                    listed[account.Id] = account;
                else
                    targeted[link.AccountId] = read;
            }
        }).ConfigureAwait(false);
        return !isMissing;
    }

    private static bool SeeksAccount(Seeker seeker, Dictionary<string, AccountLink> current) =>
        !current.TryGetValue(seeker.EntraId, out var link)
        || link.AppliedRule == LeaverRule.ConvertToPersonal
        || (seeker.Address is not null && !EmailAddress.Same(seeker.Address, link.Email));

    // Before a run creates an account, or treats a missing one as hidden, read one linked account: with the token of another company, it is missing. Prefer an active
    // or pending account, because only disabled accounts are hidden.
    private async Task<bool> IsSameCompanyAsync(SyncState state, List<AccountLink> read, CancellationToken cancellationToken)
    {
        if (read.Any(l => l.Kind == LinkKind.Current && listed.ContainsKey(l.AccountId)))
            return true;
        var sample = state.Links.FirstOrDefault(l => l.Kind == LinkKind.Current && l.KnownState is AccountState.Active or AccountState.Pending)
            ?? state.Links.FirstOrDefault(l => l.Kind == LinkKind.Current && l.KnownState is AccountState.Disabled);
        return sample is null || await accounts.GetAccountAsync(sample.AccountId, cancellationToken).ConfigureAwait(false) is not null;
    }

    private async Task SearchAsync(Seeker seeker, CancellationToken cancellationToken)
    {
        var found = new List<Account>(await accounts.FindByExternalIdAsync(seeker.EntraId, cancellationToken).ConfigureAwait(false));
        if (seeker.Address is { } address && EmailAddress.IsRoutable(address))
        {
            // A filter compares stored values, and a server may store the domain in Unicode.
            foreach (var form in EmailAddress.Forms(address))
                found.AddRange(await accounts.FindByUserNameAsync(form, cancellationToken).ConfigureAwait(false));
        }

        lock (targeted)
        {
            foreach (var account in found.Where(a => a.State != AccountState.Personal))
                listed[account.Id] = account;
        }
    }

    /// <summary>A user in the user group who may need an account.</summary>
    /// <param name="EntraId">The object id.</param>
    /// <param name="Address">The address that the account would have; null if the user has none.</param>
    private sealed record Seeker(string EntraId, string? Address);
}
