using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>How many changes of each kind there are.</summary>
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

    /// <summary>Counts changes; those that write are counted in one outcome.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="counted">The outcome.</param>
    public static ChangeCounts Of(IReadOnlyList<ChangeRecord> changes, ChangeOutcome counted)
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
