using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox;

/// <summary>
/// The embedded Entra tenant, changed as an admin would in the portal. All members throw <see cref="ConnectorException"/>:
/// <see cref="ErrorId.SandboxUserUnknown"/> for an unknown user or group, <see cref="ErrorId.SandboxNameAmbiguous"/> for a name that is not unique, and
/// <see cref="ErrorId.SandboxChangeRefused"/> for a change that Entra refuses.
/// </summary>
public sealed class SandboxTenant : ISandboxTenant
{
    private static readonly string[] KnownRoles = { "Group.Read.All", "GroupMember.Read.All", "User.Read.All", "Directory.Read.All", "Device.Read.All", "Member.Read.Hidden" };
    private static readonly string[] NameProperties = { "displayName", "givenName", "surname" };
    private readonly SandboxState state;

    /// <summary>Opens the tenant of a state file.</summary>
    /// <param name="statePath">The path of the file.</param>
    public SandboxTenant(string statePath)
        : this(SandboxState.AtFile(statePath))
    {
    }

    /// <summary>Opens the tenant of a state.</summary>
    /// <param name="state">The state.</param>
    public SandboxTenant(SandboxState state) => this.state = state ?? throw new ArgumentNullException(nameof(state));

    /// <inheritdoc/>
    public IReadOnlyList<string> ListUsers(bool deleted) => state.Read(data => (deleted ? data.Directory.DeletedUsers : data.Directory.Users).Select(user => user.UserPrincipalName).ToList());

    /// <inheritdoc/>
    public void AddMember(string user, string groupIdOrName) => state.Write(data =>
    {
        var member = FindUser(data.Directory, user);
        data.Directory.AddMember(FindAssignedGroup(data.Directory, groupIdOrName), member.Id);
    });

    /// <inheritdoc/>
    public void RemoveMember(string user, string groupIdOrName) => state.Write(data =>
    {
        var member = FindUser(data.Directory, user);
        data.Directory.RemoveMember(FindAssignedGroup(data.Directory, groupIdOrName), member.Id);
    });

    /// <inheritdoc/>
    public void Disable(string user) => SetEnabled(user, false);

    /// <inheritdoc/>
    public void Enable(string user) => SetEnabled(user, true);

    /// <inheritdoc/>
    public void Delete(string user) => state.Write(data =>
    {
        if (TryFindUser(data.Directory.Users, user) is EntraUser living)
            data.Directory.DeleteUser(living, state.Now);
        else
            data.Directory.PurgeUser(TryFindUser(data.Directory.DeletedUsers, user) ?? throw new ConnectorException(Unknown(user)));
    });

    /// <inheritdoc/>
    public void Restore(string user) => state.Write(data =>
    {
        var deleted = TryFindUser(data.Directory.DeletedUsers, user) ?? throw new ConnectorException(Unknown(user));
        if (!data.Directory.TryRestoreUser(deleted))
            throw new ConnectorException(Problems.SandboxNameAmbiguous(deleted.UserPrincipalName).About(user));
    });

    /// <inheritdoc/>
    public void Rename(string user, string displayName)
    {
        var words = (displayName ?? throw new ArgumentNullException(nameof(displayName))).Trim().Split(' ').Where(word => word.Length > 0).ToList();
        if (words.Count == 0)
            throw new ConnectorException(Problems.SandboxChangeRefused(user).About(user));
        state.Write(data =>
        {
            var found = FindUser(data.Directory, user);
            found.DisplayName = string.Join(" ", words);
            found.GivenName = words[0];
            found.Surname = words.Count == 1 ? null : string.Join(" ", words.Skip(1));
            foreach (var property in NameProperties)
                data.Directory.NoteUserChange(found, property);
        });
    }

    /// <inheritdoc/>
    public void ChangeMail(string user, string? mail) => state.Write(data =>
    {
        var found = FindUser(data.Directory, user);
        found.Mail = string.IsNullOrWhiteSpace(mail) ? null : mail!.Trim();
        data.Directory.NoteUserChange(found, "mail");
        data.Directory.NoteUserChange(found, "proxyAddresses");
    });

    /// <summary>Creates an enabled member of the tenant and returns the object id. The mail address is the principal name; change it with <see cref="ChangeMail"/>.</summary>
    /// <param name="displayName">The display name; first and last name are taken from its words.</param>
    /// <param name="userPrincipalName">The principal name, unique among the users.</param>
    public string CreateUser(string displayName, string userPrincipalName)
    {
        _ = displayName ?? throw new ArgumentNullException(nameof(displayName));
        var id = Guid.NewGuid().ToString("D");
        state.Write(data =>
        {
            if (data.Directory.FindUserByPrincipalName(userPrincipalName) is not null)
                throw new ConnectorException(Problems.SandboxNameAmbiguous(userPrincipalName).About(userPrincipalName));
            var words = displayName.Split(' ');
            data.Directory.AddUser(new EntraUser
            {
                Id = id,
                DisplayName = displayName,
                GivenName = words[0],
                Surname = words.Length == 1 ? null : string.Join(" ", words.Skip(1)),
                Mail = userPrincipalName,
                UserPrincipalName = userPrincipalName,
                CreatedDateTime = state.Now,
            });
        });
        return id;
    }

