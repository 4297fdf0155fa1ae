using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Sync.Write;

/// <summary>
/// The intents of one step, committed one batch ahead of their writes. So a first run with thousands of accounts starts writing at once, one commit serves many
/// writes, and an interrupted run leaves few intents open.
/// </summary>
internal sealed class IntentBatches
{
    private const int BatchSize = 256;

    private readonly ISyncJournal journal;
    private readonly IWorkers workers;
    private readonly int count;
    private readonly Func<int, Intent> intentOf;
    private readonly object gate = new();
    private readonly Guid[] ids;
    private readonly bool[] used;
    private readonly List<Task> begun = new();

    /// <param name="journal">The journal of the connection.</param>
    /// <param name="workers">Commit in parallel with the writes.</param>
    /// <param name="count">The number of writes.</param>
    /// <param name="intentOf">Creates the intent of a write.</param>
    public IntentBatches(ISyncJournal journal, IWorkers workers, int count, Func<int, Intent> intentOf)
    {
        this.journal = journal;
        this.workers = workers;
        this.count = count;
        this.intentOf = intentOf;
        ids = new Guid[count];
        used = new bool[count];
    }

    /// <summary>Completes when the intent of a write is committed, so that the write may be sent.</summary>
    /// <param name="write">The number of the write.</param>
    public Task BeginAsync(int write)
    {
        used[write] = true;
        var batch = write / BatchSize;
        var committed = Begin(batch);
        _ = Begin(batch + 1);
        return committed;
    }

    /// <summary>The id of an intent that was begun.</summary>
    /// <param name="write">The number of the write.</param>
    public Guid IdOf(int write) => ids[write];

    /// <summary>Closes the intents that were committed for writes that were then not tried. No write may be in progress.</summary>
    public async Task CloseUnusedAsync()
    {
        for (var batch = 0; batch < begun.Count; batch++)
        {
            await begun[batch].ConfigureAwait(false);
            for (var write = batch * BatchSize; write < EndOf(batch); write++)
            {
                if (!used[write])
                    journal.Complete(ids[write]);
            }
        }
    }

    private Task Begin(int batch)
    {
        if (batch * BatchSize >= count)
            return Task.CompletedTask;
        lock (gate)
        {
            // Batches begin in order, and none begins after a failed one.
            while (begun.Count <= batch)
                begun.Add(CommitAsync(begun.Count, begun.Count == 0 ? Task.CompletedTask : begun[begun.Count - 1]));
            return begun[batch];
        }
    }

    private int EndOf(int batch) => Math.Min(count, (batch + 1) * BatchSize);

    private async Task CommitAsync(int batch, Task earlier)
    {
        await earlier.ConfigureAwait(false);
        var intents = new List<Intent>(BatchSize);
        for (var write = batch * BatchSize; write < EndOf(batch); write++)
        {
            var intent = intentOf(write);
            ids[write] = intent.Id;
            intents.Add(intent);
        }

        await workers.StartAsync(() =>
        {
            journal.Begin(intents);
            return Task.CompletedTask;
        }).ConfigureAwait(false);
    }
}
