namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>The least privileged application permissions (https://learn.microsoft.com/graph/permissions-reference), for use in errors.</summary>
internal static class Permissions
{
    /// <summary>Groups and their members.</summary>
    public const string Groups = "GroupMember.Read.All";

    /// <summary>The members of a group with hidden membership, in addition to <see cref="Groups"/>.</summary>
    public const string HiddenMembers = "Member.Read.Hidden";

    /// <summary>Groups in deleted items (https://learn.microsoft.com/graph/api/directory-deleteditems-get).</summary>
    public const string DeletedGroups = "Group.Read.All";

    /// <summary>Users and their properties.</summary>
    public const string Users = "User.Read.All";
}
