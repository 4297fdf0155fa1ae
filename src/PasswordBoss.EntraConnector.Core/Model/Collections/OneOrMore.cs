using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>Things of which there is nearly always one at most: only a second one costs a list.</summary>
/// <typeparam name="T">The things.</typeparam>
internal struct OneOrMore<T>
    where T : class
{
    private T? first;
    private List<T>? all;

    /// <summary>How many there are.</summary>
    public readonly int Count => all?.Count ?? (first is null ? 0 : 1);

    /// <summary>All of them, in the order in which they were added.</summary>
    public readonly IReadOnlyList<T> All => all ?? (first is null ? Array.Empty<T>() : (IReadOnlyList<T>)new[] { first });

    public void Add(T item)
    {
        if (first is null)
            first = item;
        else
            (all ??= new List<T> { first }).Add(item);
    }
}
