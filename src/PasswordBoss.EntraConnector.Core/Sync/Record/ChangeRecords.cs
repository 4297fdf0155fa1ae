using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The records of a preview, and what a command emits of a record.</summary>
internal static class ChangeRecords
{
    /// <summary>The records of a plan that is not carried out.</summary>
    public static IReadOnlyList<ChangeRecord> Preview(SyncPlan plan) => plan.Actions
        .Select(a => a.ToRecord(a.Refused ? ChangeOutcome.Refused : a.IsTried ? ChangeOutcome.Planned : ChangeOutcome.Skipped, a.Obstacle, a.IsTried ? a.Note : null))
        .ToList();

    /// <summary>A record in the reader's language.</summary>
    public static PBSyncChange Render(string connection, ChangeRecord record) => new()
    {
        Connection = connection,
        Action = record.Action,
        Email = record.Email,
        DisplayName = record.DisplayName,
        EntraId = record.EntraId,
        AccountId = record.AccountId,
        Group = record.Group,
        Reason = record.Reason.Render(),
        Before = record.Before,
        After = record.After,
        Outcome = record.Outcome,
        ErrorId = record.ErrorId,
        Message = record.Detail is null ? null : record.Recommendation is null ? record.Detail.Render() : record.Detail.Render() + " " + record.Recommendation.Render(),
    };
}
