using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// What an admin allows with <c>-Force</c>: exactly the removals that the last refusal listed. Of vanished accounts, which are created again and not removed, it
/// covers all that are gone, as that refusal says.
/// </summary>
internal sealed class Consent
{
    private const string VanishedPrefix = "Vanished|";
    private static readonly Consent Nothing = new(Array.Empty<string>());

    private readonly HashSet<string> keys;

    private Consent(IEnumerable<string> keys) => this.keys = new HashSet<string>(keys, StringComparer.Ordinal);

    /// <summary>Whether all vanished accounts may be created again.</summary>
    public bool CoversVanishedAccounts => keys.Any(k => k.StartsWith(VanishedPrefix, StringComparison.Ordinal));

    /// <summary>What an admin allows in a run.</summary>
    /// <param name="input">What the plan is made from.</param>
    public static Consent Of(PlannerInput input) => Of(input.Force, input.State.Pause);

    /// <summary>What an admin allows.</summary>
    /// <param name="force">Whether <c>-Force</c> was given.</param>
    /// <param name="pause">What the last refusal listed; null when nothing is paused.</param>
    public static Consent Of(bool force, PauseRecord? pause) => force && pause is not null ? new Consent(pause.RefusedKeys) : Nothing;

    /// <summary>What stands for a vanished account in the list of what was refused.</summary>
    /// <param name="link">The link of the account.</param>
    public static string VanishedKey(AccountLink link) => VanishedPrefix + link.EntraId + "|" + link.AccountId;

    /// <summary>The removal that a change counts as. One that an admin allowed does not count against the limits.</summary>
    /// <param name="change">The change.</param>
    /// <param name="now">The time, UTC.</param>
    public RemovalRecord RemovalOf(PlannedChange change, DateTimeOffset now) => new() { At = now, GroupId = change.GroupId, Forced = Allows(change) };

    /// <summary>Whether an action was listed. Who allowed a deletion or a conversion has allowed the weaker disabling of the same account too.</summary>
    /// <param name="action">The action.</param>
    public bool Allows(PlannedChange action) => keys.Count > 0
        && (keys.Contains(action.Key)
            || (action is DisableAccount
                && (keys.Contains(action.Subject.KeyOf(SyncAction.Delete)) || keys.Contains(action.Subject.KeyOf(SyncAction.ConvertToPersonal)))));
}
