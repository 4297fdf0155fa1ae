using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>The group changes of a round so far. Pages are converted to changes and released.</summary>
internal sealed class GroupChanges
{
    private readonly Dictionary<string, GroupChange> groups = new(EntraId.Comparer);
    private readonly List<MembershipChange> memberships = [];

    /// <summary>The changed groups.</summary>
    public IReadOnlyCollection<GroupChange> Groups => groups.Values;

    /// <summary>The changed members, in the order of the pages.</summary>
    public IReadOnlyList<MembershipChange> Memberships => memberships;

    /// <summary>Discards everything.</summary>
    public void Begin()
    {
        groups.Clear();
        memberships.Clear();
    }

    /// <summary>Reads an object of a page.</summary>
    /// <param name="item">The object.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the object cannot be used.</exception>
    public static GroupPart Read(JsonElement item)
    {
        var group = new GroupChange(GraphPage.ObjectIdOf(item), IsRemoved(item), GraphResponse.Text(item, "displayName"));
        var members = new List<MembershipChange>();
        ReadMembers(group.GroupId, item, "members@delta", members);
        ReadMembers(group.GroupId, item, "members", members);
        return new GroupPart(group, members);
    }

    /// <summary>Adds a part of a group. A large group comes in several parts, on several pages, with other groups in between.</summary>
    /// <param name="part">The part.</param>
    public void Add(GroupPart part)
    {
        var group = part.Group;
        if (!groups.TryGetValue(group.GroupId, out var known))
        {
            groups[group.GroupId] = group;
            memberships.AddRange(part.Members);
            return;
        }

        // Pages come in any order, so a removal in any part counts.
        groups[known.GroupId] = known with { IsRemoved = known.IsRemoved || group.IsRemoved, DisplayName = group.DisplayName ?? known.DisplayName };
        // One id for all parts, in the letter case that came first.
        memberships.AddRange(part.Members.Select(m => m with { GroupId = known.GroupId }));
    }

    /// <summary>Whether an object was removed. The reason does not matter: for members it is always the same.</summary>
    /// <param name="item">The object.</param>
    public static bool IsRemoved(JsonElement item) => item.TryGetProperty("@removed", out var removed) && removed.ValueKind != JsonValueKind.Null;

    private static void ReadMembers(string groupId, JsonElement item, string name, List<MembershipChange> into)
    {
        if (!item.TryGetProperty(name, out var members) || members.ValueKind == JsonValueKind.Null)
            return;
        if (members.ValueKind != JsonValueKind.Array)
            throw new ConnectorException(GraphErrors.Invalid(Texts.GraphPageWithoutValue));
        foreach (var member in members.EnumerateArray())
        {
            var memberId = GraphPage.ObjectIdOf(member);
            var type = GraphResponse.Text(member, "@odata.type");
            var isGroup = string.Equals(type, DirectoryObjects.GroupType, StringComparison.OrdinalIgnoreCase);
            // Devices, contacts and service principals are ignored. A member without a type may be a user.
            if (isGroup || type is null || string.Equals(type, DirectoryObjects.UserType, StringComparison.OrdinalIgnoreCase))
                into.Add(new MembershipChange(groupId, memberId, isGroup, IsRemoved(member)));
        }
    }
}

/// <summary>The information about a group in one object of a page.</summary>
/// <param name="Group">The group.</param>
/// <param name="Members">The members that are listed with it.</param>
internal sealed record GroupPart(GroupChange Group, IReadOnlyList<MembershipChange> Members);

/// <summary>The information about a user in one object of a page.</summary>
/// <param name="Id">The user.</param>
/// <param name="IsRemoved">Whether they were removed.</param>
/// <param name="Entry">Their properties in the object; null for none.</param>
internal sealed record UserPart(string Id, bool IsRemoved, DirectoryUser? Entry);

/// <summary>The user changes of a round so far. A round may contain a whole tenant, so only useful data is kept.</summary>
internal sealed class UserChanges
{
    private const int EntriesPerUser = 8;
    private readonly Dictionary<string, UserChange> users = new(EntraId.Comparer);

    /// <summary>The changed users, each once.</summary>
    public IReadOnlyList<UserChange> Users => users.Values.ToList();

    /// <summary>Discards everything.</summary>
    public void Begin() => users.Clear();

    /// <summary>Reads an object of a page.</summary>
    /// <param name="item">The object.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the id is not a GUID.</exception>
    public static UserPart Read(JsonElement item)
    {
        var id = GraphPage.ObjectIdOf(item);
        var isRemoved = GroupChanges.IsRemoved(item);
        return new UserPart(id, isRemoved, isRemoved ? null : ReadEntry(id, item));
    }

    /// <summary>Adds the changes of a user.</summary>
    /// <param name="part">The part.</param>
    public void Add(UserPart part)
    {
        if (!users.TryGetValue(part.Id, out var user))
            user = new UserChange(part.Id, false);
        if (part.IsRemoved)
            user = user with { IsRemoved = true };
        else if (part.Entry is { } entry)
            user = user with { Reported = user.Reported.Skip(user.Reported.Count - EntriesPerUser + 1).Append(entry with { Id = user.UserId }).ToArray() };
        users[user.UserId] = user;
    }

    // Null if the object has no properties of the user.
    private static DirectoryUser? ReadEntry(string id, JsonElement item)
    {
        if (DirectoryObjects.TryReadUser(id, item) is not { } entry)
            return null;
        // Store no string twice: the id already exists as a string, and most users sign in with their mail address.
        var isMailName = string.Equals(entry.Mail, entry.UserPrincipalName, StringComparison.Ordinal);
        entry = entry with { Id = id, Mail = isMailName ? entry.UserPrincipalName : entry.Mail };
        return (entry with { UserType = null }).IsReadable ? entry : null;
    }
}
