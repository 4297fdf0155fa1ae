using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using PasswordBoss.EntraConnector.Alerts;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Alerts;

/// <summary>Formats an event for its receiver. Names come from outside, so each format makes the receiver show them as plain text.</summary>
internal static class AlertBody
{
    /// <summary>The prefix of the types of CloudEvents.</summary>
    private const string TypePrefix = "PasswordBoss.EntraConnector.";

    /// <summary>The media type.</summary>
    /// <param name="format">The form.</param>
    public static string TypeOf(AlertFormat format) => format == AlertFormat.CloudEvents ? "application/cloudevents+json; charset=utf-8" : "application/json; charset=utf-8";

    /// <summary>The body.</summary>
    /// <param name="format">The form.</param>
    /// <param name="id">The id of the event.</param>
    /// <param name="notice">The event.</param>
    public static byte[] Write(AlertFormat format, Guid id, AlertNotice notice)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            var text = AlertText.Of(notice);
            switch (format)
            {
                case AlertFormat.CloudEvents:
                    WriteCloudEvent(writer, id, notice, text);
                    break;
                case AlertFormat.Teams:
                    WriteTeams(writer, text);
                    break;
                case AlertFormat.Slack:
                    WriteSlack(writer, text);
                    break;
                default:
                    throw new NotSupportedException(format.ToString());
            }
        }

        return buffer.ToArray();
    }

    // https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
    private static void WriteCloudEvent(Utf8JsonWriter writer, Guid id, AlertNotice notice, AlertText text)
    {
        writer.WriteStartObject();
        writer.WriteString("specversion", "1.0");
        writer.WriteString("id", id);
        writer.WriteString("source", notice.Source);
        writer.WriteString("type", TypePrefix + (notice.Event?.ToString() ?? "Test"));
        writer.WriteString("subject", notice.Connection);
        writer.WriteString("time", Format(notice.Time));
        writer.WriteString("datacontenttype", "application/json");
        writer.WriteStartObject("data");
        writer.WriteString("connection", notice.Connection);
        WriteIfAny("tenantId", notice.TenantId);
        WriteIfAny("since", notice.Since is { } since ? Format(since) : null);
        WriteIfAny("lastSuccess", notice.LastSuccess is { } success ? Format(success) : null);
        WriteIfAny("secretExpires", notice.SecretExpires is { } expires ? Format(expires) : null);
        WriteIfAny("errorId", notice.ErrorId);
        writer.WriteString("message", text.Sentence);
        WriteIfAny("advice", text.Advice);
        writer.WriteEndObject();
        writer.WriteEndObject();

        void WriteIfAny(string name, string? value)
        {
            if (value is { Length: > 0 })
                writer.WriteString(name, value);
        }
    }

    // A message with an Adaptive Card, as the trigger of Workflows accepts it. A RichTextBlock shows its parts unchanged; a TextBlock and a FactSet would interpret
    // Markdown: https://adaptivecards.io/explorer/TextRun.html
    private static void WriteTeams(Utf8JsonWriter writer, AlertText text)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "message");
        writer.WriteStartArray("attachments");
        writer.WriteStartObject();
        writer.WriteString("contentType", "application/vnd.microsoft.card.adaptive");
        writer.WriteNull("contentUrl");
        writer.WriteStartObject("content");
        writer.WriteString("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
        writer.WriteString("type", "AdaptiveCard");
        writer.WriteString("version", "1.4");
        writer.WriteStartArray("body");
        WriteBlock(writer, (text.Sentence, true));
        foreach (var fact in text.Facts)
            WriteBlock(writer, (fact.Key + ": ", true), (fact.Value, false));
        if (text.Advice.Length > 0)
            WriteBlock(writer, (text.Advice, false));
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteBlock(Utf8JsonWriter writer, params (string Text, bool IsBold)[] runs)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "RichTextBlock");
        writer.WriteStartArray("inlines");
        foreach (var (text, isBold) in runs)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "TextRun");
            writer.WriteString("text", text);
            if (isBold)
                writer.WriteString("weight", "bolder");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // Slack interprets three characters as markup, and with mrkdwn also asterisks and others: https://api.slack.com/reference/surfaces/formatting#escaping
    private static void WriteSlack(Utf8JsonWriter writer, AlertText text)
    {
        var lines = text.Facts.Select(fact => fact.Key + ": " + fact.Value).Prepend(text.Sentence).Concat(text.Advice.Length > 0 ? [text.Advice] : []);
        writer.WriteStartObject();
        writer.WriteString("text", new StringBuilder(string.Join("\n", lines)).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").ToString());
        writer.WriteBoolean("mrkdwn", false);
        writer.WriteEndObject();
    }

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
