using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The part of the decision table for users who left: which rule retires their accounts, and whether that was done already.</summary>
internal sealed class Leavers
{
    // The shortest time between the two reads of an event that a conversion needs, because it cannot be undone.
    private static readonly TimeSpan SecondReadAfter = TimeSpan.FromMinutes(5);

    private readonly PlannerInput input;
    private readonly Roster roster;
    private readonly LinkedAccounts linked;
    private readonly PersonPlan plan;

    public Leavers(PlannerInput input, LinkedAccounts linked, PersonPlan plan)
    {
        this.input = input;
        this.linked = linked;
        this.plan = plan;
        roster = input.Roster;
    }

    public void Decide(in Person person, AccountLink link, Account? account, AccountCondition row)
    {
        if (row == AccountCondition.DisabledByAdmin && IsDisabledByOtherStore(person, link))
        {
            plan.Skip(person, link, Texts.ReasonStoreNotAlone, Problems.StoreNotAlone(link.Email, link.PriorState.ToString(), nameof(AccountState.Disabled)));
            link = link with { AppliedRule = LeaverRule.Disable, AppliedRuleSeen = true };
            row = AccountCondition.DisabledByUs;
        }

        if (link.WaitingDeletion is not null && row is AccountCondition.DisabledByUs or AccountCondition.DisabledAndHidden or AccountCondition.DisabledByAdmin or AccountCondition.NeverActive)
        {
            if (TryFinishDeletion(person, link, account))
                return;
        }

        var (leaving, rule) = RuleFor(person);
        var seen = link with { HandledEvent = leaving, AbsentReads = person.AbsentReads };
        var alreadyHandled = link.HandledEvent == leaving && !input.Reapply;
        // With -Reapply, a run acts on an event that was handled before. That act is open until a read shows its effect.
        var isOpen = !alreadyHandled || link.Unconfirmed.Event == leaving;
        var isPermanentlyDeleted = input.PermanentlyDeleted.Contains(person.EntraId);
        switch (row)
        {
            // An admin had disabled the account, and has enabled it while its deletion was waiting.
            case AccountCondition.InUse when alreadyHandled && link is { WaitingDeletion: not null, Unconfirmed.Request: AccountRequest.None or AccountRequest.Delete }:
                ReportEnabledByAdmin(person, link, seen with { AdminChangeReported = true, Unconfirmed = default });
                break;
            case AccountCondition.InUse:
                if (!isOpen && link.AdminChangeReported && rule != LeaverRule.None)
                    ReportEnabledByAdmin(person, link, seen);
                else if (!isOpen)
                    plan.RememberIfChanged(link, seen);
                else if (rule == LeaverRule.None)
                    plan.RememberIfChanged(link, WithoutOutdatedRequest(seen, rule));
                else if (person.IsVerified && account is not null)
                    PlanRetirement(person, link, seen, account, rule, leaving);
                else
                    plan.ReportDoubt(person, link);
                break;
            case AccountCondition.DisabledByUs:
            case AccountCondition.NeverActive:
            case AccountCondition.DisabledByAdmin when leaving != LeavingEvent.Disabled:
                if (isOpen && rule > LeaverRule.Disable && person.IsVerified && account is not null)
                    PlanRetirement(person, link, seen, account, rule, leaving);
                else
                    plan.RememberIfChanged(link, person.IsVerified ? WithoutOutdatedRequest(seen, rule) : seen);
                break;
            case AccountCondition.DisabledAndHidden:
                if (isOpen && rule == LeaverRule.Delete && person.IsVerified && (link.Origin == LinkOrigin.Created || !isPermanentlyDeleted))
                    PlanRetirement(person, link, seen, HiddenAccount(link), rule, leaving);
                else if (leaving == LeavingEvent.Deleted && link.WaitingDeletion is null && isPermanentlyDeleted)
                    Forget(person, seen, Texts.ReasonAccountGone);
                else
                    plan.RememberIfChanged(link, person.IsVerified ? WithoutOutdatedRequest(seen, rule) : seen);
                break;
            case AccountCondition.RetirementUnconfirmed when input.Reapply && person.IsVerified && rule != LeaverRule.None && account is not null:
                PlanRetirement(person, link, seen, account, rule, leaving);
                break;
            case AccountCondition.RetirementUnconfirmed when account is not null:
                plan.Skip(person, link, Texts.ReasonStillActive, Problems.NotConfirmed(link.Email, Texts.WriteDisable, Texts.EffectState(Texts.StateWord(account.State))));
                plan.RememberIfChanged(link, seen);
                break;
            case AccountCondition.EnabledByAdmin:
                ReportEnabledByAdmin(person, link, seen);
                break;
            case AccountCondition.Converted when leaving == LeavingEvent.Deleted:
                Forget(person, seen, Texts.ReasonConvertedAndDeleted);
                break;
            case AccountCondition.Gone:
            case AccountCondition.PersonalNotByUs when leaving == LeavingEvent.Deleted:
                Forget(person, seen, Texts.ReasonAccountGone);
                break;
            case AccountCondition.Unclear:
                plan.ReportUnclear(person, link, account);
                break;
            default:
                plan.RememberIfChanged(link, seen);
                break;
        }
    }

