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
/// Reads of Password Boss what concerns a few people: the accounts of their links by id, and what stands at the addresses of those who are to get an
/// account.
/// </summary>
internal sealed class ChangedUserAccounts
{
    private const int ReadsAtOnce = 8;

    // An incremental run begins without open writes.
    private static readonly HashSet<string> NothingAsked = new();

    private readonly IAccountDirectory accounts;
    private readonly string server;
    private readonly SyncRules rules;
    private readonly Dictionary<string, Account> listed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TargetedRead> targeted = new(StringComparer.Ordinal);

    public ChangedUserAccounts(IAccountDirectory accounts, string server, SyncRules rules)
    {
        this.accounts = accounts;
        this.server = server;
        this.rules = rules;
    }

    /// <summary>
    /// Reads the accounts; null when everything must be read instead. A linked account that is not there is weighed against all others, because the token of
    /// another company reads like that; and a search that the server refuses is not needed where everything is listed.
    /// </summary>
    /// <param name="people">The people, as far as Entra told about them.</param>
    /// <param name="state">What is known.</param>
    /// <param name="now">The time of the run, UTC.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<AccountView?> ReadAsync(IReadOnlyCollection<Person> people, SyncState state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = new HashSet<string>(people.Select(p => p.EntraId), StringComparer.OrdinalIgnoreCase);
        var current = state.Links.Where(l => l.Kind == LinkKind.Current && ids.Contains(l.EntraId)).ToDictionary(l => l.EntraId, StringComparer.OrdinalIgnoreCase);
        var seekers = people.Where(p => p.Presence == PersonPresence.Present && SeeksAccount(p, current)).ToList();
        // An account that stands at a wanted address is read too: its user may be gone.
        var sought = new HashSet<string>(seekers.Select(p => EmailAddress.Choose(p.User!, rules.EmailSource)).OfType<string>(), EmailAddress.Comparer);
        var links = state.Links.Where(l => (ids.Contains(l.EntraId) || sought.Contains(l.Email)) && AccountReader.MattersToThePlan(l)).ToList();
        if (!await ReadLinkedAsync(links, state, now, cancellationToken).ConfigureAwait(false))
            return null;

        try
        {
            if ((seekers.Count > 0 || targeted.Values.Any(r => r.Hidden)) && !await IsSameCompanyAsync(state, links, cancellationToken).ConfigureAwait(false))
                return null;
            await BoundedParallel.ForEachAsync(seekers, ReadsAtOnce, p => SearchAsync(p, cancellationToken)).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (e.Id is ErrorId.AccountRefused or ErrorId.AccountServerForbidden or ErrorId.AccountServerAnswerInvalid)
        {
            return null;
        }

        return new AccountView(listed.Values.ToList(), targeted);
    }

    private async Task<bool> ReadLinkedAsync(List<AccountLink> links, SyncState state, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var owners = state.Links.ToDictionary(l => l.AccountId, l => l.EntraId, StringComparer.Ordinal);
        var reader = new AccountReader(accounts, server);
        var isMissing = false;
        await BoundedParallel.ForEachAsync(links, ReadsAtOnce, async link =>
        {
            var read = await reader.ReadOneAsync(link, owners, NothingAsked, now, cancellationToken).ConfigureAwait(false);
            lock (targeted)
            {
                isMissing |= read.Missing && !read.Hidden && link.Done != LeaverRule.ConvertToPersonal;
                // A complete listing does not show personal accounts either.
                if (read.Account is { State: not AccountState.Personal } account)
                    listed[account.Id] = account;
                else
                    targeted[link.AccountId] = read;
            }
        }).ConfigureAwait(false);
        return !isMissing;
    }

    private bool SeeksAccount(Person person, Dictionary<string, AccountLink> current) =>
        !current.TryGetValue(person.EntraId, out var link)
        || link.Done == LeaverRule.ConvertToPersonal
        || (EmailAddress.Choose(person.User!, rules.EmailSource) is { } address && !EmailAddress.Same(address, link.Email));

    // Before the first account is made, and before one that is not shown counts as merely hidden, an account that is known must be seen: in the wrong company
    // nobody is known. The best witness is one that no server hides.
    private async Task<bool> IsSameCompanyAsync(SyncState state, List<AccountLink> read, CancellationToken cancellationToken)
    {
        if (read.Any(l => l.Kind == LinkKind.Current && listed.ContainsKey(l.AccountId)))
            return true;
        var witness = state.Links.FirstOrDefault(l => l.Kind == LinkKind.Current && l.KnownState is AccountState.Active or AccountState.Pending)
            ?? state.Links.FirstOrDefault(l => l.Kind == LinkKind.Current && l.KnownState is AccountState.Disabled);
        return witness is null || await accounts.GetAccountAsync(witness.AccountId, cancellationToken).ConfigureAwait(false) is not null;
    }

    private async Task SearchAsync(Person person, CancellationToken cancellationToken)
    {
        var found = new List<Account>(await accounts.FindByExternalIdAsync(person.EntraId, cancellationToken).ConfigureAwait(false));
        if (EmailAddress.Choose(person.User!, rules.EmailSource) is { } address && EmailAddress.IsRoutable(address))
        {
            // A filter compares what the server stores, and a server may store the domain as people write it.
            foreach (var form in EmailAddress.Forms(address))
                found.AddRange(await accounts.FindByUserNameAsync(form, cancellationToken).ConfigureAwait(false));
        }

        lock (targeted)
        {
            foreach (var account in found.Where(a => a.State != AccountState.Personal))
                listed[account.Id] = account;
        }
    }
}
