using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The progress of a connection, from which an incremental run continues.</summary>
public sealed record SyncProgress
{
    /// <summary>No progress: the next run must be a full one.</summary>
    public static SyncProgress None { get; } = new();

    /// <summary>The delta links; null if there are none.</summary>
    public DeltaLinks? Links { get; init; }
    /// <summary>The selected groups and the rules as comparable text. If they have changed, the next run must be a full one.</summary>
    public string Scope { get; init; } = "";
    /// <summary>When the last complete full run began, UTC.</summary>
    public DateTimeOffset? LastFullAt { get; init; }
    /// <summary>When a full run last listed the accounts and stored which linked ones it did not find, UTC; null before the first one that did.</summary>
    public DateTimeOffset? AccountsListedAt { get; init; }
    /// <summary>Whether the next run must be a full one, regardless of the time.</summary>
    public bool FullNeeded { get; init; }
    /// <summary>The users that the next run must check even if they have not changed and no retry exists for them: their state is uncertain.</summary>
    public IReadOnlyList<string> RecheckUserIds { get; init; } = Array.Empty<string>();
    /// <summary>The users whose reads contradict change tracking. They count as unknown until a read agrees, for an hour at most.</summary>
    public IReadOnlyList<UserDoubt> Doubts { get; init; } = Array.Empty<UserDoubt>();
    /// <summary>The groups with change tracking: the selected ones, and with nesting all groups inside them.</summary>
    public IReadOnlyList<TrackedGroup> Groups { get; init; } = Array.Empty<TrackedGroup>();
    /// <summary>The backup that the state was restored from; null if there is none, and after the first complete full run.</summary>
    public BackupOrigin? Restored { get; init; }
}

/// <summary>What change tracking reported about a user while a read of the same run contradicted it. Replicas lag, in both directions.</summary>
public sealed record UserDoubt
{
    /// <summary>The object id of the user.</summary>
    public required string EntraId { get; init; }
    /// <summary>When the contradiction was first seen, UTC.</summary>
    public required DateTimeOffset Since { get; init; }
    /// <summary>Whether the user was reported as deleted.</summary>
    public bool IsRemoved { get; init; }
    /// <summary>The reported properties; null if there were none. A null property was not reported.</summary>
    public DirectoryUser? Reported { get; init; }
    /// <summary>The object ids of the groups that the user reportedly left.</summary>
    public IReadOnlyList<string> LeftGroups { get; init; } = Array.Empty<string>();
    /// <summary>
    /// The object ids of the selected groups that the user reportedly joined: the user group, and with nesting also additional groups, through a group inside
    /// them.
    /// </summary>
    public IReadOnlyList<string> JoinedGroups { get; init; } = Array.Empty<string>();
}

/// <summary>A group with change tracking.</summary>
public sealed record TrackedGroup
{
    /// <summary>The object id.</summary>
    public required string GroupId { get; init; }
    /// <summary>The name from the last full run; null for nested groups, whose names are not known.</summary>
    public string? DisplayName { get; init; }
    /// <summary>Whether its members count as members of the user group: it is the user group or, with nesting, a group inside it.</summary>
    public bool IsUserGroup { get; init; }
    /// <summary>Whether it has groups as members. The transitive <c>checkMemberGroups</c> then does not show who is a direct member.</summary>
    public bool HoldsGroups { get; init; }
    /// <summary>Whether the last full run read it completely. If not, nothing is concluded from it until a full run succeeds.</summary>
    public bool WasRead { get; init; }
    /// <summary>With nesting, the object ids of the additional groups that contain the group, directly or indirectly; empty if not known.</summary>
    public IReadOnlyList<string> Within { get; init; } = Array.Empty<string>();
}

/// <summary>A user in a selected group, as of the last run. Used to find the users that a change affects, and to know the direct members of a group that contains groups.</summary>
/// <param name="GroupId">The object id of the selected group.</param>
/// <param name="EntraId">The object id of the user.</param>
/// <param name="Address">The user's address by rule; null in all groups except the user group, and for a user without an address.</param>
public sealed record KnownMember(string GroupId, string EntraId, string? Address);

