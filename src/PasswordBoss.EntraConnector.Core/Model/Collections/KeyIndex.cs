using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>An index for keys that nearly always have one item.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
internal sealed class KeyIndex<T>
    where T : class
{
    private readonly Dictionary<string, FewItems<T>> byKey;

    public KeyIndex(int capacity, IEqualityComparer<string> comparer) => byKey = new Dictionary<string, FewItems<T>>(capacity, comparer);

    /// <summary>The items with this key, in the order in which they were added.</summary>
    public IReadOnlyList<T> this[string key] => byKey.TryGetValue(key, out var things) ? things.All : Array.Empty<T>();

    public void Add(string key, T item)
    {
        byKey.TryGetValue(key, out var things);
        things.Add(item);
        byKey[key] = things;
    }
}
