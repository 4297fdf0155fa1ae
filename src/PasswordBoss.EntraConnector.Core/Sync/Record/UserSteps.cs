using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Decide;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>Explains a run of one user in five steps, from what it read and from its plan: nothing is decided here.</summary>
internal sealed class UserSteps
{
    private readonly RunResult run;
    private readonly IReadOnlyList<PlannedChange> planned;

    private UserSteps(RunResult run)
    {
        this.run = run;
        planned = run.End is RunEnd.Planned plan ? plan.Run.Plan.Changes : Array.Empty<PlannedChange>();
    }

    /// <summary>The five steps; none if the run was not of one user.</summary>
    /// <param name="run">The run.</param>
    public static IReadOnlyList<UserStep> Of(RunResult run)
    {
        var steps = new UserSteps(run);
        return run.User switch
        {
            null => Array.Empty<UserStep>(),
            UserFindings.NotBegun => steps.EndedEarly(NotReached(UserStep.Entra), NotReached(UserStep.Scope), NotReached(UserStep.Account)),
            UserFindings.NotFound => steps.EndedEarly(steps.EndedIn(UserStep.Entra), NotReached(UserStep.Scope), NotReached(UserStep.Account)),
            UserFindings.Found { Match: var match } => steps.EndedEarly(OfEntra(match), steps.EndedIn(UserStep.Scope), NotReached(UserStep.Account)),
            UserFindings.ReadInEntra { Entra: var entra } => steps.EndedEarly(OfEntra(entra), OfScope(entra, null), steps.EndedIn(UserStep.Account)),
            UserFindings.Complete complete => steps.OfAll(complete),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };
    }

    private UserStep[] EndedEarly(UserStep entra, UserStep scope, UserStep account) =>
        new[] { entra, scope, account, OfChanges(NotReached(UserStep.Changes)), OfHolds(null, Array.Empty<Message>()) };

    private UserStep[] OfAll(UserFindings.Complete found)
    {
        var known = KnownUser.Of(found);
        var scope = OfScope(found.Entra, known?.Person);
        var nothing = run.End is not RunEnd.Planned
            ? EndedIn(UserStep.Changes)
            : UserStep.Passed(UserStep.Changes, known is null ? Texts.StepNothingOutside(found.Entra.UserGroup) : Texts.StepNothingToChange, null);
        return new[]
        {
            OfEntra(found.Entra),
            scope,
            known?.Link is { } link ? OfLinked(link, known.Account, found) : OfUnlinked(known, found),
            OfChanges(nothing),
            // What holds back a user outside the user group is the scope.
            OfHolds(known?.Link, known is null ? scope.Details : WhyNoAccount(known)),
        };
    }

    private static UserStep NotReached(string name) => UserStep.Skipped(name, Texts.StepNotReached);

    // The first step without a result gets the reason why the read ended.
    private UserStep EndedIn(string name) => run.Decisive is { } problem
        ? new UserStep(name, run.End is RunEnd.Undecided && problem.Id == ErrorId.UserNeedsFullRun ? CheckStatus.Warning : CheckStatus.Failed, new[] { problem.Text })
        : NotReached(name);

    private static UserStep OfEntra(UserMatch match) => UserStep.Passed(UserStep.Entra, Texts.StepUserFound(NameOf(match.DisplayName, match.Address, match)), null);

    private static UserStep OfEntra(EntraFindings found)
    {
        var (match, read) = (found.Match, found.Lookup.User);
        var user = NameOf(read?.DisplayName ?? match.DisplayName, read is null ? match.Address : read.Mail ?? read.UserPrincipalName, match);
        return found.Lookup.Existence switch
        {
            UserExistence.Deleted => UserStep.Warned(UserStep.Entra, found.IsInDeletedItems ? Texts.StepUserInDeletedItems(user) : Texts.StepUserDeleted(user), found.ReadAt),
            UserExistence.Exists when read is { IsReadable: true, AccountEnabled: { } enabled } => enabled
                ? UserStep.Passed(UserStep.Entra, Texts.StepUserEnabled(user), found.ReadAt)
                : UserStep.Warned(UserStep.Entra, Texts.StepUserDisabled(user), found.ReadAt),
            _ => UserStep.Warned(UserStep.Entra, Texts.StepUserUnreadable(user), found.ReadAt),
        };
    }

    private static MessageArgument NameOf(string? name, string? address, UserMatch match) => (name, address) switch
    {
        ({ Length: > 0 }, { Length: > 0 }) => Texts.TextNameAndAddress(name, address),
        _ => name ?? address ?? match.EntraId,
    };

