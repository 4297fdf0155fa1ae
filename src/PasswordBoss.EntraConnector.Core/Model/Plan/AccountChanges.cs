using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>An account is created for a user who has none.</summary>
public sealed record CreateAccount : PlannedChange
{
    /// <summary>What is sent.</summary>
    public required AccountDraft Draft { get; init; }

    /// <summary>The link of the account that the user had before, retired; null when there was none.</summary>
    public AccountLink? FormerLink { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => Draft.Pending ? SyncAction.CreatePending : SyncAction.Create;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.GiveAccess;

    /// <inheritdoc/>
    public override Subject Subject => new(new UserSubject(Draft.ExternalId, Draft.UserName, Draft.DisplayName), null);

    /// <inheritdoc/>
    public override Transition Transition => new(null, Draft.Pending ? nameof(AccountState.Pending) : nameof(AccountState.Active));

    /// <summary>What it does to the state.</summary>
    /// <param name="link">The link of the new account.</param>
    public StateChange[] EffectsWith(AccountLink link) => AdoptAccount.Replace(FormerLink, link);
}

/// <summary>Something is done to an account that exists.</summary>
public abstract record PlannedAccountChange : PlannedChange
{
    private protected PlannedAccountChange()
    {
    }

    /// <summary>The user.</summary>
    public required UserSubject User { get; init; }

    /// <summary>The link as it stands once the change is done. Its account is the one that is changed.</summary>
    public required AccountLink LinkAfter { get; init; }

    /// <summary>The state of the account as it was read.</summary>
    public required AccountState PriorState { get; init; }

    /// <inheritdoc/>
    public sealed override Subject Subject => new(User, LinkAfter.AccountId);

    private protected sealed override AccountState IntentPriorState => PriorState;
}

/// <summary>A change that is done when the server has accepted it.</summary>
public abstract record AcceptedChange : PlannedAccountChange
{
    private protected AcceptedChange()
    {
    }

    /// <summary>What is sent.</summary>
    public required AccountPatch Patch { get; init; }

    /// <summary>What the record shows of it.</summary>
    public required Transition Shown { get; init; }

    /// <inheritdoc/>
    public sealed override PlanStep PlanStep => PlanStep.GiveAccess;

    /// <inheritdoc/>
    public sealed override Transition Transition => Shown;

    /// <summary>What it does to the state.</summary>
    /// <param name="link">The link, with the names that the server showed.</param>
    public virtual StateChange[] EffectsWith(AccountLink link) => new StateChange[] { new StateChange.LinkSaved(link) };
}

/// <summary>An account that stands at the user's address is linked.</summary>
public sealed record AdoptAccount : AcceptedChange
{
    /// <summary>The link of the account that the user had before, to be retired; null when there was none.</summary>
    public AccountLink? FormerLink { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Adopt;

    /// <inheritdoc/>
    public override StateChange[] EffectsWith(AccountLink link) => Replace(FormerLink, link);

    // The former link goes first: a user has one current link.
    internal static StateChange[] Replace(AccountLink? former, AccountLink link) => former is null
        ? new StateChange[] { new StateChange.LinkSaved(link) }
        : new StateChange[] { new StateChange.LinkSaved(former), new StateChange.LinkSaved(link) };
}

/// <summary>Names that differ are written.</summary>
public sealed record UpdateAccount : AcceptedChange
{
    /// <summary>The link as the plan found it.</summary>
    public required AccountLink LinkBefore { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Update;
}

/// <summary>A change that a server may accept and not do: it counts as done when a read shows its effect.</summary>
public abstract record ConfirmedChange : PlannedAccountChange
{
    private protected ConfirmedChange()
    {
    }

    /// <summary>The link as the plan found it.</summary>
    public required AccountLink LinkBefore { get; init; }

    /// <summary>The link while the write was sent and its effect was not read.</summary>
    public required AccountLink LinkAsked { get; init; }

    /// <summary>Whether the server does not show the account (404 for its id), as some do for disabled accounts: the write goes to its id all the same.</summary>
    public bool IsHidden { get; init; }

    /// <summary>Whether the safety limits count the change: each removal once per user and event.</summary>
    public virtual bool IsWeighed => false;

