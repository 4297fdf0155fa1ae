using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>
/// One line of a plan: a change to one account, user, group or membership, or the reason why nothing is changed. A closed hierarchy. Each type contains the data
/// of its write and the changes of the state, and is identified by its <see cref="Subject"/>.
/// </summary>
public abstract record PlannedChange
{
    private protected PlannedChange()
    {
    }

    /// <summary>The reason for the change.</summary>
    public required Message Reason { get; init; }

    /// <summary>Whether the change is held back. A report never is.</summary>
    public Hold Hold { get; init; } = Hold.None;

    /// <summary>The action.</summary>
    public abstract SyncAction Action { get; }

    /// <summary>The step of the run.</summary>
    public abstract PlanStep PlanStep { get; }

    /// <summary>What the change is about.</summary>
    public abstract Subject Subject { get; }

    /// <summary>The values before and after, for records.</summary>
    public virtual Transition Transition => default;

    /// <summary>The obstacle; null if there is none.</summary>
    public virtual Problem? Obstacle => Hold switch
    {
        Hold.Refused refused => refused.Because,
        Hold.Waits waits => waits.Because,
        _ => null,
    };

    /// <summary>An additional note in the result after the change is done; null if there is none.</summary>
    public virtual Message? Note => null;

    /// <summary>Whether an earlier run has reported it already. Then it does not make the run Partial again.</summary>
    public virtual bool IsKnown => false;

    /// <summary>Whether a run tries it: it is neither held back nor only a report.</summary>
    public virtual bool IsTried => Hold is Hold.NotHeld;

    /// <summary>Whether it takes an account away from a user.</summary>
    public virtual bool IsRemoval => false;

    /// <summary>Whether a safety rule holds it back.</summary>
    public bool Refused => Hold is Hold.Refused;

    /// <summary>Whether it writes to Password Boss.</summary>
    public bool Writes => PlanStep != PlanStep.StateOnly;

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

    /// <summary>Identifies the change across plans of the same connection: the same action on the same user, account and group. Pauses store it.</summary>
    public string Key => Subject.KeyOf(Action);

    private protected virtual string? IntentAccountGroupId => null;

    private protected virtual AccountState IntentPriorState => AccountState.Unknown;

    private protected virtual LeavingEvent IntentEvent => LeavingEvent.None;

    /// <summary>The intent that the journal stores before the write is sent.</summary>
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

    /// <summary>The record for the history and the result.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <param name="obstacle">The obstacle; null if there is none.</param>
    /// <param name="detail">The text to report in place of the obstacle's; null to use the obstacle's.</param>
    /// <param name="accountId">The account that was created; null if the plan knew one, or there is none.</param>
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
            ErrorId = obstacle?.Id,
            Detail = detail ?? obstacle?.Text,
            Recommendation = detail is null ? obstacle?.Recommendation : null,
        };
    }
}

/// <summary>The values before and after a change, in readable form.</summary>
/// <param name="Before">The value before; null if there is none to show.</param>
/// <param name="After">The value after; null if there is none to show.</param>
public readonly record struct Transition(string? Before, string? After);
