using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>
/// Writes and reads one kind of stored JSON text. Unknown properties are ignored, so that texts of later versions can be read. A property that is missing or
/// null has its default.
/// </summary>
/// <typeparam name="T">The type of the stored value.</typeparam>
internal sealed class StoredDocument<T>
    where T : class
{
    private static readonly UTF8Encoding Strict = new(false, true);
    private readonly JsonTypeInfo<T> type = StoredTypes.Of<T>();

    /// <summary>The text of a value.</summary>
    /// <param name="value">The value.</param>
    public string Write(T value) => JsonSerializer.Serialize(value, type);

    /// <summary>The text of a value; null for none.</summary>
    /// <param name="value">The value.</param>
    public string? WriteOrNull(T? value) => value is null ? null : Write(value);

    /// <summary>Writes a value.</summary>
    /// <param name="stream">The target.</param>
    /// <param name="value">The value.</param>
    public void Write(Stream stream, T value)
    {
        using var writer = new Utf8JsonWriter(stream);
        JsonSerializer.Serialize(writer, value, type);
    }

    /// <summary>Reads a text. Throws <see cref="ErrorId.StoredTextDamaged"/>, and nothing else, for a text that this class did not write.</summary>
    /// <param name="text">The text.</param>
    public T Read(string text) => Read(() => Strict.GetBytes(text));

    /// <summary>Reads a text; null for no text.</summary>
    /// <param name="text">The text.</param>
    public T? ReadOrNull(string? text) => text is null ? null : Read(text);

    /// <summary>Reads the bytes of a text.</summary>
    /// <param name="text">The text in UTF-8.</param>
    public T Read(byte[] text) => Read(() => text);

    private T Read(Func<byte[]> text)
    {
        try
        {
            var bytes = text();
            // This class never writes null, so a text with null was edited.
            var value = bytes.AsSpan().IndexOf("null"u8) < 0 ? JsonSerializer.Deserialize(bytes, type) : WithoutNulls(JsonNode.Parse(bytes)).Deserialize(type);
            return value ?? throw new FormatException();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Any exception means that the text is damaged. The framework's message is left out, because it quotes the text.
            throw new ConnectorException(Problems.StoredTextDamaged(exception.GetType().Name));
        }
    }

    private static JsonNode WithoutNulls(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToList().Select(member => (member.Key, member.Value)))
                {
                    if (value is null)
                        members.Remove(name);
                    else
                        WithoutNulls(value);
                }

                return members;
            case JsonArray elements:
                foreach (var element in elements)
                    WithoutNulls(element);
                return elements;
            default:
                return node ?? throw new FormatException();
        }
    }
}
