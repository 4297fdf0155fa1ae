using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>From the record of a run to what a command emits.</summary>
internal static class RunResults
{
    /// <summary>A run in the reader's language.</summary>
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
            Skipped = counts.Skipped,
            Failed = counts.Failed,
            Warnings = run.Warnings.Select(w => w.Render()).ToList(),
            Changes = run.Changes.Select(c => ChangeRecords.Render(connection, c)).ToList(),
            ErrorId = run.ErrorId,
            Message = run.Summary.Render(),
        };
    }
}
