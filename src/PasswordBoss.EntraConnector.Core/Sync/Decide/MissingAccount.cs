using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>Why a user of the user group has no account. The list of such users and the explanation of one user give the same reason.</summary>
internal sealed class MissingAccount
{
    private MissingAccount(PlannedChange? change, Message reason)
    {
        Change = change;
        Reason = reason;
    }

    /// <summary>The planned change that creates or adopts the account, or else the first planned change of the user; null if there is none.</summary>
    public PlannedChange? Change { get; }

    /// <summary>The reason.</summary>
    public Message Reason { get; }

    /// <summary>
    /// Whether the user is in the user group and has no account. An account that the connector made personal is no longer the user's account in this business.
    /// </summary>
    /// <param name="entry">The user.</param>
    /// <param name="accounts">The accounts that were read.</param>
    public static bool AppliesTo(in RosterEntry entry, AccountView accounts) =>
        entry.Listed is not null
        && (entry.Link is not { } link || (entry.Account is null && (accounts.IsGone(link.AccountId) || link.AppliedRule == LeaverRule.ConvertToPersonal)));

    /// <summary>The reason of a user; <see cref="AppliesTo"/> must be true for them.</summary>
    /// <param name="person">The state of the user.</param>
    /// <param name="planned">The planned changes of the user, without those of groups.</param>
    public static MissingAccount Of(in Person person, IReadOnlyList<PlannedChange> planned)
    {
        var change = planned.FirstOrDefault(c => c is CreateAccount or AdoptAccount) ?? (planned.Count > 0 ? planned[0] : null);
        return new MissingAccount(change, change switch
        {
            { Obstacle: { } obstacle } => obstacle.Text,
            CreateAccount => Texts.MissingCreated,
            AdoptAccount adoption => Texts.MissingAdopted(adoption.LinkAfter.Email),
            _ => person switch
            {
                { Presence: PersonPresence.Unknown, Doubt: { } doubt } => doubt,
                { Presence: PersonPresence.Leaver, Event: LeavingEvent.Disabled } => Texts.MissingDisabled,
                { Presence: PersonPresence.Leaver } => Texts.MissingLeft,
                _ => Texts.MissingNextRun,
            },
        });
    }
}
