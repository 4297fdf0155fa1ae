using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The decision table, person by person: the user's state on one axis, the account's on the other.</summary>
internal sealed class PersonDecisions
{
    private readonly PlannerInput input;
    private readonly PersonActions plan;
    private readonly LinkedAccounts linked;
    private readonly NewAccounts newAccounts;
    private readonly Leavers leavers;
    // The same for everybody who is new.
    private readonly Message newMember;

    public PersonDecisions(PlannerInput input, PersonStates desired, PersonActions plan)
    {
        this.input = input;
        this.plan = plan;
        linked = new LinkedAccounts(input);
        leavers = new Leavers(input, linked, plan);
        newAccounts = new NewAccounts(input, desired, plan, leavers);
        newMember = new Message("Reason_NewMember", input.UserGroup.DisplayName);
    }

    public void Decide(in Person person, AccountLink? link, Account? account)
    {
        if (link is null)
        {
            DecideUnlinked(person);
            return;
        }

        var row = linked.RowOf(link, account);
        if (row is not (AccountCondition.Gone or AccountCondition.Converted or AccountCondition.Unclear or AccountCondition.DisabledAndHidden) && linked.MismatchOf(link, account!) is { } mismatch)
        {
            plan.Conflict(person, link, "Reason_AccountUnclear", new ConnectorException(ErrorId.AccountMismatch, link.Email, mismatch.Render()));
            return;
        }

        switch (person.Presence)
        {
            case PersonPresence.Present:
                DecidePresent(person, link, account, row);
                break;
            case PersonPresence.Leaver:
                leavers.Decide(person, link, account, row);
                break;
            default:
                // An account that was not read may be in use, and a deletion that is due waits for an answer.
                if (row is AccountCondition.InUse or AccountCondition.Unclear || input.IsDeletionDue(link))
                    plan.ReportDoubt(person, link);
                else
                    plan.RecheckUserIds.Add(person.EntraId);
                if (link.AbsentReads != person.AbsentReads)
                    plan.Remember(link with { AbsentReads = person.AbsentReads });
                break;
        }
    }

    /// <summary>The former account of a person who has adopted another one is retired by the rule for people who left the group.</summary>
    public void DecidePredecessor(AccountLink link) => leavers.DecidePredecessor(link);

    private void DecideUnlinked(in Person person)
    {
        switch (person.Presence)
        {
            case PersonPresence.Present:
                newAccounts.Plan(person, null, newMember);
                break;
            case PersonPresence.Unknown:
                plan.ReportDoubt(person, null);
                break;
        }
    }

    private void DecidePresent(in Person person, AccountLink link, Account? account, AccountCondition row)
    {
        switch (row)
        {
            case AccountCondition.InUse:
            case AccountCondition.EnabledByAdmin:
            case AccountCondition.NeverSeenDone:
                DecideInUse(person, link, account!);
                break;
            case AccountCondition.DisabledByUs:
                if (!person.IsVerified)
                {
                    plan.ReportDoubt(person, link);
                }
                else if (!newAccounts.TryAdoptNewAddress(person, link, account!))
                {
                    // With another address the user still gets their old vault back; the address is a conflict of its own.
                    ReportAddressChange(person, link, account!);
                    PlanEnable(person, link, account!);
                }

                break;
            case AccountCondition.DisabledAndHidden:
                if (person.IsVerified)
                    ShowAgain(person, link);
                else
                    plan.ReportDoubt(person, link);
                break;
            case AccountCondition.NeverActive:
                if (input.Reapply && person.IsVerified)
                    PlanEnable(person, link, account!);
                else
                    ReportNeverActive(person, link);
                break;
            case AccountCondition.DisabledByAdmin:
                plan.ReportOnce(person, link, "Reason_AdminDisabled", new ConnectorException(ErrorId.AccountDisabledByAdmin, link.Email));
                break;
            case AccountCondition.PersonalByAdmin:
                plan.ReportOnce(person, link, "Reason_AdminPersonal", new ConnectorException(ErrorId.AccountPersonalByAdmin, link.Email));
                break;
            case AccountCondition.Converted:
                PlanReturnAfterConversion(person, link, account);
                break;
            case AccountCondition.Gone:
                newAccounts.Plan(person, link, new Message("Reason_Recreate", input.UserGroup.DisplayName));
                break;
            default:
                plan.ReportUnclear(person, link, account);
                break;
        }
    }

