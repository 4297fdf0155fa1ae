using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A collection that nearly always has at most one item; only a second one allocates a list.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
internal struct FewItems<T>
    where T : class
{
    private T? first;
    private List<T>? all;

    /// <summary>The number of items.</summary>
    public readonly int Count => all?.Count ?? (first is null ? 0 : 1);

    /// <summary>All items, in the order in which they were added.</summary>
    public readonly IReadOnlyList<T> All => all ?? (first is null ? Array.Empty<T>() : (IReadOnlyList<T>)new[] { first });

    public void Add(T item)
    {
        if (first is null)
            first = item;
        else
            (all ??= new List<T> { first }).Add(item);
    }
}
