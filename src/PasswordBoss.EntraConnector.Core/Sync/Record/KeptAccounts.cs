using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Decide;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The accounts that stay in use because a run was refused.</summary>
internal static class KeptAccounts
{
    /// <summary>One record per account.</summary>
    /// <param name="outcome">Why the run is refused.</param>
    /// <param name="rules">The rules.</param>
    public static IReadOnlyList<ChangeRecord> Of(ReadOutcome.Refused outcome, SyncRules rules)
    {
        var action = rules.RemovedUser switch
        {
            LeaverRule.Delete => SyncAction.Delete,
            LeaverRule.ConvertToPersonal => SyncAction.ConvertToPersonal,
            LeaverRule.Disable => SyncAction.Disable,
            _ => SyncAction.Skip,
        };
        return SafetyRules.AccountsInUse(outcome.State)
            .Select(l => ChangeRecord.Of(l, action, ChangeOutcome.Refused, Texts.ReasonStaysActive(outcome.UserGroup.DisplayName)) with
            {
                ErrorId = outcome.Refusal.Id,
                Detail = outcome.Refusal.Text,
                Recommendation = outcome.Refusal.Recommendation,
            })
            .ToList();
    }
}
