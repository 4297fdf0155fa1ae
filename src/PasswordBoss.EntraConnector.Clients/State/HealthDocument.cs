using System;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>How a connection is, and what is paused, as JSON.</summary>
internal static class HealthDocument
{
    /// <summary>The text of a state.</summary>
    /// <param name="health">The state.</param>
    public static string Write(ConnectionHealth health) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteTime("firstSuccessAt", health.FirstSuccessAt);
        writer.WriteTime("lastSync", health.LastSync);
        writer.WriteText("lastOutcome", health.LastOutcome?.ToString());
        writer.WriteNumber("consecutiveFailures", health.ConsecutiveFailures);
        writer.WriteBoolean("notAuthorized", health.NotAuthorized);
        writer.WritePropertyName("messages");
        MessageDocument.WriteTo(writer, health.Messages);
        writer.WriteBoolean("relinked", health.Relinked);
        writer.WriteBoolean("adoptMeaningUntold", health.AdoptMeaningUntold);
        writer.WriteBoolean("hidesStates", health.HidesStates);
        writer.WriteBoolean("hidesMembers", health.HidesMembers);
        if (health.Refusal is { } refusal)
        {
            writer.WriteNumber("refusals", health.Refusals);
            writer.WritePropertyName("refusal");
            MessageDocument.WriteTo(writer, refusal);
        }

        writer.WriteEndObject();
    });

    /// <summary>The state of a text.</summary>
    /// <param name="text">The text; null for a connection that has never run.</param>
    public static ConnectionHealth Read(string? text) => text is null ? ConnectionHealth.New : JsonText.Read(text, element => new ConnectionHealth
    {
        FirstSuccessAt = element.FindTime("firstSuccessAt"),
        LastSync = element.FindTime("lastSync"),
        LastOutcome = element.Find("lastOutcome") is null ? null : element.FindName("lastOutcome", SyncOutcome.NoChange),
        ConsecutiveFailures = element.FindNumber("consecutiveFailures") ?? 0,
        NotAuthorized = element.IsTrue("notAuthorized"),
        Messages = element.Find("messages") is { } messages ? MessageDocument.ReadAllFrom(messages) : Array.Empty<Message>(),
        Relinked = element.IsTrue("relinked"),
        AdoptMeaningUntold = element.IsTrue("adoptMeaningUntold"),
        HidesStates = element.IsTrue("hidesStates"),
        HidesMembers = element.IsTrue("hidesMembers"),
        Refusals = element.FindNumber("refusals") ?? 0,
        Refusal = element.Find("refusal") is { } refusal ? MessageDocument.ReadFrom(refusal) : null,
    });

    /// <summary>The text of a pause.</summary>
    /// <param name="pause">The pause; null when nothing is paused.</param>
    public static string? Write(PauseRecord? pause) => pause is null ? null : JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("runId", pause.RunId);
        writer.WriteString("at", pause.At);
        writer.WriteStartArray("refusedKeys");
        foreach (var key in pause.RefusedKeys)
            writer.WriteStringValue(key);
        writer.WriteEndArray();
        writer.WritePropertyName("reason");
        MessageDocument.WriteTo(writer, pause.Reason);
        writer.WriteEndObject();
    });

    /// <summary>The pause of a text.</summary>
    /// <param name="text">The text; null when nothing is paused.</param>
    public static PauseRecord? ReadPause(string? text) => text is null ? null : JsonText.Read(text, element => new PauseRecord
    {
        RunId = element.GetProperty("runId").GetGuid(),
        At = element.GetProperty("at").GetDateTimeOffset(),
        RefusedKeys = element.GetProperty("refusedKeys").EnumerateArray().Select(key => key.Required()).ToArray(),
        Reason = MessageDocument.ReadFrom(element.GetProperty("reason")),
    });
}