    /// <summary>Creates a security group without members and returns its object id; the name need not be unique.</summary>
    /// <param name="displayName">The display name.</param>
    public string CreateGroup(string displayName)
    {
        var id = Guid.NewGuid().ToString("D");
        state.Write(data => data.Directory.AddGroup(new EntraGroup { Id = id, DisplayName = displayName, MailNickname = id.Substring(0, 8), CreatedDateTime = state.Now }));
        return id;
    }

    /// <summary>Changes the display name of a group.</summary>
    /// <param name="groupIdOrName">The group.</param>
    /// <param name="displayName">The new name.</param>
    public void RenameGroup(string groupIdOrName, string displayName) => state.Write(data =>
    {
        var group = FindGroup(data.Directory, groupIdOrName);
        group.DisplayName = displayName;
        data.Directory.NoteGroupChange(group, "displayName");
    });

    /// <summary>Deletes a group. Only a Microsoft 365 group goes to deleted items.</summary>
    /// <param name="groupIdOrName">The group.</param>
    public void DeleteGroup(string groupIdOrName) => state.Write(data => data.Directory.DeleteGroup(FindGroup(data.Directory, groupIdOrName), state.Now));

    /// <summary>Adds a group to another group. Microsoft 365 groups cannot contain groups.</summary>
    /// <param name="innerGroup">The group that becomes a member.</param>
    /// <param name="outerGroup">The group that contains it.</param>
    public void AddNestedGroup(string innerGroup, string outerGroup) => state.Write(data =>
    {
        var inner = FindGroup(data.Directory, innerGroup);
        var outer = FindAssignedGroup(data.Directory, outerGroup);
        if (outer.IsMicrosoft365 || inner == outer)
            throw new ConnectorException(Problems.SandboxChangeRefused(outerGroup).About(outerGroup));
        data.Directory.AddMember(outer, inner.Id);
    });

    /// <summary>Removes a group from another group.</summary>
    /// <param name="innerGroup">The group that is a member.</param>
    /// <param name="outerGroup">The group that contains it.</param>
    public void RemoveNestedGroup(string innerGroup, string outerGroup) => state.Write(data =>
        data.Directory.RemoveMember(FindAssignedGroup(data.Directory, outerGroup), FindGroup(data.Directory, innerGroup).Id));

    /// <summary>
    /// Grants exactly these application permissions. As in Entra, tokens issued before keep their permissions.
    /// </summary>
    /// <param name="roles">Names such as <c>User.Read.All</c>.</param>
    public void SetApplicationRoles(params string[] roles)
    {
        var unknown = roles.FirstOrDefault(role => !KnownRoles.Contains(role, StringComparer.Ordinal));
        if (unknown is not null)
            throw new ArgumentOutOfRangeException(nameof(roles), unknown, null);
        state.Write(data => data.Directory.Application.Roles = roles.ToArray());
    }

    /// <summary>Makes the client secret expire, or makes it valid again.</summary>
    /// <param name="expired">Whether it is expired.</param>
    public void SetSecretExpired(bool expired) => state.Write(data => data.Directory.Application.SecretExpired = expired);

    /// <summary>Disables the application, or enables it again.</summary>
    /// <param name="disabled">Whether it is disabled.</param>
    public void SetApplicationDisabled(bool disabled) => state.Write(data => data.Directory.Application.Disabled = disabled);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void SetEnabled(string user, bool enabled) => state.Write(data =>
    {
        var found = FindUser(data.Directory, user);
        if (found.AccountEnabled == enabled)
            return;
        found.AccountEnabled = enabled;
        data.Directory.NoteUserChange(found, "accountEnabled");
    });

    private static EntraUser FindUser(EntraDirectory directory, string user) => TryFindUser(directory.Users, user) ?? throw new ConnectorException(Unknown(user));

    /// <summary>The id and the principal name take precedence over the mail address, which several users may share.</summary>
    private static EntraUser? TryFindUser(IReadOnlyCollection<EntraUser> users, string name)
    {
        _ = name ?? throw new ArgumentNullException(nameof(name));
        var exact = users.FirstOrDefault(user => EntraId.Same(user.Id, name.Trim())) ?? users.FirstOrDefault(user => EmailAddress.Same(user.UserPrincipalName, name));
        if (exact is not null)
            return exact;
        var byMail = users.Where(user => EmailAddress.Same(user.Mail, name)).ToList();
        return byMail.Count > 1 ? throw new ConnectorException(Problems.SandboxNameAmbiguous(name).About(name)) : byMail.FirstOrDefault();
    }

    private static EntraGroup FindAssignedGroup(EntraDirectory directory, string group)
    {
        var found = FindGroup(directory, group);
        return found.IsDynamic ? throw new ConnectorException(Problems.SandboxChangeRefused(group).About(group)) : found;
    }

    private static EntraGroup FindGroup(EntraDirectory directory, string idOrName)
    {
        _ = idOrName ?? throw new ArgumentNullException(nameof(idOrName));
        var byId = directory.Groups.FirstOrDefault(group => EntraId.Same(group.Id, idOrName.Trim()));
        if (byId is not null)
            return byId;
        var byName = directory.Groups.Where(group => string.Equals(group.DisplayName, idOrName.Trim(), StringComparison.OrdinalIgnoreCase)).ToList();
        if (byName.Count > 1)
            throw new ConnectorException(Problems.GroupAmbiguous(idOrName, string.Join(", ", byName.Select(group => group.Id))).About(idOrName));
        return byName.FirstOrDefault() ?? throw new ConnectorException(Unknown(idOrName));
    }

    private static Problem Unknown(string name) => Problems.SandboxUserUnknown(name).About(name);
}
