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
    private readonly UserFindings found;
    private readonly MessageArgument user;
    private readonly Person? person;
    private readonly AccountLink? link;
    private readonly Account? account;
    private readonly bool isWithoutAccount;
    private readonly IReadOnlyList<PlannedChange> planned;

    private UserSteps(RunResult run, UserFindings found)
    {
        this.run = run;
        this.found = found;
        planned = run.End is RunEnd.Planned plan ? plan.Run.Plan.Changes : Array.Empty<PlannedChange>();
        var match = found.Matches is { Count: 1 } matches ? matches[0] : null;
        var read = found.Lookup?.User;
        user = (read?.DisplayName ?? match?.DisplayName, read is null ? match?.Address : read.Mail ?? read.UserPrincipalName) switch
        {
            ({ Length: > 0 } name, { Length: > 0 } address) => Texts.TextNameAndAddress(name, address),
            (var name, var address) => name ?? address ?? match?.EntraId ?? found.Wanted,
        };
        if (match is null || found.Input is not { } input)
            return;
        if (input.Roster.PlaceOf(match.EntraId) is var place and >= 0)
        {
            var entry = input.Roster.Entries[place];
            person = new PersonStates(input).PersonAt(place);
            (link, account) = (entry.Link, entry.Account);
            isWithoutAccount = MissingAccount.AppliesTo(entry, input.Accounts);
        }
    }

    /// <summary>The five steps; none if the run was not of one user.</summary>
    /// <param name="run">The run.</param>
    public static IReadOnlyList<UserStep> Of(RunResult run)
    {
        if (run.User is not { } found)
            return Array.Empty<UserStep>();
        var steps = new UserSteps(run, found);
        return new[] { steps.OfEntra(), steps.OfScope(), steps.OfAccount(), steps.OfChanges(), steps.OfHolds() };
    }

    // The first step without a result gets the reason why the read ended. The later steps were not reached.
    private UserStep Unread(string name, bool isFirst) => isFirst && found.HasBegun && run.Decisive is { } problem
        ? new UserStep(name, run.End is RunEnd.Undecided && problem.Id == ErrorId.UserNeedsFullRun ? CheckStatus.Warning : CheckStatus.Failed, new[] { problem.Text })
        : UserStep.Skipped(name, Texts.StepNotReached);

    private UserStep OfEntra()
    {
        if (found.Matches is not { Count: 1 })
            return Unread(UserStep.Entra, isFirst: true);
        if (found.Lookup is not { } lookup)
            return UserStep.Passed(UserStep.Entra, Texts.StepUserFound(user), found.LookedUpAt);
        var at = found.LookedUpAt;
        return lookup.Existence switch
        {
            UserExistence.Deleted => UserStep.Warned(UserStep.Entra, found.IsInDeletedItems ? Texts.StepUserInDeletedItems(user) : Texts.StepUserDeleted(user), at),
            UserExistence.Exists when lookup.User is { IsReadable: true, AccountEnabled: { } enabled } => enabled
                ? UserStep.Passed(UserStep.Entra, Texts.StepUserEnabled(user), at)
                : UserStep.Warned(UserStep.Entra, Texts.StepUserDisabled(user), at),
            _ => UserStep.Warned(UserStep.Entra, Texts.StepUserUnreadable(user), at),
        };
    }

    private UserStep OfScope()
    {
        if (found is not { UserGroup: { } group, Lookup: { } lookup })
            return Unread(UserStep.Scope, isFirst: found.Matches is { Count: 1 });
        var at = found.GroupsReadAt;
        if (lookup.Existence == UserExistence.Deleted)
            return UserStep.Skipped(UserStep.Scope, Texts.StepScopeDeleted) with { At = at };
        if (person is { Doubt: { } doubt, Presence: PersonPresence.Unknown })
            return UserStep.Warned(UserStep.Scope, Texts.StepScopeUnknown(group, doubt), at);
        var through = string.Join(" > ", (found.Memberships?.Path ?? []).Take(Math.Max((found.Memberships?.Path.Count ?? 0) - 1, 0)).Select(g => "'" + g.DisplayName + "'"));
        var isMember = lookup.MembershipOf(run.Connection.UserGroup!.Id);
        if (person is { InUserGroup: true })
            return UserStep.Passed(UserStep.Scope, through.Length == 0 ? Texts.StepScopeMember(group) : Texts.StepScopeNested(group, through), at);
        return UserStep.Warned(
            UserStep.Scope,
            isMember switch
            {
                MembershipStatus.Member => through.Length == 0 ? Texts.StepScopeIndirect(group) : Texts.StepScopeNestedIgnored(group, through),
                MembershipStatus.NotMember => Texts.StepScopeOutside(group),
                _ => Texts.StepScopeUnknown(group, Texts.DoubtNotReadable),
            },
            at);
    }

    private UserStep OfAccount()
    {
        if (found.Input is not { } input)
            return Unread(UserStep.Account, isFirst: found.Lookup is not null);
        var at = found.AccountsReadAt;
        if (link is not null)
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
            return account is null && input.Accounts.IsMissing(link.AccountId)
                ? new UserStep(UserStep.Account, CheckStatus.Warning, new[] { how, Texts.StepAccountNotShown }, at)
                : UserStep.Passed(UserStep.Account, how, at);
        }

        if (planned.OfType<AdoptAccount>().FirstOrDefault() is { } adoption)
        {
            return UserStep.Passed(
                UserStep.Account,
                input.Accounts.Find(adoption.LinkAfter.AccountId) is { ExternalId: { Length: > 0 } } ? Texts.StepMatchedById(adoption.LinkAfter.Email) : Texts.StepMatchedByAddress(adoption.LinkAfter.Email),
                at);
        }

        if (planned.OfType<ReportOnly>().FirstOrDefault(r => r.AccountId is not null && input.Accounts.Find(r.AccountId) is not null) is { AccountId: { } otherId })
            return UserStep.Warned(UserStep.Account, Texts.StepAccountNotAdopted(input.Accounts.Find(otherId)!.UserName), at);
        return person is null
            ? UserStep.Skipped(UserStep.Account, Texts.StepNoLink) with { At = at }
            : UserStep.Passed(UserStep.Account, Texts.StepNoAccount, at);
    }

    private UserStep OfChanges()
    {
        if (run.End is not RunEnd.Planned end)
            return Unread(UserStep.Changes, isFirst: found.Input is not null);
        var details = new List<Message>();
        var status = CheckStatus.Passed;
        for (var i = 0; i < planned.Count; i++)
        {
            if (planned[i] is ReportOnly)
                continue;
            var outcome = i < end.Changes.Count ? end.Changes[i].Outcome : ChangeOutcome.Skipped;
            var what = Texts.Do(planned[i].Action, planned[i].Subject.UserName, planned[i].GroupName ?? "");
            var attributes = string.Join(", ", AttributesOf(planned[i]));
            details.Add(attributes.Length == 0 ? Texts.StepChange(what, outcome.ToString()) : Texts.StepChangeOf(what, attributes, outcome.ToString()));
            if (outcome == ChangeOutcome.Failed)
                status = CheckStatus.Failed;
        }

        if (details.Count > 0)
            return new UserStep(UserStep.Changes, status, details);
        return UserStep.Passed(UserStep.Changes, person is null ? Texts.StepNothingOutside(found.UserGroup ?? "") : Texts.StepNothingToChange, null);
    }

    private UserStep OfHolds()
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
            details.AddRange(WhyNoAccount());
        return details.Count > 0 ? new UserStep(UserStep.Holds, status, details) : UserStep.Passed(UserStep.Holds, Texts.StepNothingHolds, null);
    }

    // The reason for a user outside the user group is the scope. There is none if the user has an account, or if this run plans one.
    private IEnumerable<Message> WhyNoAccount()
    {
        if (person is not { } known)
            return OfScope().Details;
        if (!isWithoutAccount || planned.Any(change => change is CreateAccount or AdoptAccount))
            return Array.Empty<Message>();
        return new[] { MissingAccount.Of(known, planned.Where(change => change.EntraId is not null && change.GroupId is null).ToList()).Reason };
    }

    private IEnumerable<string> AttributesOf(PlannedChange change) => change switch
    {
        CreateAccount { Draft: var draft } => new[]
        {
            Attribute("userName", null, draft.UserName),
            Attribute("givenName", null, draft.GivenName),
            Attribute("familyName", null, draft.FamilyName),
            Attribute("displayName", null, draft.DisplayName),
            Attribute("state", null, draft.Pending ? nameof(AccountState.Pending) : nameof(AccountState.Active)),
        },
        DoneWhenAccepted { Patch: var patch } accepted => AttributesOf(patch, accepted.AccountId),
        EnableAccount { Patch: var patch } enabled => AttributesOf(patch, enabled.AccountId),
        DisableAccount { IsDisabledAlready: true } or DeleteAccount => Array.Empty<string>(),
        RetireAccount { Transition: { Before: var before, After: { } after } } => new[] { Attribute("state", before, after) },
        UpdateGroup { Transition: { Before: var before, After: { } after } } => new[] { Attribute("displayName", before, after) },
        _ => Array.Empty<string>(),
    };

    private IEnumerable<string> AttributesOf(AccountPatch patch, string? accountId)
    {
        var before = accountId is null ? null : found.Input?.Accounts.Find(accountId);
        var written = new (string Name, string? Before, string? After)[]
        {
            ("externalId", before?.ExternalId, patch.ExternalId),
            ("managedBy", before is null or { ManagedBy: ManagedBy.Unspecified } ? null : before.ManagedBy.ToString(), patch.ManagedBy?.ToString()),
            ("state", before?.State.ToString(), patch.State?.ToString()),
            ("givenName", before?.GivenName, patch.GivenName),
            ("familyName", before?.FamilyName, patch.FamilyName),
            ("displayName", before?.DisplayName, patch.DisplayName),
        };
        return written.Where(a => a.After is not null && a.After != a.Before).Select(a => Attribute(a.Name, a.Before, a.After!));
    }

    private static string Attribute(string name, string? before, string after) => string.IsNullOrEmpty(before) ? $"{name} '{after}'" : $"{name} '{before}' → '{after}'";
}
