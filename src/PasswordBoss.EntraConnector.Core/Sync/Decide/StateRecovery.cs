using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The state after recovery, and the changes to save.</summary>
public sealed record RecoveredState
{
    /// <summary>The state that the plan is made from.</summary>
    public required SyncState State { get; init; }
    /// <summary>What changed.</summary>
    public IReadOnlyList<StateChange> Changes { get; init; } = Array.Empty<StateChange>();
    /// <summary>The ids of the intents, and of the earlier runs, whose outcome is known now.</summary>
    public IReadOnlyList<Guid> Settled { get; init; } = Array.Empty<Guid>();
    /// <summary>How many accounts of an earlier, lost state were linked again.</summary>
    public int Relinked { get; init; }
    /// <summary>Accounts that are marked as managed from Azure AD, but whose external ID belongs to no user of this tenant.</summary>
    public IReadOnlyList<Account> Orphans { get; init; } = Array.Empty<Account>();
}

/// <summary>An account that may belong to an earlier, lost state.</summary>
/// <param name="Account">The account.</param>
/// <param name="ExternalId">Its external ID, which may be the object id of a user.</param>
public sealed record RelinkCandidate(Account Account, string ExternalId);

/// <summary>
/// Finds out what an unfinished run did, and restores the links of an earlier, lost state. Pure: it uses only its input.
/// </summary>
public static class StateRecovery
{
    /// <summary>
    /// The accounts that may belong to an earlier, lost state. Only the first full run looks for them, and the first one after an older database was put back. If the
    /// server supports the extension, they must be marked as managed from Azure AD.
    /// </summary>
    /// <param name="state">The state as it was loaded.</param>
    /// <param name="accounts">The accounts.</param>
    /// <param name="capabilities">What the server offers.</param>
    public static IReadOnlyList<RelinkCandidate> RelinkCandidates(SyncState state, AccountView accounts, AccountCapabilities capabilities)
    {
        var candidates = new List<RelinkCandidate>();
        if (state.Health.Relinked)
            return candidates;
        var known = new HashSet<string>(state.Links.Select(l => l.AccountId), AccountId.Comparer);
        foreach (var account in accounts.Listed)
        {
            if ((account.ManagedBy == ManagedBy.AzureAD || !capabilities.UserExtension) && !known.Contains(account.Id)
                && account.ExternalId is { } externalId && Guid.TryParse(externalId, out _) && !IsLinkedElsewhere(state, account))
            {
                candidates.Add(new RelinkCandidate(account, externalId));
            }
        }

        return candidates;
    }

    /// <summary>Whether another connection of this store has linked the account.</summary>
    /// <param name="state">The state as it was loaded.</param>
    /// <param name="account">The account.</param>
    public static bool IsLinkedElsewhere(SyncState state, Account account) => state.LinkedElsewhere.Count > 0
        && state.LinkedElsewhere.Any(l => AccountId.Same(l.AccountId, account.Id) && EmailAddress.Same(l.Email, account.UserName));

    /// <summary>Recovers the state.</summary>
    /// <param name="state">The state as it was loaded.</param>
    /// <param name="accounts">The accounts.</param>
    /// <param name="capabilities">What the server offers.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="usersOfTenant">The external IDs of candidates that belong to existing or deleted users of the tenant.</param>
    /// <param name="now">The time of the run, UTC.</param>
    /// <param name="listedBefore">When the accounts were last listed before, UTC; null if that is not known.</param>
    public static RecoveredState Recover(
        SyncState state, AccountView accounts, AccountCapabilities capabilities, SyncRules rules, ISet<string> usersOfTenant, DateTimeOffset now, DateTimeOffset? listedBefore)
    {
        var candidates = RelinkCandidates(state, accounts, capabilities);
        if (state.OpenIntents.Count == 0 && state.OpenRuns.Count == 0 && candidates.Count == 0)
            return Observe(new RecoveredState { State = state }, accounts, isListing: true, listedBefore);

        var recovery = new Recovery(state, accounts, rules, now);
        foreach (var intent in state.OpenIntents.OrderBy(i => i.CreatedAt))
            recovery.Settle(intent);
        var orphans = recovery.Relink(candidates, usersOfTenant);
        return Observe(recovery.Result(capabilities.UserExtension ? orphans : Array.Empty<Account>()), accounts, isListing: true, listedBefore);
    }

