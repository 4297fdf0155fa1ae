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
            throw Invalid(nameof(SyncRules.MaxRemovalPercent), rules.MaxRemovalPercent, "RuleRange_Percent");
        if (rules.MaxRemovalCount is < 0 or > LargestCount)
            throw Invalid(nameof(SyncRules.MaxRemovalCount), rules.MaxRemovalCount, "RuleRange_Count");
        if (rules.FullSyncHours is < 1 or > MostFullSyncHours)
            throw Invalid(nameof(SyncRules.FullSyncHours), rules.FullSyncHours, "RuleRange_Hours");
        if (rules.DeleteAfterDays is < 0 or > MostDeleteAfterDays)
            throw Invalid(nameof(SyncRules.DeleteAfterDays), rules.DeleteAfterDays, "RuleRange_Days");
    }

    /// <summary>Whether the rules need a server with the extension.</summary>
    public static bool NeedsExtension(SyncRules rules) => rules.NewUser == NewUserRule.CreatePending || Leaving(rules).Contains(LeaverRule.ConvertToPersonal);

    /// <summary>Warnings for an admin who has just changed the rules.</summary>
    public static IEnumerable<Message> Warnings(SyncRules before, SyncRules after)
    {
        if (Leaving(after).Contains(LeaverRule.ConvertToPersonal) && !Leaving(before).Contains(LeaverRule.ConvertToPersonal))
            yield return new Message("Warning_BusinessAddress");
        if (DeletesAtOnce(after))
        {
            if (!DeletesAtOnce(before))
                yield return new Message("Warning_DeleteAtOnce");
        }
        else if (Leaving(after).Contains(LeaverRule.Delete) && !Leaving(before).Contains(LeaverRule.Delete))
        {
            yield return new Message("Warning_DeleteRule", after.DeleteAfterDays.ToString(CultureInfo.CurrentCulture));
        }

        if (after.ExistingAccount == ExistingAccountRule.AdoptAny && before.ExistingAccount != ExistingAccountRule.AdoptAny)
            yield return new Message("Warning_AdoptAny");
        if (after.UnknownMember == UnknownMemberRule.Remove && before.UnknownMember != UnknownMemberRule.Remove)
            yield return new Message("Warning_RemoveUnknownMembers");
    }

    private static bool DeletesAtOnce(SyncRules rules) => rules.DeleteAfterDays == 0 && Leaving(rules).Contains(LeaverRule.Delete);

    private static IEnumerable<LeaverRule> Leaving(SyncRules rules) => new[] { rules.DeletedUser, rules.DisabledUser, rules.RemovedUser };

    private static ConnectorException Invalid(string parameter, int value, string range) =>
        new(ErrorId.RuleValueInvalid, parameter, value.ToString(CultureInfo.InvariantCulture), new Message(range).Render()) { Target = parameter };
}
