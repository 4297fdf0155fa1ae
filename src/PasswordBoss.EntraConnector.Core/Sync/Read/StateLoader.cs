using System;
using System.Linq;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector.Sync.Read;

/// <summary>Loads the state that a run plans from, once. An incremental run loads it only if a change may affect a user.</summary>
internal sealed class StateLoader
{
    private readonly ISyncJournal journal;
    private readonly RunStart start;
    private readonly IClock clock;
    private readonly bool isPreview;
    private readonly Lazy<SyncState> state;

    /// <param name="journal">The journal of the connection.</param>
    /// <param name="start">How the last run left the connection.</param>
    /// <param name="clock">The time of the run.</param>
    /// <param name="isPreview">Whether the run must not save anything.</param>
    public StateLoader(ISyncJournal journal, RunStart start, IClock clock, bool isPreview)
    {
        this.journal = journal;
        this.start = start;
        this.clock = clock;
        this.isPreview = isPreview;
        state = new Lazy<SyncState>(Read);
    }

    /// <summary>The state, as it was when the run first asked for it.</summary>
    public SyncState Load() => state.Value;

    private SyncState Read()
    {
        var loaded = journal.Load(clock.UtcNow - SafetyLimits.Window);
        return start.WasRolledBack ? AfterRollback(loaded) : loaded;
    }

    // A restored database lacks all runs since it was copied. An account that it lists as disabled may be in use because a later run enabled it, not an admin.
    // The next full run searches for accounts that were created since, as a first run does.
    private SyncState AfterRollback(SyncState loaded)
    {
        var links = loaded.Links.Select(l => l.AppliedRuleSeen ? l with { AppliedRuleSeen = false } : l).ToList();
        if (!isPreview)
            journal.Apply(links.Except(loaded.Links).Select(l => new StateChange.LinkSaved(l)).ToList(), Array.Empty<Guid>());
        return loaded with { Links = links, Health = loaded.Health with { Relinked = false } };
    }
}
