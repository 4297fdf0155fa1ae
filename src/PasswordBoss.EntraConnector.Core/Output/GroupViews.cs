using System.Linq;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts groups to the output of a command.</summary>
internal static class GroupViews
{
    /// <summary>A group of the tenant.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="group">The group.</param>
    /// <param name="members">The number of its direct members; null if it could not be read.</param>
    public static PBSyncGroup Render(ConnectionSettings connection, DirectoryGroup group, int? members) => new()
    {
        Connection = connection.Name,
        Id = group.Id,
        DisplayName = group.DisplayName,
        Role = RoleOf(connection, group.Id),
        Kind = group.Kind,
        MemberCount = members,
    };

    /// <summary>A selected group, with the stored data only.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="group">The group as it is stored.</param>
    public static PBSyncGroup Render(ConnectionSettings connection, GroupReference group) => new()
    {
        Connection = connection.Name,
        Id = group.Id,
        DisplayName = group.DisplayName,
        Role = RoleOf(connection, group.Id),
    };

    private static SyncGroupRole RoleOf(ConnectionSettings connection, string groupId)
    {
        if (EntraId.Same(connection.UserGroup?.Id, groupId))
            return SyncGroupRole.User;
        return connection.AdditionalGroups.Any(g => EntraId.Same(g.Id, groupId)) ? SyncGroupRole.Additional : SyncGroupRole.None;
    }
}
