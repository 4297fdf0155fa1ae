using System;
using System.Collections.Generic;
using System.Text.Json;
using System.Text.Json.Serialization;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>Stores enumerations by name.</summary>
internal sealed class StoredEnumerations : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    /// <inheritdoc/>
    public override JsonConverter? CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter?)Activator.CreateInstance(typeof(StoredEnumeration<>).MakeGenericType(typeToConvert));

    private sealed class StoredEnumeration<T> : JsonConverter<T>
        where T : struct
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Enum.TryParse<T>(reader.GetString(), out var value) && Enum.IsDefined(typeof(T), value) ? value : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}

/// <summary>Stores a message as an array: its id, then its arguments.</summary>
internal sealed class StoredMessage : JsonConverter<Message>
{
    /// <summary>Writes a message as one value.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="message">The message.</param>
    public static void Write(Utf8JsonWriter writer, Message message)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(message.Id);
        foreach (var argument in message.Arguments)
            writer.WriteStringValue(argument);
        writer.WriteEndArray();
    }

    /// <inheritdoc/>
    public override Message Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.String)
            throw new JsonException();
        var id = reader.GetString() ?? throw new JsonException();
        var arguments = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            arguments.Add(reader.GetString() ?? throw new JsonException());
        return reader.TokenType == JsonTokenType.EndArray ? new Message(id, arguments.ToArray()) : throw new JsonException();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Message value, JsonSerializerOptions options) => Write(writer, value);
}

/// <summary>Stores an address as it was entered.</summary>
internal sealed class StoredAddress : JsonConverter<Uri>
{
    /// <inheritdoc/>
    public override Uri Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? throw new JsonException());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Uri value, JsonSerializerOptions options) => writer.WriteStringValue(value.OriginalString);
}
