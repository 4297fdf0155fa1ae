using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>
/// The embedded Entra tenant, changed as an admin would in the portal. Users are identified by object id, user principal name or mail address.
/// </summary>
public interface ISandboxTenant : IDisposable
{
    /// <summary>The user principal names of the users.</summary>
    /// <param name="deleted">Whether to list the users in deleted items instead of the others.</param>
    IReadOnlyList<string> ListUsers(bool deleted);
    /// <summary>Adds a user to a group.</summary>
    /// <param name="user">The user.</param>
    /// <param name="groupIdOrName">The group.</param>
    void AddMember(string user, string groupIdOrName);
    /// <summary>Removes a user from a group.</summary>
    /// <param name="user">The user.</param>
    /// <param name="groupIdOrName">The group.</param>
    void RemoveMember(string user, string groupIdOrName);
    /// <summary>Blocks sign-in.</summary>
    /// <param name="user">The user.</param>
    void Disable(string user);
    /// <summary>Allows sign-in again.</summary>
    /// <param name="user">The user.</param>
    void Enable(string user);
    /// <summary>Moves a user to deleted items; deletes a user who is already there permanently.</summary>
    /// <param name="user">The user.</param>
    void Delete(string user);
    /// <summary>Restores a user from deleted items.</summary>
    /// <param name="user">The user.</param>
    void Restore(string user);
    /// <summary>Changes the display name, and takes the first and last name from its words.</summary>
    /// <param name="user">The user.</param>
    /// <param name="displayName">The new name.</param>
    void Rename(string user, string displayName);
    /// <summary>Changes the mail address; null clears it.</summary>
    /// <param name="user">The user.</param>
    /// <param name="mail">The new address.</param>
    void ChangeMail(string user, string? mail);
}
