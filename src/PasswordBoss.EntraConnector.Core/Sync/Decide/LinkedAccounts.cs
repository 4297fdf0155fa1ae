using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>What is known about linked accounts: the decision table row of each, and whether it is still the account that was linked.</summary>
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
    /// The account with its state, as far as known. A server without the extension may return no state. Then the state that was last written is assumed; otherwise a
    /// leaver would keep access forever.
    /// </summary>
    public static Account Assumed(AccountLink link, Account account, AccountCapabilities capabilities)
    {
        if (account is not { State: AccountState.Unknown, StateText: null } || capabilities.UserExtension)
            return account;
        return account with { State = link.AppliedRule == LeaverRule.Disable ? AccountState.Disabled : AccountState.Active };
    }

    public AccountCondition RowOf(AccountLink link, Account? account)
    {
        if (link.AppliedRule == LeaverRule.ConvertToPersonal)
            return account?.State is AccountState.Active or AccountState.Pending or AccountState.Disabled ? AccountCondition.EnabledByAdmin : AccountCondition.Converted;
        if (account is null)
        {
            if (link.AppliedRule == LeaverRule.Disable && input.Accounts.IsHidden(link.AccountId))
                return AccountCondition.DisabledAndHidden;
            return input.Accounts.IsGone(link.AccountId) ? AccountCondition.Gone : AccountCondition.Unclear;
        }

        return account.State switch
        {
            AccountState.Active or AccountState.Pending when link.AppliedRule == LeaverRule.None => AccountCondition.InUse,
            AccountState.Active or AccountState.Pending => link.AppliedRuleSeen ? AccountCondition.EnabledByAdmin : AccountCondition.RetirementUnconfirmed,
            AccountState.Disabled when link.AppliedRule != LeaverRule.None => AccountCondition.DisabledByUs,
            AccountState.Disabled => link.SeenActive ? AccountCondition.DisabledByAdmin : AccountCondition.NeverActive,
            AccountState.Personal => AccountCondition.PersonalNotByUs,
            _ => AccountCondition.Unclear,
        };
    }

    // The account that was read must be the linked one: it has the user's external ID or, on servers that store no external ID, the linked address.
    public Message? MismatchOf(AccountLink link, Account account)
    {
        if (!string.IsNullOrEmpty(account.ExternalId))
        {
            if (!EntraId.Same(account.ExternalId, link.EntraId))
                return Texts.DoubtForeignExternalId;
        }
        else if (!EmailAddress.Same(account.UserName, link.Email))
        {
            return Texts.DoubtOtherAddress(account.UserName);
        }

        return roster.UnlinkedWithExternalId(link.EntraId).Count > 0 ? Texts.DoubtSeveralBearers : null;
    }
}
