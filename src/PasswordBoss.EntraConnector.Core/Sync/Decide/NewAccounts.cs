using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>Creates or adopts accounts for users who have none, or none at their current address.</summary>
internal sealed class NewAccounts
{
    private readonly PlannerInput input;
    private readonly Roster roster;
    private readonly PersonPlan plan;
    private readonly Leavers leavers;
    // Built only when needed: in most runs no user needs an account.
    private readonly Lazy<AddressClaims> claims;
    private readonly Lazy<ILookup<string, ForeignLink>> linkedElsewhere;

    public NewAccounts(PlannerInput input, PersonStates states, PersonPlan plan, Leavers leavers)
    {
        this.input = input;
        this.plan = plan;
        this.leavers = leavers;
        roster = input.Roster;
        claims = new(() => new AddressClaims(input, states));
        linkedElsewhere = new(() => input.State.LinkedElsewhere.ToLookup(l => l.AccountId, AccountId.Comparer));
    }

    /// <summary>Creates or adopts an account for a user who is present. An obstacle is reported and stops only this user.</summary>
    public void Plan(in Person person, DirectoryUser user, AccountLink? former, Message reason)
    {
        var name = AddressClaims.NameOf(person);
        if (user.IsGuest && input.Rules.GuestUser == GuestUserRule.Skip)
        {
            plan.Skip(person, former, Texts.ReasonGuest, Problems.GuestSkipped(name));
            return;
        }

        var address = EmailAddress.Choose(user, input.Rules.EmailSource);
        if (address is null)
        {
            plan.Skip(person, former, Texts.ReasonNoAddress, Problems.AddressMissing(name));
            return;
        }

        if (!EmailAddress.IsRoutable(address))
        {
            plan.Skip(person, former, Texts.ReasonBadAddress, EmailAddress.IsDomainUnmapped(address) ? Problems.AddressDomainUnmapped(name, address) : Problems.AddressInvalid(name, address));
            return;
        }

        ref readonly var claim = ref claims.Value.At(address);
        if (AddressClaims.Rivals(person.EntraId, claim) is { Count: > 0 } rivals && !(former is not null && !claims.Value.HasLinkedRival(person.EntraId, claim)))
        {
            plan.Conflict(person, former, Texts.ReasonDuplicateAddress, Problems.AddressDuplicate(SameForAll(address), string.Join(", ", rivals.Prepend(name).OrderBy(n => n, StringComparer.OrdinalIgnoreCase))));
            return;
        }

        if (claim.Accounts.Count > 0)
        {
            PlanAdoption(person, user, former, claim.Accounts.All, address, Texts.ReasonAdopt);
            return;
        }

        if (AddressClaims.LinkOfAnotherUser(person.EntraId, claim) is { } owner)
        {
            plan.Conflict(person, former, Texts.ReasonAddressTaken, Problems.AddressTaken(name, address, owner.DisplayName ?? owner.EntraId));
            return;
        }

        if (roster.UnlinkedWithExternalId(person.EntraId) is { Count: > 0 } marked)
        {
            ReportExisting(isConflict: true, person, former, marked[0], Problems.AccountNotAdoptable(marked[0].UserName, Texts.ObstacleMarkedAtOtherAddress(name, address)));
            return;
        }

        if (PersonName.Of(user) is not { } fullName)
        {
            plan.Skip(person, former, Texts.ReasonNoName, Problems.NameMissing(Texts.TextNameAndAddress(name, address)));
            return;
        }

        var pending = input.Rules.NewUser == NewUserRule.CreatePending;
        plan.Changes.Add(new CreateAccount
        {
            Reason = reason,
            Draft = new AccountDraft
            {
                UserName = address,
                ExternalId = person.EntraId,
                GivenName = fullName.Given,
                FamilyName = fullName.Family,
                DisplayName = fullName.Display,
                Pending = pending,
            },
            FormerLink = Retired(former),
        });
    }

    public bool TryAdoptNewAddress(in Person person, DirectoryUser user, AccountLink link, Account account)
    {
        var address = EmailAddress.Choose(user, input.Rules.EmailSource);
        if (address is null || EmailAddress.Same(address, account.UserName) || !EmailAddress.IsRoutable(address))
            return false;
        if (input.Rules.ExistingAccount == ExistingAccountRule.Skip)
            return false;
        ref readonly var claim = ref claims.Value.At(address);
        var existing = claim.Accounts.All;
        if (existing.Count == 0 || AddressClaims.Rivals(person.EntraId, claim).Count > 0 || ObstacleToAdoption(person, user, existing) is not null)
            return false;
        // A server may hide the former account while it is disabled, so the link stores that the connector disabled it.
        var former = link.WithoutLeaver() with
        {
            Kind = LinkKind.Predecessor,
            AppliedRule = link.AppliedRule == LeaverRule.Disable && account.State == AccountState.Disabled ? LeaverRule.Disable : LeaverRule.None,
        };
        var (retirement, predecessor) = leavers.RetirePredecessor(former, account, address);
        plan.Changes.Add(AdoptionOf(user, existing[0], Texts.ReasonAdoptNewAddress(address), new Transition(account.UserName, address), predecessor));
        if (retirement is not null)
            plan.Changes.Add(retirement);
        return true;
    }

