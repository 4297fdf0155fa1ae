using System;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts the record of a run to the output of a command.</summary>
internal static class RunViews
{
    /// <summary>The output, with its texts in one language.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="tenantId">Its tenant.</param>
    /// <param name="run">The run.</param>
    /// <param name="culture">The language; null for that of the session.</param>
    public static PBSyncResult Render(string connection, string tenantId, RunRecord run, CultureInfo? culture = null)
    {
        var preview = run.Changes.Any(c => c.Outcome == ChangeOutcome.Planned);
        var counts = ChangeCounts.Of(run.Changes, preview ? ChangeOutcome.Planned : ChangeOutcome.Done);
        return new PBSyncResult
        {
            Connection = connection,
            TenantId = tenantId,
            RunId = run.RunId,
            Mode = run.Mode,
            Outcome = run.Outcome,
            StartedAt = run.StartedAt,
            Duration = run.Duration,
            Created = counts.Created,
            Adopted = counts.Adopted,
            Updated = counts.Updated,
            Enabled = counts.Enabled,
            Disabled = counts.Disabled,
            Deleted = counts.Deleted,
            Converted = counts.Converted,
            GroupsChanged = counts.Groups,
            Skipped = counts.Skipped + run.UnlistedSkips,
            Failed = counts.Failed,
            Warnings = run.Warnings.Select(w => w.Render(culture)).ToList(),
            Changes = run.Changes.Select(c => Render(connection, run.RunId, run.StartedAt, c, culture)).ToList(),
            ErrorId = run.ErrorId,
            Message = run.Summary.Render(culture),
        };
    }

    /// <summary>One change, with its texts in one language.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="runId">Its run.</param>
    /// <param name="startedAt">When the run started, UTC.</param>
    /// <param name="record">The change.</param>
    /// <param name="culture">The language; null for that of the session.</param>
    public static PBSyncChange Render(string connection, Guid runId, DateTimeOffset startedAt, ChangeRecord record, CultureInfo? culture = null) => new()
    {
        Connection = connection,
        RunId = runId,
        Time = record.At ?? startedAt,
        Action = record.Action,
        Email = record.Email,
        DisplayName = record.DisplayName,
        EntraId = record.EntraId,
        AccountId = record.AccountId,
        Group = record.Group,
        Reason = record.Reason.Render(culture),
        Before = record.Before,
        After = record.After,
        Outcome = record.Outcome,
        ErrorId = record.ErrorId?.ToString(),
        Message = MessageOf(connection, record, culture),
    };
    private static string? MessageOf(string connection, ChangeRecord record, CultureInfo? culture) => record.Recommendation is null
        ? record.Detail?.Render(culture)
        : record.Detail is null ? null : record.Detail.Render(culture) + " " + record.Recommendation.RenderFor(connection, culture);
}