    /// <summary>
    /// Updates the links from the accounts: the states in which they were read, whether an unconfirmed write was done, and after a listing when an account was last
    /// seen.
    /// </summary>
    /// <param name="recovered">What is known so far.</param>
    /// <param name="accounts">The accounts.</param>
    /// <param name="isListing">Whether all accounts were listed.</param>
    /// <param name="listedBefore">When they were last listed before, UTC; null if that is not known.</param>
    internal static RecoveredState Observe(RecoveredState recovered, AccountView accounts, bool isListing = false, DateTimeOffset? listedBefore = null)
    {
        List<AccountLink>? links = null;
        var changes = recovered.Changes.ToList();
        for (var i = 0; i < recovered.State.Links.Count; i++)
        {
            var link = recovered.State.Links[i];
            if (link.Kind == LinkKind.Retired)
                continue;
            var account = accounts.Find(link.AccountId);
            var observed = Observe(isListing ? SeenIn(link, account, listedBefore) : link, account, isMissing: account is null && link.Unconfirmed.Request != AccountRequest.None && accounts.IsMissing(link.AccountId));
            if (ReferenceEquals(observed, link))
                continue;
            links ??= recovered.State.Links.ToList();
            links[i] = observed;
            changes.Add(new StateChange.LinkSaved(observed));
        }

        return links is null ? recovered : recovered with { State = recovered.State with { Links = links }, Changes = changes };
    }

    // The time is stored only when an account begins to be missing or is found again, so that a run does not write every link.
    private static AccountLink SeenIn(AccountLink link, Account? account, DateTimeOffset? listedBefore) => (account, link.LastSeenAt) switch
    {
        (null, null) => link with { LastSeenAt = listedBefore > link.LinkedAt ? listedBefore : link.LinkedAt },
        (not null, not null) => link with { LastSeenAt = null },
        _ => link,
    };

    private static AccountLink Observe(AccountLink link, Account? account, bool isMissing)
    {
        var state = account?.State ?? AccountState.Unknown;
        var isShown = account is not null && (state != AccountState.Unknown || account.StateText is not null);
        var isInUse = state is AccountState.Active or AccountState.Pending;
        var wasDisabled = link.KnownState == AccountState.Disabled;
        var known = isShown && link.Kind == LinkKind.Current ? state : link.KnownState;
        // The state before someone else disabled the account: pending stays pending when it is enabled again.
        var prior = known == AccountState.Disabled && link.AppliedRule == LeaverRule.None && link.KnownState is AccountState.Active or AccountState.Pending ? link.KnownState : link.PriorState;
        var seenActive = link.SeenActive || (isInUse && link.AppliedRule == LeaverRule.None);
        var appliedRuleSeen = link.AppliedRuleSeen || (link.AppliedRule, state) is (LeaverRule.Disable, AccountState.Disabled) or (LeaverRule.ConvertToPersonal, AccountState.Personal);
        // One copy for all of it: the first run after an upgrade may change every link.
        if (known != link.KnownState || seenActive != link.SeenActive || appliedRuleSeen != link.AppliedRuleSeen)
            link = link with { KnownState = known, PriorState = prior, SeenActive = seenActive, AppliedRuleSeen = appliedRuleSeen };
        return link.Unconfirmed.Request switch
        {
            AccountRequest.Disable when isMissing || state == AccountState.Disabled => Confirmed(link, LeaverRule.Disable),
            AccountRequest.ConvertToPersonal when (isMissing && IsDoneIfMissing(link)) || state == AccountState.Personal => Confirmed(link, LeaverRule.ConvertToPersonal) with { WaitingDeletion = null },
            // The deletion only disabled the account: it is tried again. An account that was disabled before is still an admin's.
            AccountRequest.Delete when state == AccountState.Disabled && !wasDisabled && link.AppliedRule == LeaverRule.None => link with { AppliedRule = LeaverRule.Disable, AppliedRuleSeen = true },
            AccountRequest.Delete when isMissing && IsDoneIfMissing(link) => Confirmed(link, LeaverRule.Delete) with { Kind = LinkKind.Retired, WaitingDeletion = null },
            AccountRequest.Enable when isInUse => link.WithoutLeaver() with { SeenActive = true },
            _ => link,
        };
    }

