namespace PasswordBoss.EntraConnector.Execution;

/// <summary>What was asked of a run.</summary>
public sealed record SyncOptions
{
    /// <summary>Read everything and reconcile with Password Boss.</summary>
    public bool Full { get; init; }
    /// <summary>Apply today's rules also to people who are already out; needs <see cref="Full"/>.</summary>
    public bool Reapply { get; init; }
    /// <summary>Allow what the last refusal of a safety limit listed.</summary>
    public bool Force { get; init; }
    /// <summary>How many writes may be under way at once.</summary>
    public int ParallelWrites { get; init; } = 8;
}
