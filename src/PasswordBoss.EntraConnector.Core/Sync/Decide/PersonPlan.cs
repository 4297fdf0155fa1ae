using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>The part of the plan that is about users and their accounts, while it is being built.</summary>
internal sealed class PersonPlan
{
    private readonly PlannerInput input;

    public PersonPlan(PlannerInput input) => this.input = input;

    public List<PlannedChange> Changes { get; } = new();

    public List<StateChange> StateChanges { get; } = new();

    /// <summary>The users that the next run must look up, although no change and no obstacle mentions them.</summary>
    public List<string> RecheckUserIds { get; } = new();

    public void Remember(AccountLink link) => StateChanges.Add(new StateChange.LinkSaved(link));

    public void RememberIfChanged(AccountLink before, AccountLink after)
    {
        if (after != before)
            Remember(after);
    }

    public void Skip(in Person person, AccountLink? link, Message reason, Problem obstacle) =>
        Changes.Add(new ReportOnly { Reason = reason, About = new Subject(SubjectOf(person, link), link?.AccountId), Because = obstacle });

    public void Conflict(in Person person, AccountLink? link, Message reason, Problem obstacle, Transition shown = default) =>
        Changes.Add(new ReportOnly { Reason = reason, About = new Subject(SubjectOf(person, link), link?.AccountId), Because = obstacle, IsConflict = true, Shown = shown });

    public static ReportOnly SkipFormer(AccountLink link, Message reason, Problem obstacle) =>
        new() { Reason = reason, About = new Subject(SubjectOf(link), link.AccountId), Because = obstacle };

    public void ReportOnce(in Person person, AccountLink link, Message reason, Problem obstacle)
    {
        var present = link.WithoutLeaver() with { AdminChangeReported = true };
        // A run of one user explains this user, also with what an earlier run has reported.
        if (!link.AdminChangeReported || input.IsOneUser)
            Skip(person, link, reason, obstacle);
        if (present != link)
            Remember(present);
    }

    public void ReportDoubt(in Person person, AccountLink? link) =>
        Skip(person, link, Texts.ReasonUnverified, Problems.PersonUnknown(link?.DisplayName ?? AddressClaims.NameOf(person), person.Doubt ?? Texts.DoubtNotReadable));

    public void ReportUnclear(in Person person, AccountLink link, Account? account) =>
        Skip(person, link, Texts.ReasonAccountUnclear, account is null
            ? Problems.AccountNotReadable(link.Email, input.Accounts.DoubtAbout(link.AccountId) ?? Texts.DoubtNotReadable)
            : Problems.AccountStateUnknown(link.Email, account.StateText is null ? Texts.StateNotGiven : account.StateText));

    public UserSubject SubjectOf(in Person person, AccountLink? link) => new(
        person.EntraId,
        link?.Email ?? (person.User is null ? null : EmailAddress.Choose(person.User, input.Rules.EmailSource)),
        person.User is null ? link?.DisplayName : AddressClaims.NameOf(person.User));

    public static UserSubject SubjectOf(AccountLink link) => new(link.EntraId, link.Email, link.DisplayName);
}
