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
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>
/// Reads the accounts of Password Boss: lists them all once, then reads each linked account that is not in the list. An account counts as gone only if it was
/// linked longer ago than <see cref="AccountView.SettlingTime"/> and no search by id, external ID or address finds it. Accounts that the connector converted or
/// disabled are read by id only: a converted one is gone as soon as its id is not found, a disabled one never is.
/// </summary>
internal sealed class AccountReader
{
    /// <summary>The maximum number of accounts that are read at a time.</summary>
    internal const int ReadsAtOnce = 8;

    /// <summary>The maximum number of names in one warning.</summary>
    internal const int NamedInWarning = 5;

    private readonly IAccountDirectory accounts;
    private readonly string server;

    public AccountReader(IAccountDirectory accounts, string server)
    {
        this.accounts = accounts;
        this.server = server;
    }

    /// <summary>Reads all accounts. The search for missing accounts stops when so many are missing that a limit applies, unless an admin forces the run.</summary>
    /// <param name="state">The stored state.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="searchAll">Whether to search for every missing account.</param>
    /// <param name="now">The time of the run, UTC.</param>
    /// <param name="onProgress">Receives the number of accounts read so far and the total that the server reports.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<AccountView> ReadAsync(
        SyncState state, SyncRules rules, bool searchAll, DateTimeOffset now, Action<int, int>? onProgress, CancellationToken cancellationToken)
    {
        var listing = await accounts.ListAccountsAsync(onProgress, cancellationToken).ConfigureAwait(false);
        if (!listing.IsComplete)
            throw new ConnectorException(Problems.AccountServerAnswerInvalid(server, Texts.DoubtIncompleteListing));

        var listed = new AccountView(listing.Accounts) { Unreadable = listing.Unreadable };
        var unlisted = state.Links.Where(l => MattersToThePlan(l) && listed.Find(l.AccountId) is null).ToList();
        if (unlisted.Count == 0)
            return listed;

        var current = state.Links.Count(l => l.Kind == LinkKind.Current && l.AppliedRule != LeaverRule.ConvertToPersonal);
        var owners = state.LinksByAccountId();
        var openRemovals = new HashSet<string>(
            state.OpenIntents.Where(i => i.Action is SyncAction.Disable or SyncAction.ConvertToPersonal or SyncAction.Delete).Select(i => i.AccountId).OfType<string>(), AccountId.Comparer);
        var reads = new Dictionary<string, TargetedRead>(AccountId.Comparer);
        var missing = 0;
        var stopped = false;
        foreach (var batch in unlisted.InChunksOf(ReadsAtOnce))
        {
            stopped |= !searchAll && SafetyLimits.TooManyVanished(rules, missing, current);
            var found = stopped
                ? batch.Select(_ => (TargetedRead)new TargetedRead.NotRead(Texts.DoubtNotAsked)).ToArray()
                : await BoundedParallel.SelectAsync(batch, ReadsAtOnce, l => ReadOneAsync(l, owners, openRemovals, now, cancellationToken)).ConfigureAwait(false);
            for (var i = 0; i < batch.Count; i++)
            {
                reads[batch[i].AccountId] = Judged(found[i], batch[i], listing.Unreadable.Count);
                if (found[i] is { IsMissing: true } and not TargetedRead.Hidden && batch[i].Kind == LinkKind.Current && batch[i].AppliedRule != LeaverRule.ConvertToPersonal)
                    missing++;
            }
        }

        return listed.With(reads, stopped);
    }

    /// <summary>All groups with their members. Throws if the list is incomplete.</summary>
    /// <param name="accounts">The Password Boss side.</param>
    /// <param name="server">Its host, for messages.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public static async Task<AccountGroupListing> ListGroupsAsync(IAccountDirectory accounts, string server, CancellationToken cancellationToken)
    {
        var listing = await accounts.ListGroupsAsync(cancellationToken).ConfigureAwait(false);
        return listing.IsComplete
            ? listing
            : throw new ConnectorException(Problems.AccountServerAnswerInvalid(server, Texts.DoubtIncompleteListing));
    }

    /// <summary>One warning for all listed accounts that could not be read, and one for all such groups.</summary>
    /// <param name="server">The server, for messages.</param>
    /// <param name="accounts">The unreadable accounts.</param>
    /// <param name="groups">The unreadable groups.</param>
    public static IEnumerable<Message> WarningsAbout(string server, IReadOnlyList<string> accounts, IReadOnlyList<string> groups)
    {
        if (accounts.Count > 0)
            yield return Problems.AccountUnreadable(server, MessageValue.Of(accounts.Count), Names(accounts)).Text;
        if (groups.Count > 0)
            yield return Problems.AccountGroupUnreadable(server, MessageValue.Of(groups.Count), Names(groups)).Text;

        static string Names(IReadOnlyList<string> unreadable) => string.Join(", ", unreadable.Take(NamedInWarning)) + (unreadable.Count > NamedInWarning ? " …" : "");
    }

    // An unreadable account may be the missing one. A converted account is expected to be missing.
    private static TargetedRead Judged(TargetedRead read, AccountLink link, int unreadable) =>
        unreadable == 0 || read is not TargetedRead.Gone || link.AppliedRule == LeaverRule.ConvertToPersonal
            ? read
            : new TargetedRead.NotFound(Texts.DoubtUnreadableAccounts(MessageValue.Of(unreadable)));

    /// <summary>Whether the planner needs the account of this link.</summary>
    /// <param name="link">The link.</param>
    internal static bool MattersToThePlan(AccountLink link) =>
        link.Kind == LinkKind.Current || (link.Kind == LinkKind.Predecessor && (link.HandledEvent == LeavingEvent.None || link.WaitingDeletion is not null));

    /// <summary>Reads the account of a link by id, and searches for it if the server returns 404 for the id.</summary>
    /// <param name="link">The link.</param>
    /// <param name="owners">The links, by account id.</param>
    /// <param name="openRemovals">The ids of accounts with an open intent to disable, convert or delete them.</param>
    /// <param name="now">The time of the run, UTC.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public async Task<TargetedRead> ReadOneAsync(
        AccountLink link, IReadOnlyDictionary<string, AccountLink> owners, ISet<string> openRemovals, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var account = await accounts.GetAccountAsync(link.AccountId, cancellationToken).ConfigureAwait(false);
            if (account is not null)
                return new TargetedRead.Found(account);
            if (link.AppliedRule == LeaverRule.ConvertToPersonal)
                return new TargetedRead.Gone();
            // Some servers return 404 for a disabled account. If it counted as gone, its user could never get it back.
            if (link.AppliedRule == LeaverRule.Disable || openRemovals.Contains(link.AccountId) || link.Unconfirmed.Request is AccountRequest.Disable or AccountRequest.ConvertToPersonal or AccountRequest.Delete)
                return new TargetedRead.Hidden();
            var found = (await accounts.FindByExternalIdAsync(link.EntraId, cancellationToken).ConfigureAwait(false)).FirstOrDefault(MayBeOfUser)
                ?? await FindByAddressAsync().ConfigureAwait(false);
            if (found is not null)
                return new TargetedRead.NotFound(Texts.DoubtFoundElsewhere(found.UserName));
            return now - link.LinkedAt > AccountView.SettlingTime
                ? new TargetedRead.Gone()
                : new TargetedRead.NotFound(Texts.DoubtRecentlyMade);
        }
        catch (ConnectorException e) when (e.Id is not (ErrorId.AccountServerTokenRejected or ErrorId.AccountServerUntrusted or ErrorId.ForeignHost))
        {
            return new TargetedRead.NotRead(e.Text);
        }

        // The server may now store the domain in its other form (Unicode or ASCII).
        async Task<Account?> FindByAddressAsync()
        {
            foreach (var form in EmailAddress.Forms(link.Email))
            {
                if ((await accounts.FindByUserNameAsync(form, cancellationToken).ConfigureAwait(false)).FirstOrDefault(MayBeOfUser) is { } match)
                    return match;
            }

            return null;
        }

        // An account that is linked to another user, such as the new owner of a leaver's address, is not the missing one.
        bool MayBeOfUser(Account found) => !AccountId.Same(found.Id, link.AccountId)
            && (!owners.TryGetValue(found.Id, out var owner) || EntraId.Same(owner.EntraId, link.EntraId));
    }
}
