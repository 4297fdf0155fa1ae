using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>Creates an account for a user who has none.</summary>
public sealed record CreateAccount : PlannedChange
{
    /// <summary>The account to create.</summary>
    public required AccountDraft Draft { get; init; }

    /// <summary>The link of the user's former account, retired; null if there was none.</summary>
    public AccountLink? FormerLink { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => Draft.Pending ? SyncAction.CreatePending : SyncAction.Create;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.GiveAccess;

    /// <inheritdoc/>
    public override Subject Subject => new(new UserSubject(Draft.ExternalId, Draft.UserName, Draft.DisplayName), null);

    /// <inheritdoc/>
    public override Transition Transition => new(null, Draft.Pending ? nameof(AccountState.Pending) : nameof(AccountState.Active));

    /// <summary>The changes of the state.</summary>
    /// <param name="link">The link of the new account.</param>
    public StateChange[] StateChangesWith(AccountLink link) => AdoptAccount.Replace(FormerLink, link);
}

/// <summary>A change of an existing account.</summary>
public abstract record PlannedAccountChange : PlannedChange
{
    private protected PlannedAccountChange()
    {
    }

    /// <summary>The user.</summary>
    public required UserSubject User { get; init; }

    /// <summary>The link after the change. Its account is the changed one.</summary>
    public required AccountLink LinkAfter { get; init; }

    /// <summary>The state of the account as it was read.</summary>
    public required AccountState PriorState { get; init; }

    /// <inheritdoc/>
    public sealed override Subject Subject => new(User, LinkAfter.AccountId);

    private protected sealed override AccountState IntentPriorState => PriorState;
}

/// <summary>A change that is done when the server accepts it.</summary>
public abstract record DoneWhenAccepted : PlannedAccountChange
{
    private protected DoneWhenAccepted()
    {
    }

    /// <summary>The attributes to write.</summary>
    public required AccountPatch Patch { get; init; }

    /// <summary>The transition that the record shows.</summary>
    public required Transition Shown { get; init; }

    /// <inheritdoc/>
    public sealed override PlanStep PlanStep => PlanStep.GiveAccess;

    /// <inheritdoc/>
    public sealed override Transition Transition => Shown;

    /// <summary>The changes of the state.</summary>
    /// <param name="link">The link, with the names that the server returned.</param>
    public virtual StateChange[] StateChangesWith(AccountLink link) => new StateChange[] { new StateChange.LinkSaved(link) };
}

/// <summary>Links an existing account at the user's address.</summary>
public sealed record AdoptAccount : DoneWhenAccepted
{
    /// <summary>The link of the user's former account, to be retired; null if there was none.</summary>
    public AccountLink? FormerLink { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Adopt;

    /// <inheritdoc/>
    public override StateChange[] StateChangesWith(AccountLink link) => Replace(FormerLink, link);

    // The former link is saved first: a user has at most one current link.
    internal static StateChange[] Replace(AccountLink? former, AccountLink link) => former is null
        ? new StateChange[] { new StateChange.LinkSaved(link) }
        : new StateChange[] { new StateChange.LinkSaved(former), new StateChange.LinkSaved(link) };
}

/// <summary>Writes names that differ.</summary>
public sealed record UpdateAccount : DoneWhenAccepted
{
    /// <summary>The link as the plan found it.</summary>
    public required AccountLink LinkBefore { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Update;
}

/// <summary>A change that a server may accept without doing it. It counts as done when a read shows its effect.</summary>
public abstract record DoneWhenShown : PlannedAccountChange
{
    private protected DoneWhenShown()
    {
    }

    /// <summary>The link as the plan found it.</summary>
    public required AccountLink LinkBefore { get; init; }

    /// <summary>The link after the write was sent and before its effect is read.</summary>
    public required AccountLink LinkWhileUnconfirmed { get; init; }

    /// <summary>Whether the server does not show the account (404 for its id), as some do for disabled accounts. The write still uses its id.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Whether the safety limits count the change: each removal once per user and event.</summary>
    public virtual bool CountsAgainstLimits => false;

