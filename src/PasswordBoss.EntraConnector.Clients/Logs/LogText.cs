using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Logs;

/// <summary>The text of a line in a log: one JSON object and a line feed, in UTF-8.</summary>
internal static class LogText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(Readable()) };

    /// <summary>The bytes of a line.</summary>
    /// <param name="line">The line.</param>
    public static byte[] Of(LogLine line)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Options))
        {
            json.WriteStartObject();
            foreach (var property in line.Properties)
                Write(json, property.Key, property.Value);
            json.WriteEndObject();
        }

        text.WriteByte((byte)'\n');
        return text.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case double number:
                json.WriteNumber(name, number);
                break;
            case IReadOnlyList<string> texts:
                json.WriteStartArray(name);
                foreach (var text in texts)
                    json.WriteStringValue(text);
                json.WriteEndArray();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value));
        }
    }

    // Letters of all languages stay readable. Control characters are always escaped. This also escapes the direction marks that InertText removes.
    private static TextEncoderSettings Readable()
    {
        var settings = new TextEncoderSettings(UnicodeRanges.All);
        settings.ForbidCharacters('\u061C', '\u200E', '\u200F');
        settings.ForbidRange(UnicodeRange.Create('\u202A', '\u202E'));
        settings.ForbidRange(UnicodeRange.Create('\u2066', '\u206F'));
        return settings;
    }
}
