using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>
/// What an admin allows with <c>-Force</c>: exactly the removals that the last refusal listed. Vanished accounts are created again, not removed. For them, consent
/// covers all that are missing, as the text of the refusal states.
/// </summary>
internal sealed class Consent
{
    private static readonly Consent Nothing = new(Array.Empty<string>(), coversVanishedAccounts: false);

    private readonly HashSet<string> keys;

    private Consent(IEnumerable<string> keys, bool coversVanishedAccounts)
    {
        this.keys = new HashSet<string>(keys, StringComparer.Ordinal);
        CoversVanishedAccounts = coversVanishedAccounts;
    }

    /// <summary>Whether all vanished accounts may be created again.</summary>
    public bool CoversVanishedAccounts { get; }

    /// <summary>What an admin allows in a run.</summary>
    /// <param name="input">The input of the plan.</param>
    public static Consent Of(PlannerInput input) => Of(input.Force, input.State.Pause);

    /// <summary>What an admin allows.</summary>
    /// <param name="force">Whether <c>-Force</c> was given.</param>
    /// <param name="pause">The last refusal; null if nothing is paused.</param>
    public static Consent Of(bool force, PauseRecord? pause) => force && pause is not null ? new Consent(pause.RefusedKeys, pause.HasVanishedAccounts) : Nothing;

    /// <summary>The removal record of a change. A removal that an admin allowed does not count against the limits.</summary>
    /// <param name="change">The change.</param>
    /// <param name="now">The time, UTC.</param>
    public RemovalRecord RemovalOf(PlannedChange change, DateTimeOffset now) => new() { At = now, GroupId = change.GroupId, Forced = Allows(change) };

    /// <summary>Whether a change was listed. Consent to delete or convert an account includes the weaker change, to disable it.</summary>
    /// <param name="change">The change.</param>
    public bool Allows(PlannedChange change) => keys.Count > 0
        && (keys.Contains(change.Key)
            || (change is DisableAccount
                && (keys.Contains(change.Subject.KeyOf(SyncAction.Delete)) || keys.Contains(change.Subject.KeyOf(SyncAction.ConvertToPersonal)))));
}
