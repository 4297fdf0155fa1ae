using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox.Graph;

/// <summary>The access that the application permissions of a token give (https://learn.microsoft.com/graph/permissions-reference).</summary>
internal sealed class GraphCaller
{
    private readonly HashSet<string> roles;

    public GraphCaller(IEnumerable<string> roles) => this.roles = new HashSet<string>(roles, StringComparer.Ordinal);

    public bool ReadsGroups => Any("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All");

    public bool ReadsUsers => Any("User.Read.All", "Directory.Read.All");

    public bool ReadsDevices => Any("Device.Read.All", "Directory.Read.All");

    public bool ReadsHiddenMembers => Any("Member.Read.Hidden");

    /// <summary>
    /// Whether a member is returned with its properties. If not, only its type and id are returned, all other properties are null, and the status is still 200
    /// (https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects).
    /// </summary>
    public bool Reads(object directoryObject) => directoryObject switch
    {
        EntraUser => ReadsUsers,
        EntraGroup => ReadsGroups,
        _ => ReadsDevices,
    };

    private bool Any(params string[] roles) => roles.Any(this.roles.Contains);
}
