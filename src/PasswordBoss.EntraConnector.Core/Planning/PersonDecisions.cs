using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>The decision table, person by person: her state on one axis, her account's on the other.</summary>
internal sealed class PersonDecisions
{
    private enum AccountRow
    {
        InUse,
        DisabledByUs,
        DisabledByAdmin,
        EnabledByAdmin,
        Converted,
        PersonalByAdmin,
        Gone,
        Unclear,
    }

    private readonly PlannerInput input;
    private readonly Roster roster;
    // Most runs find everything as it should be, and never ask.
    private readonly Lazy<AddressClaims> claims;

    // The same for everybody who is new.
    private readonly Message newMember;

    public PersonDecisions(PlannerInput input, DesiredState desired)
    {
        this.input = input;
        roster = input.Roster;
        claims = new(() => new AddressClaims(input, desired));
        newMember = new Message("Reason_NewMember", input.UserGroup.DisplayName);
    }

    public List<PlannedAction> Actions { get; } = new();

    public List<StateChange> StateChanges { get; } = new();

    /// <summary>The people about whom the next run must ask, although no action and no obstacle names them.</summary>
    public List<string> AskAgain { get; } = new();

    public void Decide(in Person person, AccountLink? link, Account? account)
    {
        if (link is null)
        {
            DecideUnlinked(person);
            return;
        }

        var row = RowOf(link, account);
        if (row is not (AccountRow.Gone or AccountRow.Converted or AccountRow.Unclear) && MismatchOf(link, account!) is { } mismatch)
        {
            Report(SyncAction.Conflict, person, link, "Reason_AccountUnclear", new ConnectorException(ErrorId.AccountMismatch, link.Email, mismatch.Render()));
            return;
        }

        switch (person.Presence)
        {
            case PersonPresence.Present:
                DecidePresent(person, link, account, row);
                break;
            case PersonPresence.Leaver:
                DecideLeaver(person, link, account, row);
                break;
            default:
                if (row is AccountRow.InUse)
                    ReportDoubt(person, link);
                else
                    AskAgain.Add(person.EntraId);
                if (link.AbsentReads != person.AbsentReads)
                    Remember(link with { AbsentReads = person.AbsentReads });
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
            Remember(link with { Kind = LinkKind.Retired });
            return;
        }

        var account = input.Accounts.Find(link.AccountId);
        if (account is null || account.State is AccountState.Unknown || MismatchOf(link, account) is not null)
            return;
        var successor = roster.PlaceOf(link.EntraId) is var place and >= 0 ? roster.Entries[place].Link?.Email ?? "" : "";
        if (PredecessorRetirement(link, account, successor) is { } retirement)
            Actions.Add(retirement);
        else
            Remember(link with { HandledEvent = LeavingEvent.Removed });
    }

    // Null when the account is in the state already that the rule asks for.
    private PlannedAction? PredecessorRetirement(AccountLink link, Account account, string successor)
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

    private AccountRow RowOf(AccountLink link, Account? account)
    {
        if (link.Done == LeaverRule.ConvertToPersonal)
            return account?.State is AccountState.Active or AccountState.Pending or AccountState.Disabled ? AccountRow.EnabledByAdmin : AccountRow.Converted;
        if (account is null)
            return input.Accounts.IsGone(link.AccountId) ? AccountRow.Gone : AccountRow.Unclear;
        return account.State switch
        {
            AccountState.Active or AccountState.Pending => link.Done == LeaverRule.None ? AccountRow.InUse : AccountRow.EnabledByAdmin,
            AccountState.Disabled => link.Done == LeaverRule.None ? AccountRow.DisabledByAdmin : AccountRow.DisabledByUs,
            AccountState.Personal => AccountRow.PersonalByAdmin,
            _ => AccountRow.Unclear,
        };
    }

