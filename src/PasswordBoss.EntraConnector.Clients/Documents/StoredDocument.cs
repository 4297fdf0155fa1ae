using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Text;
using System.Text.Json;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>
/// Writes and reads one kind of stored JSON text. Unknown properties are ignored, so that texts of later versions can be read. An optional property that is missing
/// or null keeps its default.
/// </summary>
/// <typeparam name="T">The type of the stored value.</typeparam>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Callers name a document, not a type.")]
internal sealed class StoredDocument<T>
    where T : class
{
    private static readonly UTF8Encoding Strict = new(false, true);

    /// <summary>The text of a value.</summary>
    /// <param name="value">The value.</param>
    public string Write(T value)
    {
        using var buffer = new MemoryStream();
        Write(buffer, value);
        return Strict.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The text of a value; null for none.</summary>
    /// <param name="value">The value.</param>
    public string? WriteOrNull(T? value) => value is null ? null : Write(value);

    /// <summary>Writes a value.</summary>
    /// <param name="stream">The target.</param>
    /// <param name="value">The value.</param>
    public void Write(Stream stream, T value)
    {
        using var writer = new Utf8JsonWriter(stream);
        StoredValue.Write(writer, value);
    }

    /// <summary>Reads a text. Throws <see cref="ErrorId.StoredTextDamaged"/>, and nothing else, for a text that this class did not write.</summary>
    /// <param name="text">The text.</param>
    public T Read(string text) => Read(() => Strict.GetBytes(text));

    /// <summary>Reads a text; null for no text.</summary>
    /// <param name="text">The text.</param>
    public T? ReadOrNull(string? text) => text is null ? null : Read(text);

    /// <summary>Reads a text that is only shown, so that one damaged text does not hide everything else.</summary>
    /// <param name="text">The text.</param>
    /// <param name="replacement">The value for a text that this class did not write.</param>
    public T ReadOr(string text, T replacement)
    {
        try
        {
            return Read(text);
        }
        catch (ConnectorException e) when (e.Id == ErrorId.StoredTextDamaged)
        {
            return replacement;
        }
    }

    /// <summary>Reads the bytes of a text.</summary>
    /// <param name="text">The text in UTF-8.</param>
    public T Read(byte[] text) => Read(() => text);

    private static T Read(Func<byte[]> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text());
            return (T)StoredValue.Read(document.RootElement, typeof(T));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Any exception means that the text is damaged. The framework's message is left out, because it quotes the text.
            throw new ConnectorException(Problems.StoredTextDamaged(exception.GetType().Name));
        }
    }
}
