using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>The state after recovery, and what has to be saved of it.</summary>
public sealed record RecoveredState
{
    /// <summary>The state that the plan is made from.</summary>
    public required SyncState State { get; init; }
    /// <summary>What changed.</summary>
    public IReadOnlyList<StateChange> Changes { get; init; } = Array.Empty<StateChange>();
    /// <summary>The intents whose end is known now.</summary>
    public IReadOnlyList<Guid> SettledIntents { get; init; } = Array.Empty<Guid>();
    /// <summary>How many accounts of an earlier, lost state were linked again.</summary>
    public int Relinked { get; init; }
    /// <summary>Accounts that say they are managed from Azure AD and bear the id of nobody in this tenant.</summary>
    public IReadOnlyList<Account> Orphans { get; init; } = Array.Empty<Account>();
}

/// <summary>
/// Finds out what a run that ended in an unknown way has done, and links again what an earlier, lost state had linked. Pure: it reads what was read.
/// </summary>
public static class StateRecovery
{
    /// <summary>The external ids of accounts that may belong to an earlier, lost state.</summary>
    /// <param name="state">The state as it was loaded.</param>
    /// <param name="accounts">The accounts.</param>
    public static IReadOnlyList<Account> RelinkCandidates(SyncState state, AccountView accounts)
    {
        if (state.Health.Relinked)
            return Array.Empty<Account>();
        var known = new HashSet<string>(state.Links.Select(l => l.AccountId), StringComparer.Ordinal);
        return accounts.Listed
            .Where(a => a.ManagedBy == ManagedBy.AzureAD && !known.Contains(a.Id) && Guid.TryParse(a.ExternalId, out _))
            .ToList();
    }

    /// <summary>Recovers the state.</summary>
    /// <param name="state">The state as it was loaded.</param>
    /// <param name="accounts">The accounts.</param>
    /// <param name="usersOfTenant">Of the candidates' external ids, those that are living or deleted users of the tenant.</param>
    /// <param name="now">The time of the run, UTC.</param>
    public static RecoveredState Recover(SyncState state, AccountView accounts, ISet<string> usersOfTenant, DateTimeOffset now)
    {
        var candidates = RelinkCandidates(state, accounts);
        if (state.OpenIntents.Count == 0 && candidates.Count == 0)
            return WithKnownStates(new RecoveredState { State = state }, accounts);
        var recovery = new Recovery(state, accounts, now);
        foreach (var intent in state.OpenIntents.OrderBy(i => i.CreatedAt))
            recovery.Settle(intent);
        var orphans = recovery.Relink(candidates, usersOfTenant);
        return WithKnownStates(recovery.Result(orphans), accounts);
    }

    /// <summary>Remembers the states in which the accounts were read.</summary>
    /// <param name="recovered">What is known so far.</param>
    /// <param name="accounts">The accounts.</param>
    internal static RecoveredState WithKnownStates(RecoveredState recovered, AccountView accounts)
    {
        List<AccountLink>? links = null;
        List<StateChange>? changes = null;
        for (var i = 0; i < recovered.State.Links.Count; i++)
        {
            var link = recovered.State.Links[i];
            if (link.Kind != LinkKind.Current || accounts.Find(link.AccountId) is not { } account || account.State == link.KnownState)
                continue;
            links ??= recovered.State.Links.ToList();
            changes ??= recovered.Changes.ToList();
            links[i] = link with { KnownState = account.State };
            changes.Add(new StateChange { Link = links[i] });
        }

        return links is null ? recovered : recovered with { State = recovered.State with { Links = links }, Changes = changes! };
    }

    private sealed class Recovery
    {
        private readonly SyncState state;
        private readonly AccountView accounts;
        private readonly DateTimeOffset now;
        private readonly Dictionary<string, AccountLink> links;
        private readonly Dictionary<string, AccountLink> current;
        private readonly List<StateChange> changes = new();
        private readonly List<RemovalRecord> removals = new();
        private readonly List<Guid> settled = new();
        private int relinked;

        public Recovery(SyncState state, AccountView accounts, DateTimeOffset now)
        {
            this.state = state;
            this.accounts = accounts;
            this.now = now;
            links = state.Links.ToDictionary(l => l.AccountId, StringComparer.Ordinal);
            current = DesiredState.CurrentLinks(state);
        }

        public void Settle(Intent intent)
        {
            switch (intent.Action)
            {
                case SyncAction.Create:
                case SyncAction.CreatePending:
                case SyncAction.Adopt:
                    if (!SettleNewAccount(intent))
                        return;
                    break;
                case SyncAction.Disable:
                case SyncAction.Enable:
                case SyncAction.ConvertToPersonal:
                case SyncAction.Delete:
                    if (!SettleKnownAccount(intent))
                        return;
                    break;
            }

            // Names, groups and memberships are compared anew in every full run, whatever became of the write.
            settled.Add(intent.Id);
        }

