using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>How a read ended: unchanged, read, everything must be read, refused, or, in a run of one user, undecided.</summary>
internal abstract record ReadOutcome
{
    private ReadOutcome()
    {
    }

    /// <summary>A read that the run can use. Its progress is saved once every change that follows from it is done or kept as a pending retry.</summary>
    /// <param name="Progress">The progress to save.</param>
    /// <param name="Coverage">The users that the read covers.</param>
    internal abstract record Usable(SyncProgress Progress, Coverage Coverage) : ReadOutcome
    {
        /// <summary>Users who could not be read and have no stored data. The next run looks them up again.</summary>
        public IReadOnlyList<string> RecheckUserIds { get; init; } = Array.Empty<string>();

        /// <summary>Whether changes, everything or one user was read.</summary>
        public SyncMode Mode => Coverage switch
        {
            Coverage.AllUsers => SyncMode.Full,
            Coverage.Some { IsOneUser: true } => SyncMode.User,
            _ => SyncMode.Incremental,
        };
    }

    /// <summary>No change affects any user.</summary>
    /// <param name="Progress">The progress to save.</param>
    /// <param name="Coverage">The users that the read covers.</param>
    internal sealed record Unchanged(SyncProgress Progress, Coverage Coverage) : Usable(Progress, Coverage);

    /// <summary>The planner has its input.</summary>
    /// <param name="Input">The input of the planner.</param>
    /// <param name="Recovered">The state after recovery, and the changes to save.</param>
    /// <param name="Progress">The progress to save.</param>
    /// <param name="Coverage">The users that the read covers.</param>
    internal sealed record Read(PlannerInput Input, RecoveredState Recovered, SyncProgress Progress, Coverage Coverage) : Usable(Progress, Coverage)
    {
        /// <summary>Warnings about the read.</summary>
        public IReadOnlyList<Message> Warnings { get; init; } = Array.Empty<Message>();
    }

    /// <summary>The changes are not enough: everything must be read.</summary>
    /// <param name="Reason">Why.</param>
    internal sealed record ReadEverything(Message Reason) : ReadOutcome
    {
        /// <summary>The changes that this run has read, for the full read to compare; null if none were read or the delta links expired.</summary>
        public DirectoryChanges? Changes { get; init; }
    }

    /// <summary>The read is incomplete or implausible, so the run plans nothing.</summary>
    /// <param name="Refusal">Why.</param>
    /// <param name="UserGroup">The user group, as far as it could be read.</param>
    /// <param name="State">The stored state: its accounts stay as they are.</param>
    internal sealed record Refused(Problem Refusal, GroupReading UserGroup, SyncState State) : ReadOutcome;

    /// <summary>A run of one user cannot decide: the user was not found, or only a full run can decide. It plans nothing.</summary>
    /// <param name="Because">Why.</param>
    internal sealed record Undecided(Problem Because) : ReadOutcome;
}

/// <summary>The users that a read covers.</summary>
internal abstract record Coverage
{
    private Coverage()
    {
    }

    /// <summary>Everyone in the selected groups.</summary>
    /// <param name="Members">The members to remember for later incremental runs; they replace the known ones.</param>
    internal sealed record AllUsers(IReadOnlyList<KnownMember> Members) : Coverage;

    /// <summary>The users with changes or pending retries.</summary>
    /// <param name="UserIds">Their object ids. The run replaces their pending retries.</param>
    /// <param name="MembersToStore">Members to insert or replace.</param>
    /// <param name="MembersToForget">Members to forget.</param>
    internal sealed record Some(ISet<string> UserIds, IReadOnlyList<KnownMember> MembersToStore, IReadOnlyList<KnownMember> MembersToForget) : Coverage
    {
        /// <summary>Whether the run is of one user, so it read no delta changes.</summary>
        public bool IsOneUser { get; init; }
    }
}
