using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>What a round of groups has told so far. Pages are turned into changes and let go.</summary>
internal sealed class GroupChanges
{
    private readonly Dictionary<string, GroupChange> groups = new(StringComparer.OrdinalIgnoreCase);
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

    /// <summary>Takes an object of a page. A large group comes in several parts, on several pages, with others in between.</summary>
    /// <param name="item">The object.</param>
    public void Take(JsonElement item)
    {
        var id = GraphPage.ObjectIdOf(item);
        var isRemoved = IsRemoved(item);
        var name = GraphAnswer.Text(item, "displayName");
        // Pages come in any order, so that "removed" is the word that must not be overlooked.
        var group = groups.TryGetValue(id, out var known)
            ? known with { IsRemoved = known.IsRemoved || isRemoved, DisplayName = name ?? known.DisplayName }
            : new GroupChange(id, isRemoved, name);
        groups[id] = group;
        TakeMembers(group.GroupId, item, "members@delta");
        TakeMembers(group.GroupId, item, "members");
    }

    /// <summary>Whether an object went. Its reason does not matter: of members it is always the same.</summary>
    /// <param name="item">The object.</param>
    public static bool IsRemoved(JsonElement item) => item.TryGetProperty("@removed", out var removed) && removed.ValueKind != JsonValueKind.Null;

    private void TakeMembers(string groupId, JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var members) || members.ValueKind == JsonValueKind.Null)
            return;
        if (members.ValueKind != JsonValueKind.Array)
            throw GraphErrors.Invalid(GraphErrors.Say("Graph_PageWithoutValue"));
        foreach (var member in members.EnumerateArray())
        {
            var memberId = GraphPage.ObjectIdOf(member);
            var type = GraphAnswer.Text(member, "@odata.type");
            var isGroup = string.Equals(type, DirectoryObjects.GroupType, StringComparison.OrdinalIgnoreCase);
            // Of devices, contacts and service principals there is nothing to tell. One without a type may be a user.
            if (isGroup || type is null || string.Equals(type, DirectoryObjects.UserType, StringComparison.OrdinalIgnoreCase))
                memberships.Add(new MembershipChange(groupId, memberId, isGroup, IsRemoved(member)));
        }
    }
}

/// <summary>What a round of users has told so far. A round may name a whole tenant, so that only what can be of use is kept.</summary>
internal sealed class UserChanges
{
    private const int EntriesPerUser = 8;
    private readonly Dictionary<string, UserChange> users = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The users who were named, each once.</summary>
    public IReadOnlyList<UserChange> Users => users.Values.ToList();

    /// <summary>Forgets everything.</summary>
    public void Begin() => users.Clear();

    /// <summary>Takes an object of a page.</summary>
    /// <param name="item">The object.</param>
    public void Take(JsonElement item)
    {
        var id = GraphPage.ObjectIdOf(item);
        if (!users.TryGetValue(id, out var user))
            user = new UserChange(id, false);
        if (GroupChanges.IsRemoved(item))
            user = user with { IsRemoved = true };
        else if (ReadEntry(user.UserId, item) is { } entry)
            user = user with { Told = user.Told.Skip(user.Told.Count - EntriesPerUser + 1).Append(entry).ToArray() };
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