    /// <summary>Retires the former account of a user who has adopted another account, by the rule for users who left the group.</summary>
    public void DecidePredecessor(AccountLink link)
    {
        if (link.HandledEvent != LeavingEvent.None)
        {
            DecideWaitingPredecessor(link);
            return;
        }

        if (input.Accounts.IsGone(link.AccountId))
        {
            plan.Remember(link with { Kind = LinkKind.Retired });
            return;
        }

        if (input.Accounts.Find(link.AccountId) is not { } found)
        {
            if (!input.Accounts.IsHidden(link.AccountId))
                return;
            if (input.Rules.RemovedUser != LeaverRule.Delete)
            {
                plan.RememberIfChanged(link, link with { HandledEvent = LeavingEvent.Removed });
                return;
            }

            found = HiddenAccount(link);
        }

        var account = LinkedAccounts.Assumed(link, found, input.Capabilities);
        if (account.State is AccountState.Unknown || linked.MismatchOf(link, account) is not null)
            return;
        var successor = SuccessorOf(link);
        var (retirement, after) = RetirePredecessor(link, account, successor);
        if (retirement is not null)
            plan.Changes.Add(retirement);
        else
            plan.RememberIfChanged(link, after);
    }

    /// <summary>
    /// The change that retires the former account of a user who has adopted another account (null if none is needed now), and the link of the former account. A
    /// conversion waits for a second read of the new address.
    /// </summary>
    public (RetireAccount? Retirement, AccountLink Link) RetirePredecessor(AccountLink link, Account account, string successor)
    {
        var settled = account.State switch
        {
            AccountState.Personal => LeaverRule.ConvertToPersonal,
            AccountState.Disabled => LeaverRule.Disable,
            _ => LeaverRule.None,
        };
        var rule = input.Rules.RemovedUser;
        var reason = Texts.ReasonPredecessorRetired(successor);
        var handled = link with { HandledEvent = LeavingEvent.Removed };
        if (rule <= settled)
            return (null, handled);
        if (rule == LeaverRule.ConvertToPersonal && !IsReadTwice(link, LeavingEvent.Removed))
        {
            plan.Changes.Add(PersonPlan.SkipFormer(link, reason, Problems.ConversionWaits(link.Email, reason)));
            return (null, link.WaitingConversion?.Event == LeavingEvent.Removed ? link : link with { WaitingConversion = new(LeavingEvent.Removed, input.Now) });
        }

        if (rule == LeaverRule.Delete && link.Origin != LinkOrigin.Created && settled == LeaverRule.Disable)
            return (null, handled);
        var waits = rule == LeaverRule.Delete && link.Origin == LinkOrigin.Created && input.Rules.DeleteAfterDays > 0
            ? link with { WaitingDeletion = new(LeavingEvent.Removed, input.Now) }
            : link;
        var retirement = new Retirement(PersonPlan.SubjectOf(link), reason, LeavingEvent.Removed)
        {
            IsFormerAccount = true,
            IsHidden = input.Accounts.IsHidden(link.AccountId),
            IsRetry = link.Unconfirmed.Request != AccountRequest.None,
        };
        return rule == LeaverRule.Delete && (link.Origin != LinkOrigin.Created || waits.WaitingDeletion is not null)
            ? (retirement.By(LeaverRule.Disable, waits, link, account, DeletionNote(waits) ?? Texts.DetailNeverDeleted), link)
            : (retirement.By(rule, WithoutWait(link), link, account), link);
    }

