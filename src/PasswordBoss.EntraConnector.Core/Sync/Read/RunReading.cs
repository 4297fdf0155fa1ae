using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>What a run has read, and how far it brings the connection once everything that follows from it is done or kept as an open matter.</summary>
internal sealed record RunReading
{
    /// <summary>Whether everything was read.</summary>
    public required SyncMode Mode { get; init; }
    /// <summary>What the plan is made from; null when nothing that changed concerns anybody.</summary>
    public PlannerInput? Input { get; init; }
    /// <summary>The state that the plan is made from, and what of it has to be saved.</summary>
    public RecoveredState? Recovered { get; init; }
    /// <summary>How far the connection has come.</summary>
    public required SyncProgress Progress { get; init; }
    /// <summary>After a full reading, everybody in the selected groups whom later changes may concern; null after an incremental one.</summary>
    public IReadOnlyList<KnownMember>? AllMembers { get; init; }
    /// <summary>Members to insert or replace.</summary>
    public IReadOnlyList<KnownMember> Joined { get; init; } = Array.Empty<KnownMember>();
    /// <summary>Members to forget.</summary>
    public IReadOnlyList<KnownMember> Left { get; init; } = Array.Empty<KnownMember>();
    /// <summary>The people who were looked at; null for everybody. What was open about them is decided anew.</summary>
    public ISet<string>? CheckedUserIds { get; init; }
    /// <summary>The people who could not be read and of whom nothing is known: the next run asks about them again.</summary>
    public IReadOnlyList<string> RecheckUserIds { get; init; } = Array.Empty<string>();
    /// <summary>What the reader of the result should know about the reading.</summary>
    public IReadOnlyList<Message> Warnings { get; init; } = Array.Empty<Message>();
}