    // What was read must be the account that was linked: it bears the person's id, or, on servers that keep no external id, the linked address.
    private Message? MismatchOf(AccountLink link, Account account)
    {
        if (!string.IsNullOrEmpty(account.ExternalId))
        {
            if (!string.Equals(account.ExternalId, link.EntraId, StringComparison.OrdinalIgnoreCase))
                return new Message("Doubt_ForeignExternalId");
        }
        else if (!EmailAddress.Same(account.UserName, link.Email))
        {
            return new Message("Doubt_OtherAddress", account.UserName);
        }

        return roster.UnlinkedBearing(link.EntraId).Count > 0 ? new Message("Doubt_SeveralBearers") : null;
    }

    private void DecidePresent(in Person person, AccountLink link, Account? account, AccountRow row)
    {
        switch (row)
        {
            case AccountRow.InUse:
            case AccountRow.EnabledByAdmin:
                DecideInUse(person, link, account!);
                break;
            case AccountRow.DisabledByUs:
                if (!person.IsVerified)
                    ReportDoubt(person, link);
                else if (!TryAdoptNewAddress(person, link, account!) && !ReportAddressChange(person, link, account!))
                    PlanEnable(person, link, account!);
                break;
            case AccountRow.DisabledByAdmin:
                ReportOnce(person, link, "Reason_AdminDisabled", new ConnectorException(ErrorId.AccountDisabledByAdmin, link.Email));
                break;
            case AccountRow.PersonalByAdmin:
                ReportOnce(person, link, "Reason_AdminPersonal", new ConnectorException(ErrorId.AccountPersonalByAdmin, link.Email));
                break;
            case AccountRow.Converted:
                PlanReturnAfterConversion(person, link, account);
                break;
            case AccountRow.Gone:
                PlanNewAccount(person, link, new Message("Reason_Recreate", input.UserGroup.DisplayName));
                break;
            default:
                ReportUnclear(person, link, account);
                break;
        }
    }

    private void DecideInUse(in Person person, AccountLink link, Account account)
    {
        var cleared = Cleared(link);
        if (TryAdoptNewAddress(person, link, account))
            return;
        ReportAddressChange(person, link, account);
        PlanNames(person, cleared, link, account);
    }

    private void PlanNames(in Person person, AccountLink cleared, AccountLink link, Account account)
    {
        var patch = NameChanges(person.User!, account, out var before, out var after, out var changed);
        if (person.User!.DisplayName is { } displayName && displayName != cleared.DisplayName)
            cleared = cleared with { DisplayName = displayName };
        if (patch is not null)
        {
            Actions.Add(Describe(SyncAction.Update, person, cleared, new Message("Reason_NamesDiffer", changed)) with
            {
                Patch = patch,
                Before = before,
                After = after,
                LinkAfter = cleared,
                PriorState = account.State,
            });
        }
        else if (cleared != link)
        {
            Remember(cleared);
        }
    }

    private void PlanEnable(in Person person, AccountLink link, Account account)
    {
        var state = link.PriorState == AccountState.Pending && input.Capabilities.UserExtension ? AccountState.Pending : AccountState.Active;
        var names = NameChanges(person.User!, account, out _, out _, out _) ?? new AccountPatch();
        Actions.Add(Describe(SyncAction.Enable, person, link, new Message("Reason_Returned", input.UserGroup.DisplayName)) with
        {
            Patch = names with { State = state },
            Before = nameof(AccountState.Disabled),
            After = state.ToString(),
            PriorState = account.State,
            LinkAfter = Cleared(link) with { DisplayName = person.User!.DisplayName ?? link.DisplayName, KnownState = state },
        });
    }

    private void PlanReturnAfterConversion(in Person person, AccountLink link, Account? account)
    {
        if (!person.IsVerified)
        {
            ReportDoubt(person, link);
            return;
        }

        var address = EmailAddress.Choose(person.User!, input.Rules.EmailSource);
        if (account is null && !input.Accounts.IsMissing(link.AccountId))
        {
            ReportUnclear(person, link, account);
            return;
        }

        if (account is not null && EmailAddress.Same(account.UserName, address))
        {
            Report(SyncAction.Conflict, person, link, "Reason_AddressTaken", new ConnectorException(
                ErrorId.AddressTaken, AddressClaims.NameOf(person), address!, new Message("Owner_OwnPersonalAccount").Render()));
            return;
        }

        PlanNewAccount(person, link, newMember);
    }

