using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>Processes items in parallel slots; each slot takes the next item. A failure ends its slot, and the other slots continue.</summary>
public static class BoundedParallel
{
    /// <summary>Processes each item. After all slots have ended, the failure of the first failed slot is thrown.</summary>
    /// <param name="items">The items; each is read when a slot is free.</param>
    /// <param name="most">The number of slots.</param>
    /// <param name="work">Processes an item.</param>
    /// <typeparam name="T">The type of an item.</typeparam>
    public static Task ForEachAsync<T>(IEnumerable<T> items, int most, Func<T, Task> work) => ForEachAsync(items, most, _ => true, slot => slot(), work);

    /// <summary>
    /// Processes each item, each slot on its own worker. If the limit shrinks, a surplus slot ends after its item. After all slots have ended, the failure of the
    /// first failed slot is thrown.
    /// </summary>
    /// <param name="count">The number of items; an item is its number.</param>
    /// <param name="limit">The number of slots.</param>
    /// <param name="workers">Start the slots.</param>
    /// <param name="work">Processes an item.</param>
    internal static Task ForEachAsync(int count, ParallelLimit limit, IWorkers workers, Func<int, Task> work) =>
        ForEachAsync(Enumerable.Range(0, count), Math.Min(limit.Current, count), slot => slot < limit.Current, workers.StartAsync, work);

    /// <summary>Converts each item. All items are processed, even after a failure; then the failure of the first failed item is thrown.</summary>
    /// <param name="items">The items.</param>
    /// <param name="most">The maximum number at a time.</param>
    /// <param name="work">Converts an item.</param>
    /// <typeparam name="T">The type of an item.</typeparam>
    /// <typeparam name="TResult">The type of a result.</typeparam>
    /// <returns>The results, in the order of the items.</returns>
    public static async Task<TResult[]> SelectAsync<T, TResult>(IReadOnlyList<T> items, int most, Func<T, Task<TResult>> work)
    {
        if (items.Count <= most)
            return await Task.WhenAll(items.Select(OneAsync)).ConfigureAwait(false);

        var results = new Task<TResult>[items.Count];
        await ForEachAsync(Enumerable.Range(0, items.Count), most, async i =>
        {
            results[i] = OneAsync(items[i]);
            // WhenAny does not throw for a failed task. The failure is thrown below.
            await Task.WhenAny(results[i]).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return await Task.WhenAll(results).ConfigureAwait(false);

        async Task<TResult> OneAsync(T item) => await work(item).ConfigureAwait(false);
    }

    private static async Task ForEachAsync<T>(IEnumerable<T> items, int most, Func<int, bool> isOpen, Func<Func<Task>, Task> start, Func<T, Task> work)
    {
        using var source = items.GetEnumerator();
        var gate = new object();
        await Task.WhenAll(Enumerable.Range(0, most).Select(slot => start(() => WorkAsync(slot)))).ConfigureAwait(false);

        async Task WorkAsync(int slot)
        {
            while (isOpen(slot))
            {
                T item;
                lock (gate)
                {
                    if (!source.MoveNext())
                        return;
                    item = source.Current;
                }

                await work(item).ConfigureAwait(false);
            }
        }
    }
}