    /// <summary>What it does to the state.</summary>
    /// <param name="effect">What a read has shown of it.</param>
    /// <param name="done">The link once it is done, with the names that the server showed.</param>
    /// <param name="removal">The removal to count, where the limits count it.</param>
    public StateChange[] EffectsWhen(Effect effect, AccountLink done, RemovalRecord removal)
    {
        var saved = new StateChange.LinkSaved(effect.IsDone ? done : LinkAsked);
        return IsWeighed ? new StateChange[] { saved, new StateChange.RemovalCounted(removal) } : new StateChange[] { saved };
    }
}

/// <summary>An account that the connector disabled is enabled again.</summary>
public sealed record EnableAccount : ConfirmedChange
{
    /// <summary>What is sent.</summary>
    public required AccountPatch Patch { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Enable;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.GiveAccess;

    /// <inheritdoc/>
    public override Transition Transition => new(PriorState.ToString(), LinkAfter.KnownState.ToString());

    /// <summary>What it does to the state when the account is gone and not hidden: the next run creates another one.</summary>
    public StateChange[] EffectsWhenGone() => new StateChange[] { new StateChange.LinkSaved(LinkBefore.WithoutLeaver()) };
}

/// <summary>An account is taken away from a user who left, or who has another one.</summary>
public abstract record RetireAccount : ConfirmedChange
{
    private protected RetireAccount()
    {
    }

    /// <summary>The leaving event that it answers.</summary>
    public required LeavingEvent Event { get; init; }

    /// <summary>Whether it repeats a write that was weighed by the limits before and whose effect was not read.</summary>
    public required bool IsRetry { get; init; }

    /// <summary>Whether it retires the former account of a user: it must follow the adoption of the new one.</summary>
    public required bool IsOfFormer { get; init; }

    /// <inheritdoc/>
    public sealed override bool IsRemoval => true;

    /// <inheritdoc/>
    public override bool IsWeighed => !IsRetry;

    private protected sealed override LeavingEvent IntentEvent => Event;
}

/// <summary>An account is disabled; vault and shares stay.</summary>
public sealed record DisableAccount : RetireAccount
{
    /// <summary>What is sent.</summary>
    public static AccountPatch Patch { get; } = new() { State = AccountState.Disabled };

    /// <summary>What the result says besides: when the account will be deleted, or that it never is; null when there is nothing to say.</summary>
    public required Message? DeletionNote { get; init; }

    /// <summary>Whether the account is disabled already: nothing is sent, and what is new is that a deletion waits.</summary>
    public bool IsDisabledAlready => PriorState == AccountState.Disabled;

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Disable;

    /// <inheritdoc/>
    public override PlanStep PlanStep => IsOfFormer ? PlanStep.RetireFormerAccounts : PlanStep.TakeAccess;

    /// <inheritdoc/>
    public override Transition Transition => new(PriorState.ToString(), nameof(AccountState.Disabled));

    /// <inheritdoc/>
    public override Message? Note => DeletionNote;
}

/// <summary>An account is taken out of the business and left to its user.</summary>
public sealed record ConvertAccount : RetireAccount
{
    /// <summary>What is sent.</summary>
    public static AccountPatch Patch { get; } = new() { State = AccountState.Personal };

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.ConvertToPersonal;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.Destroy;

    /// <inheritdoc/>
    public override Transition Transition => new(PriorState.ToString(), nameof(AccountState.Personal));
}

/// <summary>An account is deleted with its vault and its shares.</summary>
public sealed record DeleteAccount : RetireAccount
{
    /// <summary>Whether the deletion has waited for its days: the removal that it follows was weighed.</summary>
    public required bool IsDue { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Delete;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.Destroy;

    /// <inheritdoc/>
    public override Transition Transition => new(PriorState.ToString(), "Deleted");

    /// <inheritdoc/>
    public override bool IsWeighed => !IsRetry && !IsDue;
}

/// <summary>The link between a user and an account is forgotten; nothing is written to Password Boss.</summary>
public sealed record ForgetLink : PlannedChange
{
    /// <summary>The user.</summary>
    public required UserSubject User { get; init; }

    /// <summary>The retired link.</summary>
    public required AccountLink Link { get; init; }

    /// <inheritdoc/>
    public override SyncAction Action => SyncAction.Unlink;

    /// <inheritdoc/>
    public override PlanStep PlanStep => PlanStep.Remember;

    /// <inheritdoc/>
    public override Subject Subject => new(User, Link.AccountId);

    /// <summary>What it does to the state.</summary>
    public StateChange[] Effects() => new StateChange[] { new StateChange.LinkSaved(Link) };
}
