using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Decide;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>What a run read and planned.</summary>
internal sealed record PlannedRun
{
    private PlannedRun(RunStart start, ReadOutcome.Usable reading, SyncPlan plan)
    {
        Start = start;
        Reading = reading;
        Plan = plan;
        UncheckedRetries = PendingRetries.UncheckedRetries(start, reading);
        ChangesToTry = plan.Changes.Where(a => a.IsTried).ToList();
    }

    /// <summary>How the last run left the connection, without times in the future.</summary>
    public RunStart Start { get; }
    /// <summary>What was read.</summary>
    public ReadOutcome.Usable Reading { get; }
    /// <summary>The plan.</summary>
    public SyncPlan Plan { get; }
    /// <summary>The pending retries of earlier runs that this run does not check.</summary>
    public IReadOnlyList<PendingRetry> UncheckedRetries { get; }
    /// <summary>Those of them that the result lists. A run of one user lists nothing about the others.</summary>
    public IReadOnlyList<PendingRetry> ListedRetries => Reading.Mode == SyncMode.User ? System.Array.Empty<PendingRetry>() : UncheckedRetries;
    /// <summary>Whether the whole plan is held back until a full run.</summary>
    public bool IsHeldBack => Reading is ReadOutcome.Read { Input.HeldBack: not null };
    /// <summary>The planned changes that a run tries.</summary>
    public IReadOnlyList<PlannedChange> ChangesToTry { get; }
    /// <summary>The warning that another store on this machine syncs the same two sides; null if there is none.</summary>
    public Message? OtherStore { get; init; }

    /// <summary>Whether the run changes anything.</summary>
    public bool ChangesAnything => Plan.StateChanges.Count > 0 || ChangesToTry.Count > 0;

    /// <param name="start">How the last run left the connection, without times in the future.</param>
    /// <param name="reading">What was read.</param>
    public static PlannedRun Of(RunStart start, ReadOutcome.Usable reading) =>
        new(start, reading, reading is ReadOutcome.Read read ? SyncPlanner.Plan(read.Input) : new SyncPlan());
}
