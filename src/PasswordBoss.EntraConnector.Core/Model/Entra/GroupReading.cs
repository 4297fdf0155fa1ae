using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>How much is known of a group's members after a read.</summary>
public enum ReadingStatus
{
    /// <summary>Every page arrived whole.</summary>
    Complete,
    /// <summary>The group could not be read to its end; nothing may be concluded from who is missing.</summary>
    Incomplete,
    /// <summary>Graph answered 404 for the group.</summary>
    NotFound,
    /// <summary>The group hides its members; nothing may be concluded from who is missing.</summary>
    Hidden,
}

/// <summary>One group and what could be read of its members.</summary>
public sealed record GroupReading
{
    /// <summary>The object id of the group.</summary>
    public required string GroupId { get; init; }
    /// <summary>The name that the group has now, or the last known one.</summary>
    public required string DisplayName { get; init; }
    /// <summary>How much is known.</summary>
    public required ReadingStatus Status { get; init; }
    /// <summary>The users among the members, each once; devices, contacts, service principals and groups are left out.</summary>
    public IReadOnlyList<DirectoryUser> Users { get; init; } = Array.Empty<DirectoryUser>();
    /// <summary>The object ids of the groups among the members: direct ones, or with nesting all inside.</summary>
    public IReadOnlyList<string> NestedGroups { get; init; } = Array.Empty<string>();
    /// <summary>Why the reading is not complete.</summary>
    public ConnectorException? Problem { get; init; }
    /// <summary>For <see cref="ReadingStatus.NotFound"/>: whether the group lies in deleted items, from where it can be restored.</summary>
    public bool InDeletedItems { get; init; }
}
