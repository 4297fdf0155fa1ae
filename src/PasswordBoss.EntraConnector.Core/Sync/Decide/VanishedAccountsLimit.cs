using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The limit for linked accounts that the server no longer has: too many of them may mean the token of another company.</summary>
/// <param name="Refusal">The reason why nothing may be created or forgotten; null if it may.</param>
internal readonly record struct VanishedAccountsLimit(Problem? Refusal)
{
    /// <summary>Counts the missing linked accounts. An account that the connector disabled and the server hides does not count.</summary>
    /// <param name="input">What was read.</param>
    public static VanishedAccountsLimit Of(PlannerInput input)
    {
        var linked = 0;
        var missing = 0;
        DateTimeOffset? settled = null;
        foreach (var link in input.State.Links)
        {
            if (link.Kind != LinkKind.Current || link.AppliedRule == LeaverRule.ConvertToPersonal || input.Accounts.IsHidden(link.AccountId))
                continue;
            linked++;
            if (!input.Accounts.IsMissing(link.AccountId))
                continue;
            missing++;
            if (link.LinkedAt + AccountView.SettlingTime is var known && known >= input.Now && !(settled > known))
                settled = known;
        }

        if (!SafetyLimits.TooManyVanished(input.Rules, missing, linked))
            return default;
        if (!Consent.Of(input).CoversVanishedAccounts)
        {
            MessageArgument number = input.Accounts.SearchStopped ? Texts.LimitAtLeast(MessageValue.Of(missing)) : MessageValue.Of(missing);
            return new(Problems.AccountsGoneLimitExceeded(number, MessageValue.Of(linked)));
        }

        // An account created within the last hour may not have reached every replica of the server.
        return settled is null
            ? default
            : new(new Problem(ErrorId.AccountsGoneLimitExceeded, Texts.VanishedTooNew(MessageValue.Of(missing), MessageValue.Of(linked), MessageValue.Of(settled.Value)), Texts.VanishedWait));
    }
}