    // Whether 404 shows that a deletion or a conversion was done. An account that the connector had disabled before may still be there and disabled, because some servers hide
    // such accounts. The plan sends the deletion again; a 404 response then confirms it. It converts the account as soon as the server shows it.
    private static bool IsDoneIfMissing(AccountLink link) => link.AppliedRule == LeaverRule.None;

    private static AccountLink Confirmed(AccountLink link, LeaverRule done) => link with
    {
        AppliedRule = done,
        HandledEvent = link.Unconfirmed.Event,
        AppliedRuleSeen = true,
        Unconfirmed = default,
    };

    private sealed class Recovery
    {
        private readonly SyncState state;
        private readonly AccountView accounts;
        private readonly SyncRules rules;
        private readonly DateTimeOffset now;
        private readonly Dictionary<string, AccountLink> links;
        private readonly Dictionary<string, AccountLink> current;
        private readonly List<StateChange> changes = new();
        private readonly List<RemovalRecord> removals = new();
        private readonly List<Guid> settled = new();
        private int relinked;

        public Recovery(SyncState state, AccountView accounts, SyncRules rules, DateTimeOffset now)
        {
            this.rules = rules;
            this.state = state;
            this.accounts = accounts;
            this.now = now;
            links = state.LinksByAccountId();
            current = PersonStates.CurrentLinks(state);
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

            // Every full run compares names, groups and memberships again, whatever the outcome of the write.
            settled.Add(intent.Id);
        }

        // False if the account may have been created and is not shown yet: the intent stays open.
        private bool SettleNewAccount(Intent intent)
        {
            if (intent.EntraId is null)
                return true;
            var marked = accounts.WithExternalId(intent.EntraId)
                .Where(a => !links.ContainsKey(a.Id) && !IsLinkedElsewhere(state, a) && (intent.AccountId is null || AccountId.Same(a.Id, intent.AccountId)))
                .ToList();
            current.TryGetValue(intent.EntraId, out var former);
            if (marked.Count == 0)
            {
                var doneSince = former is not null && former.LinkedAt >= intent.CreatedAt;
                return doneSince || intent.Action == SyncAction.Adopt || now - intent.CreatedAt > AccountView.SettlingTime;
            }

            if (marked.Count > 1)
                return true;
            if (former is not null)
            {
                var inBusiness = former.AppliedRule != LeaverRule.ConvertToPersonal && (!accounts.IsMissing(former.AccountId) || accounts.IsHidden(former.AccountId));
                // A replaced account is retired, whatever was done to it before. If an admin replaced it, it stays unchanged, as the admin was informed.
                Put(intent.IsOfManualLink
                    ? former.WithoutLeaver() with { Kind = LinkKind.Retired }
                    : former with { Kind = inBusiness ? LinkKind.Predecessor : LinkKind.Retired, HandledEvent = LeavingEvent.None });
            }

            // The plan creates no account if one already has the user's external ID, so that write created this one.
            var origin = intent.Action == SyncAction.Adopt ? LinkOrigin.Adopted : LinkOrigin.Created;
            Put(LinkOf(marked[0], intent.EntraId, intent.CreatedAt) with { Origin = origin });
            return true;
        }