    // The user has another account, so it does not matter whether they are present. Check only that the rule still applies and that no one has enabled the account again.
    private void DecideWaitingPredecessor(AccountLink link)
    {
        if (!input.IsDeletionDue(link))
            return;
        var isHidden = input.Accounts.IsHidden(link.AccountId);
        if (input.Accounts.Find(link.AccountId) is not { } account)
        {
            if (!isHidden)
                return;
            account = HiddenAccount(link);
        }

        var reason = Texts.ReasonPredecessorRetired(SuccessorOf(link));
        if (input.Rules.RemovedUser == LeaverRule.Delete && LinkedAccounts.Assumed(link, account, input.Capabilities).State == AccountState.Disabled)
        {
            var deletion = new Retirement(PersonPlan.SubjectOf(link), reason, LeavingEvent.Removed)
            {
                IsFormerAccount = true,
                IsDueDeletion = true,
                IsHidden = isHidden,
                IsRetry = link.Unconfirmed.Request == AccountRequest.Delete,
            };
            plan.Changes.Add(deletion.By(LeaverRule.Delete, link, link, account));
            return;
        }

        plan.Changes.Add(PersonPlan.SkipFormer(link, reason, Problems.DeletionDropped(link.Email, Texts.DroppedRule)));
        plan.Remember(link with { WaitingDeletion = null });
    }

    private string SuccessorOf(AccountLink link) => roster.PlaceOf(link.EntraId) is var place and >= 0 ? roster.Entries[place].Link?.Email ?? "" : "";

    // A substitute for an account that the server hides while it is disabled. A deletion needs only its id.
    private static Account HiddenAccount(AccountLink link) => new() { Id = link.AccountId, UserName = link.Email, State = AccountState.Disabled };

    private void PlanRetirement(in Person person, AccountLink link, AccountLink seen, Account account, LeaverRule rule, LeavingEvent leaving)
    {
        var retirement = new Retirement(SubjectOf(person, link), ReasonFor(leaving), leaving)
        {
            IsRetry = link.Unconfirmed.Event == leaving,
            IsHidden = input.Accounts.IsHidden(link.AccountId),
        };
        switch (rule)
        {
            case LeaverRule.ConvertToPersonal when !IsReadTwice(link, leaving):
                WaitForSecondRead(person, link, leaving);
                return;
            case LeaverRule.Delete when link.Origin != LinkOrigin.Created:
                plan.Skip(person, link, Texts.ReasonNotOurAccount, Problems.AccountNeverDeleted(link.Email));
                if (account.State == AccountState.Disabled)
                {
                    plan.RememberIfChanged(link, seen);
                    return;
                }

                plan.Changes.Add(retirement.By(LeaverRule.Disable, seen, link, account, Texts.DetailNeverDeleted));
                break;
            case LeaverRule.Delete when input.Rules.DeleteAfterDays > 0 || seen.WaitingDeletion is not null:
                // If the rule of an earlier event is Delete, its wait still counts from that event.
                if (!(seen.WaitingDeletion is { Event: var waiting } && input.Rules.For(waiting) == LeaverRule.Delete && Holds(person, waiting)))
                    seen = seen with { WaitingDeletion = new(leaving, input.Now) };
                else if (account.State == AccountState.Disabled)
                {
                    plan.RememberIfChanged(link, seen);
                    return;
                }

                plan.Changes.Add(retirement.By(LeaverRule.Disable, seen, link, account, DeletionNote(seen)));
                break;
            default:
                plan.Changes.Add(retirement.By(rule, WithoutWait(seen), link, account));
                break;
        }

        // The next run forgets a deleted user whose account was converted.
        if (rule == LeaverRule.ConvertToPersonal && leaving == LeavingEvent.Deleted)
            plan.RecheckUserIds.Add(person.EntraId);
    }

    // A lagging replica can return old data, and a conversion cannot be undone.
    private bool IsReadTwice(AccountLink link, LeavingEvent leaving) =>
        (link.WaitingConversion is { } waiting && waiting.Event == leaving && input.Now - waiting.Since >= SecondReadAfter)
        || link.Unconfirmed == new UnconfirmedWrite(AccountRequest.ConvertToPersonal, leaving);

    private void WaitForSecondRead(in Person person, AccountLink link, LeavingEvent leaving)
    {
        if (link.WaitingConversion?.Event != leaving)
            plan.Remember(link with { WaitingConversion = new(leaving, input.Now), AbsentReads = person.AbsentReads });
        plan.Skip(person, link, Texts.ReasonConversionWaits, Problems.ConversionWaits(link.Email, ReasonFor(leaving)));
    }

    // Drops what an earlier rule requested and this one does not. A later rule must not act on an event that was handled before.
    private static AccountLink WithoutOutdatedRequest(AccountLink link, LeaverRule rule) => rule switch
    {
        LeaverRule.ConvertToPersonal => link,
        LeaverRule.Delete => WithoutWait(link),
        _ => WithoutWait(link) with { Unconfirmed = default },
    };

