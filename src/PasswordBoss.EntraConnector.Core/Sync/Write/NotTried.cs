using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>Why a change is not tried, as its record reports it.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Obstacle">The obstacle; null if there is none.</param>
/// <param name="Detail">The text to report in place of the obstacle's; null to use the obstacle's.</param>
internal readonly record struct NotTried(ChangeOutcome Outcome, Problem? Obstacle, Message? Detail = null)
{
    /// <summary>Whether a change that it depends on was not done.</summary>
    public bool FollowsFailure { get; init; }
}
