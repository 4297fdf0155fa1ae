using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What was asked of a run.</summary>
public sealed record SyncOptions
{
    /// <summary>Read everything and reconcile with Password Boss.</summary>
    public bool Full { get; init; }
    /// <summary>Apply today's rules also to people who are already out; needs <see cref="Full"/>.</summary>
    public bool Reapply { get; init; }
    /// <summary>Allow what the last refusal of a safety limit listed.</summary>
    public bool Force { get; init; }
    /// <summary>After this time an incremental run stops, so that it ends before the next one is due; what it did not do goes on in the next.</summary>
    public TimeSpan IncrementalDeadline { get; init; } = TimeSpan.FromMinutes(4);
    /// <summary>After this time a full run stops. What it did not write goes on in the next one; if it has not read everything by then, it has failed.</summary>
    public TimeSpan FullDeadline { get; init; } = TimeSpan.FromMinutes(60);
    /// <summary>How many writes may be under way at once.</summary>
    public int ParallelWrites { get; init; } = 8;
}
