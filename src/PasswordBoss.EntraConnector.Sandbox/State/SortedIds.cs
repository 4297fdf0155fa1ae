using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Sandbox.State;

/// <summary>
/// A set of ids in ordinal order. "The ids after this one" is what a page token needs to stay right while members come and go, in this process or another.
/// </summary>
internal sealed class SortedIds
{
    private readonly List<string> _ids;

    public SortedIds() => _ids = new List<string>();

    public SortedIds(IEnumerable<string> ids)
    {
        _ids = new List<string>(ids);
        _ids.Sort(StringComparer.Ordinal);
        for (var i = _ids.Count - 1; i > 0; i--)
        {
            if (string.Equals(_ids[i], _ids[i - 1], StringComparison.Ordinal))
                _ids.RemoveAt(i);
        }
    }

    public int Count => _ids.Count;

    public IReadOnlyList<string> All => _ids;

    public bool Contains(string id) => _ids.BinarySearch(id, StringComparer.Ordinal) >= 0;

    public bool Add(string id)
    {
        var at = _ids.BinarySearch(id, StringComparer.Ordinal);
        if (at >= 0)
            return false;
        _ids.Insert(~at, id);
        return true;
    }

    public bool Remove(string id)
    {
        var at = _ids.BinarySearch(id, StringComparer.Ordinal);
        if (at < 0)
            return false;
        _ids.RemoveAt(at);
        return true;
    }

    /// <summary>The ids after this one, which need not be there; all for null.</summary>
    public IEnumerable<string> After(string? id)
    {
        var at = id is null ? 0 : _ids.BinarySearch(id, StringComparer.Ordinal);
        for (var i = at < 0 ? ~at : id is null ? 0 : at + 1; i < _ids.Count; i++)
            yield return _ids[i];
    }
}
