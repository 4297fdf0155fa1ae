using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>One run in the history. Its texts are ids with arguments, rendered when they are read.</summary>
public sealed record RunRecord
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }
    /// <summary>What was read.</summary>
    public required SyncMode Mode { get; init; }
    /// <summary>How it ended.</summary>
    public required SyncOutcome Outcome { get; init; }
    /// <summary>When it started, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }
    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>The stable id of the error that ended or degraded the run.</summary>
    public string? ErrorId { get; init; }
    /// <summary>The run in one sentence.</summary>
    public required Message Summary { get; init; }
    /// <summary>What the reader should know about the run.</summary>
    public IReadOnlyList<Message> Warnings { get; init; } = Array.Empty<Message>();
    /// <summary>Every action, conflict and skip.</summary>
    public IReadOnlyList<ChangeRecord> Changes { get; init; } = Array.Empty<ChangeRecord>();
}

/// <summary>One action of a run in the history.</summary>
public sealed record ChangeRecord
{
    /// <summary>What was done.</summary>
    public required SyncAction Action { get; init; }
    /// <summary>How it ended.</summary>
    public required ChangeOutcome Outcome { get; init; }
    /// <summary>The person's address.</summary>
    public string? Email { get; init; }
    /// <summary>The person's display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The object id of the person, or of the group for actions on groups.</summary>
    public string? EntraId { get; init; }
    /// <summary>The server's id of the account.</summary>
    public string? AccountId { get; init; }
    /// <summary>The name of the group.</summary>
    public string? Group { get; init; }
    /// <summary>Why.</summary>
    public required Message Reason { get; init; }
    /// <summary>What it was before.</summary>
    public string? Before { get; init; }
    /// <summary>What it became.</summary>
    public string? After { get; init; }
    /// <summary>The stable id of what stood in the way.</summary>
    public string? ErrorId { get; init; }
    /// <summary>What stood in the way.</summary>
    public Message? Detail { get; init; }
    /// <summary>What to do about it.</summary>
    public Message? Recommendation { get; init; }

    /// <summary>The record of something that was done, or not done, to a linked account.</summary>
    /// <param name="link">The link of the account.</param>
    /// <param name="action">What.</param>
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
