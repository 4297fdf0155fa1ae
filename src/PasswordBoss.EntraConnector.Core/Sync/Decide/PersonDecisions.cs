using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The decision table, user by user: the user's state on one axis, the account's on the other.</summary>
internal sealed class PersonDecisions
{
    private readonly PlannerInput input;
    private readonly PersonPlan plan;
    private readonly LinkedAccounts linked;
    private readonly NewAccounts newAccounts;
    private readonly Leavers leavers;
    // Shared by all new users.
    private readonly Message newMember;

    public PersonDecisions(PlannerInput input, PersonStates states, PersonPlan plan)
    {
        this.input = input;
        this.plan = plan;
        linked = new LinkedAccounts(input);
        leavers = new Leavers(input, linked, plan);
        newAccounts = new NewAccounts(input, states, plan, leavers);
        newMember = Texts.ReasonNewMember(input.UserGroup.DisplayName);
    }

    public void Decide(in Person person, AccountLink? link, Account? account)
    {
        if (link is null)
        {
            DecideUnlinked(person);
            return;
        }

        var row = linked.RowOf(link, account);
        if (account is not null && row is not (AccountCondition.Converted or AccountCondition.Unclear) && linked.MismatchOf(link, account) is { } mismatch)
        {
            plan.Conflict(person, link, Texts.ReasonAccountUnclear, Problems.AccountMismatch(link.Email, mismatch));
            return;
        }

        switch (person.Presence)
        {
            case PersonPresence.Present when person.User is { } user:
                DecidePresent(person, user, link, account, row);
                break;
            case PersonPresence.Leaver:
                leavers.Decide(person, link, account, row);
                break;
            default:
                // An account that was not read may be in use, and a deletion that is due waits until the user is verified.
                if (row is AccountCondition.InUse or AccountCondition.Unclear || input.IsDeletionDue(link))
                    plan.ReportDoubt(person, link);
                else
                    plan.RecheckUserIds.Add(person.EntraId);
                if (link.AbsentReads != person.AbsentReads)
                    plan.Remember(link with { AbsentReads = person.AbsentReads });
                break;
        }
    }

    /// <summary>Retires the former account of a user who has adopted another account, by the rule for users who left the group.</summary>
    public void DecidePredecessor(AccountLink link) => leavers.DecidePredecessor(link);

    private void DecideUnlinked(in Person person)
    {
        switch (person.Presence)
        {
            case PersonPresence.Present when person.User is { } user:
                newAccounts.Plan(person, user, null, newMember);
                break;
            case PersonPresence.Unknown:
                plan.ReportDoubt(person, null);
                break;
        }
    }

    private void DecidePresent(in Person person, DirectoryUser user, AccountLink link, Account? account, AccountCondition row)
    {
        switch (row)
        {
            case AccountCondition.InUse or AccountCondition.EnabledByAdmin or AccountCondition.RetirementUnconfirmed when account is not null:
                DecideInUse(person, user, link, account);
                break;
            case AccountCondition.DisabledByUs when account is not null:
                if (!person.IsVerified)
                {
                    plan.ReportDoubt(person, link);
                }
                else if (!newAccounts.TryAdoptNewAddress(person, user, link, account))
                {
                    // Even with another address, the user gets their old vault back. The address is reported as a separate conflict.
                    ReportAddressChange(person, user, link, account);
                    PlanEnable(person, user, link, account);
                }

                break;
            case AccountCondition.DisabledAndHidden:
                if (person.IsVerified)
                    PlanEnableHidden(person, user, link);
                else
                    plan.ReportDoubt(person, link);
                break;
            case AccountCondition.NeverActive when account is not null:
                // What -Reapply sent is open until a read shows it.
                if ((input.Reapply || link.Unconfirmed.Request == AccountRequest.Enable) && person.IsVerified)
                    PlanEnable(person, user, link, account);
                else
                    ReportNeverActive(person, link);
                break;
            case AccountCondition.DisabledByAdmin:
                plan.ReportOnce(person, link, Texts.ReasonAdminDisabled, Problems.AccountDisabledByAdmin(link.Email));
                break;
            case AccountCondition.PersonalNotByUs:
                plan.ReportOnce(person, link, Texts.ReasonAdminPersonal, Problems.AccountPersonalByAdmin(link.Email));
                break;
            case AccountCondition.Converted:
                PlanReturnAfterConversion(person, user, link, account);
                break;
            case AccountCondition.Gone:
                newAccounts.Plan(person, user, link, Texts.ReasonRecreate(input.UserGroup.DisplayName));
                break;
            default:
                plan.ReportUnclear(person, link, account);
                break;
        }
    }

