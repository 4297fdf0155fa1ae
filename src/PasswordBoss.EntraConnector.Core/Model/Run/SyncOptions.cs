using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The options of a run.</summary>
public sealed record SyncOptions
{
    /// <summary>Whether to read everything and reconcile with Password Boss.</summary>
    public bool Full { get; init; }
    /// <summary>Whether to apply the current rules also to users who have already left; needs <see cref="Full"/>.</summary>
    public bool Reapply { get; init; }
    /// <summary>Whether to allow the changes that the last refusal listed.</summary>
    public bool Force { get; init; }
    /// <summary>The one user to sync, by object id, address or display name; null for all.</summary>
    public string? User { get; init; }
    /// <summary>Whether regular full runs happen at times that depend on the connection, so that those of many connections do not coincide.</summary>
    public bool SpreadsFullRuns { get; init; }
    /// <summary>When an incremental run stops, so that it ends before the next one is due. The next run continues with the rest.</summary>
    public TimeSpan IncrementalDeadline { get; init; } = TimeSpan.FromMinutes(4);
    /// <summary>When a full run stops. The next run makes the writes that are missing; an unfinished read starts again.</summary>
    public TimeSpan FullDeadline { get; init; } = TimeSpan.FromMinutes(60);
    /// <summary>The maximum number of concurrent writes.</summary>
    public int ParallelWrites { get; init; } = 8;
}
