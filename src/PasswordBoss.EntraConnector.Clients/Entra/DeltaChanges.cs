using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>What a round of groups has told so far. Pages are turned into changes and let go.</summary>
internal sealed class GroupChanges
{
    private readonly Dictionary<string, GroupChange> groups = new(EntraId.Comparer);
    private readonly List<MembershipChange> memberships = [];

    /// <summary>The groups that were named.</summary>
    public IReadOnlyCollection<GroupChange> Groups => groups.Values;

    /// <summary>The members that were named, in the order of the pages.</summary>
    public IReadOnlyList<MembershipChange> Memberships => memberships;

    /// <summary>Forgets everything.</summary>
    public void Begin()
    {
        groups.Clear();
        memberships.Clear();
    }

    /// <summary>Reads an object of a page.</summary>
    /// <param name="item">The object.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: it cannot be used.</exception>
    public static GroupPart Read(JsonElement item)
    {
        var group = new GroupChange(GraphPage.ObjectIdOf(item), IsRemoved(item), GraphAnswer.Text(item, "displayName"));
        var members = new List<MembershipChange>();
        ReadMembers(group.GroupId, item, "members@delta", members);
        ReadMembers(group.GroupId, item, "members", members);
        return new GroupPart(group, members);
    }

    /// <summary>Takes what was read. A large group comes in several parts, on several pages, with others in between.</summary>
    /// <param name="part">The part.</param>
    public void Take(GroupPart part)
    {
        var group = part.Group;
        if (!groups.TryGetValue(group.GroupId, out var known))
        {
            groups[group.GroupId] = group;
            memberships.AddRange(part.Members);
            return;
        }

        // Pages come in any order, so that "removed" is the word that must not be overlooked.
        groups[known.GroupId] = known with { IsRemoved = known.IsRemoved || group.IsRemoved, DisplayName = group.DisplayName ?? known.DisplayName };
        // One id for all, in the letter case that came first.
        memberships.AddRange(part.Members.Select(m => m with { GroupId = known.GroupId }));
    }

    /// <summary>Whether an object went. Its reason does not matter: of members it is always the same.</summary>
    /// <param name="item">The object.</param>
    public static bool IsRemoved(JsonElement item) => item.TryGetProperty("@removed", out var removed) && removed.ValueKind != JsonValueKind.Null;

    private static void ReadMembers(string groupId, JsonElement item, string name, List<MembershipChange> into)
    {
        if (!item.TryGetProperty(name, out var members) || members.ValueKind == JsonValueKind.Null)
            return;
        if (members.ValueKind != JsonValueKind.Array)
            throw new ConnectorException(GraphErrors.Invalid(Texts.GraphPageWithoutValue.Render()));
        foreach (var member in members.EnumerateArray())
        {
            var memberId = GraphPage.ObjectIdOf(member);
            var type = GraphAnswer.Text(member, "@odata.type");
            var isGroup = string.Equals(type, DirectoryObjects.GroupType, StringComparison.OrdinalIgnoreCase);
            // Of devices, contacts and service principals there is nothing to tell. One without a type may be a user.
            if (isGroup || type is null || string.Equals(type, DirectoryObjects.UserType, StringComparison.OrdinalIgnoreCase))
                into.Add(new MembershipChange(groupId, memberId, isGroup, IsRemoved(member)));
        }
    }
}

/// <summary>What one object of a page says of a group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Members">Those of its members that are named with it.</param>
internal sealed record GroupPart(GroupChange Group, IReadOnlyList<MembershipChange> Members);

/// <summary>What one object of a page says of a user.</summary>
/// <param name="Id">The user.</param>
/// <param name="IsRemoved">Whether they went.</param>
/// <param name="Entry">The properties that it names; null for none.</param>
internal sealed record UserPart(string Id, bool IsRemoved, DirectoryUser? Entry);

/// <summary>What a round of users has told so far. A round may name a whole tenant, so that only what can be of use is kept.</summary>
internal sealed class UserChanges
{
    private const int EntriesPerUser = 8;
    private readonly Dictionary<string, UserChange> users = new(EntraId.Comparer);

    /// <summary>The users who were named, each once.</summary>
    public IReadOnlyList<UserChange> Users => users.Values.ToList();

    /// <summary>Forgets everything.</summary>
    public void Begin() => users.Clear();

    /// <summary>Reads an object of a page.</summary>
    /// <param name="item">The object.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: its id is no GUID.</exception>
    public static UserPart Read(JsonElement item)
    {
        var id = GraphPage.ObjectIdOf(item);
        var isRemoved = GroupChanges.IsRemoved(item);
        return new UserPart(id, isRemoved, isRemoved ? null : ReadEntry(id, item));
    }

    /// <summary>Takes what was read.</summary>
    /// <param name="part">The part.</param>
    public void Take(UserPart part)
    {
        if (!users.TryGetValue(part.Id, out var user))
            user = new UserChange(part.Id, false);
        if (part.IsRemoved)
            user = user with { IsRemoved = true };
        else if (part.Entry is { } entry)
            user = user with { Told = user.Told.Skip(user.Told.Count - EntriesPerUser + 1).Append(entry with { Id = user.UserId }).ToArray() };
        users[user.UserId] = user;
    }

    // Null when it says nothing about the user.
    private static DirectoryUser? ReadEntry(string id, JsonElement item)
    {
        if (DirectoryObjects.TryReadUser(id, item) is not { } entry)
            return null;
        // Nothing is kept twice: the id is there already, and most users sign in by their mail address.
        var isMailName = string.Equals(entry.Mail, entry.UserPrincipalName, StringComparison.Ordinal);
        entry = entry with { Id = id, Mail = isMailName ? entry.UserPrincipalName : entry.Mail };
        return (entry with { UserType = null }).IsReadable ? entry : null;
    }
}
