using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The connections that an alert is about: one, those that have a tag, or all. Connections that are stored later are included.</summary>
/// <param name="ConnectionId">The id of the connection; null for a tag or for all.</param>
/// <param name="Connection">The name of the connection; null for a tag or for all.</param>
/// <param name="Tag">The tag, with wildcards; null for one connection or for all.</param>
public sealed record AlertScope(Guid? ConnectionId, string? Connection, string? Tag)
{
    /// <summary>The name for all connections.</summary>
    public const string AllName = "*";

    /// <summary>All connections.</summary>
    public static AlertScope All { get; } = new(null, null, null);

    /// <summary>One connection.</summary>
    /// <param name="connection">The connection.</param>
    public static AlertScope Of(ConnectionSettings connection) => new(connection.Id, connection.Name, null);

    /// <summary>The connections that have a tag.</summary>
    /// <param name="tag">The tag, with wildcards.</param>
    public static AlertScope OfTag(string tag) => new(null, null, tag.Trim());

    /// <summary>Whether the alert is about a connection.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="tags">Its tags.</param>
    public bool Covers(Guid? connectionId, IEnumerable<string> tags) =>
        ConnectionId is not null ? ConnectionId == connectionId : Tag is null || tags.Any(ConnectionName.Matcher(Tag));

    /// <summary>Whether two alerts are about the same connections.</summary>
    /// <param name="other">The other scope.</param>
    public bool IsSame(AlertScope other) => ConnectionId == other.ConnectionId && string.Equals(Tag, other.Tag, StringComparison.OrdinalIgnoreCase);

    /// <summary>The scope in messages: the name of the connection, the tag, or <c>*</c>.</summary>
    public override string ToString() => Connection ?? Tag ?? AllName;
}
