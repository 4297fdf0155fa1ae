using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>
/// Things by a key that nearly always leads to one of them: a million addresses cost one dictionary, and not a list each.
/// </summary>
/// <typeparam name="T">The things.</typeparam>
internal sealed class KeyIndex<T>
{
    private readonly Dictionary<string, T> first;
    private readonly Dictionary<string, List<T>> several;

    public KeyIndex(int capacity, IEqualityComparer<string> comparer)
    {
        first = new Dictionary<string, T>(capacity, comparer);
        several = new Dictionary<string, List<T>>(comparer);
    }

    /// <summary>The things with this key, in the order in which they were added.</summary>
    public IReadOnlyList<T> this[string key]
    {
        get
        {
            if (several.TryGetValue(key, out var all))
                return all;
            return first.TryGetValue(key, out var only) ? new[] { only } : Array.Empty<T>();
        }
    }

    public void Add(string key, T item)
    {
        if (!first.TryGetValue(key, out var earlier))
            first.Add(key, item);
        else if (several.TryGetValue(key, out var all))
            all.Add(item);
        else
            several.Add(key, new List<T> { earlier, item });
    }
}