        // False if the state of the account is unclear: the intent stays open.
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
                // The account was disabled already, so nothing was sent: the change only started the wait for a deletion. The plan starts it again.
                case SyncAction.Disable when intent.PriorState == AccountState.Disabled:
                    break;
                // A server may hide disabled accounts.
                case SyncAction.Disable when (missing || account?.State == AccountState.Disabled) && link.AppliedRule == LeaverRule.None:
                    Put(WithDeletion(link, intent) with { AppliedRule = LeaverRule.Disable, PriorState = intent.PriorState, HandledEvent = intent.Event, AppliedRuleSeen = true });
                    Count(intent);
                    break;
                case SyncAction.Enable when account?.State is AccountState.Active or AccountState.Pending && link.AppliedRule == LeaverRule.Disable:
                    Put(link.WithoutLeaver() with { SeenActive = true });
                    break;
                case SyncAction.ConvertToPersonal when (missing && IsDoneIfMissing(link)) || account?.State == AccountState.Personal:
                    Put(link with { AppliedRule = LeaverRule.ConvertToPersonal, HandledEvent = intent.Event, AppliedRuleSeen = true, WaitingDeletion = null });
                    Count(intent);
                    break;
                case SyncAction.Delete when missing && IsDoneIfMissing(link):
                    Put(link with { AppliedRule = LeaverRule.Delete, HandledEvent = intent.Event, Kind = LinkKind.Retired, WaitingDeletion = null });
                    Count(intent);
                    break;
            }

            return true;
        }

        // With the rule Delete, the account is disabled first. The waiting time began when that run wrote the intent.
        private AccountLink WithDeletion(AccountLink link, Intent intent) =>
            rules.For(intent.Event) == LeaverRule.Delete && rules.DeleteAfterDays > 0 && link is { Origin: LinkOrigin.Created, WaitingDeletion: null }
                ? link with { WaitingDeletion = new(intent.Event, intent.CreatedAt) }
                : link;

        public List<Account> Relink(IReadOnlyList<RelinkCandidate> candidates, ISet<string> usersOfTenant)
        {
            var orphans = new List<Account>();
            foreach (var candidate in candidates)
            {
                var account = candidate.Account;
                if (links.ContainsKey(account.Id))
                    continue;
                if (!usersOfTenant.Contains(candidate.ExternalId))
                {
                    orphans.Add(account);
                    continue;
                }

                var isOnly = accounts.WithExternalId(candidate.ExternalId).Take(2).Count() == 1;
                if (!isOnly || current.ContainsKey(candidate.ExternalId))
                    continue;
                // It is unknown when the user left. An admin must allow any removals of leavers among them, whatever their number.
                Put(LinkOf(account, candidate.ExternalId, now) with { NeedsConsent = true });
                relinked++;
            }

            return orphans;
        }

        public RecoveredState Result(IReadOnlyList<Account> orphans) => new()
        {
            State = state with { Links = links.Values.ToList(), Removals = state.Removals.Concat(removals).ToList(), OpenIntents = Array.Empty<Intent>(), OpenRuns = Array.Empty<Guid>() },
            Changes = changes,
            // This run reads everything, so it also covers earlier runs that did not finish.
            Settled = settled.Concat(state.OpenRuns).ToList(),
            Relinked = relinked,
            Orphans = orphans,
        };

        // It is unknown who disabled a disabled account: it counts as never seen active.
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
            else if (current.TryGetValue(link.EntraId, out var known) && AccountId.Same(known.AccountId, link.AccountId))
                current.Remove(link.EntraId);
            changes.Add(new StateChange.LinkSaved(link));
        }

        private void Count(Intent intent)
        {
            var removal = new RemovalRecord { At = intent.CreatedAt };
            removals.Add(removal);
            changes.Add(new StateChange.RemovalCounted(removal));
        }
    }
}
