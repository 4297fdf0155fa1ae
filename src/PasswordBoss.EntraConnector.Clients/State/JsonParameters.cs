using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.Documents;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>Writes JSON texts that pass many rows to one statement.</summary>
internal static class JsonParameters
{
    // A string takes twice the memory, and objects above 85,000 bytes go to the large object heap, which only a full collection frees.
    private const int BytesOfRows = 32 * 1024;

    // The journal writes rows many times a second; a new buffer would have to grow step by step each time.
    [ThreadStatic]
    private static (MemoryStream Buffer, Utf8JsonWriter Writer)? spareRows;

    /// <summary>Writes a list of texts.</summary>
    /// <param name="list">The list.</param>
    public static string WriteList(IReadOnlyList<string> list) => StoredDocuments.Texts.Write(list);

    /// <summary>Writes rows as arrays, split into pieces of a moderate size.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="write">Writes one value for each row.</param>
    /// <typeparam name="T">The type of a row's data.</typeparam>
    public static IEnumerable<string> WriteRows<T>(IEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        var (buffer, writer) = spareRows ?? NewRows();
        spareRows = null;
        foreach (var row in rows)
        {
            if (writer.CurrentDepth == 0)
                writer.WriteStartArray();
            write(writer, row);
            // The writer has a buffer too. Flushing keeps it small.
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

    /// <summary>Writes a number, or null, as an array element.</summary>
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
}
