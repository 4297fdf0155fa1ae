using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Planning;

/// <summary>
/// Finds things by a text that hardly two of them share, such as an address, without case. A lookup of the framework keeps an object and a list for each
/// text, which in a large company are most of its memory.
/// </summary>
/// <typeparam name="T">The things.</typeparam>
internal sealed class TextIndex<T>
{
    private readonly Dictionary<string, T> first;
    private readonly Dictionary<string, List<T>> shared = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates an empty index.</summary>
    /// <param name="capacity">How many things are expected.</param>
    public TextIndex(int capacity) => first = new Dictionary<string, T>(capacity, StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds a thing.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="thing">The thing.</param>
    public void Add(string text, T thing)
    {
        if (!first.TryGetValue(text, out var earlier))
            first.Add(text, thing);
        else if (shared.TryGetValue(text, out var all))
            all.Add(thing);
        else
            shared.Add(text, new List<T> { earlier, thing });
    }

    /// <summary>The things with this text, in the order in which they were added.</summary>
    /// <param name="text">The text.</param>
    public IReadOnlyList<T> Find(string text)
    {
        if (shared.TryGetValue(text, out var all))
            return all;
        return first.TryGetValue(text, out var only) ? new[] { only } : Array.Empty<T>();
    }
}
