using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>How far a connection has come: what an incremental run goes on from.</summary>
public sealed record SyncProgress
{
    /// <summary>Nothing is known: the next run reads everything.</summary>
    public static SyncProgress None { get; } = new();

    /// <summary>Where change tracking stands; null when there is none.</summary>
    public DeltaLinks? Links { get; init; }
    /// <summary>The selection and the rules that the progress was made under, as a text to compare; another one asks for a full run.</summary>
    public string Scope { get; init; } = "";
    /// <summary>When the last full run that read everything began, UTC.</summary>
    public DateTimeOffset? LastFullAt { get; init; }
    /// <summary>Whether the next run must read everything, whatever the time.</summary>
    public bool FullNeeded { get; init; }
    /// <summary>The people about whom the next run must ask, whatever changed, although no open matter names them: nothing certain is known of them.</summary>
    public IReadOnlyList<string> RecheckUserIds { get; init; } = Array.Empty<string>();
    /// <summary>The users about whom change tracking said something that a read denied; they count as unknown until a read agrees or the doubt is old.</summary>
    public IReadOnlyList<UserDoubt> Doubts { get; init; } = Array.Empty<UserDoubt>();
    /// <summary>The groups whose changes are tracked: the selected ones, and with nesting all groups inside them.</summary>
    public IReadOnlyList<TrackedGroup> Groups { get; init; } = Array.Empty<TrackedGroup>();
}

/// <summary>What change tracking said of a user and a read of the same run denied. Replicas lag, in both directions.</summary>
public sealed record UserDoubt
{
    /// <summary>The object id of the user.</summary>
    public required string EntraId { get; init; }
    /// <summary>When the contradiction was first seen, UTC.</summary>
    public required DateTimeOffset Since { get; init; }
    /// <summary>Whether the user was said to be deleted.</summary>
    public bool IsRemoved { get; init; }
    /// <summary>The properties that were told; null when none were. A property that is null was not told.</summary>
    public DirectoryUser? Told { get; init; }
    /// <summary>The object ids of the groups that the user was said to have left.</summary>
    public IReadOnlyList<string> LeftGroups { get; init; } = Array.Empty<string>();
    /// <summary>
    /// The object ids of the selected groups that the user was said to have come into: the user group, and with nesting additional ones, through a group inside them.
    /// </summary>
    public IReadOnlyList<string> JoinedGroups { get; init; } = Array.Empty<string>();
}

/// <summary>A group whose changes are tracked.</summary>
public sealed record TrackedGroup
{
    /// <summary>The object id.</summary>
    public required string GroupId { get; init; }
    /// <summary>The name that the last full run read; of groups inside others it is not known.</summary>
    public string? DisplayName { get; init; }
    /// <summary>Whether its members are members of the user group: it is the user group, or with nesting lies inside it.</summary>
    public bool IsUserGroup { get; init; }
    /// <summary>Whether other groups are members of it, so that <c>checkMemberGroups</c>, which is transitive, does not tell who is a direct member.</summary>
    public bool HoldsGroups { get; init; }
    /// <summary>Whether the last full run read it whole. Of one that it could not read nothing is concluded until a full run can.</summary>
    public bool WasRead { get; init; }
    /// <summary>With nesting, the object ids of the additional groups that hold the group, directly or through others; empty where that is not known.</summary>
    public IReadOnlyList<string> Within { get; init; } = Array.Empty<string>();
}

/// <summary>A person in a selected group, as the last run knew it. It decides nothing; it tells whom a change concerns.</summary>
/// <param name="GroupId">The object id of the selected group.</param>
/// <param name="EntraId">The object id of the person.</param>
/// <param name="Address">Her address by rule; null in all groups but the user group, and where she has none.</param>
public sealed record KnownMember(string GroupId, string EntraId, string? Address);

/// <summary>Something that a run left open: it is named in every result and in the status, and tried again, until it is done or its cause is gone.</summary>
public sealed record PendingRetry
{
    /// <summary>The person; null for a matter of a group alone.</summary>
    public string? EntraId { get; init; }
    /// <summary>The Entra group; null for a matter of an account.</summary>
    public string? GroupId { get; init; }
    /// <summary>What a result says of it.</summary>
    public required ChangeRecord Change { get; init; }
    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }
    /// <summary>When it is due to be tried again, UTC. A change in Entra makes it due at once.</summary>
    public DateTimeOffset NotBefore { get; init; }
}

/// <summary>What decides how a run begins; little enough to be read when nothing has changed.</summary>
public sealed record RunStart
{
    /// <summary>The state of the connection after its last run.</summary>
    public ConnectionHealth Health { get; init; } = ConnectionHealth.New;
    /// <summary>What a safety limit refused; null when nothing is paused.</summary>
    public PauseRecord? Pause { get; init; }
    /// <summary>How far the connection has come.</summary>
    public SyncProgress Progress { get; init; } = SyncProgress.None;
    /// <summary>What the last run left open.</summary>
    public IReadOnlyList<PendingRetry> PendingRetries { get; init; } = Array.Empty<PendingRetry>();
    /// <summary>Whether a write is open whose end is not known.</summary>
    public bool HasOpenIntents { get; init; }
    /// <summary>Whether the database is an older one that was put back: a file beside it knows of later runs. Everything must be read then.</summary>
    public bool WasPutBack { get; init; }
    /// <summary>Whether the state is a new one after the former was lost: a file beside it knows of runs of a connection between the same two sides.</summary>
    public bool WasLost { get; init; }
    /// <summary>The newest time in the state, UTC; null when it holds none. The time of a run is never before it.</summary>
    public DateTimeOffset? NewestTime { get; init; }

    /// <summary>The same start, with every time that lies in the future set back: a run with a wrong clock stored it.</summary>
    /// <param name="now">The time, UTC.</param>
    public RunStart SetBackTo(DateTimeOffset now) => this with
    {
        Progress = Progress with
        {
            LastFullAt = Progress.LastFullAt > now ? now : Progress.LastFullAt,
            Doubts = Progress.Doubts.Select(d => d.Since > now ? d with { Since = now } : d).ToList(),
        },
        PendingRetries = PendingRetries.Select(m => m.NotBefore > now ? m with { NotBefore = now } : m).ToList(),
    };
}

/// <summary>What the end of a run saves for the next one, together with its record.</summary>
public sealed record ProgressChange
{
    /// <summary>How far the connection has come.</summary>
    public required SyncProgress Progress { get; init; }
    /// <summary>Everything that is open; replaces what was.</summary>
    public required IReadOnlyList<PendingRetry> PendingRetries { get; init; }
    /// <summary>After a full run, all known members, which replace those that were; null after an incremental one.</summary>
    public IReadOnlyList<KnownMember>? AllMembers { get; init; }
    /// <summary>After an incremental run, members to insert or replace.</summary>
    public IReadOnlyList<KnownMember> Joined { get; init; } = Array.Empty<KnownMember>();
    /// <summary>After an incremental run, members to forget.</summary>
    public IReadOnlyList<KnownMember> Left { get; init; } = Array.Empty<KnownMember>();
}