    private static UserStep OfScope(EntraFindings found, Person? person)
    {
        var group = found.UserGroup;
        if (found.Lookup.Existence == UserExistence.Deleted)
            return UserStep.Skipped(UserStep.Scope, Texts.StepScopeDeleted) with { At = found.ReadAt };
        if (person is { Doubt: { } doubt, Presence: PersonPresence.Unknown })
            return UserStep.Warned(UserStep.Scope, Texts.StepScopeUnknown(group, doubt), found.ReadAt);
        var path = found.Memberships.Path;
        var through = string.Join(" > ", path.Take(Math.Max(path.Count - 1, 0)).Select(g => "'" + g.DisplayName + "'"));
        // Before the accounts are read, only Entra shows whether the user counts.
        if (person?.InUserGroup ?? found.CountsAsMember)
            return UserStep.Passed(UserStep.Scope, through.Length == 0 ? Texts.StepScopeMember(group) : Texts.StepScopeNested(group, through), found.ReadAt);
        return UserStep.Warned(
            UserStep.Scope,
            found.Membership switch
            {
                MembershipStatus.Member => through.Length == 0 ? Texts.StepScopeIndirect(group) : Texts.StepScopeNestedIgnored(group, through),
                MembershipStatus.NotMember => Texts.StepScopeOutside(group),
                _ => Texts.StepScopeUnknown(group, Texts.DoubtNotReadable),
            },
            found.ReadAt);
    }

    private static UserStep OfLinked(AccountLink link, Account? account, UserFindings.Complete found)
    {
        var state = Texts.StateWord(account?.State ?? link.KnownState);
        var since = MessageValue.Of(link.LinkedAt);
        var how = link.Origin switch
        {
            LinkOrigin.Created => Texts.StepLinkCreated(link.Email, since, state),
            LinkOrigin.Adopted => Texts.StepLinkAdopted(link.Email, since, state),
            LinkOrigin.Linked => Texts.StepLinkByAdmin(link.Email, since, state),
            _ => Texts.StepLinkUnknown(link.Email, since, state),
        };
        return account is null && found.Input.Accounts.IsMissing(link.AccountId)
            ? new UserStep(UserStep.Account, CheckStatus.Warning, new[] { how, Texts.StepAccountNotShown }, found.AccountsReadAt)
            : UserStep.Passed(UserStep.Account, how, found.AccountsReadAt);
    }

    private UserStep OfUnlinked(KnownUser? known, UserFindings.Complete found)
    {
        var (accounts, at) = (found.Input.Accounts, found.AccountsReadAt);
        if (planned.OfType<AdoptAccount>().FirstOrDefault() is { LinkAfter: var adopted })
        {
            var isMarked = accounts.Find(adopted.AccountId) is { ExternalId: { Length: > 0 } };
            return UserStep.Passed(UserStep.Account, isMarked ? Texts.StepMatchedById(adopted.Email) : Texts.StepMatchedByAddress(adopted.Email), at);
        }

        if (planned.OfType<ReportOnly>().Select(r => r.AccountId is { } id ? accounts.Find(id) : null).OfType<Account>().FirstOrDefault() is { } other)
            return UserStep.Warned(UserStep.Account, Texts.StepAccountNotAdopted(other.UserName), at);
        return known is null
            ? UserStep.Skipped(UserStep.Account, Texts.StepNoLink) with { At = at }
            : UserStep.Passed(UserStep.Account, Texts.StepNoAccount, at);
    }

    private UserStep OfChanges(UserStep nothing)
    {
        if (run.End is not RunEnd.Planned end)
            return nothing;
        var accounts = (end.Run.Reading as ReadOutcome.Read)?.Input.Accounts;
        var details = new List<Message>();
        var status = CheckStatus.Passed;
        for (var i = 0; i < planned.Count; i++)
        {
            if (planned[i] is ReportOnly)
                continue;
            var outcome = i < end.Changes.Count ? end.Changes[i].Outcome : ChangeOutcome.Skipped;
            var what = Texts.Do(planned[i].Action, planned[i].Subject.UserName, planned[i].GroupName ?? "");
            var attributes = string.Join(", ", AttributesOf(planned[i], accounts));
            details.Add(attributes.Length == 0 ? Texts.StepChange(what, outcome.ToString()) : Texts.StepChangeOf(what, attributes, outcome.ToString()));
            if (outcome == ChangeOutcome.Failed)
                status = CheckStatus.Failed;
        }

        return details.Count > 0 ? new UserStep(UserStep.Changes, status, details) : nothing;
    }

