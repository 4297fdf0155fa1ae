namespace PasswordBoss.EntraConnector;

/// <summary>An Entra group of a connection, or one to choose from.</summary>
public sealed class PBSyncGroup
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The object id of the group.</summary>
    public string Id { get; init; } = "";
    /// <summary>The display name.</summary>
    public string DisplayName { get; init; } = "";
    /// <summary>The part that the group plays.</summary>
    public SyncGroupRole Role { get; init; }
    /// <summary>The kind of the group; null when it could not be read.</summary>
    public DirectoryGroupKind? Kind { get; init; }
    /// <summary>How many direct members of any kind the group has; null when it could not be read.</summary>
    public int? MemberCount { get; init; }
}
