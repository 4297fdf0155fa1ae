using System;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>What is known of linked accounts: on which row of the decision table each is, and whether it is still the one that was linked.</summary>
internal sealed class LinkedAccounts
{
    private readonly PlannerInput input;
    private readonly Roster roster;

    public LinkedAccounts(PlannerInput input)
    {
        this.input = input;
        roster = input.Roster;
    }

    /// <summary>
    /// The account with the state that it is in as far as anybody knows. A server without the extension may show no state at all; there the last write decides,
    /// or a leaver would keep access for ever.
    /// </summary>
    public static Account Assumed(AccountLink link, Account account, AccountCapabilities capabilities)
    {
        if (account is not { State: AccountState.Unknown, StateText: null } || capabilities.UserExtension)
            return account;
        return account with { State = link.Done == LeaverRule.Disable ? AccountState.Disabled : AccountState.Active };
    }

    public AccountRow RowOf(AccountLink link, Account? account)
    {
        if (link.Done == LeaverRule.ConvertToPersonal)
            return account?.State is AccountState.Active or AccountState.Pending or AccountState.Disabled ? AccountRow.EnabledByAdmin : AccountRow.Converted;
        if (account is null)
        {
            if (link.Done == LeaverRule.Disable && input.Accounts.IsHidden(link.AccountId))
                return AccountRow.DisabledAndHidden;
            return input.Accounts.IsGone(link.AccountId) ? AccountRow.Gone : AccountRow.Unclear;
        }

        return account.State switch
        {
            AccountState.Active or AccountState.Pending when link.Done == LeaverRule.None => AccountRow.InUse,
            AccountState.Active or AccountState.Pending => link.SeenDone ? AccountRow.EnabledByAdmin : AccountRow.NeverSeenDone,
            AccountState.Disabled when link.Done != LeaverRule.None => AccountRow.DisabledByUs,
            AccountState.Disabled => link.SeenActive ? AccountRow.DisabledByAdmin : AccountRow.NeverActive,
            AccountState.Personal => AccountRow.PersonalByAdmin,
            _ => AccountRow.Unclear,
        };
    }

    // What was read must be the account that was linked: it bears the person's id, or, on servers that keep no external id, the linked address.
    public Message? MismatchOf(AccountLink link, Account account)
    {
        if (!string.IsNullOrEmpty(account.ExternalId))
        {
            if (!string.Equals(account.ExternalId, link.EntraId, StringComparison.OrdinalIgnoreCase))
                return new Message("Doubt_ForeignExternalId");
        }
        else if (!EmailAddress.Same(account.UserName, link.Email))
        {
            return new Message("Doubt_OtherAddress", account.UserName);
        }

        return roster.UnlinkedBearing(link.EntraId).Count > 0 ? new Message("Doubt_SeveralBearers") : null;
    }
}
