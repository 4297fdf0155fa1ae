using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>One line of a plan: what is to be done, or why nothing is done, to one account, person, group or membership.</summary>
public sealed record PlannedAction
{
    /// <summary>What.</summary>
    public required SyncAction Action { get; init; }
    /// <summary>Why.</summary>
    public required Message Reason { get; init; }
    /// <summary>The person.</summary>
    public string? EntraId { get; init; }
    /// <summary>The account, when it exists already.</summary>
    public string? AccountId { get; init; }
    /// <summary>The person's address.</summary>
    public string? Email { get; init; }
    /// <summary>The person's display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The Entra group.</summary>
    public string? GroupId { get; init; }
    /// <summary>The name of the group.</summary>
    public string? GroupName { get; init; }
    /// <summary>The server's id of the group, when it exists already.</summary>
    public string? AccountGroupId { get; init; }
    /// <summary>What it is before.</summary>
    public string? Before { get; init; }
    /// <summary>What it becomes.</summary>
    public string? After { get; init; }
    /// <summary>For creations: what is sent.</summary>
    public AccountDraft? Draft { get; init; }
    /// <summary>For adoptions, updates, enables and disables: what is sent.</summary>
    public AccountPatch? Patch { get; init; }
    /// <summary>For changes of groups: what is sent.</summary>
    public AccountGroupPatch? GroupPatch { get; init; }
    /// <summary>The link as it stands once the action is done; null for a creation, whose account has no id yet.</summary>
    public AccountLink? LinkAfter { get; init; }
    /// <summary>For adoptions by a person who has an account already: the link of the former account, to be retired.</summary>
    public AccountLink? PredecessorAfter { get; init; }
    /// <summary>The state of the account as it was read.</summary>
    public AccountState PriorState { get; init; }
    /// <summary>The leaving event that the action answers.</summary>
    public LeavingEvent Event { get; init; }
    /// <summary>What stands in the way, for conflicts, skips and refusals.</summary>
    public ConnectorException? Obstacle { get; init; }
    /// <summary>Whether a safety rule holds the action back.</summary>
    public bool Refused { get; init; }
    /// <summary>Held until the next run, because -Force does exactly what the last refusal listed.</summary>
    public bool Waits { get; init; }
    /// <summary>Whether an earlier run has reported this already; it does not make the run Partial again.</summary>
    public bool IsKnown { get; init; }
    /// <summary>Whether the action repeats a write that was weighed by the limits before and whose effect was not read.</summary>
    public bool IsRetry { get; init; }
    /// <summary>Whether the action is a deletion that has waited for its days: the removal that it follows was weighed.</summary>
    public bool IsDueDeletion { get; init; }
    /// <summary>For a removal from a group: whether the list that the plan was made from showed the member.</summary>
    public bool WasShown { get; init; }
    /// <summary>Whether the server does not show the account (404 for its id), as some do for disabled accounts: the write goes to its id all the same.</summary>
    public bool IsUnread { get; init; }
    /// <summary>The link as the plan found it; null where there was none.</summary>
    public AccountLink? LinkBefore { get; init; }
    /// <summary>For removals and enables: the link while the write was sent and its effect was not read.</summary>
    public AccountLink? LinkAsked { get; init; }
    /// <summary>What the result says beside the outcome of a done action.</summary>
    public Message? Note { get; init; }
    /// <summary>Whether the action retires the former account of a person: it must follow the adoption of the successor.</summary>
    public bool RetiresPredecessor { get; init; }

    /// <summary>Whether the action takes an account away from somebody.</summary>
    public bool IsRemoval => Action is SyncAction.Disable or SyncAction.ConvertToPersonal or SyncAction.Delete;

    /// <summary>Whether the limits count the action: each removal once per user and event.</summary>
    public bool IsWeighed => IsRemoval && !IsRetry && !IsDueDeletion;

    /// <summary>Whether the action makes an account.</summary>
    public bool IsCreation => Action is SyncAction.Create or SyncAction.CreatePending;

    /// <summary>Whether the action writes to Password Boss.</summary>
    public bool Writes => Action is not (SyncAction.Unlink or SyncAction.Conflict or SyncAction.Skip);

    /// <summary>Whether a run tries the action: it is neither held back nor a mere report.</summary>
    public bool IsTried => !Refused && !Waits && Action is not (SyncAction.Conflict or SyncAction.Skip);

    /// <summary>Identifies the action across plans of the same connection: the same action on the same person, account and group.</summary>
    public string Key => string.Join("|", Action.ToString(), EntraId, AccountId, GroupId);
}
