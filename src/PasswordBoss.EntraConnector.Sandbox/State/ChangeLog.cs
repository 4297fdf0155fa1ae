using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Sandbox.State;

/// <summary>The kind of a change to a directory object, as far as delta queries distinguish it.</summary>
internal enum ChangeKind
{
    /// <summary>The user was created, deleted, restored or permanently deleted.</summary>
    UserExistence,
    /// <summary>A property of the user was written.</summary>
    UserProperty,
    /// <summary>The group was created, deleted, restored or permanently deleted.</summary>
    GroupExistence,
    /// <summary>A property of the group was written.</summary>
    GroupProperty,
    /// <summary>A member was added to the group or removed from it.</summary>
    GroupMember,
}

/// <summary>One change.</summary>
/// <param name="Kind">The kind of the change.</param>
/// <param name="ObjectId">The id of the changed object.</param>
/// <param name="Detail">The property, or the member.</param>
internal sealed record Change(ChangeKind Kind, string ObjectId, string? Detail);

/// <summary>The changes of the tenant, in order. A delta token is a position in this log, so a round without changes costs nothing.</summary>
internal sealed class ChangeLog
{
    private readonly List<Change> changes;
    private readonly int capacity;

    public ChangeLog(long start, IEnumerable<Change> changes, int capacity)
    {
        Start = start;
        this.changes = changes.ToList();
        this.capacity = capacity;
    }

    /// <summary>The position of the oldest change in the log.</summary>
    public long Start { get; private set; }

    /// <summary>The position after the newest change.</summary>
    public long End => Start + changes.Count;

    public IReadOnlyList<Change> All => changes;

    public void Add(ChangeKind kind, string objectId, string? detail = null)
    {
        changes.Add(new Change(kind, objectId, detail));
        if (changes.Count <= capacity)
            return;
        // Drop half at once, so that a full log does not move its content for each further change.
        var dropped = capacity / 2;
        changes.RemoveRange(0, dropped);
        Start += dropped;
    }

    /// <summary>The changes between two positions that are both in the log.</summary>
    public IEnumerable<Change> Between(long from, long to)
    {
        for (var i = (int)(from - Start); i < (int)(Math.Min(to, End) - Start); i++)
            yield return changes[i];
    }
}
