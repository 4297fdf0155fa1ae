using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Rules;

/// <summary>What is said about rules when an admin sets them.</summary>
internal static class RuleChecks
{
    private const int LargestCount = 1_000_000;
    // Links of change tracking live for seven days.
    private const int MostFullSyncHours = 144;
    // Ten years: longer than any rule of retention that a vault is kept for.
    private const int MostDeleteAfterDays = 3650;

    /// <summary>Refuses numbers that mean nothing.</summary>
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

    /// <summary>Whether a server without the extension cannot express the rules.</summary>
    public static bool NeedsExtension(SyncRules rules) => rules.NewUser == NewUserRule.CreatePending || Leaving(rules).Contains(LeaverRule.ConvertToPersonal);

    /// <summary>What an admin should know who has just chosen these rules.</summary>
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