        // False when the account may have been made and is not shown yet: the intent stays open.
        private bool SettleNewAccount(Intent intent)
        {
            if (intent.EntraId is null)
                return true;
            var bearers = accounts.BearingExternalId(intent.EntraId)
                .Where(a => !links.ContainsKey(a.Id) && (intent.AccountId is null || string.Equals(a.Id, intent.AccountId, StringComparison.Ordinal)))
                .ToList();
            current.TryGetValue(intent.EntraId, out var former);
            if (bearers.Count == 0)
            {
                var doneSince = former is not null && former.LinkedAt >= intent.CreatedAt;
                return doneSince || intent.Action == SyncAction.Adopt || now - intent.CreatedAt > AccountView.SettlingTime;
            }

            if (bearers.Count > 1)
                return true;
            if (former is not null)
            {
                var inBusiness = former.Done != LeaverRule.ConvertToPersonal && !accounts.IsMissing(former.AccountId);
                // Whatever was done to it before, it is retired because it was replaced.
                Put(former with { Kind = inBusiness ? LinkKind.Predecessor : LinkKind.Retired, HandledEvent = LeavingEvent.None });
            }

            Put(LinkOf(bearers[0], intent.EntraId, intent.CreatedAt));
            return true;
        }

        // False when nothing certain is known of the account: the intent stays open.
        private bool SettleKnownAccount(Intent intent)
        {
            if (intent.AccountId is null || !links.TryGetValue(intent.AccountId, out var link))
                return true;
            var account = accounts.Find(intent.AccountId);
            var missing = accounts.IsMissing(intent.AccountId);
            if (account is null && !missing)
                return false;
            switch (intent.Action)
            {
                case SyncAction.Disable when account?.State == AccountState.Disabled && link.Done == LeaverRule.None:
                    Put(link with { Done = LeaverRule.Disable, PriorState = intent.PriorState, HandledEvent = intent.Event });
                    Count(intent);
                    break;
                case SyncAction.Enable when account?.State is AccountState.Active or AccountState.Pending && link.Done == LeaverRule.Disable:
                    Put(link with { Done = LeaverRule.None, HandledEvent = LeavingEvent.None, PriorState = AccountState.Unknown });
                    break;
                case SyncAction.ConvertToPersonal when missing || account?.State == AccountState.Personal:
                    Put(link with { Done = LeaverRule.ConvertToPersonal, HandledEvent = intent.Event });
                    Count(intent);
                    break;
                case SyncAction.Delete when missing:
                    Put(link with { Done = LeaverRule.Delete, HandledEvent = intent.Event, Kind = LinkKind.Retired });
                    Count(intent);
                    break;
            }

            return true;
        }

        public List<Account> Relink(IReadOnlyList<Account> candidates, ISet<string> usersOfTenant)
        {
            var orphans = new List<Account>();
            foreach (var account in candidates)
            {
                if (links.ContainsKey(account.Id))
                    continue;
                if (!usersOfTenant.Contains(account.ExternalId!))
                {
                    orphans.Add(account);
                    continue;
                }

                var alone = accounts.BearingExternalId(account.ExternalId!).Take(2).Count() == 1;
                if (!alone || current.ContainsKey(account.ExternalId!))
                    continue;
                Put(LinkOf(account, account.ExternalId!, now));
                relinked++;
            }

            return orphans;
        }

        public RecoveredState Result(IReadOnlyList<Account> orphans) => new()
        {
            State = state with { Links = links.Values.ToList(), Removals = state.Removals.Concat(removals).ToList(), OpenIntents = Array.Empty<Intent>() },
            Changes = changes,
            SettledIntents = settled,
            Relinked = relinked,
            Orphans = orphans,
        };

        // A disabled account counts as the admin's: nobody can say any more who disabled it.
        private static AccountLink LinkOf(Account account, string entraId, DateTimeOffset linkedAt) => new()
        {
            EntraId = entraId,
            AccountId = account.Id,
            Email = account.UserName.Trim(),
            DisplayName = account.DisplayName,
            LinkedAt = linkedAt,
        };

        private void Put(AccountLink link)
        {
            links[link.AccountId] = link;
            if (link.Kind == LinkKind.Current)
                current[link.EntraId] = link;
            else if (current.TryGetValue(link.EntraId, out var standing) && string.Equals(standing.AccountId, link.AccountId, StringComparison.Ordinal))
                current.Remove(link.EntraId);
            changes.Add(new StateChange { Link = link });
        }

        private void Count(Intent intent)
        {
            var removal = new RemovalRecord { At = intent.CreatedAt };
            removals.Add(removal);
            changes.Add(new StateChange { Removal = removal });
        }
    }
}
