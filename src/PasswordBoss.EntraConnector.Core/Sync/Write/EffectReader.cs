using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>
/// Reads the effects of writes: an account by its id, a group once for all its changes. If an effect is not visible, it is read again, because replicas lag. A
/// failed read is left to the next run.
/// </summary>
internal sealed class EffectReader
{
    private static readonly TimeSpan[] Waits = { TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8) };

    private readonly IAccountDirectory accounts;
    private readonly IClock clock;
    private readonly ParallelLimit limit;
    private readonly IWorkers workers;
    private readonly ConcurrentDictionary<PlannedChange, Effect> effects = new(ReferenceComparer.Instance);

    /// <param name="accounts">The Password Boss side.</param>
    /// <param name="clock">Provides the wait between two reads.</param>
    /// <param name="limit">The number of reads at a time.</param>
    /// <param name="workers">Start the reads.</param>
    public EffectReader(IAccountDirectory accounts, IClock clock, ParallelLimit limit, IWorkers workers)
    {
        this.accounts = accounts;
        this.clock = clock;
        this.limit = limit;
        this.workers = workers;
    }

    /// <summary>Reads the effects. Does not throw if a read fails or the run stops.</summary>
    /// <param name="written">The accounts that were written to.</param>
    /// <param name="groups">The changed memberships, by the server's id of the group.</param>
    /// <param name="cancellationToken">Stops the reads: effects that were not seen until then count as not read.</param>
    public async Task<IReadOnlyDictionary<PlannedChange, Effect>> ReadAsync(
        IEnumerable<PlannedAccountChange> written, IReadOnlyDictionary<string, List<MemberToChange>> groups, CancellationToken cancellationToken)
    {
        var open = written.Select(c => (OpenRead)new OpenRead.OfAccount(c)).Concat(groups.Select(g => new OpenRead.OfGroup(g.Key, g.Value))).ToList();
        try
        {
            foreach (var wait in Waits)
            {
                if (wait > TimeSpan.Zero)
                    await clock.DelayAsync(wait, cancellationToken).ConfigureAwait(false);
                await BoundedParallel.ForEachAsync(open.Count, limit, workers, i => ReadOneAsync(open[i], cancellationToken)).ConfigureAwait(false);
                // One more read is enough for a new member: only a note depends on it.
                open = open.Where(read => read.Changes.Any(c => effects[c] is Effect.NotSeen || (c is AddMember && effects[c] is Effect.NotShown && wait == TimeSpan.Zero))).ToList();
                if (open.Count == 0)
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            // The run stopped between the reads: a write whose effect is not visible yet may still take effect.
            foreach (var change in open.SelectMany(read => read.Changes))
            {
                if (!effects.TryGetValue(change, out var effect) || effect is Effect.NotSeen)
                    effects[change] = new Effect.NotRead(Texts.EffectNotRead);
            }
        }

        return effects;
    }

    private async Task ReadOneAsync(OpenRead read, CancellationToken cancellationToken)
    {
        try
        {
            switch (read)
            {
                case OpenRead.OfAccount { Change: var change }:
                    effects[change] = EffectOf(change, await accounts.GetAccountAsync(change.LinkAfter.AccountId, cancellationToken).ConfigureAwait(false));
                    break;
                case OpenRead.OfGroup group:
                    TakeMembers(group, await accounts.GetGroupAsync(group.AccountGroupId, cancellationToken).ConfigureAwait(false));
                    break;
            }
        }
        catch (ConnectorException e)
        {
            foreach (var change in read.Changes)
                effects[change] = new Effect.NotRead(e.Text);
        }
    }

    private void TakeMembers(OpenRead.OfGroup read, AccountGroup? group)
    {
        var members = new HashSet<string>(group?.MemberIds ?? Array.Empty<string>(), AccountId.Comparer);
        foreach (var (change, accountId) in read.Members)
        {
            effects[change] = (change, members.Contains(accountId)) switch
            {
                (AddMember, true) => new Effect.Seen(null),
                (AddMember, false) => new Effect.NotShown(),
                (_, true) => new Effect.NotSeen(Texts.EffectMember),
                (RemoveMember { WasShown: false }, false) when group is not null => new Effect.NotShown(),
                _ => new Effect.Seen(null),
            };
        }
    }

    private static Effect EffectOf(PlannedAccountChange change, Account? account)
    {
        // Some servers hide disabled accounts, so 404 alone does not show that such an account is deleted. But only accepted changes are read here, and no read can show more.
        if (account is null)
        {
            return change switch
            {
                RetireAccount => new Effect.Seen(null),
                EnableAccount => new Effect.NotSeen(Texts.EffectMissing),
                _ => new Effect.NotRead(Texts.EffectMissing),
            };
        }

        if (change is EnableAccount { IsHidden: true } && !IsOf(change.User, account))
            return new Effect.NotSeen(Texts.EffectOtherOwner);
        var isSeen = change switch
        {
            DisableAccount => account.State is AccountState.Disabled or AccountState.Personal,
            ConvertAccount => account.State == AccountState.Personal,
            EnableAccount => account.State is AccountState.Active or AccountState.Pending,
            DeleteAccount => false,
            _ => true,
        };
        if (isSeen)
            return new Effect.Seen(account);
        if (change is not DeleteAccount && account is { State: AccountState.Unknown, StateText: null })
            return new Effect.NotShown();
        return new Effect.NotSeen(Texts.EffectState(WordOf(account)));
    }

    // SCIM's own attribute is "true" or "false", which means nothing to a reader.
    private static MessageArgument WordOf(Account account) =>
        account is { State: AccountState.Unknown, StateText: { } text } ? text : Texts.StateWord(account.State);

    private static bool IsOf(UserSubject user, Account account) => string.IsNullOrEmpty(account.ExternalId)
        ? EmailAddress.Same(account.UserName, user.Email)
        : EntraId.Same(account.ExternalId, user.EntraId);

    // A pending read, and the changes whose effects it shows.
    private abstract record OpenRead(IReadOnlyList<PlannedChange> Changes)
    {
        public sealed record OfAccount(PlannedAccountChange Change) : OpenRead(new[] { Change });

        public sealed record OfGroup(string AccountGroupId, IReadOnlyList<MemberToChange> Members) : OpenRead(Members.Select(m => m.Change).ToList());
    }
}