    private void DecideLeaver(in Person person, AccountLink link, Account? account, AccountRow row)
    {
        var (leaving, rule) = RuleFor(person);
        var seen = link with { HandledEvent = leaving, AbsentReads = person.AbsentReads };
        var alreadyHandled = link.HandledEvent == leaving && !input.Reapply;
        switch (row)
        {
            case AccountRow.InUse:
                if (alreadyHandled)
                    RememberIfChanged(link, seen);
                else if (rule == LeaverRule.None)
                    Remember(seen);
                else if (person.IsVerified)
                    PlanRetirement(person, seen, account!, rule, leaving);
                else
                    ReportDoubt(person, link);
                break;
            case AccountRow.DisabledByUs:
            case AccountRow.DisabledByAdmin when person.Event != LeavingEvent.Disabled:
                if (!alreadyHandled && rule > LeaverRule.Disable && person.IsVerified)
                    PlanRetirement(person, seen, account!, rule, leaving);
                else
                    RememberIfChanged(link, seen);
                break;
            case AccountRow.EnabledByAdmin:
                Report(SyncAction.Skip, person, link, "Reason_AdminReenabled", new ConnectorException(ErrorId.AccountReenabledByAdmin, link.Email));
                RememberIfChanged(link, seen);
                break;
            case AccountRow.Converted when leaving == LeavingEvent.Deleted:
                Forget(person, seen, new Message("Reason_ConvertedAndDeleted"));
                break;
            case AccountRow.Gone:
            case AccountRow.PersonalByAdmin when leaving == LeavingEvent.Deleted:
                Forget(person, seen, new Message("Reason_AccountGone"));
                break;
            case AccountRow.Unclear:
                ReportUnclear(person, link, account);
                break;
            default:
                RememberIfChanged(link, seen);
                break;
        }
    }

