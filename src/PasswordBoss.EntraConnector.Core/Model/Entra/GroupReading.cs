using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>How completely a group's members were read.</summary>
public enum ReadingStatus
{
    /// <summary>Every page was read completely.</summary>
    Complete,
    /// <summary>Not all members could be read; a missing user may still be a member.</summary>
    Incomplete,
    /// <summary>Graph returned 404 for the group.</summary>
    NotFound,
    /// <summary>The group hides its members; a missing user may still be a member.</summary>
    Hidden,
}

/// <summary>One group and the members that could be read.</summary>
public sealed record GroupReading
{
    /// <summary>The object id of the group.</summary>
    public required string GroupId { get; init; }
    /// <summary>The current name of the group, or the last known one.</summary>
    public required string DisplayName { get; init; }
    /// <summary>How completely the members were read.</summary>
    public required ReadingStatus Status { get; init; }
    /// <summary>The users among the members, each once; devices, contacts, service principals and groups are left out.</summary>
    public IReadOnlyList<DirectoryUser> Users { get; init; } = Array.Empty<DirectoryUser>();
    /// <summary>The object ids of the groups among the members: only direct ones, or all levels if nested members count.</summary>
    public IReadOnlyList<string> NestedGroups { get; init; } = Array.Empty<string>();
    /// <summary>Why the read is not complete.</summary>
    public Problem? Problem { get; init; }
    /// <summary>For <see cref="ReadingStatus.NotFound"/>: whether the group is in deleted items and can be restored.</summary>
    public bool InDeletedItems { get; init; }
}
