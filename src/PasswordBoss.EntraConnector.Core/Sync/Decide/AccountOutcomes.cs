using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>What becomes of each user's account in this run, as far as it matters to the groups that the account is in.</summary>
internal sealed class AccountOutcomes
{
    [Flags]
    private enum AccountOutcome : byte
    {
        None = 0,
        // It is taken away.
        Leaving = 1,
        // It would be taken away, but a safety limit holds it back or it waits for the next run.
        Kept = 2,
        // The user's leaving is handled, and nothing is to be done about the account.
        Handled = 4,
        // It no longer belongs to the company, or not to this user.
        WithoutAccount = 8,
        // The user gets a new account.
        NewAccount = 16,
    }

    private readonly Roster roster;
    // By place. Each membership asks about all of this.
    private readonly AccountOutcome[] fates;
    // Adopted accounts by the place of their new user.
    private readonly Dictionary<int, string> adopted = new();
    private readonly HashSet<string> adoptedIds = new(StringComparer.Ordinal);

    public AccountOutcomes(Roster roster, IReadOnlyList<PlannedChange> personActions, IReadOnlyList<StateChange> personChanges)
    {
        this.roster = roster;
        fates = new AccountOutcome[roster.Entries.Count];
        foreach (var action in personActions)
        {
            if (action is RetireAccount { IsOfFormer: true } || action.EntraId is not { } entraId || roster.PlaceOf(entraId) is not (var place and >= 0))
                continue;
            fates[place] |= FateBy(action);
            if (action is not AdoptAccount { LinkAfter: var link })
                continue;
            adopted[place] = link.AccountId;
            adoptedIds.Add(link.AccountId);
        }

        foreach (var change in personChanges)
        {
            if (change is StateChange.LinkSaved { Link: { Kind: LinkKind.Current, HandledEvent: not LeavingEvent.None } link } && roster.PlaceOf(link.EntraId) is var place and >= 0)
                fates[place] |= AccountOutcome.Handled;
        }
    }

    private static AccountOutcome FateBy(PlannedChange action)
    {
        if (action is Report { Because.Id: ErrorId.AccountMismatch })
            return AccountOutcome.WithoutAccount;
        if (action.Hold is not Hold.NotHeld)
            return action.IsRemoval ? AccountOutcome.Kept : AccountOutcome.None;
        return action switch
        {
            CreateAccount or AdoptAccount => AccountOutcome.NewAccount,
            DisableAccount => AccountOutcome.Leaving,
            RetireAccount => AccountOutcome.Leaving | AccountOutcome.WithoutAccount,
            _ => AccountOutcome.None,
        };
    }

    /// <summary>Whether the account is taken away.</summary>
    public bool IsLeaving(int place) => Has(place, AccountOutcome.Leaving);

    /// <summary>Whether the account would be taken away, and is held back.</summary>
    public bool IsKept(int place) => Has(place, AccountOutcome.Kept);

    /// <summary>Whether what the rule says about the user's leaving is in this run.</summary>
    public bool IsHandled(int place) => Has(place, AccountOutcome.Leaving | AccountOutcome.Handled);

    /// <summary>Whether the user gets an account: a new one, or one that is adopted.</summary>
    public bool GetsAccount(int place) => Has(place, AccountOutcome.NewAccount);

    /// <summary>The account that the user adopts; null for one that is yet to be made.</summary>
    public string? AccountGot(int place) => adopted.TryGetValue(place, out var account) ? account : null;

    /// <summary>Whether somebody adopts the account.</summary>
    public bool IsAdopted(string accountId) => adoptedIds.Contains(accountId);

    /// <summary>
    /// Whether somebody has an account of the company once this run is done. A user whose account was not read, or belongs to another user, is not put into a group.
    /// </summary>
    public bool WillHaveAccount(int place)
    {
        if (Has(place, AccountOutcome.NewAccount))
            return true;
        var entry = roster.Entries[place];
        return entry.Link is { } link
            && link.Done != LeaverRule.ConvertToPersonal
            && entry.Account is { State: not AccountState.Personal }
            && !Has(place, AccountOutcome.WithoutAccount);
    }

    private bool Has(int place, AccountOutcome fate) => (fates[place] & fate) != 0;
}
