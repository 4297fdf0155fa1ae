using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>What is decided about people, as it grows.</summary>
internal sealed class PersonActions
{
    private readonly PlannerInput input;

    public PersonActions(PlannerInput input) => this.input = input;

    public List<PlannedAction> Actions { get; } = new();

    public List<StateChange> StateChanges { get; } = new();

    /// <summary>The people about whom the next run must ask, although no action and no obstacle names them.</summary>
    public List<string> RecheckUserIds { get; } = new();

    public void Remember(AccountLink link) => StateChanges.Add(new StateChange { Link = link });

    public void RememberIfChanged(AccountLink before, AccountLink after)
    {
        if (after != before)
            Remember(after);
    }

    public void Report(SyncAction action, in Person person, AccountLink? link, string reason, ConnectorException obstacle) =>
        Actions.Add(Describe(action, person, link, new Message(reason)) with { AccountId = link?.AccountId, Obstacle = obstacle });

    public void ReportOnce(in Person person, AccountLink link, string reason, ConnectorException obstacle)
    {
        var present = link.WithoutLeaver() with { AdminDisableReported = true };
        if (!link.AdminDisableReported)
            Report(SyncAction.Skip, person, link, reason, obstacle);
        if (present != link)
            Remember(present);
    }

    public void ReportDoubt(in Person person, AccountLink? link) =>
        Report(SyncAction.Skip, person, link, "Reason_Unverified", new ConnectorException(
            ErrorId.PersonUnknown, link?.DisplayName ?? AddressClaims.NameOf(person), (person.Doubt ?? new Message("Doubt_NotReadable")).Render()));

    public void ReportUnclear(in Person person, AccountLink link, Account? account) =>
        Report(SyncAction.Skip, person, link, "Reason_AccountUnclear", account is null
            ? new ConnectorException(ErrorId.AccountNotReadable, link.Email, (input.Accounts.DoubtAbout(link.AccountId) ?? new Message("Doubt_NotReadable")).Render())
            : new ConnectorException(ErrorId.AccountStateUnknown, link.Email, account.StateText ?? new Message("State_NotTold").Render()));

    public PlannedAction Describe(SyncAction action, in Person person, AccountLink? link, Message reason) => new()
    {
        Action = action,
        Reason = reason,
        EntraId = person.EntraId,
        AccountId = link?.AccountId,
        Email = link?.Email ?? (person.User is null ? null : EmailAddress.Choose(person.User, input.Rules.EmailSource)),
        DisplayName = AddressClaims.NameOf(person.User) ?? link?.DisplayName,
    };
}
