using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>Does one thing to many items, only so many at a time.</summary>
public static class BoundedParallel
{
    /// <summary>
    /// Does something to each item, in a number of places that each take the next item. A place ends with the first failure in it, the others go on; when all
    /// have ended, the failure of the first place that failed is thrown.
    /// </summary>
    /// <param name="items">The items; each is drawn when a place is free for it.</param>
    /// <param name="most">The number of places.</param>
    /// <param name="work">What is done to an item.</param>
    /// <typeparam name="T">What an item is.</typeparam>
    public static Task ForEachAsync<T>(IEnumerable<T> items, int most, Func<T, Task> work) => RunAsync(items, most, static _ => true, static place => place(), work);

    /// <summary>The same in as many places as a limit allows, each of them a worker of its own. One whose place is taken away ends after what it is doing.</summary>
    /// <param name="count">How many items there are; an item is its number.</param>
    /// <param name="limit">The number of places. It may shrink meanwhile, and is never less than one.</param>
    /// <param name="workers">Start the places.</param>
    /// <param name="work">What is done to an item.</param>
    internal static Task ForEachAsync(int count, ParallelLimit limit, IWorkers workers, Func<int, Task> work) =>
        RunAsync(Enumerable.Range(0, count), Math.Min(limit.Current, count), place => place < limit.Current, workers.StartAsync, work);

    /// <summary>Makes something of each item. All items are taken, also after a failure; then the failure of the first item that failed is thrown.</summary>
    /// <param name="items">The items.</param>
    /// <param name="most">How many are under way at once.</param>
    /// <param name="work">What is made of an item.</param>
    /// <typeparam name="T">What an item is.</typeparam>
    /// <typeparam name="TResult">What is made of it.</typeparam>
    /// <returns>What was made, in the order of the items.</returns>
    public static async Task<TResult[]> SelectAsync<T, TResult>(IReadOnlyList<T> items, int most, Func<T, Task<TResult>> work)
    {
        var results = new Task<TResult>[items.Count];
        await ForEachAsync(Enumerable.Range(0, items.Count), most, async i =>
        {
            results[i] = OneAsync(items[i]);
            // Comes back after a failure too, which is thrown below.
            await Task.WhenAny(results[i]).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return await Task.WhenAll(results).ConfigureAwait(false);

        async Task<TResult> OneAsync(T item) => await work(item).ConfigureAwait(false);
    }

    private static async Task RunAsync<T>(IEnumerable<T> items, int places, Func<int, bool> isOpen, Func<Func<Task>, Task> start, Func<T, Task> work)
    {
        using var source = items.GetEnumerator();
        var gate = new object();
        await Task.WhenAll(Enumerable.Range(0, places).Select(place => start(() => WorkAsync(place)))).ConfigureAwait(false);

        async Task WorkAsync(int place)
        {
            while (isOpen(place))
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
