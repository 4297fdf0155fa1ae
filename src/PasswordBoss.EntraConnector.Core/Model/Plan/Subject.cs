using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The user that a change is about, as records and messages name them.</summary>
/// <param name="EntraId">The Entra object id; null if the account is linked to no user.</param>
/// <param name="Email">The address; null if none is known.</param>
/// <param name="DisplayName">The display name; null if none is known.</param>
public readonly record struct UserSubject(string? EntraId, string? Email, string? DisplayName);

/// <summary>The group that a change is about.</summary>
/// <param name="Id">The Entra object id.</param>
/// <param name="Name">The display name.</param>
public readonly record struct GroupSubject(string Id, string Name);

/// <summary>
/// What a change is about, as prompts, records, messages and keys name it: a user with or without an account, a group, or a membership. A null value does not
/// apply, or is not known.
/// </summary>
public readonly record struct Subject
{
    /// <summary>A user or an account.</summary>
    /// <param name="user">The user.</param>
    /// <param name="accountId">The server's id of the account; null if there is none yet.</param>
    public Subject(UserSubject user, string? accountId)
    {
        EntraId = user.EntraId;
        AccountId = accountId;
        Email = user.Email;
        DisplayName = user.DisplayName;
    }

    /// <summary>A group.</summary>
    /// <param name="group">The group.</param>
    public Subject(GroupSubject group)
    {
        GroupId = group.Id;
        GroupName = group.Name;
    }

    /// <summary>A membership.</summary>
    /// <param name="group">The group.</param>
    /// <param name="user">The member.</param>
    /// <param name="accountId">The server's id of the member's account; null if there is none yet.</param>
    public Subject(GroupSubject group, UserSubject user, string? accountId)
        : this(user, accountId)
    {
        GroupId = group.Id;
        GroupName = group.Name;
    }

    /// <summary>The Entra object id of the user.</summary>
    public string? EntraId { get; }
    /// <summary>The server's id of the account.</summary>
    public string? AccountId { get; }
    /// <summary>The user's address.</summary>
    public string? Email { get; }
    /// <summary>The user's display name.</summary>
    public string? DisplayName { get; }
    /// <summary>The Entra object id of the group.</summary>
    public string? GroupId { get; }
    /// <summary>The display name of the group.</summary>
    public string? GroupName { get; }

    /// <summary>The name of the user in messages.</summary>
    public string UserName => Email ?? DisplayName ?? AccountId ?? "";

    /// <summary>Identifies an action on this subject across plans of the same connection. Pauses store it: its format must not change.</summary>
    /// <param name="action">The action.</param>
    public string KeyOf(SyncAction action) => string.Join("|", action.ToString(), EntraId, AccountId, GroupId);

    /// <summary>Whether a key is of an action on an account, whatever the action and the user.</summary>
    /// <param name="key">A key.</param>
    /// <param name="accountId">The server's id of the account.</param>
    public static bool IsKeyOfAccount(string key, string accountId) => key.EndsWith("|" + accountId + "|", StringComparison.Ordinal);
}
