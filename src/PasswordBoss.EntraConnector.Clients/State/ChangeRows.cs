using System;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The columns of a change, shared by the history and the pending retries.</summary>
internal static class ChangeRows
{
    /// <summary>The names of the columns, for a statement.</summary>
    public const string Columns =
        "action, outcome, email, display_name, entra_id, account_id, group_name, reason, before, after, error_id, detail, recommendation";

    /// <summary>The column values, read from the elements that <see cref="Write"/> writes. The rest of a statement continues with element 13.</summary>
    public const string Elements =
        "value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12";

    /// <summary>Writes the values in the order of <see cref="Columns"/>.</summary>
    /// <param name="row">The row, inside its array.</param>
    /// <param name="change">The change.</param>
    public static void Write(Utf8JsonWriter row, ChangeRecord change)
    {
        row.WriteNumberValue((int)change.Action);
        row.WriteNumberValue((int)change.Outcome);
        row.WriteStringValue(change.Email);
        row.WriteStringValue(change.DisplayName);
        row.WriteStringValue(change.EntraId);
        row.WriteStringValue(change.AccountId);
        row.WriteStringValue(change.Group);
        WriteMessage(row, change.Reason);
        row.WriteStringValue(change.Before);
        row.WriteStringValue(change.After);
        row.WriteStringValue(change.ErrorId?.ToString());
        WriteMessage(row, change.Detail);
        WriteMessage(row, change.Recommendation);
    }

    /// <summary>Reads the change from a row that begins with <see cref="Columns"/>.</summary>
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
        Reason = ReadMessage(row.GetString(7)),
        Before = row.Text(8),
        After = row.Text(9),
        ErrorId = ErrorOf(row.Text(10)),
        Detail = row.Text(11) is { } detail ? ReadMessage(detail) : null,
        Recommendation = row.Text(12) is { } recommendation ? ReadMessage(recommendation) : null,
    };

    /// <summary>A text that is only shown. A damaged one is shown as such, and hides no other.</summary>
    /// <param name="text">The stored text.</param>
    public static Message ReadMessage(string text) => StoredDocuments.Message.ReadOr(text, Texts.TextUnreadable);

    // Null for an id of a later version.
    private static ErrorId? ErrorOf(string? text) => Enum.TryParse<ErrorId>(text, out var id) && Enum.IsDefined(typeof(ErrorId), id) ? id : null;

    // Written as an array: SQLite returns it as text again, which is what the column stores.
    private static void WriteMessage(Utf8JsonWriter row, Message? message)
    {
        if (message is null)
            row.WriteNullValue();
        else
            StoredValue.Write(row, message);
    }
}