    private void PlanAdoption(in Person person, DirectoryUser user, AccountLink? former, IReadOnlyList<Account> existing, string address, Message reason)
    {
        var name = AddressClaims.NameOf(person);
        var account = existing[0];
        if (roster.OwnerOf(account.Id) is { Link: var owner } && !EntraId.Same(owner.EntraId, person.EntraId))
        {
            plan.Conflict(person, former, Texts.ReasonAddressTaken, Problems.AddressTaken(name, address, owner.DisplayName ?? owner.EntraId));
            return;
        }

        if (ObstacleToAdoption(person, user, existing) is { } obstacle)
        {
            var conflict = Problems.AccountNotAdoptable(address, obstacle.Text);
            // Set-PBLink refuses an account that another connection has linked.
            ReportExisting(isConflict: true, person, former, account, obstacle.IsLinkedElsewhere ? conflict.Advising(Texts.ObstacleOneConnection) : conflict);
            return;
        }

        if (input.Rules.ExistingAccount == ExistingAccountRule.Skip)
        {
            ReportExisting(isConflict: false, person, former, account, Problems.AdoptionSkipped(address));
            return;
        }

        if (account.State == AccountState.Disabled)
            plan.Skip(person, former, Texts.ReasonNeverActive, Problems.AccountNeverActive(account.UserName));
        var managers = new Transition(
            account.ManagedBy is ManagedBy.Unspecified ? null : account.ManagedBy.ToString(), input.Capabilities.UserExtension ? nameof(ManagedBy.AzureAD) : null);
        plan.Changes.Add(AdoptionOf(user, account, reason, managers, Retired(former)));
    }

    // Reports the account found at the address, not the user's own, so that the record can be piped to Set-PBLink.
    private void ReportExisting(bool isConflict, in Person person, AccountLink? former, Account existing, Problem obstacle) => plan.Changes.Add(new ReportOnly
    {
        Reason = Texts.ReasonNotAdoptable,
        About = new Subject(plan.SubjectOf(person, former), existing.Id),
        Because = obstacle,
        IsConflict = isConflict,
    });

    private static AccountLink? Retired(AccountLink? former) => former is null ? null : former with { Kind = LinkKind.Retired };

    private AdoptAccount AdoptionOf(DirectoryUser user, Account account, Message reason, Transition shown, AccountLink? former)
    {
        var names = NameChanges.Of(user, account, link: null);
        var adopted = new AccountLink
        {
            EntraId = user.Id,
            AccountId = account.Id,
            Email = account.UserName.Trim(),
            DisplayName = user.DisplayName ?? account.DisplayName,
            KnownState = account.State,
            LinkedAt = input.Now,
            Origin = LinkOrigin.Adopted,
            SeenActive = account.State is AccountState.Active or AccountState.Pending,
        };
        return new AdoptAccount
        {
            Reason = reason,
            User = PersonPlan.SubjectOf(adopted),
            Shown = shown,
            FormerLink = former,
            PriorState = account.State,
            Patch = (names ?? new AccountPatch()) with { ExternalId = user.Id, ManagedBy = ManagedBy.AzureAD },
            LinkAfter = NameChanges.LinkAfter(adopted, user, names),
        };
    }

    // An account can be adopted if it is the only one at the address, its state is known, Password Boss or no one manages it, this connection never linked it, no other
    // connection has linked it, and its external ID is this user's or empty. If it is empty, the rule Adopt also requires the same name.
    private (Message Text, bool IsLinkedElsewhere)? ObstacleToAdoption(in Person person, DirectoryUser user, IReadOnlyList<Account> existing)
    {
        if (existing.Count > 1)
            return (Texts.ObstacleSeveralAccounts, false);
        var account = existing[0];
        if (roster.OwnerOf(account.Id) is not null)
            return (Texts.ObstacleLinkedBefore, false);
        if (linkedElsewhere.Value[account.Id].Any(l => EmailAddress.Same(l.Email, account.UserName)))
            return (Texts.ObstacleLinkedByOtherConnection, true);
        return ObstacleOf(person, user, account) is { } obstacle ? (obstacle, false) : null;
    }

    private Message? ObstacleOf(in Person person, DirectoryUser user, Account account)
    {
        var isMarked = !string.IsNullOrEmpty(account.ExternalId);
        if (isMarked && !EntraId.Same(account.ExternalId, person.EntraId))
            return Texts.ObstacleForeignExternalId;
        if (account.ManagedBy is not (ManagedBy.Unspecified or ManagedBy.PasswordBoss))
            return Texts.ObstacleManagedByOther(account.ManagedBy.ToString());
        if (account.State is AccountState.Unknown or AccountState.Personal)
            return Texts.ObstacleStateUnknown(account.StateText ?? account.State.ToString());
        return isMarked || input.Rules.ExistingAccount != ExistingAccountRule.Adopt ? null : ObstacleOfName(person, user, account);
    }

    private static Message? ObstacleOfName(in Person person, DirectoryUser user, Account account)
    {
        if (NameAgreement.Holds(user, account))
            return null;
        var name = AddressClaims.NameOf(person);
        return NameAgreement.NameOf(account) is { } existing ? Texts.ObstacleNameDiffers(existing, name) : Texts.ObstacleNameMissing(name);
    }

    // Both users get the same sentence, even if their addresses differ in case.
    private static string SameForAll(string address) => address.ToLower(CultureInfo.InvariantCulture);
}
