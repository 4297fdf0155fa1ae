using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>The part of the decision table that is about people who left: by which rule their accounts are retired, and when that was done already.</summary>
internal sealed class Leavers
{
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

    public void Decide(in Person person, AccountLink link, Account? account, AccountRow row)
    {
        var (leaving, rule) = RuleFor(person);
        var seen = link with { HandledEvent = leaving, AbsentReads = person.AbsentReads };
        var alreadyHandled = link.HandledEvent == leaving && !input.Reapply;
        switch (row)
        {
            case AccountRow.InUse:
                if (alreadyHandled)
                    plan.RememberIfChanged(link, seen);
                else if (rule == LeaverRule.None)
                    plan.Remember(seen);
                else if (person.IsVerified)
                    PlanRetirement(person, seen, account!, rule, leaving);
                else
                    plan.ReportDoubt(person, link);
                break;
            case AccountRow.DisabledByUs:
            case AccountRow.DisabledByAdmin when person.Event != LeavingEvent.Disabled:
                if (!alreadyHandled && rule > LeaverRule.Disable && person.IsVerified)
                    PlanRetirement(person, seen, account!, rule, leaving);
                else
                    plan.RememberIfChanged(link, seen);
                break;
            case AccountRow.EnabledByAdmin:
                plan.Report(SyncAction.Skip, person, link, "Reason_AdminReenabled", new ConnectorException(ErrorId.AccountReenabledByAdmin, link.Email));
                plan.RememberIfChanged(link, seen);
                break;
            case AccountRow.Converted when leaving == LeavingEvent.Deleted:
                Forget(person, seen, new Message("Reason_ConvertedAndDeleted"));
                break;
            case AccountRow.Gone:
            case AccountRow.PersonalByAdmin when leaving == LeavingEvent.Deleted:
                Forget(person, seen, new Message("Reason_AccountGone"));
                break;
            case AccountRow.Unclear:
                plan.ReportUnclear(person, link, account);
                break;
            default:
                plan.RememberIfChanged(link, seen);
                break;
        }
    }

    /// <summary>The former account of a person who has adopted another one is retired by the rule for people who left the group.</summary>
    public void DecidePredecessor(AccountLink link)
    {
        if (link.HandledEvent != LeavingEvent.None)
            return;
        if (input.Accounts.IsGone(link.AccountId))
        {
            plan.Remember(link with { Kind = LinkKind.Retired });
            return;
        }

        var account = input.Accounts.Find(link.AccountId);
        if (account is null || account.State is AccountState.Unknown || linked.MismatchOf(link, account) is not null)
            return;
        var successor = roster.PlaceOf(link.EntraId) is var place and >= 0 ? roster.Entries[place].Link?.Email ?? "" : "";
        if (PredecessorRetirement(link, account, successor) is { } retirement)
            plan.Actions.Add(retirement);
        else
            plan.Remember(link with { HandledEvent = LeavingEvent.Removed });
    }

    // Null when the account is in the state already that the rule asks for.
    public PlannedAction? PredecessorRetirement(AccountLink link, Account account, string successor)
    {
        var rule = input.Rules.RemovedUser;
        var settled = account.State switch
        {
            AccountState.Personal => LeaverRule.ConvertToPersonal,
            AccountState.Disabled => LeaverRule.Disable,
            _ => LeaverRule.None,
        };
        return rule <= settled
            ? null
            : RetirementOf(link, account, rule, LeavingEvent.Removed, new Message("Reason_PredecessorRetired", successor)) with { RetiresPredecessor = true };
    }

    private void PlanRetirement(in Person person, AccountLink seen, Account account, LeaverRule rule, LeavingEvent leaving)
    {
        plan.Actions.Add(RetirementOf(seen, account, rule, leaving, ReasonFor(leaving)) with { DisplayName = AddressClaims.NameOf(person.User) ?? seen.DisplayName });
        // Who is gone, and whose account is her own from now on, is forgotten by the next run.
        if (rule == LeaverRule.ConvertToPersonal && leaving == LeavingEvent.Deleted)
            plan.AskAgain.Add(person.EntraId);
    }

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
        LeavingEvent.Deleted => new Message("Reason_Deleted"),
        LeavingEvent.Disabled => new Message("Reason_Disabled"),
        _ => new Message("Reason_Removed", input.UserGroup.DisplayName),
    };

    private static PlannedAction RetirementOf(AccountLink link, Account account, LeaverRule rule, LeavingEvent leaving, Message reason)
    {
        var (action, after) = rule switch
        {
            LeaverRule.Delete => (SyncAction.Delete, "Deleted"),
            LeaverRule.ConvertToPersonal => (SyncAction.ConvertToPersonal, nameof(AccountState.Personal)),
            _ => (SyncAction.Disable, nameof(AccountState.Disabled)),
        };
        var done = link with
        {
            Done = rule,
            HandledEvent = leaving,
            PriorState = account.State is AccountState.Disabled ? link.PriorState : account.State,
            KnownState = rule switch
            {
                LeaverRule.Delete => AccountState.Unknown,
                LeaverRule.ConvertToPersonal => AccountState.Personal,
                _ => AccountState.Disabled,
            },
        };
        return new PlannedAction
        {
            Action = action,
            Reason = reason,
            EntraId = link.EntraId,
            AccountId = link.AccountId,
            Email = link.Email,
            DisplayName = link.DisplayName,
            Before = account.State.ToString(),
            After = after,
            PriorState = account.State,
            Event = leaving,
            Patch = rule switch
            {
                LeaverRule.Disable => new AccountPatch { State = AccountState.Disabled },
                LeaverRule.ConvertToPersonal => new AccountPatch { State = AccountState.Personal },
                _ => null,
            },
            LinkAfter = rule == LeaverRule.Delete ? done with { Kind = LinkKind.Retired } : done,
        };
    }

    private void Forget(in Person person, AccountLink link, Message reason) =>
        plan.Actions.Add(plan.Describe(SyncAction.Unlink, person, link, reason) with { LinkAfter = link with { Kind = LinkKind.Retired } });
}
