using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The state from which a run starts.</summary>
public sealed record SyncState
{
    /// <summary>The state of a new connection.</summary>
    public static SyncState Empty { get; } = new();

    /// <summary>All links, including retired ones.</summary>
    public IReadOnlyList<AccountLink> Links { get; init; } = Array.Empty<AccountLink>();
    /// <summary>All group links.</summary>
    public IReadOnlyList<GroupLink> GroupLinks { get; init; } = Array.Empty<GroupLink>();
    /// <summary>The known members of synced groups.</summary>
    public KnownMemberSet GroupMembers { get; init; } = KnownMemberSet.None;
    /// <summary>The accounts that other connections of this store have linked for the same tenant.</summary>
    public IReadOnlyList<ForeignLink> LinkedElsewhere { get; init; } = Array.Empty<ForeignLink>();
    /// <summary>Open intents: their run did not finish.</summary>
    public IReadOnlyList<Intent> OpenIntents { get; init; } = Array.Empty<Intent>();
    /// <summary>The runs that changed something and did not finish, possibly including one that is still running.</summary>
    public IReadOnlyList<Guid> OpenRuns { get; init; } = Array.Empty<Guid>();
    /// <summary>The removals in the requested time window.</summary>
    public IReadOnlyList<RemovalRecord> Removals { get; init; } = Array.Empty<RemovalRecord>();
    /// <summary>The changes that a safety limit refused; null if nothing is paused.</summary>
    public PauseRecord? Pause { get; init; }
    /// <summary>The health of the connection after its last run.</summary>
    public ConnectionHealth Health { get; init; } = ConnectionHealth.New;

    /// <summary>
    /// The links by account id. Earlier versions stored two links if a server wrote one GUID in two cases. The one that is not retired counts.
    /// </summary>
    internal Dictionary<string, AccountLink> LinksByAccountId()
    {
        var byId = new Dictionary<string, AccountLink>(Links.Count, AccountId.Comparer);
        foreach (var link in Links)
        {
            if (!byId.TryGetValue(link.AccountId, out var other) || other.Kind == LinkKind.Retired)
                byId[link.AccountId] = link;
        }

        return byId;
    }
}

/// <summary>The health of a connection after its last run.</summary>
public sealed record ConnectionHealth
{
    /// <summary>A connection that has never run.</summary>
    public static ConnectionHealth New { get; } = new();

    /// <summary>When the first successful run started, UTC; null if there is none.</summary>
    public DateTimeOffset? FirstSuccessAt { get; init; }
    /// <summary>When the last run ended, UTC.</summary>
    public DateTimeOffset? LastSync { get; init; }
    /// <summary>How it ended.</summary>
    public SyncOutcome? LastOutcome { get; init; }
    /// <summary>Failed runs since the last one that did not fail.</summary>
    public int ConsecutiveFailures { get; init; }
    /// <summary>Whether Microsoft refused access in the last run that reached it.</summary>
    public bool NotAuthorized { get; init; }
    /// <summary>What the status shows about the last run: why it failed or was refused, then what is left, such as open conflicts.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = Array.Empty<Message>();
    /// <summary>Whether a full run has searched for accounts of an earlier, lost state.</summary>
    public bool Relinked { get; init; }
    /// <summary>Whether the next run must report that the stored rule Adopt now also compares names, because an upgrade changed its meaning.</summary>
    public bool AdoptChangeUnreported { get; init; }
    /// <summary>Whether a run found that the server does not show the state of accounts, so that disabling cannot be confirmed.</summary>
    public bool HidesStates { get; init; }
    /// <summary>Whether a run found that the server does not show all members of a group, so that removals cannot be confirmed.</summary>
    public bool HidesMembers { get; init; }
    /// <summary>The number of consecutive runs that could not start because another process or command held the lock.</summary>
    public int BlockedRuns { get; init; }
    /// <summary>The error of the last blocked run, which names the holder of the lock; null if the last run could start.</summary>
    public Message? LockHeld { get; init; }
    /// <summary>The recommended action for the first message; null if the last run neither failed nor was refused.</summary>
    public Message? Recommendation { get; init; }
    /// <summary>The number of requests that the last run sent, retries included; null if it is not known.</summary>
    public int? LastRequests { get; init; }
    /// <summary>When the last run that succeeded, even if only in part, ended, UTC; null if none is known.</summary>
    public DateTimeOffset? LastSuccess { get; init; }
    /// <summary>When the first failed or refused run since the last success ended, UTC; null if the last run succeeded.</summary>
    public DateTimeOffset? FailingSince { get; init; }
}

/// <summary>The data for the status of a connection.</summary>
public sealed record ConnectionSummary
{
    /// <summary>The health after the last run.</summary>
    public required ConnectionHealth Health { get; init; }
    /// <summary>The pause; null if nothing is paused.</summary>
    public PauseRecord? Pause { get; init; }
    /// <summary>The number of current links.</summary>
    public int ManagedUsers { get; init; }
    /// <summary>The number of accounts with a waiting deletion.</summary>
    public int PendingDeletes { get; init; }
    /// <summary>The backup that the state was restored from; null if there is none, and after the first complete full run.</summary>
    public BackupOrigin? Restored { get; init; }
    /// <summary>The number of pending retries.</summary>
    public int PendingRetries { get; init; }
    /// <summary>The duration of the last run; null before the first.</summary>
    public TimeSpan? LastDuration { get; init; }
    /// <summary>The number of linked accounts in each state, as a run last read or left them.</summary>
    public IReadOnlyDictionary<AccountState, int> Accounts { get; init; } = new Dictionary<AccountState, int>();
}
