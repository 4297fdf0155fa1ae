using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>How reading ended: unchanged, read, everything must be read, or refused.</summary>
internal abstract record ReadOutcome
{
    private ReadOutcome()
    {
    }

    /// <summary>A reading that a run can go on from, and how far it brings the connection once everything that follows from it is done or kept as a pending retry.</summary>
    /// <param name="Progress">How far the connection has come.</param>
    /// <param name="Coverage">Whom the reading is about.</param>
    internal abstract record Usable(SyncProgress Progress, Coverage Coverage) : ReadOutcome
    {
        /// <summary>The users who could not be read and about whom nothing is known: the next run asks about them again.</summary>
        public IReadOnlyList<string> RecheckUserIds { get; init; } = Array.Empty<string>();

        /// <summary>What was read.</summary>
        public SyncMode Mode => Coverage is Coverage.Everybody ? SyncMode.Full : SyncMode.Incremental;
    }

    /// <summary>Nothing that changed concerns anyone.</summary>
    /// <param name="Progress">How far the connection has come.</param>
    /// <param name="Coverage">Whom the reading is about.</param>
    internal sealed record Unchanged(SyncProgress Progress, Coverage Coverage) : Usable(Progress, Coverage);

    /// <summary>A plan can be made.</summary>
    /// <param name="Input">What the plan is made from.</param>
    /// <param name="Recovered">The state that the plan is made from, and what of it has to be saved.</param>
    /// <param name="Progress">How far the connection has come.</param>
    /// <param name="Coverage">Whom the reading is about.</param>
    internal sealed record Read(PlannerInput Input, RecoveredState Recovered, SyncProgress Progress, Coverage Coverage) : Usable(Progress, Coverage)
    {
        /// <summary>What the reader of the result should know about the reading.</summary>
        public IReadOnlyList<Message> Warnings { get; init; } = Array.Empty<Message>();
    }

    /// <summary>What changed is not enough: everything must be read.</summary>
    /// <param name="Reason">Why.</param>
    internal sealed record ReadEverything(Message Reason) : ReadOutcome
    {
        /// <summary>What change tracking has reported in this run, which the full reading is compared with; null when it was not asked, or lost.</summary>
        public DirectoryChanges? Changes { get; init; }
    }

    /// <summary>Nothing may be concluded from what was read.</summary>
    /// <param name="Refusal">Why.</param>
    /// <param name="UserGroup">The user group, as far as it could be read.</param>
    /// <param name="State">What is known: its accounts stay as they are.</param>
    internal sealed record Refused(ConnectorException Refusal, GroupReading UserGroup, SyncState State) : ReadOutcome;
}

/// <summary>Whom a reading is about.</summary>
internal abstract record Coverage
{
    private Coverage()
    {
    }

    /// <summary>Everyone in the selected groups.</summary>
    /// <param name="Members">The members whom later changes may concern; they replace those that were known.</param>
    internal sealed record Everybody(IReadOnlyList<KnownMember> Members) : Coverage;

    /// <summary>The users whom changes, or pending retries, concern.</summary>
    /// <param name="UserIds">Their object ids. What was pending for them is decided anew.</param>
    /// <param name="Joined">Members to insert or replace.</param>
    /// <param name="Left">Members to forget.</param>
    internal sealed record Some(ISet<string> UserIds, IReadOnlyList<KnownMember> Joined, IReadOnlyList<KnownMember> Left) : Coverage;
}
