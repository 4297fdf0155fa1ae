using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts the record of a run to the output of a command.</summary>
internal static class RunViews
{
    /// <summary>The output, with its texts in the language of the session.</summary>
    /// <param name="connection">The name of the connection.</param>
    /// <param name="tenantId">Its tenant.</param>
    /// <param name="run">The run.</param>
    public static PBSyncResult Render(string connection, string tenantId, RunRecord run)
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
            Warnings = run.Warnings.Select(w => w.Render()).ToList(),
            Changes = run.Changes.Select(c => Render(connection, run, c)).ToList(),
            ErrorId = run.ErrorId,
            Message = run.Summary.Render(),
        };
    }

    private static PBSyncChange Render(string connection, RunRecord run, ChangeRecord record) => new()
    {
        Connection = connection,
        RunId = run.RunId,
        Time = record.At ?? run.StartedAt,
        Action = record.Action,
        Email = record.Email,
        DisplayName = record.DisplayName,
        EntraId = record.EntraId,
        AccountId = record.AccountId,
        Group = record.Group,
        Reason = record.Reason.Render(),
        Before = record.Before,
        After = record.After,
        Outcome = record.Outcome,
        ErrorId = record.ErrorId?.ToString(),
        Message = record.Detail is null ? null : record.Recommendation is null ? record.Detail.Render() : record.Detail.Render() + " " + record.Recommendation.RenderFor(connection),
    };
}
