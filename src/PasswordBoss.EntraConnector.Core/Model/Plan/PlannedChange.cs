using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>
/// One line of a plan: what is to be done, or why nothing is done, to one account, user, group or membership. The kinds are closed. Each carries what its write
/// needs, says what it does to the state, and is shown by its <see cref="Subject"/>.
/// </summary>
public abstract record PlannedChange
{
    private protected PlannedChange()
    {
    }

    /// <summary>Why.</summary>
    public required Message Reason { get; init; }

    /// <summary>Whether it is held back. A report never is.</summary>
    public Hold Hold { get; init; } = Hold.None;

    /// <summary>What.</summary>
    public abstract SyncAction Action { get; }

    /// <summary>Its place in a run.</summary>
    public abstract PlanStep PlanStep { get; }

    /// <summary>What it is about.</summary>
    public abstract Subject Subject { get; }

    /// <summary>What was before, and what comes after, for records.</summary>
    public virtual Transition Transition => default;

    /// <summary>What stands in its way; null when nothing does.</summary>
    public virtual Problem? Obstacle => Hold switch
    {
        Hold.Refused refused => refused.Because,
        Hold.Waits waits => waits.Because,
        _ => null,
    };

    /// <summary>What the result says beside the outcome once it is done; null when there is nothing to say.</summary>
    public virtual Message? Note => null;

    /// <summary>Whether an earlier run has reported it already; it does not make the run Partial again.</summary>
    public virtual bool IsKnown => false;

    /// <summary>Whether a run tries it: it is neither held back nor a mere report.</summary>
    public virtual bool IsTried => Hold is Hold.NotHeld;

    /// <summary>Whether it takes an account away from a user.</summary>
    public virtual bool IsRemoval => false;

    /// <summary>Whether a safety rule holds it back.</summary>
    public bool Refused => Hold is Hold.Refused;

    /// <summary>Whether it writes to Password Boss.</summary>
    public bool Writes => PlanStep != PlanStep.Remember;

    /// <summary>The Entra object id of the user.</summary>
    public string? EntraId => Subject.EntraId;

    /// <summary>The server's id of the account, when it exists already.</summary>
    public string? AccountId => Subject.AccountId;

    /// <summary>The user's address.</summary>
    public string? Email => Subject.Email;

    /// <summary>The user's display name.</summary>
    public string? DisplayName => Subject.DisplayName;

    /// <summary>The Entra object id of the group.</summary>
    public string? GroupId => Subject.GroupId;

    /// <summary>The display name of the group.</summary>
    public string? GroupName => Subject.GroupName;

    /// <summary>Identifies it across plans of the same connection: the same action on the same user, account and group. Pauses store it.</summary>
    public string Key => Subject.KeyOf(Action);

    private protected virtual string? IntentAccountGroupId => null;

    private protected virtual AccountState IntentPriorState => AccountState.Unknown;

    private protected virtual LeavingEvent IntentEvent => LeavingEvent.None;

    /// <summary>What the journal keeps before the write is sent.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="now">The time, UTC.</param>
    public Intent ToIntent(Guid runId, DateTimeOffset now)
    {
        var subject = Subject;
        return new Intent
        {
            Id = Guid.NewGuid(),
            RunId = runId,
            Action = Action,
            EntraId = subject.EntraId,
            AccountId = subject.AccountId,
            Email = subject.Email,
            GroupId = subject.GroupId,
            AccountGroupId = IntentAccountGroupId,
            PriorState = IntentPriorState,
            Event = IntentEvent,
            CreatedAt = now,
        };
    }

    /// <summary>What the history and the result say of it.</summary>
    /// <param name="outcome">What became of it.</param>
    /// <param name="obstacle">What stood in its way; null when nothing did.</param>
    /// <param name="detail">What to say in the place of the obstacle; null to say the obstacle.</param>
    /// <param name="accountId">The account that was made for it; null when the plan knew one, or there is none.</param>
    public ChangeRecord ToRecord(ChangeOutcome outcome, Problem? obstacle, Message? detail = null, string? accountId = null)
    {
        var subject = Subject;
        var transition = Transition;
        return new ChangeRecord
        {
            Action = Action,
            Outcome = outcome,
            Email = subject.Email,
            DisplayName = subject.DisplayName,
            EntraId = subject.EntraId ?? subject.GroupId,
            AccountId = subject.AccountId ?? accountId,
            Group = subject.GroupName,
            Reason = Reason,
            Before = transition.Before,
            After = transition.After,
            ErrorId = obstacle?.Id.ToString(),
            Detail = detail ?? obstacle?.Text,
            Recommendation = detail is null ? obstacle?.Recommendation : null,
        };
    }
}

/// <summary>What was before, and what comes after, in words for a reader.</summary>
/// <param name="Before">Before; null when nothing is to be said.</param>
/// <param name="After">After; null when nothing is to be said.</param>
public readonly record struct Transition(string? Before, string? After);
