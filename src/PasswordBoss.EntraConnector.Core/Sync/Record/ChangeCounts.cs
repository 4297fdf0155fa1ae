using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The number of changes of each kind.</summary>
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

    public int Skipped { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Counts failed and skipped changes, and by kind the changes with one given outcome.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="counted">The outcome that is counted by kind.</param>
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

    private void Add(SyncAction action)
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
