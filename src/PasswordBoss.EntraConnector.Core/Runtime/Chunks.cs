using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Runtime;

/// <summary>Divides data that is too much for one request or statement.</summary>
public static class Chunks
{
    /// <summary>Divides items, in order, into chunks of a size. The last chunk may be smaller, and none is empty.</summary>
    /// <param name="items">The items; they are read chunk by chunk.</param>
    /// <param name="size">The largest number of items in a chunk.</param>
    /// <typeparam name="T">The type of an item.</typeparam>
    public static IEnumerable<List<T>> InChunksOf<T>(this IEnumerable<T> items, int size)
    {
        var chunk = new List<T>();
        foreach (var item in items)
        {
            chunk.Add(item);
            if (chunk.Count < size)
                continue;
            yield return chunk;
            chunk = new List<T>();
        }

        if (chunk.Count > 0)
            yield return chunk;
    }
}