    /// <summary>The changes of the state.</summary>
    /// <param name="effect">The effect that a read has shown.</param>
    /// <param name="done">The link after the change, with the names that the server returned.</param>
    /// <param name="removal">The removal to count, if the limits count it.</param>
    public StateChange[] StateChangesWhen(Effect effect, AccountLink done, RemovalRecord removal)
    {
        var saved = new StateChange.LinkSaved(effect.IsDone ? done : LinkWhileUnconfirmed);
        return CountsAgainstLimits ? new StateChange[] { saved, new StateChange.RemovalCounted(removal) } : new StateChange[] { saved };
    }
}

/// <summary>Enables an account that the connector disabled.</summary>
public sealed record EnableAccount : DoneWhenShown
{
    /// <summary>The attributes to write.</summary>
    public required AccountPatch Patch { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Enable;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.GiveAccess;

    /// <inheritdoc/>
    public override Transition Transition => new(PriorState.ToString(), LinkAfter.KnownState.ToString());

    /// <summary>The changes of the state if the account was deleted and is not just hidden: the next run creates another one.</summary>
    public StateChange[] StateChangesWhenGone() => new StateChange[] { new StateChange.LinkSaved(LinkBefore.WithoutLeaver()) };
}

/// <summary>Retires an account of a user who left, or who has another account.</summary>
public abstract record RetireAccount : DoneWhenShown
{
    private protected RetireAccount()
    {
    }

    /// <summary>The leaving event that causes the change.</summary>
    public required LeavingEvent Event { get; init; }

    /// <summary>Whether the change repeats a write that the limits counted before and whose effect was not read.</summary>
    public required bool IsRetry { get; init; }

    /// <summary>Whether the change retires a user's former account: it must follow the adoption of the new one.</summary>
    public required bool IsFormerAccount { get; init; }

    /// <inheritdoc/>
    public sealed override bool IsRemoval => true;

    /// <inheritdoc/>
    public override bool CountsAgainstLimits => !IsRetry;

    private protected sealed override LeavingEvent IntentEvent => Event;
}

/// <summary>Disables an account; vault and shares stay.</summary>
public sealed record DisableAccount : RetireAccount
{
    /// <summary>The attributes to write.</summary>
    public static AccountPatch Patch { get; } = new() { State = AccountState.Disabled };

    /// <summary>An additional note in the result: when the account will be deleted, or that it never is; null if there is none.</summary>
    public required Message? DeletionNote { get; init; }

    /// <summary>Whether the account is disabled already. Then nothing is sent, and the change only starts the wait for a deletion.</summary>
    public bool IsDisabledAlready => PriorState == AccountState.Disabled;

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Disable;

    /// <inheritdoc/>
    public override PlanStep PlanStep => IsFormerAccount ? PlanStep.RetireFormerAccounts : PlanStep.TakeAccess;

    /// <inheritdoc/>
    public override Transition Transition => new(PriorState.ToString(), nameof(AccountState.Disabled));

    /// <inheritdoc/>
    public override Message? Note => DeletionNote;
}

/// <summary>Takes an account out of the business and leaves it to its user.</summary>
public sealed record ConvertAccount : RetireAccount
{
    /// <summary>The attributes to write.</summary>
    public static AccountPatch Patch { get; } = new() { State = AccountState.Personal };

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.ConvertToPersonal;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.Destroy;

    /// <inheritdoc/>
    public override Transition Transition => new(PriorState.ToString(), nameof(AccountState.Personal));
}

/// <summary>Deletes an account with its vault and its shares.</summary>
public sealed record DeleteAccount : RetireAccount
{
    /// <summary>Whether the waiting time of the deletion is over: the limits counted the removal when it began.</summary>
    public required bool IsDue { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Delete;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.Destroy;

    /// <inheritdoc/>
    public override Transition Transition => new(PriorState.ToString(), "Deleted");

    /// <inheritdoc/>
    public override bool CountsAgainstLimits => !IsRetry && !IsDue;
}

/// <summary>Removes the link between a user and an account; nothing is written to Password Boss.</summary>
public sealed record ForgetLink : PlannedChange
{
    /// <summary>The user.</summary>
    public required UserSubject User { get; init; }

    /// <summary>The retired link.</summary>
    public required AccountLink Link { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Unlink;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.StateOnly;

    /// <inheritdoc/>
    public override Subject Subject => new(User, Link.AccountId);

    /// <summary>The changes of the state.</summary>
    public StateChange[] StateChanges() => new StateChange[] { new StateChange.LinkSaved(Link) };
}
