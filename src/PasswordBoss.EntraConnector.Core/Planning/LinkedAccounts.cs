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

    public AccountRow RowOf(AccountLink link, Account? account)
    {
        if (link.Done == LeaverRule.ConvertToPersonal)
            return account?.State is AccountState.Active or AccountState.Pending or AccountState.Disabled ? AccountRow.EnabledByAdmin : AccountRow.Converted;
        if (account is null)
            return input.Accounts.IsGone(link.AccountId) ? AccountRow.Gone : AccountRow.Unclear;
        return account.State switch
        {
            AccountState.Active or AccountState.Pending => link.Done == LeaverRule.None ? AccountRow.InUse : AccountRow.EnabledByAdmin,
            AccountState.Disabled => link.Done == LeaverRule.None ? AccountRow.DisabledByAdmin : AccountRow.DisabledByUs,
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