    private void DecideInUse(in Person person, AccountLink link, Account account)
    {
        var cleared = link.WithoutLeaver();
        if (newAccounts.TryAdoptNewAddress(person, link, account))
            return;
        ReportAddressChange(person, link, account);
        // A disabling that was asked for and not seen may still come; what is written after it decides.
        if (link.Asked == AccountRequest.Disable)
            PlanEnable(person, link, account);
        else
            PlanNames(person, cleared, link, account);
    }

    private void PlanNames(in Person person, AccountLink cleared, AccountLink link, Account account)
    {
        var patch = NameChanges.Of(person.User!, account, link);
        if (person.User!.DisplayName is { } displayName && displayName != cleared.DisplayName)
            cleared = cleared with { DisplayName = displayName };
        if (patch is not null)
        {
            var (changed, before, after) = NameChanges.Describe(patch, account);
            plan.Actions.Add(new UpdateAccount
            {
                Reason = new Message("Reason_NamesDiffer", changed),
                User = plan.SubjectOf(person, cleared),
                Patch = patch,
                Shown = new Transition(before, after),
                LinkBefore = link,
                LinkAfter = NameChanges.LinkAfter(cleared, person.User!, patch),
                PriorState = account.State,
            });
        }
        else if (cleared != link)
        {
            plan.Remember(cleared);
        }
    }

    // Nobody whose account was not read is put into a group: the next run does that.
    private void ShowAgain(in Person person, AccountLink link)
    {
        PlanEnable(person, link, null);
        plan.RecheckUserIds.Add(person.EntraId);
    }

    // Null for an account that the server hides while it is disabled.
    private void PlanEnable(in Person person, AccountLink link, Account? account)
    {
        var standing = account?.State ?? AccountState.Disabled;
        var state = (standing == AccountState.Disabled ? link.PriorState : standing) == AccountState.Pending && input.Capabilities.UserExtension ? AccountState.Pending : AccountState.Active;
        var names = account is null ? null : NameChanges.Of(person.User!, account, link);
        var enabled = link.WithoutLeaver() with { DisplayName = person.User!.DisplayName ?? link.DisplayName, KnownState = state, SeenActive = true };
        plan.Actions.Add(new EnableAccount
        {
            Reason = new Message("Reason_Returned", input.UserGroup.DisplayName),
            User = plan.SubjectOf(person, link),
            Patch = (names ?? new AccountPatch()) with { State = state },
            PriorState = standing,
            IsHidden = account is null,
            LinkBefore = link,
            LinkAsked = link with { Asked = AccountRequest.Enable, AskedEvent = LeavingEvent.None },
            LinkAfter = NameChanges.LinkAfter(enabled, person.User!, names),
        });
    }

    private void ReportNeverActive(in Person person, AccountLink link)
    {
        plan.Skip(person, link, "Reason_NeverActive", new ConnectorException(ErrorId.AccountNeverActive, link.Email));
        plan.RememberIfChanged(link, link.WithoutLeaver());
    }

    private void PlanReturnAfterConversion(in Person person, AccountLink link, Account? account)
    {
        if (!person.IsVerified)
        {
            plan.ReportDoubt(person, link);
            return;
        }

        var address = EmailAddress.Choose(person.User!, input.Rules.EmailSource);
        if (account is null && !input.Accounts.IsMissing(link.AccountId))
        {
            plan.ReportUnclear(person, link, account);
            return;
        }

        if (account is not null && EmailAddress.Same(account.UserName, address))
        {
            plan.Conflict(person, link, "Reason_AddressTaken", new ConnectorException(
                ErrorId.AddressTaken, AddressClaims.NameOf(person), address!, new Message("Owner_OwnPersonalAccount").Render()));
            return;
        }

        newAccounts.Plan(person, link, newMember);
    }

    private bool ReportAddressChange(in Person person, AccountLink link, Account account)
    {
        var address = EmailAddress.Choose(person.User!, input.Rules.EmailSource);
        if (EmailAddress.Same(address, account.UserName))
            return false;
        var shown = address ?? new Message("Address_None").Render();
        plan.Conflict(
            person, link, "Reason_AddressChanged", new ConnectorException(ErrorId.AddressChanged, AddressClaims.NameOf(person), account.UserName, shown),
            new Transition(account.UserName, address));
        return true;
    }
}