    private void PlanRetirement(in Person person, AccountLink seen, Account account, LeaverRule rule, LeavingEvent leaving)
    {
        Actions.Add(RetirementOf(seen, account, rule, leaving, ReasonFor(leaving)) with { DisplayName = AddressClaims.NameOf(person.User) ?? seen.DisplayName });
        // Who is gone, and whose account is her own from now on, is forgotten by the next run.
        if (rule == LeaverRule.ConvertToPersonal && leaving == LeavingEvent.Deleted)
            AskAgain.Add(person.EntraId);
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

    private void DecideUnlinked(in Person person)
    {
        switch (person.Presence)
        {
            case PersonPresence.Present:
                PlanNewAccount(person, null, newMember);
                break;
            case PersonPresence.Unknown:
                ReportDoubt(person, null);
                break;
        }
    }

    /// <summary>Creates or adopts an account for a person who is present; every obstacle is named and stops only her.</summary>
    private void PlanNewAccount(in Person person, AccountLink? former, Message reason)
    {
        var user = person.User!;
        var name = AddressClaims.NameOf(person);
        if (user.IsGuest && input.Rules.GuestUser == GuestUserRule.Skip)
        {
            Report(SyncAction.Skip, person, former, "Reason_Guest", new ConnectorException(ErrorId.GuestSkipped, name));
            return;
        }

        var address = EmailAddress.Choose(user, input.Rules.EmailSource);
        if (address is null)
        {
            Report(SyncAction.Skip, person, former, "Reason_NoAddress", new ConnectorException(ErrorId.AddressMissing, name));
            return;
        }

        if (!EmailAddress.IsRoutable(address))
        {
            Report(SyncAction.Skip, person, former, "Reason_BadAddress", new ConnectorException(ErrorId.AddressInvalid, name, address));
            return;
        }

        ref readonly var claim = ref claims.Value.At(address);
        if (AddressClaims.Rivals(person.EntraId, claim) is { Count: > 0 } rivals && !(former is not null && !claims.Value.HasLinkedRival(person.EntraId, claim)))
        {
            Report(SyncAction.Conflict, person, former, "Reason_DuplicateAddress", new ConnectorException(
                ErrorId.AddressDuplicate, SameForAll(address), string.Join(", ", rivals.Prepend(name).OrderBy(n => n, StringComparer.OrdinalIgnoreCase))));
            return;
        }

        if (claim.Accounts.Count > 0)
        {
            PlanAdoption(person, former, claim.Accounts.All, address, new Message("Reason_Adopt"));
            return;
        }

        if (AddressClaims.LinkOfSomebodyElse(person.EntraId, claim) is { } owner)
        {
            Report(SyncAction.Conflict, person, former, "Reason_AddressTaken", new ConnectorException(
                ErrorId.AddressTaken, name, address, owner.DisplayName ?? owner.EntraId));
            return;
        }

        if (roster.UnlinkedBearing(person.EntraId) is { Count: > 0 } marked)
        {
            Report(SyncAction.Conflict, person, former, "Reason_NotAdoptable", new ConnectorException(
                ErrorId.AccountNotAdoptable, marked[0].UserName, new Message("Obstacle_MarkedAtOtherAddress", name, address).Render()));
            return;
        }

        if (PersonName.Of(user) is not { } fullName)
        {
            Report(SyncAction.Skip, person, former, "Reason_NoName", new ConnectorException(ErrorId.NameMissing, name));
            return;
        }

        var pending = input.Rules.NewUser == NewUserRule.CreatePending;
        Actions.Add(new PlannedAction
        {
            Action = pending ? SyncAction.CreatePending : SyncAction.Create,
            Reason = reason,
            EntraId = person.EntraId,
            Email = address,
            DisplayName = fullName.Display,
            After = pending ? nameof(AccountState.Pending) : nameof(AccountState.Active),
            Draft = new AccountDraft
            {
                UserName = address,
                ExternalId = person.EntraId,
                GivenName = fullName.Given,
                FamilyName = fullName.Family,
                DisplayName = fullName.Display,
                Pending = pending,
            },
            PredecessorAfter = former is null ? null : former with { Kind = LinkKind.Retired },
        });
    }

    private void PlanAdoption(in Person person, AccountLink? former, IReadOnlyList<Account> standing, string address, Message reason)
    {
        var name = AddressClaims.NameOf(person);
        var account = standing[0];
        if (roster.OwnerOf(account.Id) is { Link: var owner } && !string.Equals(owner.EntraId, person.EntraId, StringComparison.OrdinalIgnoreCase))
        {
            Report(SyncAction.Conflict, person, former, "Reason_AddressTaken", new ConnectorException(
                ErrorId.AddressTaken, name, address, owner.DisplayName ?? owner.EntraId));
            return;
        }

        if (ObstacleToAdoption(person, standing) is { } obstacle)
        {
            Report(SyncAction.Conflict, person, former, "Reason_NotAdoptable", new ConnectorException(ErrorId.AccountNotAdoptable, address, obstacle.Render()));
            return;
        }

        if (input.Rules.ExistingAccount == ExistingAccountRule.Skip)
        {
            Report(SyncAction.Skip, person, former, "Reason_NotAdoptable", new ConnectorException(ErrorId.AdoptionSkipped, address));
            return;
        }

        Actions.Add(AdoptionOf(person, account, reason) with { PredecessorAfter = former is null ? null : former with { Kind = LinkKind.Retired } });
    }

    private PlannedAction AdoptionOf(in Person person, Account account, Message reason)
    {
        var names = NameChanges(person.User!, account, out _, out _, out _) ?? new AccountPatch();
        return new PlannedAction
        {
            Action = SyncAction.Adopt,
            Reason = reason,
            EntraId = person.EntraId,
            AccountId = account.Id,
            Email = account.UserName.Trim(),
            DisplayName = person.User!.DisplayName ?? account.DisplayName,
            Before = account.ManagedBy is ManagedBy.Unspecified ? null : account.ManagedBy.ToString(),
            After = nameof(ManagedBy.AzureAD),
            PriorState = account.State,
            Patch = names with { ExternalId = person.EntraId, ManagedBy = ManagedBy.AzureAD },
            LinkAfter = new AccountLink
            {
                EntraId = person.EntraId,
                AccountId = account.Id,
                Email = account.UserName.Trim(),
                DisplayName = person.User!.DisplayName ?? account.DisplayName,
                KnownState = account.State,
                LinkedAt = input.Now,
            },
        };
    }

    // Adoptable: no connection of ours has ever linked it, its external id is empty or this person's, and nobody else manages it.
    private Message? ObstacleToAdoption(in Person person, IReadOnlyList<Account> standing)
    {
        if (standing.Count > 1)
            return new Message("Obstacle_SeveralAccounts");
        var account = standing[0];
        if (roster.OwnerOf(account.Id) is not null)
            return new Message("Obstacle_LinkedBefore");
        if (!string.IsNullOrEmpty(account.ExternalId) && !string.Equals(account.ExternalId, person.EntraId, StringComparison.OrdinalIgnoreCase))
            return new Message("Obstacle_ForeignExternalId");
        if (account.ManagedBy is not (ManagedBy.Unspecified or ManagedBy.PasswordBoss))
            return new Message("Obstacle_ManagedByOther", account.ManagedBy.ToString());
        return account.State is AccountState.Unknown or AccountState.Personal
            ? new Message("Obstacle_StateUnknown", account.StateText ?? account.State.ToString())
            : null;
    }

    private bool TryAdoptNewAddress(in Person person, AccountLink link, Account account)
    {
        var address = EmailAddress.Choose(person.User!, input.Rules.EmailSource);
        if (address is null || EmailAddress.Same(address, account.UserName) || !EmailAddress.IsRoutable(address))
            return false;
        if (input.Rules.ExistingAccount == ExistingAccountRule.Skip)
            return false;
        ref readonly var claim = ref claims.Value.At(address);
        var standing = claim.Accounts.All;
        if (standing.Count == 0 || AddressClaims.Rivals(person.EntraId, claim).Count > 0 || ObstacleToAdoption(person, standing) is not null)
            return false;
        var former = Cleared(link) with { Kind = LinkKind.Predecessor };
        var retirement = PredecessorRetirement(former, account, address);
        Actions.Add(AdoptionOf(person, standing[0], new Message("Reason_AdoptNewAddress", address)) with
        {
            Before = account.UserName,
            After = address,
            PredecessorAfter = retirement is null ? former with { HandledEvent = LeavingEvent.Removed } : former,
        });
        if (retirement is not null)
            Actions.Add(retirement);
        return true;
    }

    private bool ReportAddressChange(in Person person, AccountLink link, Account account)
    {
        var address = EmailAddress.Choose(person.User!, input.Rules.EmailSource);
        if (EmailAddress.Same(address, account.UserName))
            return false;
        var shown = address ?? new Message("Address_None").Render();
        Actions.Add(Describe(SyncAction.Conflict, person, link, new Message("Reason_AddressChanged")) with
        {
            AccountId = link.AccountId,
            Before = account.UserName,
            After = address,
            Obstacle = new ConnectorException(ErrorId.AddressChanged, AddressClaims.NameOf(person), account.UserName, shown),
        });
        return true;
    }

    private static AccountPatch? NameChanges(DirectoryUser user, Account account, out string? before, out string? after, out string changed)
    {
        before = after = null;
        changed = "";
        if (PersonName.Of(user) is not { } name)
            return null;
        if (IsSame(account.GivenName, name.Given) && IsSame(account.FamilyName, name.Family) && IsSame(account.DisplayName, name.Display))
            return null;
        var attributes = new List<string>(3);
        var old = new List<string>(3);
        var fresh = new List<string>(3);
        var patch = new AccountPatch
        {
            GivenName = Differing("givenName", account.GivenName, name.Given),
            FamilyName = Differing("familyName", account.FamilyName, name.Family),
            DisplayName = Differing("displayName", account.DisplayName, name.Display),
        };
        before = string.Join(", ", old);
        after = string.Join(", ", fresh);
        changed = string.Join(", ", attributes);
        return patch;

        string? Differing(string attribute, string? standing, string wanted)
        {
            if (IsSame(standing, wanted))
                return null;
            attributes.Add(attribute);
            old.Add(standing!);
            fresh.Add(wanted);
            return wanted;
        }
    }

    // Both people are told the same sentence, whatever case each of them writes the address in.
    private static string SameForAll(string address) => address.ToLower(CultureInfo.InvariantCulture);

    // An attribute that the server does not return may be one that it does not keep: writing it again in every run would never end.
    private static bool IsSame(string? standing, string wanted) => standing is null || string.Equals(standing, wanted, StringComparison.Ordinal);

    private static AccountLink Cleared(AccountLink link) =>
        link is { Done: LeaverRule.None, HandledEvent: LeavingEvent.None, PriorState: AccountState.Unknown, AdminDisableReported: false, AbsentReads: 0 }
            ? link
            : link with
            {
                Done = LeaverRule.None,
                HandledEvent = LeavingEvent.None,
                PriorState = AccountState.Unknown,
                AdminDisableReported = false,
                AbsentReads = 0,
            };

    private void Forget(in Person person, AccountLink link, Message reason) =>
        Actions.Add(Describe(SyncAction.Unlink, person, link, reason) with { LinkAfter = link with { Kind = LinkKind.Retired } });

    private void Remember(AccountLink link) => StateChanges.Add(new StateChange { Link = link });

    private void RememberIfChanged(AccountLink before, AccountLink after)
    {
        if (after != before)
            Remember(after);
    }

    private void ReportOnce(in Person person, AccountLink link, string reason, ConnectorException obstacle)
    {
        var present = Cleared(link) with { AdminDisableReported = true };
        if (!link.AdminDisableReported)
            Report(SyncAction.Skip, person, link, reason, obstacle);
        if (present != link)
            Remember(present);
    }

    private void ReportDoubt(in Person person, AccountLink? link) =>
        Report(SyncAction.Skip, person, link, "Reason_Unverified", new ConnectorException(
            ErrorId.PersonUnknown, link?.DisplayName ?? AddressClaims.NameOf(person), (person.Doubt ?? new Message("Doubt_NotReadable")).Render()));

    private void ReportUnclear(in Person person, AccountLink link, Account? account) =>
        Report(SyncAction.Skip, person, link, "Reason_AccountUnclear", account is null
            ? new ConnectorException(ErrorId.AccountNotReadable, link.Email, (input.Accounts.DoubtAbout(link.AccountId) ?? new Message("Doubt_NotReadable")).Render())
            : new ConnectorException(ErrorId.AccountStateUnknown, link.Email, account.StateText ?? new Message("State_NotTold").Render()));

    private void Report(SyncAction action, in Person person, AccountLink? link, string reason, ConnectorException obstacle) =>
        Actions.Add(Describe(action, person, link, new Message(reason)) with { AccountId = link?.AccountId, Obstacle = obstacle });

    private PlannedAction Describe(SyncAction action, in Person person, AccountLink? link, Message reason) => new()
    {
        Action = action,
        Reason = reason,
        EntraId = person.EntraId,
        AccountId = link?.AccountId,
        Email = link?.Email ?? (person.User is null ? null : EmailAddress.Choose(person.User, input.Rules.EmailSource)),
        DisplayName = AddressClaims.NameOf(person.User) ?? link?.DisplayName,
    };
}
