using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>From planned actions to the records of the history, and from these to what a command emits.</summary>
internal static class ChangeRecords
{
    /// <summary>The record of one action.</summary>
    /// <param name="action">The action.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="obstacle">What stood in its way; null when nothing did.</param>
    /// <param name="detail">What to say in the place of the obstacle.</param>
    /// <param name="accountId">The account that was made for it; null when the plan knew one, or there is none.</param>
    public static ChangeRecord Of(PlannedAction action, ChangeOutcome outcome, ConnectorException? obstacle, Message? detail = null, string? accountId = null) => new()
    {
        Action = action.Action,
        Outcome = outcome,
        Email = action.Email,
        DisplayName = action.DisplayName,
        EntraId = action.EntraId ?? action.GroupId,
        AccountId = action.AccountId ?? accountId,
        Group = action.GroupName,
        Reason = action.Reason,
        Before = action.Before,
        After = action.After,
        ErrorId = obstacle?.Id.ToString(),
        Detail = detail ?? obstacle?.Text,
        Recommendation = detail is null ? obstacle?.Recommendation : null,
    };

    /// <summary>The records of a plan that is not carried out.</summary>
    public static IReadOnlyList<ChangeRecord> Preview(SyncPlan plan) => plan.Actions
        .Select(a => Of(a, a.Refused ? ChangeOutcome.Refused : a.IsTried ? ChangeOutcome.Planned : ChangeOutcome.Skipped, a.Obstacle, a.IsTried ? a.Note : null))
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
