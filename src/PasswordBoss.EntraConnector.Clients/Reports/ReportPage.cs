using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Reports;

/// <summary>
/// A report as one HTML page without any request. The data are JSON texts in script elements that no browser runs, and the script of the page shows them as text
/// nodes only.
/// </summary>
internal sealed class ReportPage : ReportFile
{
    // A page with more changes would open too slowly. It lists the newest changes and states the total.
    private const int Listed = 100_000;
    private const int FlushSize = 1 << 16;

    // Escapes <, > and &, so that no text ends the script element or begins a comment in it, and the line separators.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), SkipValidation = true };

    private readonly ReportWords words;
    private readonly PageTemplate template;
    private readonly Utf8JsonWriter changes;
    private readonly List<string> texts = [""];
    private readonly Dictionary<string, int> placeOf = new(StringComparer.Ordinal) { [""] = 0 };
    private int listed;
    private DateTimeOffset? oldest;

    /// <summary>Begins the page.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is refused.</param>
    /// <param name="location">The location of the store.</param>
    /// <param name="words">The words of the page.</param>
    public ReportPage(string path, bool overwrite, StateLocation location, ReportWords words)
        : base(path, overwrite, location)
    {
        this.words = words;
        template = PageTemplate.In(words);
        changes = new Utf8JsonWriter(Content, Options);
    }

    /// <inheritdoc/>
    public override int MaxChanges => Listed;

    /// <inheritdoc/>
    protected override void WriteStart()
    {
        Write(template.Start);
        changes.WriteStartArray();
    }

    /// <inheritdoc/>
    protected override void WriteChange(ReportChange change)
    {
        listed++;
        oldest = change.Time;
        changes.WriteStartArray();
        changes.WriteNumberValue(change.ConnectionIndex);
        changes.WriteNumberValue(Seconds(change.Time));
        changes.WriteNumberValue((int)change.Kind);
        changes.WriteNumberValue((int)change.Action);
        changes.WriteNumberValue((int)change.Outcome);
        changes.WriteStringValue(change.Email ?? "");
        changes.WriteStringValue(change.DisplayName ?? "");
        changes.WriteNumberValue(PlaceOf(change.Group));
        changes.WriteNumberValue(PlaceOf(change.Reason));
        changes.WriteNumberValue(PlaceOf(change.Before));
        changes.WriteNumberValue(PlaceOf(change.After));
        changes.WriteNumberValue(PlaceOf(change.Message));
        changes.WriteEndArray();
        if (changes.BytesPending > FlushSize)
            changes.Flush();
    }

    /// <inheritdoc/>
    protected override void WriteRest(ReportSummary summary)
    {
        changes.WriteEndArray();
        changes.Flush();
        Write(template.Middle);
        using (var report = new Utf8JsonWriter(Content, Options))
            WriteReport(report, summary);
        Write(template.End);
    }

    private void WriteReport(Utf8JsonWriter report, ReportSummary summary)
    {
        report.WriteStartObject();
        report.WriteString("language", words.Language);
        report.WriteNumber("written", Seconds(summary.WrittenAt));
        report.WriteNumber("since", Seconds(summary.Since));
        report.WriteString("zone", "UTC" + summary.WrittenAt.ToString("zzz", CultureInfo.InvariantCulture));
        report.WriteNumber("listed", listed);
        if (oldest is { } time)
            report.WriteNumber("listedSince", Seconds(time));
        report.WriteStartArray("connections");
        foreach (var connection in summary.Connections)
            Write(report, connection);
        report.WriteEndArray();
        report.WriteStartArray("days");
        foreach (var day in summary.Days)
        {
            report.WriteStartArray();
            report.WriteNumberValue(day.ConnectionIndex);
            report.WriteNumberValue(Seconds(day.Day) / 86400);
            report.WriteNumberValue((int)day.Kind);
            report.WriteNumberValue(day.Count);
            report.WriteEndArray();
        }

        report.WriteEndArray();
        report.WriteStartArray("texts");
        foreach (var text in texts)
            report.WriteStringValue(text);
        report.WriteEndArray();
        report.WriteStartObject("words");
        foreach (var word in words.Words)
            report.WriteString(word.Key, word.Value);
        report.WriteEndObject();
        report.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter report, ReportConnection connection)
    {
        report.WriteStartObject();
        report.WriteString("name", connection.Name);
        report.WriteString("tenant", connection.TenantId);
        report.WriteNumber("status", (int)connection.Status);
        report.WriteNumber("attention", (int)connection.Attention);
        report.WriteString("group", connection.UserGroup ?? "");
        report.WriteNumber("active", connection.Active);
        report.WriteNumber("pending", connection.Pending);
        report.WriteNumber("disabled", connection.Disabled);
        report.WriteNumber("deletions", connection.PendingDeletes);
        WriteTime("lastSync", connection.LastSync);
        if (connection.LastOutcome is { } outcome)
            report.WriteNumber("outcome", (int)outcome);
        WriteTime("nextSync", connection.NextSync);
        report.WriteBoolean("overdue", connection.IsOverdue);
        WriteTime("failingSince", connection.FailingSince);
        WriteTime("expires", connection.SecretExpires);
        report.WriteString("message", connection.Message);
        report.WriteEndObject();

        void WriteTime(string name, DateTimeOffset? time)
        {
            if (time is { } known)
                report.WriteNumber(name, Seconds(known));
        }
    }

    // Texts that many changes share are written once.
    private int PlaceOf(string? text)
    {
        if (text is null)
            return 0;
        if (!placeOf.TryGetValue(text, out var place))
        {
            place = texts.Count;
            texts.Add(text);
            placeOf.Add(text, place);
        }

        return place;
    }

    private void Write(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Content.Write(bytes, 0, bytes.Length);
    }

    // The clock of the report's time zone, as seconds since 1970: the page shows this clock, wherever it is opened.
    private static long Seconds(DateTimeOffset time) => Seconds(time.DateTime);

    private static long Seconds(DateTime clock) => (clock.Ticks - new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks) / TimeSpan.TicksPerSecond;
}
