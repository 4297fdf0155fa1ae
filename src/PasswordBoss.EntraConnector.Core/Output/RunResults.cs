using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>From the record of a run to what a command emits.</summary>
internal static class RunResults
{
    /// <summary>A run in the reader's language.</summary>
    public static PBSyncResult Render(string connection, string tenantId, RunRecord run)
    {
        var preview = run.Changes.Any(c => c.Outcome == ChangeOutcome.Planned);
        var counts = Count(run.Changes, preview ? ChangeOutcome.Planned : ChangeOutcome.Done);
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

    /// <summary>How many changes of each kind there are; those that write are counted in one outcome.</summary>
    public static ChangeCounts Count(IReadOnlyList<ChangeRecord> changes, ChangeOutcome counted)
    {
        var counts = new ChangeCounts();
        foreach (var change in changes)
        {
            if (change.Outcome == ChangeOutcome.Failed)
                counts.Failed++;
            else if (change.Outcome == ChangeOutcome.Skipped)
                counts.Skipped++;
            else if (change.Outcome == counted)
                counts.Add(change.Action);
        }

        return counts;
    }

    /// <summary>What a run did, or would do, as a sentence. Only one that adopted accounts speaks of adoptions: so what older runs stored keeps its meaning.</summary>
    public static Message Summarize(ChangeCounts counts, SyncOutcome outcome, bool preview)
    {
        var numbers = new List<int>
        {
            counts.Created, counts.Updated, counts.Enabled, counts.Disabled, counts.Deleted, counts.Converted, counts.Groups, counts.Skipped, counts.Failed,
        };
        if (counts.Adopted > 0)
            numbers.Insert(1, counts.Adopted);
        var id = (preview, outcome == SyncOutcome.Partial, counts.Adopted > 0) switch
        {
            (true, _, false) => "Summary_Planned",
            (true, _, true) => "Summary_PlannedWithAdoptions",
            (_, true, false) => "Summary_Partial",
            (_, true, true) => "Summary_PartialWithAdoptions",
            (_, _, false) => "Summary_Succeeded",
            _ => "Summary_SucceededWithAdoptions",
        };
        return new Message(id, numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)).ToArray());
    }
}

/// <summary>Numbers of changes.</summary>
internal sealed class ChangeCounts
{
    public int Created { get; private set; }

    public int Adopted { get; private set; }

    public int Updated { get; private set; }

    public int Enabled { get; private set; }

    public int Disabled { get; private set; }

    public int Deleted { get; private set; }

    public int Converted { get; private set; }

    public int Groups { get; private set; }

    public int Skipped { get; set; }

    public int Failed { get; set; }

    public void Add(SyncAction action)
    {
        switch (action)
        {
            case SyncAction.Create:
            case SyncAction.CreatePending:
                Created++;
                break;
            case SyncAction.Adopt:
                Adopted++;
                break;
            case SyncAction.Update:
                Updated++;
                break;
            case SyncAction.Enable:
                Enabled++;
                break;
            case SyncAction.Disable:
                Disabled++;
                break;
            case SyncAction.Delete:
                Deleted++;
                break;
            case SyncAction.ConvertToPersonal:
                Converted++;
                break;
            case SyncAction.CreateGroup:
            case SyncAction.UpdateGroup:
            case SyncAction.AddMember:
            case SyncAction.RemoveMember:
            case SyncAction.DeleteGroup:
            case SyncAction.ReleaseGroup:
                Groups++;
                break;
        }
    }
}