    private UserStep OfHolds(AccountLink? link, IReadOnlyList<Message> whyNoAccount)
    {
        var details = new List<Message>();
        var status = CheckStatus.Warning;
        if (run.Decisive is { } decisive)
        {
            details.Add(decisive.Text);
            details.Add(decisive.Recommendation);
            if (run.End.Failure is not null)
                status = CheckStatus.Failed;
        }

        foreach (var change in run.End.Changes)
        {
            if (change.Detail is { } detail && change.ErrorId is not null && !details.Contains(detail))
                details.Add(detail);
            if (change.Outcome == ChangeOutcome.Failed)
                status = CheckStatus.Failed;
        }

        if (link is { WaitingDeletion: { Since: var since } })
            details.Add(Texts.StepDeletionWaits(MessageValue.Of(run.Connection.Rules.DeletionDue(since))));
        if (link is { WaitingConversion: not null } && details.Count == 0)
            details.Add(Texts.ReasonConversionWaits);
        if (details.Count == 0 && run.End is RunEnd.Planned)
            details.AddRange(whyNoAccount);
        return details.Count > 0 ? new UserStep(UserStep.Holds, status, details) : UserStep.Passed(UserStep.Holds, Texts.StepNothingHolds, null);
    }

    // Empty if the user has an account, or if this run plans one.
    private Message[] WhyNoAccount(KnownUser known) => !known.IsWithoutAccount || planned.Any(change => change is CreateAccount or AdoptAccount)
        ? Array.Empty<Message>()
        : new[] { MissingAccount.Of(known.Person, planned.Where(change => change.EntraId is not null && change.GroupId is null).ToList()).Reason };

    private static IEnumerable<string> AttributesOf(PlannedChange change, AccountView? accounts) => change switch
    {
        CreateAccount { Draft: var draft } => new[]
        {
            Attribute("userName", null, draft.UserName),
            Attribute("givenName", null, draft.GivenName),
            Attribute("familyName", null, draft.FamilyName),
            Attribute("displayName", null, draft.DisplayName),
            Attribute("state", null, draft.Pending ? nameof(AccountState.Pending) : nameof(AccountState.Active)),
        },
        DoneWhenAccepted { Patch: var patch } accepted => AttributesOf(patch, accepted.AccountId, accounts),
        EnableAccount { Patch: var patch } enabled => AttributesOf(patch, enabled.AccountId, accounts),
        DisableAccount { IsDisabledAlready: true } or DeleteAccount => Array.Empty<string>(),
        RetireAccount { Transition: { Before: var before, After: { } after } } => new[] { Attribute("state", before, after) },
        UpdateGroup { Transition: { Before: var before, After: { } after } } => new[] { Attribute("displayName", before, after) },
        _ => Array.Empty<string>(),
    };

    private static IEnumerable<string> AttributesOf(AccountPatch patch, string? accountId, AccountView? accounts)
    {
        var before = accountId is null ? null : accounts?.Find(accountId);
        var written = new (string Name, string? Before, string? After)[]
        {
            ("externalId", before?.ExternalId, patch.ExternalId),
            ("managedBy", before is null or { ManagedBy: ManagedBy.Unspecified } ? null : before.ManagedBy.ToString(), patch.ManagedBy?.ToString()),
            ("state", before?.State.ToString(), patch.State?.ToString()),
            ("givenName", before?.GivenName, patch.GivenName),
            ("familyName", before?.FamilyName, patch.FamilyName),
            ("displayName", before?.DisplayName, patch.DisplayName),
        };
        foreach (var attribute in written)
        {
            if (attribute.After is { } after && after != attribute.Before)
                yield return Attribute(attribute.Name, attribute.Before, after);
        }
    }

    private static string Attribute(string name, string? before, string after) => string.IsNullOrEmpty(before) ? $"{name} '{after}'" : $"{name} '{before}' → '{after}'";

    /// <summary>A user who is in the user group or linked, as the planner sees them.</summary>
    private sealed record KnownUser(Person Person, AccountLink? Link, Account? Account, bool IsWithoutAccount)
    {
        /// <summary>The user; null if they are neither in the user group nor linked.</summary>
        public static KnownUser? Of(UserFindings.Complete found)
        {
            var input = found.Input;
            if (input.Roster.PlaceOf(found.Entra.Match.EntraId) is not (var place and >= 0))
                return null;
            var entry = input.Roster.Entries[place];
            return new KnownUser(new PersonStates(input).PersonAt(place), entry.Link, entry.Account, MissingAccount.AppliesTo(entry, input.Accounts));
        }
    }
}
