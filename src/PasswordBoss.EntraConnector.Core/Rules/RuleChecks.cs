using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Rules;

/// <summary>Validates rules when an admin sets them, and warns about their effects.</summary>
internal static class RuleChecks
{
    private const int LargestCount = 1_000_000;
    // Six days: delta links expire after seven.
    private const int MostFullSyncHours = 144;
    // Ten years: longer than any retention period for a vault.
    private const int MostDeleteAfterDays = 3650;

    /// <summary>Refuses numbers out of range.</summary>
    public static void Validate(SyncRules rules)
    {
        if (rules.MaxRemovalPercent is < 0 or > 100)
            throw new ConnectorException(Invalid(nameof(SyncRules.MaxRemovalPercent), rules.MaxRemovalPercent, Texts.RuleRangePercent));
        if (rules.MaxRemovalCount is < 0 or > LargestCount)
            throw new ConnectorException(Invalid(nameof(SyncRules.MaxRemovalCount), rules.MaxRemovalCount, Texts.RuleRangeCount));
        if (rules.FullSyncHours is < 1 or > MostFullSyncHours)
            throw new ConnectorException(Invalid(nameof(SyncRules.FullSyncHours), rules.FullSyncHours, Texts.RuleRangeHours));
        if (rules.DeleteAfterDays is < 0 or > MostDeleteAfterDays)
            throw new ConnectorException(Invalid(nameof(SyncRules.DeleteAfterDays), rules.DeleteAfterDays, Texts.RuleRangeDays));
    }

    /// <summary>Whether the rules need a server with the extension.</summary>
    public static bool NeedsExtension(SyncRules rules) => rules.NewUser == NewUserRule.CreatePending || Leaving(rules).Contains(LeaverRule.ConvertToPersonal);

    /// <summary>Warnings for an admin who has just changed the rules.</summary>
    public static IEnumerable<Message> Warnings(SyncRules before, SyncRules after)
    {
        if (Leaving(after).Contains(LeaverRule.ConvertToPersonal) && !Leaving(before).Contains(LeaverRule.ConvertToPersonal))
            yield return Texts.WarningBusinessAddress;
        if (DeletesAtOnce(after))
        {
            if (!DeletesAtOnce(before))
                yield return Texts.WarningDeleteAtOnce;
        }
        else if (Leaving(after).Contains(LeaverRule.Delete) && !Leaving(before).Contains(LeaverRule.Delete))
        {
            yield return Texts.WarningDeleteRule(after.DeleteAfterDays.ToString(CultureInfo.CurrentCulture));
        }

        if (after.ExistingAccount == ExistingAccountRule.AdoptAny && before.ExistingAccount != ExistingAccountRule.AdoptAny)
            yield return Texts.WarningAdoptAny;
        if (after.UnknownMember == UnknownMemberRule.Remove && before.UnknownMember != UnknownMemberRule.Remove)
            yield return Texts.WarningRemoveUnknownMembers;
    }

    private static bool DeletesAtOnce(SyncRules rules) => rules.DeleteAfterDays == 0 && Leaving(rules).Contains(LeaverRule.Delete);

    private static IEnumerable<LeaverRule> Leaving(SyncRules rules) => new[] { rules.DeletedUser, rules.DisabledUser, rules.RemovedUser };

    private static Problem Invalid(string parameter, int value, Message range) =>
        Problems.RuleValueInvalid(parameter, value.ToString(CultureInfo.InvariantCulture), range).About(parameter);
}
