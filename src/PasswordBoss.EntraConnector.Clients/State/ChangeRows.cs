using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The columns of a change, which the history and the open matters have in common.</summary>
internal static class ChangeRows
{
    /// <summary>Their names, for a statement.</summary>
    public const string Columns =
        "action, outcome, email, display_name, entra_id, account_id, group_name, reason, before, after, error_id, detail, recommendation";

    /// <summary>Their values, in the order of <see cref="Columns"/>.</summary>
    /// <param name="change">The change.</param>
    public static object?[] Write(ChangeRecord change) => new object?[]
    {
        (int)change.Action,
        (int)change.Outcome,
        change.Email,
        change.DisplayName,
        change.EntraId,
        change.AccountId,
        change.Group,
        MessageDocument.Write(change.Reason),
        change.Before,
        change.After,
        change.ErrorId,
        change.Detail is null ? null : MessageDocument.Write(change.Detail),
        change.Recommendation is null ? null : MessageDocument.Write(change.Recommendation),
    };

    /// <summary>The change of a row that begins with <see cref="Columns"/>.</summary>
    /// <param name="row">The row.</param>
    public static ChangeRecord Read(SqliteDataReader row) => new()
    {
        Action = (SyncAction)row.GetInt32(0),
        Outcome = (ChangeOutcome)row.GetInt32(1),
        Email = row.Text(2),
        DisplayName = row.Text(3),
        EntraId = row.Text(4),
        AccountId = row.Text(5),
        Group = row.Text(6),
        Reason = MessageDocument.Read(row.GetString(7)),
        Before = row.Text(8),
        After = row.Text(9),
        ErrorId = row.Text(10),
        Detail = row.Text(11) is { } detail ? MessageDocument.Read(detail) : null,
        Recommendation = row.Text(12) is { } recommendation ? MessageDocument.Read(recommendation) : null,
    };
}
