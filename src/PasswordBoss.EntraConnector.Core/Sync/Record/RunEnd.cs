using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Sync.Read;
using PasswordBoss.EntraConnector.Sync.Write;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>How far a run came.</summary>
internal abstract record RunEnd
{
    private RunEnd()
    {
    }

    /// <summary>What was read, or was to be read.</summary>
    public abstract SyncMode Mode { get; }

    /// <summary>What ended the run before its time; null when nothing did.</summary>
    public virtual ConnectorException? Failure => null;

    /// <summary>What safety rules and limits refused.</summary>
    public abstract IReadOnlyList<ConnectorException> Refusals { get; }

    /// <summary>What became of each action of the plan, or would become of it.</summary>
    public virtual IReadOnlyList<ChangeRecord> Changes => Array.Empty<ChangeRecord>();

    /// <summary>The run failed before it had a plan.</summary>
    internal sealed record Unplanned : RunEnd
    {
        /// <param name="mode">What was to be read.</param>
        /// <param name="failure">Why.</param>
        public Unplanned(SyncMode mode, ConnectorException failure)
        {
            Mode = mode;
            Failure = failure;
        }

        public override SyncMode Mode { get; }

        public override ConnectorException Failure { get; }

        public override IReadOnlyList<ConnectorException> Refusals => Array.Empty<ConnectorException>();

        /// <summary>Whether Microsoft answered.</summary>
        public bool HasReachedEntra { get; init; }
    }

    /// <summary>Nothing may be concluded from what was read; each account that stays in use is named.</summary>
    internal sealed record Refused : RunEnd
    {
        /// <param name="outcome">Why.</param>
        /// <param name="rules">The rules, which say what the accounts were held back from.</param>
        public Refused(ReadOutcome.Refused outcome, SyncRules rules)
        {
            Refusals = new[] { outcome.Refusal };
            Changes = KeptAccounts.Of(outcome, rules);
        }

        public override SyncMode Mode => SyncMode.Full;

        public override IReadOnlyList<ConnectorException> Refusals { get; }

        public override IReadOnlyList<ChangeRecord> Changes { get; }
    }

    /// <summary>The run had a plan.</summary>
    /// <param name="Run">What it has read and planned.</param>
    internal abstract record Planned(PlannedRun Run) : RunEnd
    {
        public override SyncMode Mode => Run.Reading.Mode;

        public override IReadOnlyList<ConnectorException> Refusals => Run.Plan.Refusals;
    }

    /// <summary>The plan was not carried out: the run failed, or was stopped, first.</summary>
    internal sealed record Interrupted : Planned
    {
        /// <param name="run">What the run has read and planned.</param>
        /// <param name="failure">Why.</param>
        public Interrupted(PlannedRun run, ConnectorException failure)
            : base(run) => Failure = failure;

        public override ConnectorException Failure { get; }
    }

    /// <summary>A preview: nothing was done or saved.</summary>
    internal sealed record Previewed : Planned
    {
        /// <param name="run">What the run has read and planned.</param>
        public Previewed(PlannedRun run)
            : base(run) => Changes = ChangeRecords.Preview(run.Plan);

        public override IReadOnlyList<ChangeRecord> Changes { get; }
    }

    /// <summary>Nothing that changed concerns anyone.</summary>
    /// <param name="Run">What the run has read.</param>
    internal sealed record Unchanged(PlannedRun Run) : Planned(Run);

    /// <summary>The plan was carried out, as far as it could be.</summary>
    internal sealed record Executed : Planned
    {
        /// <param name="run">What the run has read and planned.</param>
        /// <param name="changes">What became of each action.</param>
        /// <param name="stopped">Why the rest was not tried; null when everything was.</param>
        public Executed(PlannedRun run, IReadOnlyList<ChangeRecord> changes, ConnectorException? stopped)
            : base(run)
        {
            Changes = changes;
            Failure = stopped;
        }

        public override IReadOnlyList<ChangeRecord> Changes { get; }

        public override ConnectorException? Failure { get; }

        /// <summary>When the last action ended, UTC.</summary>
        public required DateTimeOffset At { get; init; }

        /// <summary>Whether what was found out about the state has been saved.</summary>
        public required bool IsRecoverySaved { get; init; }

        /// <summary>What the reads after the writes have shown of the server.</summary>
        public required EffectSummary Effects { get; init; }
    }
}
