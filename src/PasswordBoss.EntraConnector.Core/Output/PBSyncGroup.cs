namespace PasswordBoss.EntraConnector;

/// <summary>An Entra group: one selected for a connection, or one to select from.</summary>
public sealed class PBSyncGroup
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The object id of the group.</summary>
    public string Id { get; init; } = "";
    /// <summary>The display name.</summary>
    public string DisplayName { get; init; } = "";
    /// <summary>The role of the group in the connection.</summary>
    public SyncGroupRole Role { get; init; }
    /// <summary>The kind of the group; null if it could not be read.</summary>
    public DirectoryGroupKind? Kind { get; init; }
    /// <summary>The number of direct members of any kind; null if it could not be read.</summary>
    public int? MemberCount { get; init; }
}