    private void DecideInUse(in Person person, DirectoryUser user, AccountLink link, Account account)
    {
        var cleared = link.WithoutLeaver();
        if (newAccounts.TryAdoptNewAddress(person, user, link, account))
            return;
        ReportAddressChange(person, user, link, account);
        // A disable that was sent but not confirmed may still take effect. Enabling the account overrides it.
        if (link.Unconfirmed.Request == AccountRequest.Disable)
            PlanEnable(person, user, link, account);
        else
            PlanNames(person, user, cleared, link, account);
    }

    private void PlanNames(in Person person, DirectoryUser user, AccountLink cleared, AccountLink link, Account account)
    {
        var patch = NameChanges.Of(user, account, link);
        if (user.DisplayName is { } displayName && displayName != cleared.DisplayName)
            cleared = cleared with { DisplayName = displayName };
        if (patch is not null)
        {
            var (changed, before, after) = NameChanges.Describe(patch, account);
            plan.Changes.Add(new UpdateAccount
            {
                Reason = Texts.ReasonNamesDiffer(changed),
                User = plan.SubjectOf(person, cleared),
                Patch = patch,
                Shown = new Transition(before, after),
                LinkBefore = link,
                LinkAfter = NameChanges.LinkAfter(cleared, user, patch),
                PriorState = account.State,
            });
        }
        else if (cleared != link)
        {
            plan.Remember(cleared);
        }
    }

    private void PlanEnable(in Person person, DirectoryUser user, AccountLink link, Account account) =>
        PlanEnable(person, user, link, account.State, NameChanges.Of(user, account, link), isHidden: false);

    // The server hides the account while it is disabled. A user whose account was not read is not added to a group: the next run does that.
    private void PlanEnableHidden(in Person person, DirectoryUser user, AccountLink link)
    {
        PlanEnable(person, user, link, AccountState.Disabled, names: null, isHidden: true);
        plan.RecheckUserIds.Add(person.EntraId);
    }

    private void PlanEnable(in Person person, DirectoryUser user, AccountLink link, AccountState shown, AccountPatch? names, bool isHidden)
    {
        var state = (shown == AccountState.Disabled ? link.PriorState : shown) == AccountState.Pending && input.Capabilities.UserExtension ? AccountState.Pending : AccountState.Active;
        var enabled = link.WithoutLeaver() with { DisplayName = user.DisplayName ?? link.DisplayName, KnownState = state, SeenActive = true };
        plan.Changes.Add(new EnableAccount
        {
            Reason = Texts.ReasonReturned(input.UserGroup.DisplayName),
            User = plan.SubjectOf(person, link),
            Patch = (names ?? new AccountPatch()) with { State = state },
            PriorState = shown,
            IsHidden = isHidden,
            LinkBefore = link,
            LinkWhileUnconfirmed = link with { Unconfirmed = new(AccountRequest.Enable) },
            LinkAfter = NameChanges.LinkAfter(enabled, user, names),
        });
    }

    private void ReportNeverActive(in Person person, AccountLink link)
    {
        plan.Skip(person, link, Texts.ReasonNeverActive, Problems.AccountNeverActive(link.Email));
        plan.RememberIfChanged(link, link.WithoutLeaver());
    }

    private void PlanReturnAfterConversion(in Person person, DirectoryUser user, AccountLink link, Account? account)
    {
        if (!person.IsVerified)
        {
            plan.ReportDoubt(person, link);
            return;
        }

        var address = EmailAddress.Choose(user, input.Rules.EmailSource);
        if (account is null && !input.Accounts.IsMissing(link.AccountId))
        {
            plan.ReportUnclear(person, link, account);
            return;
        }

        if (account is not null && address is not null && EmailAddress.Same(account.UserName, address))
        {
            plan.Conflict(person, link, Texts.ReasonAddressTaken, Problems.AddressTaken(AddressClaims.NameOf(person), address, Texts.OwnerOwnPersonalAccount));
            return;
        }

        newAccounts.Plan(person, user, link, newMember);
    }

    private void ReportAddressChange(in Person person, DirectoryUser user, AccountLink link, Account account)
    {
        var address = EmailAddress.Choose(user, input.Rules.EmailSource);
        if (EmailAddress.Same(address, account.UserName))
            return;
        MessageArgument shown = address is null ? Texts.AddressNone : address;
        plan.Conflict(person, link, Texts.ReasonAddressChanged, Problems.AddressChanged(AddressClaims.NameOf(person), account.UserName, shown),
            new Transition(account.UserName, address));
    }
}
