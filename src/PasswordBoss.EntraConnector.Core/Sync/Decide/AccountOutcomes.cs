using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The outcome of this run for each user's account, as far as it affects the groups of the account.</summary>
internal sealed class AccountOutcomes
{
    [Flags]
    private enum AccountOutcome : byte
    {
        None = 0,
        // The account is retired.
        Leaving = 1,
        // The account would be retired, but a safety limit holds the change back or it waits for the next run.
        Kept = 2,
        // The leaving event is handled. Nothing remains to be done for the account.
        Handled = 4,
        // The account no longer belongs to the company, or not to this user.
        WithoutAccount = 8,
        // The user gets a new account.
        NewAccount = 16,
    }

    private readonly Roster roster;
    // By place in the roster: the decision about each membership looks it up.
    private readonly AccountOutcome[] outcomes;
    // Adopted accounts, by the place of their new user.
    private readonly Dictionary<int, string> adopted = new();
    private readonly HashSet<string> adoptedIds = new(AccountId.Comparer);

    public AccountOutcomes(Roster roster, IReadOnlyList<PlannedChange> personChanges, IReadOnlyList<StateChange> personStateChanges)
    {
        this.roster = roster;
        outcomes = new AccountOutcome[roster.Entries.Count];
        foreach (var change in personChanges)
        {
            if (change is RetireAccount { IsFormerAccount: true } || change.EntraId is not { } entraId || roster.PlaceOf(entraId) is not (var place and >= 0))
                continue;
            outcomes[place] |= OutcomeOf(change);
            if (change is not AdoptAccount { LinkAfter: var link })
                continue;
            adopted[place] = link.AccountId;
            adoptedIds.Add(link.AccountId);
        }

        foreach (var change in personStateChanges)
        {
            if (change is StateChange.LinkSaved { Link: { Kind: LinkKind.Current, HandledEvent: not LeavingEvent.None } link } && roster.PlaceOf(link.EntraId) is var place and >= 0)
                outcomes[place] |= AccountOutcome.Handled;
        }
    }

    private static AccountOutcome OutcomeOf(PlannedChange change)
    {
        if (change is ReportOnly { Because.Id: ErrorId.AccountMismatch })
            return AccountOutcome.WithoutAccount;
        if (change.Hold is not Hold.NotHeld)
            return change.IsRemoval ? AccountOutcome.Kept : AccountOutcome.None;
        return change switch
        {
            CreateAccount or AdoptAccount => AccountOutcome.NewAccount,
            DisableAccount => AccountOutcome.Leaving,
            RetireAccount => AccountOutcome.Leaving | AccountOutcome.WithoutAccount,
            _ => AccountOutcome.None,
        };
    }

    /// <summary>Whether the account is retired.</summary>
    public bool IsLeaving(int place) => Has(place, AccountOutcome.Leaving);

    /// <summary>Whether the account would be retired, but the change is held back.</summary>
    public bool IsKept(int place) => Has(place, AccountOutcome.Kept);

    /// <summary>Whether this run handles the user's leaving: it retires the account, or nothing has to be done for it.</summary>
    public bool IsHandled(int place) => Has(place, AccountOutcome.Leaving | AccountOutcome.Handled);

    /// <summary>Whether the user gets an account: a new one, or one that is adopted.</summary>
    public bool GetsAccount(int place) => Has(place, AccountOutcome.NewAccount);

    /// <summary>The account that the user adopts; null for an account that is yet to be created.</summary>
    public string? AdoptedAccountOf(int place) => adopted.TryGetValue(place, out var account) ? account : null;

    /// <summary>Whether a user adopts the account.</summary>
    public bool IsAdopted(string accountId) => adoptedIds.Contains(accountId);

    /// <summary>
    /// Whether a user has a company account after this run. A user is not added to a group if their account was not read or belongs to another user.
    /// </summary>
    public bool WillHaveAccount(int place)
    {
        if (Has(place, AccountOutcome.NewAccount))
            return true;
        var entry = roster.Entries[place];
        return entry.Link is { } link
            && link.AppliedRule != LeaverRule.ConvertToPersonal
            && entry.Account is { State: not AccountState.Personal }
            && !Has(place, AccountOutcome.WithoutAccount);
    }

    private bool Has(int place, AccountOutcome outcome) => (outcomes[place] & outcome) != 0;
}
