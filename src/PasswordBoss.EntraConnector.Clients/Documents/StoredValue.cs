using System;
using System.Collections;
using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>
/// Writes and reads one value of a stored JSON text. The serializer of the framework would compile about fifty methods for each enumeration and each other value
/// type, which takes a tenth of the processor time of a short run.
/// </summary>
internal static class StoredValue
{
    /// <summary>Writes a value.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="value">The value.</param>
    public static void Write(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case Enum name:
                writer.WriteStringValue(name.ToString());
                break;
            case DateTimeOffset time:
                writer.WriteStringValue(time);
                break;
            case Guid id:
                writer.WriteStringValue(id);
                break;
            case Uri address:
                // As it was entered.
                writer.WriteStringValue(address.OriginalString);
                break;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case Message message:
                Write(writer, message);
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (var element in list)
                    Write(writer, element);
                writer.WriteEndArray();
                break;
            default:
                StoredType.Of(value.GetType()).Write(writer, value);
                break;
        }
    }

    /// <summary>Writes a message as an array: its id, then its arguments. An argument that is a message is an array too; released versions stored its rendered text.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="message">The message.</param>
    public static void Write(Utf8JsonWriter writer, Message message)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(message.Id);
        foreach (var argument in message.Arguments)
        {
            if (argument.Message is { } inner)
                Write(writer, inner);
            else
                writer.WriteStringValue(argument.Text);
        }

        writer.WriteEndArray();
    }

    /// <summary>Reads a value. Throws for a text that this class did not write.</summary>
    /// <param name="text">The text.</param>
    /// <param name="type">The type of the value.</param>
    public static object Read(JsonElement text, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return TextOf(text);
        if (type == typeof(bool))
            return text.GetBoolean();
        if (type == typeof(int))
            return text.GetInt32();
        if (type == typeof(long))
            return text.GetInt64();
        if (type.IsEnum)
            return EnumerationOf(TextOf(text), type);
        if (type == typeof(DateTimeOffset))
            return text.GetDateTimeOffset();
        if (type == typeof(Guid))
            return text.GetGuid();
        if (type == typeof(Uri))
            return new Uri(TextOf(text));
        if (type == typeof(byte[]))
            return text.GetBytesFromBase64();
        if (type == typeof(Message))
            return MessageOf(text);
        return type.IsGenericType ? ListOf(text, type.GetGenericArguments()[0]) : StoredType.Of(type).Read(text);
    }

    private static string TextOf(JsonElement text) => text.GetString() ?? throw new FormatException();

    // Enum.Parse alone would also accept a number.
    private static object EnumerationOf(string name, Type type) => Enum.IsDefined(type, name) ? Enum.Parse(type, name) : throw new FormatException();

    private static Message MessageOf(JsonElement text)
    {
        var parts = text.EnumerateArray().ToList();
        return parts.Count > 0 ? new Message(TextOf(parts[0]), parts.Skip(1).Select(ArgumentOf).ToArray()) : throw new FormatException();
    }

    private static MessageArgument ArgumentOf(JsonElement text) => text.ValueKind == JsonValueKind.Array ? MessageOf(text) : TextOf(text);

    private static Array ListOf(JsonElement text, Type type)
    {
        var list = Array.CreateInstance(type, text.GetArrayLength());
        for (var i = 0; i < list.Length; i++)
            list.SetValue(Read(text[i], type), i);
        return list;
    }
}
