using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>Writes and reads the JSON texts of the database. What is missing in a text reads as null, so that older texts stay readable.</summary>
internal static class JsonText
{
    // As a string it is twice as large, and what is larger than 85,000 bytes is only collected with everything else.
    private const int BytesOfRows = 32 * 1024;

    // The journal writes rows many times a second; a new buffer would each time grow to its size step by step.
    [ThreadStatic]
    private static (MemoryStream Buffer, Utf8JsonWriter Writer)? spareRows;

    /// <summary>Writes a text.</summary>
    /// <param name="write">Writes its one value.</param>
    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>Reads a text. Throws <see cref="ErrorId.StoredTextDamaged"/>, and nothing else, for one that was not written here.</summary>
    /// <param name="text">The text.</param>
    /// <param name="read">Reads its value.</param>
    /// <typeparam name="T">What is read.</typeparam>
    public static T Read<T>(string text, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return read(document.RootElement);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever a damaged text meets in its reader: it is the text that is wrong. Without the message of the framework, which quotes the text.
            throw new ConnectorException(ErrorId.StoredTextDamaged, exception.GetType().Name);
        }
    }

    /// <summary>Writes a list of texts.</summary>
    /// <param name="list">The list.</param>
    public static string WriteList(IReadOnlyList<string> list) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var item in list)
            writer.WriteStringValue(item);
        writer.WriteEndArray();
    });

    /// <summary>Writes arrays of rows, as many as there are in pieces of a moderate size.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="write">Writes one value for each.</param>
    /// <typeparam name="T">What is known of a row.</typeparam>
    public static IEnumerable<string> WriteRows<T>(IEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        var (buffer, writer) = spareRows ?? NewRows();
        spareRows = null;
        foreach (var row in rows)
        {
            if (writer.CurrentDepth == 0)
                writer.WriteStartArray();
            write(writer, row);
            // The writer has a buffer too, which is to stay small.
            writer.Flush();
            if (buffer.Length >= BytesOfRows)
                yield return End();
        }

        if (writer.CurrentDepth > 0)
            yield return End();
        spareRows = (buffer, writer);

        string End()
        {
            writer.WriteEndArray();
            writer.Flush();
            var text = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
            buffer.SetLength(0);
            writer.Reset();
            return text;
        }
    }

    private static (MemoryStream Buffer, Utf8JsonWriter Writer) NewRows()
    {
        var buffer = new MemoryStream();
        return (buffer, new Utf8JsonWriter(buffer));
    }

    /// <summary>Reads a list of texts.</summary>
    /// <param name="text">The text.</param>
    public static IReadOnlyList<string> ReadList(string text) => Read(text, element => element.EnumerateArray().Select(Required).ToArray());

    /// <summary>A property; null when it is missing or null.</summary>
    /// <param name="element">The object.</param>
    /// <param name="name">The property.</param>
    public static JsonElement? Find(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text.</summary>
    /// <param name="element">The object.</param>
    /// <param name="name">The property.</param>
    public static string? FindText(this JsonElement element, string name) => element.Find(name)?.GetString();

    /// <summary>A text that must be there.</summary>
    /// <param name="element">The value.</param>
    public static string Required(this JsonElement element) => element.GetString() ?? throw new FormatException();

    /// <summary>A number.</summary>
    /// <param name="element">The object.</param>
    /// <param name="name">The property.</param>
    public static int? FindNumber(this JsonElement element, string name) => element.Find(name)?.GetInt32();

    /// <summary>A truth value; false when it is missing.</summary>
    /// <param name="element">The object.</param>
    /// <param name="name">The property.</param>
    public static bool IsTrue(this JsonElement element, string name) => element.Find(name)?.GetBoolean() ?? false;

    /// <summary>A time.</summary>
    /// <param name="element">The object.</param>
    /// <param name="name">The property.</param>
    public static DateTimeOffset? FindTime(this JsonElement element, string name) => element.Find(name)?.GetDateTimeOffset();

    /// <summary>A name of an enumeration, or what stands for none.</summary>
    /// <param name="element">The object.</param>
    /// <param name="name">The property.</param>
    /// <param name="otherwise">The value when it is missing.</param>
    /// <typeparam name="T">The enumeration.</typeparam>
    public static T FindName<T>(this JsonElement element, string name, T otherwise)
        where T : struct =>
        element.FindText(name) is not { } text ? otherwise : Enum.TryParse<T>(text, out var value) && Enum.IsDefined(typeof(T), value) ? value : throw new FormatException(name + ": " + text);

    /// <summary>Writes a text that may be missing.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="name">The property.</param>
    /// <param name="value">The text.</param>
    public static void WriteText(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    /// <summary>Writes a number that may be missing, in an array.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="value">The number.</param>
    public static void WriteNumberOrNull(this Utf8JsonWriter writer, long? value)
    {
        if (value is { } number)
            writer.WriteNumberValue(number);
        else
            writer.WriteNullValue();
    }

    /// <summary>Writes bytes as the text that SQLite's <c>unhex</c> reads.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="id">The id.</param>
    public static void WriteHexValue(this Utf8JsonWriter writer, Guid id)
    {
#if NET8_0_OR_GREATER
        writer.WriteStringValue(Convert.ToHexString(id.ToByteArray()));
#else
        writer.WriteStringValue(BitConverter.ToString(id.ToByteArray()).Replace("-", ""));
#endif
    }

    /// <summary>Writes a time that may be missing.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="name">The property.</param>
    /// <param name="value">The time.</param>
    public static void WriteTime(this Utf8JsonWriter writer, string name, DateTimeOffset? value)
    {
        if (value is { } time)
            writer.WriteString(name, time);
    }
}
