using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Sandbox.State;

/// <summary>
/// A set of ids in ordinal order. A page token needs "the ids after this one" to stay correct while members are added and removed, in this process or another.
/// </summary>
internal sealed class SortedIds
{
    private readonly List<string> ids;

    public SortedIds() => ids = new List<string>();

    public SortedIds(IEnumerable<string> ids)
    {
        this.ids = new List<string>(ids);
        this.ids.Sort(StringComparer.Ordinal);
        for (var i = this.ids.Count - 1; i > 0; i--)
        {
            if (string.Equals(this.ids[i], this.ids[i - 1], StringComparison.Ordinal))
                this.ids.RemoveAt(i);
        }
    }

    public int Count => ids.Count;

    public IReadOnlyList<string> All => ids;

    public bool Contains(string id) => ids.BinarySearch(id, StringComparer.Ordinal) >= 0;

    public bool Add(string id)
    {
        var at = ids.BinarySearch(id, StringComparer.Ordinal);
        if (at >= 0)
            return false;
        ids.Insert(~at, id);
        return true;
    }

    public bool Remove(string id)
    {
        var at = ids.BinarySearch(id, StringComparer.Ordinal);
        if (at < 0)
            return false;
        ids.RemoveAt(at);
        return true;
    }

    /// <summary>The ids after this one, which need not be in the set; null for all.</summary>
    public IEnumerable<string> After(string? id)
    {
        var at = id is null ? 0 : ids.BinarySearch(id, StringComparer.Ordinal);
        for (var i = at < 0 ? ~at : id is null ? 0 : at + 1; i < ids.Count; i++)
            yield return ids[i];
    }
}
