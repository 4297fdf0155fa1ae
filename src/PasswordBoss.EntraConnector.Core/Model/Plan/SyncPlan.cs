using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>
/// Everything that a run would do, as data. <c>-WhatIf</c>, the real run, the report and the tests read this same list.
/// </summary>
public sealed record SyncPlan
{
    /// <summary>The changes, conflicts and skips, in the order of their execution.</summary>
    public IReadOnlyList<PlannedChange> Changes { get; init; } = Array.Empty<PlannedChange>();
    /// <summary>Changes of the state that need no write: handled events, counters, forgotten links.</summary>
    public IReadOnlyList<StateChange> StateChanges { get; init; } = Array.Empty<StateChange>();
    /// <summary>Why removals are held back; empty if none are.</summary>
    public IReadOnlyList<Problem> Refusals { get; init; } = Array.Empty<Problem>();
    /// <summary>The pause; null if no limit refused a change.</summary>
    public PlannedPause? Pause { get; init; }
    /// <summary>Whether a part of the directory could not be read, so that the outcome is at best Partial.</summary>
    public bool IsPartial { get; init; }
    /// <summary>Whether the next run must read everything, because one complete read is not enough for a decision.</summary>
    public bool NeedsCompleteRead { get; init; }
    /// <summary>The users that the next run must look up, although no change and no obstacle mentions them.</summary>
    public IReadOnlyList<string> RecheckUserIds { get; init; } = Array.Empty<string>();
}
