using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>A message as a JSON array: its id, then its arguments.</summary>
internal static class MessageDocument
{
    /// <summary>The text of a message.</summary>
    /// <param name="message">The message.</param>
    public static string Write(Message message) => JsonText.Write(writer => WriteTo(writer, message));

    /// <summary>The text of several messages: an array of arrays.</summary>
    /// <param name="messages">The messages.</param>
    public static string WriteAll(IReadOnlyList<Message> messages) => JsonText.Write(writer => WriteTo(writer, messages));

    /// <summary>The message of a text.</summary>
    /// <param name="text">The text.</param>
    public static Message Read(string text) => JsonText.Read(text, ReadFrom);

    /// <summary>The messages of a text.</summary>
    /// <param name="text">The text.</param>
    public static IReadOnlyList<Message> ReadAll(string text) => JsonText.Read(text, ReadAllFrom);

    /// <summary>Writes a message as one value.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="message">The message.</param>
    public static void WriteTo(Utf8JsonWriter writer, Message message)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(message.Id);
        foreach (var argument in message.Arguments)
            writer.WriteStringValue(argument);
        writer.WriteEndArray();
    }

    /// <summary>Writes messages as one value.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="messages">The messages.</param>
    public static void WriteTo(Utf8JsonWriter writer, IReadOnlyList<Message> messages)
    {
        writer.WriteStartArray();
        foreach (var message in messages)
            WriteTo(writer, message);
        writer.WriteEndArray();
    }

    /// <summary>Reads a message.</summary>
    /// <param name="element">Its array.</param>
    public static Message ReadFrom(JsonElement element)
    {
        var parts = element.EnumerateArray().Select(part => part.Required()).ToArray();
        return new Message(parts[0], parts.Skip(1).ToArray());
    }

    /// <summary>Reads messages.</summary>
    /// <param name="element">Their array.</param>
    public static IReadOnlyList<Message> ReadAllFrom(JsonElement element) => element.EnumerateArray().Select(ReadFrom).ToArray();
}