/// <summary>Unfinished work of a run. It is shown in every result and in the status, and retried until it is done or its cause is gone.</summary>
public sealed record PendingRetry
{
    /// <summary>The user; null if only a group is concerned.</summary>
    public string? EntraId { get; init; }
    /// <summary>The Entra group; null if an account is concerned.</summary>
    public string? GroupId { get; init; }
    /// <summary>The entry in the results.</summary>
    public required ChangeRecord Change { get; init; }
    /// <summary>The number of attempts.</summary>
    public int Attempts { get; init; }
    /// <summary>When the next attempt is due, UTC. A change in Entra makes it due at once.</summary>
    public DateTimeOffset NotBefore { get; init; }
    /// <summary>
    /// The leaving event that the unfinished change acts on. None for any other change, for a former account, and for a due deletion, whose event an earlier run
    /// has handled.
    /// </summary>
    public LeavingEvent Leaving { get; init; }
}

/// <summary>What a run needs to begin. It is small, because every run reads it.</summary>
public sealed record RunStart
{
    /// <summary>The health of the connection after its last run.</summary>
    public ConnectionHealth Health { get; init; } = ConnectionHealth.New;
    /// <summary>The changes that a safety limit refused; null if nothing is paused.</summary>
    public PauseRecord? Pause { get; init; }
    /// <summary>The progress of the connection.</summary>
    public SyncProgress Progress { get; init; } = SyncProgress.None;
    /// <summary>The unfinished work of the last run.</summary>
    public IReadOnlyList<PendingRetry> PendingRetries { get; init; } = Array.Empty<PendingRetry>();
    /// <summary>Whether there are open intents, whose writes may or may not have been done.</summary>
    public bool HasOpenIntents { get; init; }
    /// <summary>Whether a run changed something and did not finish: changes already applied can hide follow-up work.</summary>
    public bool HasOpenRun { get; init; }
    /// <summary>Whether an older database was restored: a file beside it has a record of later runs. The next run must then be a full one.</summary>
    public bool WasRolledBack { get; init; }
    /// <summary>
    /// Whether this is a new state after the earlier one was lost: a file beside it has a record of runs between the same tenant and Password Boss address.
    /// </summary>
    public bool WasLost { get; init; }
    /// <summary>Whether runs may be missing in the state, because it comes from a backup. Changes that it does not contain are then no sign of another store.</summary>
    public bool MayLackRuns => WasRolledBack || Progress.Restored is not null;
    /// <summary>The newest time in the state, UTC; null if it has none. A run uses no earlier time, unless this one is in the future by Graph's clock.</summary>
    public DateTimeOffset? NewestTime { get; init; }

    /// <summary>The same start with every future time set to now: such a time was written while the clock was wrong.</summary>
    /// <param name="now">The time, UTC.</param>
    public RunStart WithoutTimesAfter(DateTimeOffset now) => this with
    {
        Progress = Progress with
        {
            LastFullAt = Progress.LastFullAt > now ? now : Progress.LastFullAt,
            Doubts = Progress.Doubts.Select(d => d.Since > now ? d with { Since = now } : d).ToList(),
        },
        PendingRetries = PendingRetries.Select(m => m.NotBefore > now ? m with { NotBefore = now } : m).ToList(),
    };
}

/// <summary>What a run saves for the next one, together with its own record.</summary>
public sealed record ProgressChange
{
    /// <summary>The progress of the connection.</summary>
    public required SyncProgress Progress { get; init; }
    /// <summary>All unfinished work; replaces the stored list.</summary>
    public required IReadOnlyList<PendingRetry> PendingRetries { get; init; }
    /// <summary>After a full run, all known members, which replace the stored ones; null after an incremental run.</summary>
    public IReadOnlyList<KnownMember>? AllMembers { get; init; }
    /// <summary>After an incremental run, members to insert or replace.</summary>
    public IReadOnlyList<KnownMember> MembersToStore { get; init; } = Array.Empty<KnownMember>();
    /// <summary>After an incremental run, members to delete.</summary>
    public IReadOnlyList<KnownMember> MembersToForget { get; init; } = Array.Empty<KnownMember>();
}
