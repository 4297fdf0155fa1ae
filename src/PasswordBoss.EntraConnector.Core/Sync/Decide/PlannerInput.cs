using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Sync.Decide;

/// <summary>Everything that the planner decides from. It uses nothing else: no clock, no server, no file.</summary>
public sealed record PlannerInput
{
    private Roster? roster;

    /// <summary>The rules.</summary>
    public required SyncRules Rules { get; init; }
    /// <summary>The user group, read completely or hidden.</summary>
    public required GroupReading UserGroup { get; init; }
    /// <summary>The additional groups, each as far as it could be read.</summary>
    public IReadOnlyList<GroupReading> AdditionalGroups { get; init; } = Array.Empty<GroupReading>();
    /// <summary>The users that the plan is about.</summary>
    public UserScope Scope { get; init; } = UserScope.Everyone;
    /// <summary>Whether members of nested groups count.</summary>
    public bool IncludeNested { get; init; }
    /// <summary>The users who were looked up by id.</summary>
    public IReadOnlyDictionary<string, UserLookup> Lookups { get; init; } = new Dictionary<string, UserLookup>(EntraId.Comparer);
    /// <summary>The accounts.</summary>
    public required AccountView Accounts { get; init; }
    /// <summary>The groups of Password Boss: all of them, or in an incremental run those that the plan needs. Empty if no group is selected or linked.</summary>
    public IReadOnlyList<AccountGroup> AccountGroups { get; init; } = Array.Empty<AccountGroup>();
    /// <summary>The groups of Password Boss that could not be read, as messages name them. A linked group that is missing may be one of them.</summary>
    public IReadOnlyList<string> UnreadableGroups { get; init; } = Array.Empty<string>();
    /// <summary>What the server offers.</summary>
    public required AccountCapabilities Capabilities { get; init; }
    /// <summary>Links, removals and the rest, after recovery.</summary>
    public required SyncState State { get; init; }
    /// <summary>Whether to apply the current rules also to users who already left.</summary>
    public bool Reapply { get; init; }
    /// <summary>Whether to allow what the last refusal listed.</summary>
    public bool Force { get; init; }
    /// <summary>The time of the run, UTC.</summary>
    public required DateTimeOffset Now { get; init; }
    /// <summary>How far this machine's clock is ahead of Microsoft's (negative if behind), if the difference is too large to allow removals; null otherwise.</summary>
    public TimeSpan? ExcessiveClockDifference { get; init; }
    /// <summary>The users whose reads contradict change tracking. The plan changes nothing for them.</summary>
    public ISet<string> Doubted { get; init; } = new HashSet<string>(EntraId.Comparer);
    /// <summary>The deleted users who can no longer be restored and whose accounts the server hides.</summary>
    public ISet<string> PermanentlyDeleted { get; init; } = new HashSet<string>(EntraId.Comparer);
    /// <summary>Why nothing may be written before a full run; null if the run may write.</summary>
    public Problem? HeldBack { get; init; }
    /// <summary>Whether the run is of one user, so that it begins no pause.</summary>
    public bool IsOneUser { get; init; }

    /// <summary>Whether an admin allows what the last refusal listed. Then nothing else is removed.</summary>
    internal bool HasConsent => Force && State.Pause is not null;

    // Several steps of a run share this roster. A copy with other readings builds its own.
    internal Roster Roster => roster is { } made && made.IsOf(this) ? made : roster = new Roster(this);

    /// <summary>Whether an account waits for its deletion, and the wait is over.</summary>
    internal bool IsDeletionDue(AccountLink link) => link.WaitingDeletion is { Since: var since } && Rules.DeletionDue(since) <= Now;
}
