using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Sandbox.State;

/// <summary>
/// The tenant: its objects, indexes for lookups without a scan, and the rules of the real directory for deleted items and memberships.
/// Ids are lower-case GUIDs in format D; callers convert external ids with <see cref="TryNormalizeId"/>.
/// </summary>
internal sealed class EntraDirectory
{
    private readonly Dictionary<string, EntraUser> users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EntraUser> deletedUsers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> idByPrincipalName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, EntraGroup> groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EntraGroup> deletedGroups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EntraDevice> devices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> groupsOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Edition, SortedIds Members)> transitive = new(StringComparer.Ordinal);
    private long edition;

    public EntraDirectory(
        IReadOnlyList<EntraUser> users,
        IReadOnlyList<EntraUser> deletedUsers,
        IReadOnlyList<EntraGroup> groups,
        IReadOnlyList<EntraGroup> deletedGroups,
        IReadOnlyList<EntraDevice> devices,
        EntraApplication application,
        ChangeLog changes)
    {
        Application = application;
        Changes = changes;
        foreach (var user in users)
        {
            this.users.Add(user.Id, user);
            idByPrincipalName.Add(user.UserPrincipalName, user.Id);
        }

        foreach (var user in deletedUsers)
            this.deletedUsers.Add(user.Id, user);
        foreach (var device in devices)
            this.devices.Add(device.Id, device);
        foreach (var group in groups)
            this.groups.Add(group.Id, group);
        foreach (var group in deletedGroups)
            this.deletedGroups.Add(group.Id, group);
        foreach (var group in groups.Concat(deletedGroups))
        {
            foreach (var member in group.MemberIds)
                IndexMember(group.Id, member);
        }

        UserIds = new SortedIds(this.users.Keys);
        GroupIds = new SortedIds(this.groups.Keys);
    }

    public EntraApplication Application { get; }

    public ChangeLog Changes { get; }

    public SortedIds UserIds { get; }

    public SortedIds GroupIds { get; }

    public IReadOnlyCollection<EntraUser> Users => users.Values;

    public IReadOnlyCollection<EntraUser> DeletedUsers => deletedUsers.Values;

    public IReadOnlyCollection<EntraGroup> Groups => groups.Values;

    public IReadOnlyCollection<EntraGroup> DeletedGroups => deletedGroups.Values;

    public IReadOnlyCollection<EntraDevice> Devices => devices.Values;

    public static bool TryNormalizeId(string text, out string id)
    {
        var isId = Guid.TryParseExact(text, "D", out var guid);
        id = guid.ToString("D");
        return isId;
    }

    public EntraUser? FindUser(string id) => users.TryGetValue(id, out var user) ? user : null;

    public EntraUser? FindDeletedUser(string id) => deletedUsers.TryGetValue(id, out var user) ? user : null;

    public EntraUser? FindUserByPrincipalName(string name) => idByPrincipalName.TryGetValue(name, out var id) ? users[id] : null;

    public EntraGroup? FindGroup(string id) => groups.TryGetValue(id, out var group) ? group : null;

    public EntraGroup? FindDeletedGroup(string id) => deletedGroups.TryGetValue(id, out var group) ? group : null;

    /// <summary>The object with this id, unless it is deleted: an <see cref="EntraUser"/>, <see cref="EntraGroup"/> or <see cref="EntraDevice"/>.</summary>
    public object? FindObject(string id)
    {
        if (users.TryGetValue(id, out var user))
            return user;
        if (groups.TryGetValue(id, out var group))
            return group;
        return devices.TryGetValue(id, out var device) ? device : null;
    }

    /// <summary>
    /// The members of a group and of the groups inside it, including the inner groups (https://learn.microsoft.com/graph/api/group-list-transitivemembers).
    /// </summary>
    public SortedIds TransitiveMembersOf(EntraGroup group)
    {
        if (transitive.TryGetValue(group.Id, out var known) && known.Edition == edition)
            return known.Members;
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<EntraGroup>();
        open.Enqueue(group);
        while (open.Count > 0)
        {
            foreach (var member in open.Dequeue().MemberIds)
            {
                if (found.Add(member) && groups.TryGetValue(member, out var inner))
                    open.Enqueue(inner);
            }
        }

        var members = new SortedIds(found);
        transitive[group.Id] = (edition, members);
        return members;
    }

    /// <summary>The groups, without deleted ones, that contain an object directly.</summary>
    public SortedIds GroupsOf(string id) => new(groupsOf.TryGetValue(id, out var parents) ? parents.Where(groups.ContainsKey) : []);

    /// <summary>The groups, without deleted ones, that contain an object directly or through other groups.</summary>
    public HashSet<string> TransitiveGroupsOf(string id)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>();
        open.Enqueue(id);
        while (open.Count > 0)
        {
            if (!groupsOf.TryGetValue(open.Dequeue(), out var parents))
                continue;
            foreach (var parent in parents)
            {
                if (groups.ContainsKey(parent) && found.Add(parent))
                    open.Enqueue(parent);
            }
        }

        return found;
    }

    /// <summary>The number of these members that are not deleted.</summary>
    public int CountLiving(SortedIds members) =>
        members.Count - deletedUsers.Keys.Count(members.Contains) - deletedGroups.Keys.Count(members.Contains);

    public void AddUser(EntraUser user)
    {
        users.Add(user.Id, user);
        idByPrincipalName.Add(user.UserPrincipalName, user.Id);
        UserIds.Add(user.Id);
        Changes.Add(ChangeKind.UserExistence, user.Id);
    }

    public void NoteUserChange(EntraUser user, string property) => Changes.Add(ChangeKind.UserProperty, user.Id, property);

    public void NoteGroupChange(EntraGroup group, string property) => Changes.Add(ChangeKind.GroupProperty, group.Id, property);

    /// <summary>
    /// Moves a user to deleted items. The memberships stay, and groups/delta does not report the deletion yet
    /// (https://learn.microsoft.com/graph/delta-query-groups).
    /// </summary>
    public void DeleteUser(EntraUser user, DateTimeOffset now)
    {
        users.Remove(user.Id);
        idByPrincipalName.Remove(user.UserPrincipalName);
        UserIds.Remove(user.Id);
        user.DeletedDateTime = now;
        deletedUsers.Add(user.Id, user);
        Changes.Add(ChangeKind.UserExistence, user.Id);
    }

    /// <summary>Restores a user from deleted items; false if another user now has the principal name.</summary>
    public bool TryRestoreUser(EntraUser user)
    {
        if (idByPrincipalName.ContainsKey(user.UserPrincipalName))
            return false;
        deletedUsers.Remove(user.Id);
        user.DeletedDateTime = null;
        AddUser(user);
        return true;
    }

    /// <summary>Permanently deletes a user who is in deleted items, and removes them from all groups.</summary>
    public void PurgeUser(EntraUser user)
    {
        deletedUsers.Remove(user.Id);
        LeaveAllGroups(user.Id);
        Changes.Add(ChangeKind.UserExistence, user.Id);
    }

    public void AddGroup(EntraGroup group)
    {
        groups.Add(group.Id, group);
        GroupIds.Add(group.Id);
        foreach (var member in group.MemberIds)
            IndexMember(group.Id, member);
        edition++;
        Changes.Add(ChangeKind.GroupExistence, group.Id);
    }

    /// <summary>
    /// Deletes a group: a Microsoft 365 group goes to deleted items, any other group is deleted permanently
    /// (https://learn.microsoft.com/graph/api/group-delete).
    /// </summary>
    public void DeleteGroup(EntraGroup group, DateTimeOffset now)
    {
        groups.Remove(group.Id);
        GroupIds.Remove(group.Id);
        if (group.IsMicrosoft365)
        {
            group.DeletedDateTime = now;
            deletedGroups.Add(group.Id, group);
        }
        else
        {
            foreach (var member in group.MemberIds)
                groupsOf[member].Remove(group.Id);
            LeaveAllGroups(group.Id);
        }

        edition++;
        Changes.Add(ChangeKind.GroupExistence, group.Id);
    }

    public void AddMember(EntraGroup group, string memberId)
    {
        if (!group.Members.Add(memberId))
            return;
        IndexMember(group.Id, memberId);
        edition++;
        Changes.Add(ChangeKind.GroupMember, group.Id, memberId);
    }

    public void RemoveMember(EntraGroup group, string memberId)
    {
        if (!group.Members.Remove(memberId))
            return;
        groupsOf[memberId].Remove(group.Id);
        edition++;
        Changes.Add(ChangeKind.GroupMember, group.Id, memberId);
    }

    private void LeaveAllGroups(string id)
    {
        if (!groupsOf.TryGetValue(id, out var parents))
            return;
        foreach (var parent in parents.ToList())
        {
            var group = FindGroup(parent) ?? FindDeletedGroup(parent);
            if (group is not null)
                RemoveMember(group, id);
        }

        groupsOf.Remove(id);
    }

    private void IndexMember(string groupId, string memberId)
    {
        if (!groupsOf.TryGetValue(memberId, out var parents))
            groupsOf.Add(memberId, parents = new HashSet<string>(StringComparer.Ordinal));
        parents.Add(groupId);
    }
}
