using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>One run in the history. Its messages are stored as ids with arguments and rendered when read.</summary>
public sealed record RunRecord
{
    /// <summary>The id of the run.</summary>
    public required Guid RunId { get; init; }
    /// <summary>The mode of the run.</summary>
    public required SyncMode Mode { get; init; }
    /// <summary>How the run ended.</summary>
    public required SyncOutcome Outcome { get; init; }
    /// <summary>When the run started, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }
    /// <summary>The duration of the run.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>The stable id of the error that ended or degraded the run.</summary>
    public string? ErrorId { get; init; }
    /// <summary>The run in one sentence.</summary>
    public required Message Summary { get; init; }
    /// <summary>Warnings about the run.</summary>
    public IReadOnlyList<Message> Warnings { get; init; } = Array.Empty<Message>();
    /// <summary>Every change, conflict and skip.</summary>
    public IReadOnlyList<ChangeRecord> Changes { get; init; } = Array.Empty<ChangeRecord>();
    /// <summary>The number of skipped changes that the result of the run listed and the history leaves out, so that both report the same count.</summary>
    public int UnlistedSkips { get; init; }
}

/// <summary>One change of a run in the history.</summary>
public sealed record ChangeRecord
{
    /// <summary>The action.</summary>
    public required SyncAction Action { get; init; }
    /// <summary>How the action ended.</summary>
    public required ChangeOutcome Outcome { get; init; }
    /// <summary>The user's address.</summary>
    public string? Email { get; init; }
    /// <summary>The user's display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The object id of the user, or of the group for actions on groups.</summary>
    public string? EntraId { get; init; }
    /// <summary>The server's id of the account.</summary>
    public string? AccountId { get; init; }
    /// <summary>The name of the group.</summary>
    public string? Group { get; init; }
    /// <summary>The reason for the action.</summary>
    public required Message Reason { get; init; }
    /// <summary>The value before the action.</summary>
    public string? Before { get; init; }
    /// <summary>The value after the action.</summary>
    public string? After { get; init; }
    /// <summary>The error that prevented the action; null if there is none.</summary>
    public ErrorId? ErrorId { get; init; }
    /// <summary>What happened, for the admin.</summary>
    public Message? Detail { get; init; }
    /// <summary>The recommended action for the admin.</summary>
    public Message? Recommendation { get; init; }
    /// <summary>Whether the action was skipped because another one, which it needs, was not done. Used only within the run; not stored.</summary>
    public bool FollowsFailure { get; init; }
    /// <summary>When the action ended, UTC; null for one that no run has tried, and for one that an earlier version stored.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The record of something that was done, or not done, to a linked account.</summary>
    /// <param name="link">The link of the account.</param>
    /// <param name="action">The action.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="reason">Why.</param>
    public static ChangeRecord Of(AccountLink link, SyncAction action, ChangeOutcome outcome, Message reason) => new()
    {
        Action = action,
        Outcome = outcome,
        Email = link.Email,
        DisplayName = link.DisplayName,
        EntraId = link.EntraId,
        AccountId = link.AccountId,
        Reason = reason,
    };
}
