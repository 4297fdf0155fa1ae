using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>Processes items in as many parallel slots as a limit allows, each slot on its own worker.</summary>
internal sealed class ParallelWork
{
    private readonly ParallelLimit limit;
    private readonly IWorkers workers;

    /// <param name="limit">The number of slots. It may shrink during the work, and is never less than one.</param>
    /// <param name="workers">Start the slots.</param>
    public ParallelWork(ParallelLimit limit, IWorkers workers)
    {
        this.limit = limit;
        this.workers = workers;
    }

    /// <summary>
    /// Processes each item; each slot takes the next one. If the limit shrinks, a surplus slot ends after its item. A failure ends its slot, and the other slots
    /// continue. After all have ended, the failure of the first failed slot is thrown.
    /// </summary>
    /// <param name="count">The number of items; an item is its number.</param>
    /// <param name="work">Processes an item.</param>
    public async Task ForEachAsync(int count, Func<int, Task> work)
    {
        var taken = 0;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(limit.Current, count)).Select(slot => workers.StartAsync(() => WorkAsync(slot)))).ConfigureAwait(false);

        async Task WorkAsync(int slot)
        {
            while (slot < limit.Current)
            {
                var item = Interlocked.Increment(ref taken) - 1;
                if (item >= count)
                    return;
                await work(item).ConfigureAwait(false);
            }
        }
    }
}
