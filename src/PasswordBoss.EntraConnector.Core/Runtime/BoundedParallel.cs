using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>Processes items in parallel, with a maximum number at a time.</summary>
public static class BoundedParallel
{
    /// <summary>
    /// Processes each item in a number of parallel slots; each slot takes the next item. A failure ends its slot, and the other slots continue. After all have
    /// ended, the failure of the first failed slot is thrown.
    /// </summary>
    /// <param name="items">The items; each is read when a slot is free.</param>
    /// <param name="most">The number of slots.</param>
    /// <param name="work">Processes an item.</param>
    /// <typeparam name="T">The type of an item.</typeparam>
    public static async Task ForEachAsync<T>(IEnumerable<T> items, int most, Func<T, Task> work)
    {
        using var source = items.GetEnumerator();
        var gate = new object();
        await Task.WhenAll(Enumerable.Range(0, most).Select(_ => WorkAsync())).ConfigureAwait(false);

        async Task WorkAsync()
        {
            while (true)
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

    /// <summary>Converts each item. All items are processed, even after a failure; then the failure of the first failed item is thrown.</summary>
    /// <param name="items">The items.</param>
    /// <param name="most">The maximum number at a time.</param>
    /// <param name="work">Converts an item.</param>
    /// <typeparam name="T">The type of an item.</typeparam>
    /// <typeparam name="TResult">The type of a result.</typeparam>
    /// <returns>The results, in the order of the items.</returns>
    public static async Task<TResult[]> SelectAsync<T, TResult>(IReadOnlyList<T> items, int most, Func<T, Task<TResult>> work)
    {
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
}
