using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The reason why nothing is done about a user, a group or a member.</summary>
public sealed record ReportOnly : PlannedChange
{
    /// <summary>What the report is about.</summary>
    public required Subject About { get; init; }

    /// <summary>The obstacle.</summary>
    public required Problem Because { get; init; }

    /// <summary>Whether two facts contradict each other, so that an admin must decide. Otherwise nothing is done for the given reason.</summary>
    public bool IsConflict { get; init; }

    /// <summary>Whether an earlier run has reported it already.</summary>
    public bool WasReported { get; init; }

    /// <summary>The current value, and the value in the directory.</summary>
    public Transition Shown { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => IsConflict ? SyncAction.Conflict : SyncAction.Skip;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.StateOnly;

    /// <inheritdoc/>
    public override Subject Subject => About;

    /// <inheritdoc/>
    public override Transition Transition => Shown;

    /// <inheritdoc/>
    public override Problem Obstacle => Because;

    /// <inheritdoc/>
    public override bool IsKnown => WasReported;

    /// <inheritdoc/>
    public override bool IsTried => false;
}
