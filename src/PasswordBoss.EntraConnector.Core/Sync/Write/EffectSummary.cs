using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>What the reads after the writes of a run have shown about the server.</summary>
internal sealed record EffectSummary
{
    /// <summary>Whether the server shows the state of accounts; null if no read could show it.</summary>
    public bool? ShowsStates { get; init; }
    /// <summary>Whether the server shows the members of groups; null if no read could show it.</summary>
    public bool? ShowsMembers { get; init; }
    /// <summary>The groups that do not show members added in this run, with the number of these members.</summary>
    public IReadOnlyDictionary<string, int> GroupsThatHide { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Summarises the effects.</summary>
    /// <param name="effects">The effects by change.</param>
    public static EffectSummary Of(IReadOnlyDictionary<PlannedChange, Effect> effects)
    {
        var done = effects.Where(e => e.Value.IsDone).ToList();
        return new EffectSummary
        {
            ShowsStates = Shows(done.Where(e => e.Key is DisableAccount or EnableAccount)),
            ShowsMembers = Shows(done.Where(e => e.Key is PlannedMembershipChange)),
            GroupsThatHide = done.Where(e => e.Value is Effect.NotShown).Select(e => e.Key).OfType<AddMember>()
                .GroupBy(add => add.Group.Name, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
        };
    }

    private static bool? Shows(IEnumerable<KeyValuePair<PlannedChange, Effect>> done)
    {
        bool? shows = null;
        foreach (var effect in done)
            shows = (shows ?? true) && effect.Value is not Effect.NotShown;
        return shows;
    }
}
