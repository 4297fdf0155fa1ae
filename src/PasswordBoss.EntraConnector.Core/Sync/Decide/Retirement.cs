using System;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>Creates the change that retires an account, with its link before, during and after the change.</summary>
/// <param name="User">The user.</param>
/// <param name="Reason">Why.</param>
/// <param name="Event">The leaving event that causes the change.</param>
internal readonly record struct Retirement(UserSubject User, Message Reason, LeavingEvent Event)
{
    /// <summary>Whether it is the former account of a user who has another one.</summary>
    public bool IsFormerAccount { get; init; }

    /// <summary>Whether the change repeats a write that the limits counted before and whose effect was not read.</summary>
    public bool IsRetry { get; init; }

    /// <summary>Whether the change is a deletion whose waiting time is over.</summary>
    public bool IsDueDeletion { get; init; }

    /// <summary>Whether the server does not show the account.</summary>
    public bool IsHidden { get; init; }

    /// <summary>The change that applies a rule. For an account that is already disabled, Disable writes nothing and only starts the wait for the deletion.</summary>
    /// <param name="rule">The rule; not None.</param>
    /// <param name="link">The link, with the findings of this run.</param>
    /// <param name="before">The link as the plan found it.</param>
    /// <param name="account">The account as it was read.</param>
    /// <param name="deletionNote">The note in the result of a disable: when the account will be deleted, or that it never is; null for none.</param>
    public RetireAccount By(LeaverRule rule, AccountLink link, AccountLink before, Account account, Message? deletionNote = null)
    {
        var prior = account.State is AccountState.Disabled ? link.PriorState : account.State;
        switch (rule)
        {
            case LeaverRule.Disable:
                return new DisableAccount
                {
                    Reason = Reason,
                    User = User,
                    Event = Event,
                    PriorState = account.State,
                    LinkBefore = before,
                    LinkWhileUnconfirmed = WhileUnconfirmed(link, before, prior, AccountRequest.Disable),
                    LinkAfter = Done(link, prior, LeaverRule.Disable, AccountState.Disabled),
                    IsRetry = IsRetry,
                    IsHidden = IsHidden,
                    IsFormerAccount = IsFormerAccount,
                    DeletionNote = deletionNote,
                };
            case LeaverRule.ConvertToPersonal:
                return new ConvertAccount
                {
                    Reason = Reason,
                    User = User,
                    Event = Event,
                    PriorState = account.State,
                    LinkBefore = before,
                    LinkWhileUnconfirmed = WhileUnconfirmed(link, before, prior, AccountRequest.ConvertToPersonal),
                    LinkAfter = Done(link, prior, LeaverRule.ConvertToPersonal, AccountState.Personal) with { WaitingDeletion = null },
                    IsRetry = IsRetry,
                    IsHidden = IsHidden,
                    IsFormerAccount = IsFormerAccount,
                };
            case LeaverRule.Delete:
                return new DeleteAccount
                {
                    Reason = Reason,
                    User = User,
                    Event = Event,
                    PriorState = account.State,
                    LinkBefore = before,
                    LinkWhileUnconfirmed = WhileUnconfirmed(link, before, prior, AccountRequest.Delete),
                    LinkAfter = Done(link, prior, LeaverRule.Delete, AccountState.Unknown) with { WaitingDeletion = null, Kind = LinkKind.Retired },
                    IsRetry = IsRetry,
                    IsHidden = IsHidden,
                    IsFormerAccount = IsFormerAccount,
                    IsDue = IsDueDeletion,
                };
            default:
                throw new ArgumentOutOfRangeException(nameof(rule), rule, null);
        }
    }

    private AccountLink Done(AccountLink link, AccountState prior, LeaverRule rule, AccountState known) => link with
    {
        AppliedRule = rule,
        HandledEvent = Event,
        PriorState = prior,
        KnownState = known,
        AppliedRuleSeen = true,
        Unconfirmed = default,
        NeedsConsent = false,
    };

    // Until the effect is read, the account counts as in use and the event as open.
    private AccountLink WhileUnconfirmed(AccountLink link, AccountLink before, AccountState prior, AccountRequest request) => link with
    {
        HandledEvent = before.HandledEvent,
        PriorState = prior,
        Unconfirmed = new(request, Event),
        NeedsConsent = false,
    };
}