    private static AccountLink WithoutWait(AccountLink link) => link with { WaitingConversion = null };

    // False if the deletion is not due. Otherwise it was planned or dropped, or the user is reported because they could not be verified.
    private bool TryFinishDeletion(in Person person, AccountLink link, Account? account)
    {
        if (link.WaitingDeletion is not { Event: var waiting } || !input.IsDeletionDue(link))
            return false;
        if (!person.IsVerified)
        {
            plan.ReportDoubt(person, link);
            return true;
        }

        var isRule = input.Rules.For(waiting) == LeaverRule.Delete;
        if (!isRule || !Holds(person, waiting))
        {
            var why = isRule ? Texts.DroppedEvent(EventText(waiting)) : Texts.DroppedRule;
            plan.Skip(person, link, Texts.ReasonDeletionDropped, Problems.DeletionDropped(link.Email, why));
            plan.Remember(link with { WaitingDeletion = null, AbsentReads = person.AbsentReads });
            // The next run decides what else has happened to the user.
            plan.RecheckUserIds.Add(person.EntraId);
            return true;
        }

        var shown = account ?? HiddenAccount(link);
        var deletion = new Retirement(SubjectOf(person, link), Texts.ReasonDeletionDue(ReasonFor(waiting)), waiting)
        {
            IsDueDeletion = true,
            IsHidden = account is null,
            IsRetry = link.Unconfirmed.Request == AccountRequest.Delete,
        };
        plan.Changes.Add(deletion.By(LeaverRule.Delete, link with { AbsentReads = person.AbsentReads }, link, shown));
        return true;
    }

    // Whether the event of a waiting deletion, or a worse one, still applies.
    private static bool Holds(in Person person, LeavingEvent leaving) => person.Event >= leaving switch
    {
        // The event Disabled also holds for a user who left the group, unless they are enabled again.
        LeavingEvent.Disabled => person.Event == LeavingEvent.Removed && person.NextEvent != LeavingEvent.Disabled ? LeavingEvent.Deleted : LeavingEvent.Disabled,
        _ => leaving,
    };

    // The account was in use when a run last read it, and the user has left since. If it is disabled now, another installation that syncs the same tenant most
    // likely did it. If it counted as the decision of an admin, the user would be locked out when they return.
    private static bool IsDisabledByOtherStore(in Person person, AccountLink link) =>
        person.IsVerified && link.PriorState is AccountState.Active or AccountState.Pending && link.HandledEvent == LeavingEvent.None;

    private Message? DeletionNote(AccountLink link) => link.WaitingDeletion is { Since: var since }
        ? Texts.DetailDeletesOn(MessageValue.Of(input.Rules.DeletionDue(since)))
        : null;

    private static Message EventText(LeavingEvent leaving) => leaving switch
    {
        LeavingEvent.Deleted => Texts.EventDeleted,
        LeavingEvent.Disabled => Texts.EventDisabled,
        _ => Texts.EventRemoved,
    };

    private (LeavingEvent Event, LeaverRule Rule) RuleFor(in Person person)
    {
        var rule = input.Rules.For(person.Event);
        if (rule == LeaverRule.None && person.NextEvent != LeavingEvent.None)
        {
            var next = input.Rules.For(person.NextEvent);
            if (next != LeaverRule.None)
                return (person.NextEvent, next);
        }

        return (person.Event, rule);
    }

    private Message ReasonFor(LeavingEvent leaving) => leaving switch
    {
        LeavingEvent.Deleted => Texts.ReasonDeleted,
        LeavingEvent.Disabled => Texts.ReasonDisabled,
        _ => Texts.ReasonRemoved(input.UserGroup.DisplayName),
    };

    private void ReportEnabledByAdmin(in Person person, AccountLink link, AccountLink seen)
    {
        plan.Skip(person, link, Texts.ReasonAdminReenabled, Problems.AccountReenabledByAdmin(link.Email));
        plan.RememberIfChanged(link, seen with { WaitingDeletion = null });
    }

    // The id is that of the link.
    private static UserSubject SubjectOf(in Person person, AccountLink link) =>
        new(link.EntraId, link.Email, person.User is null ? link.DisplayName : AddressClaims.NameOf(person.User));

    private void Forget(in Person person, AccountLink link, Message reason) =>
        plan.Changes.Add(new ForgetLink { Reason = reason, User = plan.SubjectOf(person, link), Link = link with { Kind = LinkKind.Retired } });
}
