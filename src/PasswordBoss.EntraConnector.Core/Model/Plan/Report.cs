using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>Why nothing is done about a user, a group or a member.</summary>
public sealed record Report : PlannedChange
{
    /// <summary>What it is about.</summary>
    public required Subject About { get; init; }

    /// <summary>What stands in the way.</summary>
    public required Problem Because { get; init; }

    /// <summary>Whether two facts contradict each other, so that a person must decide; otherwise nothing is done for a named reason.</summary>
    public bool IsConflict { get; init; }

    /// <summary>Whether an earlier run has reported it already.</summary>
    public bool WasReported { get; init; }

    /// <summary>What is, and what the directory says instead.</summary>
    public Transition Shown { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => IsConflict ? SyncAction.Conflict : SyncAction.Skip;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.Remember;

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
