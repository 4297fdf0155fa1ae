using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Read;
using PasswordBoss.EntraConnector.Sync.Write;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>How a run ended.</summary>
internal abstract record RunEnd
{
    private RunEnd()
    {
    }

    /// <summary>Whether the run was incremental, full, or of one user.</summary>
    public abstract SyncMode Mode { get; }

    /// <summary>Why the run stopped early; null if it did not.</summary>
    public virtual Problem? Failure => null;

    /// <summary>The refusals of safety rules and limits.</summary>
    public abstract IReadOnlyList<Problem> Refusals { get; }

    /// <summary>The result of each planned change; in a preview, the expected result.</summary>
    public virtual IReadOnlyList<ChangeRecord> Changes => Array.Empty<ChangeRecord>();

    /// <summary>The run failed before it made a plan.</summary>
    internal sealed record Unplanned : RunEnd
    {
        /// <param name="mode">Whether the run was incremental, full, or of one user.</param>
        /// <param name="failure">Why.</param>
        public Unplanned(SyncMode mode, Problem failure)
        {
            Mode = mode;
            Failure = failure;
        }

        public override SyncMode Mode { get; }

        public override Problem Failure { get; }

        public override IReadOnlyList<Problem> Refusals => Array.Empty<Problem>();

        /// <summary>Whether the run reached Entra.</summary>
        public bool HasReachedEntra { get; init; }
    }

    /// <summary>The state was restored and is not activated: nothing was read, and nothing is saved.</summary>
    internal sealed record NotActivated : RunEnd
    {
        /// <param name="mode">Whether the run was incremental, full, or of one user.</param>
        /// <param name="refusal">Why.</param>
        public NotActivated(SyncMode mode, Problem refusal)
        {
            Mode = mode;
            Refusals = new[] { refusal };
        }

        public override SyncMode Mode { get; }

        public override IReadOnlyList<Problem> Refusals { get; }
    }

    /// <summary>The read was incomplete or implausible. Each account that stays in use is listed.</summary>
    internal sealed record Refused : RunEnd
    {
        /// <param name="outcome">Why.</param>
        /// <param name="rules">The rules: they decide which removal did not happen.</param>
        public Refused(ReadOutcome.Refused outcome, SyncRules rules)
        {
            Refusals = new[] { outcome.Refusal };
            Changes = KeptAccounts.Of(outcome, rules);
        }

        public override SyncMode Mode => SyncMode.Full;

        public override IReadOnlyList<Problem> Refusals { get; }

        public override IReadOnlyList<ChangeRecord> Changes { get; }
    }

    /// <summary>A run of one user could not decide. Nothing was planned, and nothing is saved.</summary>
    internal sealed record Undecided : RunEnd
    {
        /// <param name="because">Why.</param>
        public Undecided(Problem because) => Refusals = new[] { because };

        public override SyncMode Mode => SyncMode.User;

        public override IReadOnlyList<Problem> Refusals { get; }
    }

    /// <summary>The run made a plan.</summary>
    /// <param name="Run">What it read and planned.</param>
    internal abstract record Planned(PlannedRun Run) : RunEnd
    {
        public override SyncMode Mode => Run.Reading.Mode;

        public override IReadOnlyList<Problem> Refusals => Run.Plan.Refusals;
    }

    /// <summary>The run failed or was stopped before it wrote the plan.</summary>
    internal sealed record Interrupted : Planned
    {
        /// <param name="run">What the run read and planned.</param>
        /// <param name="failure">Why.</param>
        public Interrupted(PlannedRun run, Problem failure)
            : base(run) => Failure = failure;

        public override Problem Failure { get; }
    }

    /// <summary>A preview: nothing was written or saved.</summary>
    internal sealed record Previewed : Planned
    {
        /// <param name="run">What the run read and planned.</param>
        public Previewed(PlannedRun run)
            : base(run) => Changes = ChangesOf(run);

        public override IReadOnlyList<ChangeRecord> Changes { get; }

        /// <summary>The expected result of each planned change.</summary>
        /// <param name="run">What the run read and planned.</param>
        public static IReadOnlyList<ChangeRecord> ChangesOf(PlannedRun run) => run.Plan.Changes.Select(PreviewOf).ToList();

        private static ChangeRecord PreviewOf(PlannedChange change) =>
            change.ToRecord(change.Refused ? ChangeOutcome.Refused : change.IsTried ? ChangeOutcome.Planned : ChangeOutcome.Skipped, change.Obstacle, change.IsTried ? change.Note : null);
    }

    /// <summary>The whole plan is held back until a full run: nothing is written or saved.</summary>
    internal sealed record HeldBack : Planned
    {
        /// <param name="run">What the run read and planned.</param>
        public HeldBack(PlannedRun run)
            : base(run) => Changes = Previewed.ChangesOf(run);

        public override IReadOnlyList<ChangeRecord> Changes { get; }
    }

    /// <summary>No change affects any user.</summary>
    /// <param name="Run">What the run read.</param>
    internal sealed record Unchanged(PlannedRun Run) : Planned(Run);

    /// <summary>The plan was written, as far as possible.</summary>
    internal sealed record Executed : Planned
    {
        private readonly Execution execution;

        /// <param name="run">What the run read and planned.</param>
        /// <param name="execution">What the execution of the plan did.</param>
        /// <param name="stopped">Why the run stopped writing; null if it tried all changes.</param>
        public Executed(PlannedRun run, Execution execution, Problem? stopped)
            : base(run)
        {
            this.execution = execution;
            Failure = stopped;
        }

        public override IReadOnlyList<ChangeRecord> Changes => execution.Changes;

        public override Problem? Failure { get; }

        /// <summary>When the writes and the reads after them ended, UTC.</summary>
        public required DateTimeOffset At { get; init; }

        /// <summary>Whether the recovered state is saved.</summary>
        public bool IsRecoverySaved => execution.IsRecoverySaved;

        /// <summary>What the reads after the writes showed about the server.</summary>
        public EffectSummary Effects => execution.Effects;
    }
}
