using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What a run starts from.</summary>
public sealed record SyncState
{
    /// <summary>A connection about which nothing is known.</summary>
    public static SyncState Empty { get; } = new();

    /// <summary>All links, retired ones included.</summary>
    public IReadOnlyList<AccountLink> Links { get; init; } = Array.Empty<AccountLink>();
    /// <summary>All group links.</summary>
    public IReadOnlyList<GroupLink> GroupLinks { get; init; } = Array.Empty<GroupLink>();
    /// <summary>What is known of the members of synced groups.</summary>
    public IReadOnlyList<GroupMember> GroupMembers { get; init; } = Array.Empty<GroupMember>();
    /// <summary>The accounts that other connections of this store have linked for the same tenant.</summary>
    public IReadOnlyList<ForeignLink> LinkedElsewhere { get; init; } = Array.Empty<ForeignLink>();
    /// <summary>Intents that were not closed: their run ended in an unknown way.</summary>
    public IReadOnlyList<Intent> OpenIntents { get; init; } = Array.Empty<Intent>();
    /// <summary>The removals of the window that was asked for.</summary>
    public IReadOnlyList<RemovalRecord> Removals { get; init; } = Array.Empty<RemovalRecord>();
    /// <summary>What a safety limit refused; null when nothing is paused.</summary>
    public PauseRecord? Pause { get; init; }
    /// <summary>The state of the connection after its last run.</summary>
    public ConnectionHealth Health { get; init; } = ConnectionHealth.New;
}

/// <summary>How a connection is, as the last run left it.</summary>
public sealed record ConnectionHealth
{
    /// <summary>A connection that has never run.</summary>
    public static ConnectionHealth New { get; } = new();

    /// <summary>When the first run succeeded, UTC; null before.</summary>
    public DateTimeOffset? FirstSuccessAt { get; init; }
    /// <summary>When the last run ended, UTC.</summary>
    public DateTimeOffset? LastSync { get; init; }
    /// <summary>How it ended.</summary>
    public SyncOutcome? LastOutcome { get; init; }
    /// <summary>Failed runs since the last one that did not fail.</summary>
    public int ConsecutiveFailures { get; init; }
    /// <summary>Whether Microsoft refused the last connection.</summary>
    public bool NotAuthorized { get; init; }
    /// <summary>What the status says besides, such as the open conflicts by name.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = Array.Empty<Message>();
    /// <summary>Whether a full run has looked for accounts of an earlier, lost state.</summary>
    public bool Relinked { get; init; }
    /// <summary>Whether the next run must say that the stored rule Adopt now also compares names: the upgrade changed its meaning.</summary>
    public bool AdoptMeaningUntold { get; init; }
    /// <summary>Whether a run found that the server does not show the state of accounts, so that disabling cannot be confirmed.</summary>
    public bool HidesStates { get; init; }
    /// <summary>Whether a run found that the server does not show all members of a group, so that removals cannot be confirmed.</summary>
    public bool HidesMembers { get; init; }
    /// <summary>How many runs were refused since the last one that ran, because somebody else held the lock.</summary>
    public int Refusals { get; init; }
    /// <summary>Who held it at the last of them; null when there was none.</summary>
    public Message? Refusal { get; init; }
}

/// <summary>What the status of a connection is made of.</summary>
public sealed record ConnectionSummary
{
    /// <summary>The state after the last run.</summary>
    public required ConnectionHealth Health { get; init; }
    /// <summary>What is paused.</summary>
    public PauseRecord? Pause { get; init; }
    /// <summary>The number of current links.</summary>
    public int ManagedUsers { get; init; }
    /// <summary>The number of accounts whose deletion waits.</summary>
    public int PendingDeletes { get; init; }
}
