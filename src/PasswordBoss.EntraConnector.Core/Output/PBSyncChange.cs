using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector;

/// <summary>One action of a run: what, to whom, why, and how it ended.</summary>
public sealed class PBSyncChange
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>What is done.</summary>
    public SyncAction Action { get; init; }
    /// <summary>The person's address.</summary>
    public string? Email { get; init; }
    /// <summary>The person's display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The object id of the person, or of the group for actions on groups.</summary>
    public string? EntraId { get; init; }
    /// <summary>The server's id of the account.</summary>
    public string? AccountId { get; init; }
    /// <summary>The name of the group, for actions on groups and memberships.</summary>
    public string? Group { get; init; }
    /// <summary>Why, in an admin's words.</summary>
    public string Reason { get; init; } = "";
    /// <summary>What it was before.</summary>
    public string? Before { get; init; }
    /// <summary>What it becomes.</summary>
    public string? After { get; init; }
    /// <summary>How it ended.</summary>
    public ChangeOutcome Outcome { get; init; }
    /// <summary>The stable id of what stands in the way; null when nothing does.</summary>
    public string? ErrorId { get; init; }
    /// <summary>What stands in the way and what to do.</summary>
    public string? Message { get; init; }

    /// <summary>One line, inert.</summary>
    public override string ToString() => InertText.Of($"{Action} {Email ?? Group ?? DisplayName}: {Outcome}");
}
