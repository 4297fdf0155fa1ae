using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox;

/// <summary>An account of the embedded Password Boss, as its admin sees it.</summary>
public sealed record SandboxAccount
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }
    /// <summary>The address.</summary>
    public required string Email { get; init; }
    /// <summary>First name.</summary>
    public required string GivenName { get; init; }
    /// <summary>Last name.</summary>
    public required string FamilyName { get; init; }
    /// <summary>Display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The state.</summary>
    public AccountState State { get; init; }
    /// <summary>Who manages the account.</summary>
    public ManagedBy ManagedBy { get; init; }
    /// <summary>The Entra object id.</summary>
    public string? ExternalId { get; init; }
    /// <summary>The names of the account's groups, sorted.</summary>
    public IReadOnlyList<string> Groups { get; init; } = Array.Empty<string>();
}

/// <summary>A group of the embedded Password Boss, as its admin sees it.</summary>
public sealed record SandboxAccountGroup
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }
    /// <summary>The name.</summary>
    public required string DisplayName { get; init; }
    /// <summary>Who manages the group.</summary>
    public ManagedBy ManagedBy { get; init; }
    /// <summary>The Entra object id.</summary>
    public string? ExternalId { get; init; }
    /// <summary>The addresses of the members, sorted.</summary>
    public IReadOnlyList<string> Members { get; init; } = Array.Empty<string>();
}

/// <summary>
/// The embedded Password Boss, changed as an admin would in the portal. For an unknown account or group, throws
/// <see cref="ConnectorException"/> with <see cref="ErrorId.SandboxUserUnknown"/>.
/// </summary>
public sealed class SandboxPasswordBoss
{
    private readonly SandboxState state;

    /// <summary>Opens the company of a state file.</summary>
    /// <param name="statePath">The path of the file.</param>
    public SandboxPasswordBoss(string statePath)
        : this(SandboxState.AtFile(statePath))
    {
    }

    /// <summary>Opens the company of a state.</summary>
    /// <param name="state">The state.</param>
    public SandboxPasswordBoss(SandboxState state) => this.state = state ?? throw new ArgumentNullException(nameof(state));

    /// <summary>All accounts, including personal ones, by address.</summary>
    public IReadOnlyList<SandboxAccount> Accounts => state.Read(data => data.Company.Accounts
        .OrderBy(account => account.UserName, StringComparer.OrdinalIgnoreCase)
        .Select(account => new SandboxAccount
        {
            Id = account.Id,
            Email = account.UserName,
            GivenName = account.GivenName,
            FamilyName = account.FamilyName,
            DisplayName = account.DisplayName,
            State = account.State,
            ManagedBy = account.ManagedBy,
            ExternalId = account.ExternalId,
            Groups = data.Company.GroupsOf(account.Id).Select(id => data.Company.FindGroup(id)!.DisplayName).OrderBy(name => name, StringComparer.Ordinal).ToList(),
        })
        .ToList());

    /// <summary>All groups, by name.</summary>
    public IReadOnlyList<SandboxAccountGroup> Groups => state.Read(data => data.Company.Groups
        .OrderBy(group => group.DisplayName, StringComparer.Ordinal)
        .Select(group => new SandboxAccountGroup
        {
            Id = group.Id,
            DisplayName = group.DisplayName,
            ManagedBy = group.ManagedBy,
            ExternalId = group.ExternalId,
            Members = group.MemberIds.Select(id => data.Company.FindAccount(id)!.UserName).OrderBy(name => name, StringComparer.OrdinalIgnoreCase).ToList(),
        })
        .ToList());

    /// <summary>Creates an active account that Password Boss manages, and returns its id.</summary>
    /// <param name="email">The address.</param>
    /// <param name="givenName">First name.</param>
    /// <param name="familyName">Last name.</param>
    public string CreateAccount(string email, string givenName, string familyName) => state.Write(data =>
    {
        if (data.Company.FindAccountByUserName(email) is not null)
            throw new ConnectorException(Problems.SandboxNameAmbiguous(email).About(email));
        var account = new CompanyAccount
        {
            Id = data.Company.NewAccountId(),
            UserName = email,
            GivenName = givenName,
            FamilyName = familyName,
            DisplayName = givenName + " " + familyName,
            State = AccountState.Active,
            ManagedBy = ManagedBy.PasswordBoss,
            Created = state.Now,
            LastModified = state.Now,
        };
        data.Company.AddAccount(account);
        return account.Id;
    });

    /// <summary>Disables an account.</summary>
    /// <param name="email">Its address.</param>
    public void DisableAccount(string email) => SetState(email, AccountState.Disabled);

    /// <summary>Enables an account, or approves one that is pending.</summary>
    /// <param name="email">Its address.</param>
    public void EnableAccount(string email) => SetState(email, AccountState.Active);

    /// <summary>Makes an account personal: it leaves the company and its groups and keeps its address.</summary>
    /// <param name="email">Its address.</param>
    public void MakePersonal(string email) => SetState(email, AccountState.Personal);

    /// <summary>Deletes an account and everything in it.</summary>
    /// <param name="email">Its address.</param>
    public void DeleteAccount(string email) => state.Write(data => data.Company.RemoveAccount(Find(data.Company, email), state.Now));

    /// <summary>Sets who manages an account.</summary>
    /// <param name="email">Its address.</param>
    /// <param name="managedBy">The manager.</param>
    public void SetManagedBy(string email, ManagedBy managedBy) => Change(email, account => account with { ManagedBy = managedBy });

    /// <summary>Sets the external ID of an account; null clears it.</summary>
    /// <param name="email">Its address.</param>
    /// <param name="externalId">The external ID.</param>
    public void SetExternalId(string email, string? externalId) => Change(email, account => account with { ExternalId = externalId });

    /// <summary>Changes the name of an account.</summary>
    /// <param name="email">Its address.</param>
    /// <param name="givenName">First name.</param>
    /// <param name="familyName">Last name.</param>
    public void RenameAccount(string email, string givenName, string familyName) =>
        Change(email, account => account with { GivenName = givenName, FamilyName = familyName, DisplayName = givenName + " " + familyName });

    /// <summary>Creates a group that Password Boss manages, and returns its id.</summary>
    /// <param name="displayName">The name, unique ignoring case.</param>
    public string CreateGroup(string displayName) => state.Write(data =>
    {
        if (data.Company.FindGroupByName(displayName) is not null)
            throw new ConnectorException(Problems.SandboxNameAmbiguous(displayName).About(displayName));
        var group = new CompanyGroup { Id = data.Company.NewGroupId(), DisplayName = displayName, ManagedBy = ManagedBy.PasswordBoss, Created = state.Now, LastModified = state.Now };
        data.Company.AddGroup(group);
        return group.Id;
    });

    /// <summary>Adds an account to a group.</summary>
    /// <param name="email">The address of the account.</param>
    /// <param name="groupName">The name of the group.</param>
    public void AddGroupMember(string email, string groupName) =>
        state.Write(data => data.Company.AddMember(FindGroup(data.Company, groupName), Find(data.Company, email).Id));

    /// <summary>Removes an account from a group.</summary>
    /// <param name="email">The address of the account.</param>
    /// <param name="groupName">The name of the group.</param>
    public void RemoveGroupMember(string email, string groupName) =>
        state.Write(data => data.Company.RemoveMember(FindGroup(data.Company, groupName), Find(data.Company, email).Id));

    /// <summary>Deletes a group; its accounts stay.</summary>
    /// <param name="groupName">The name of the group.</param>
    public void DeleteGroup(string groupName) => state.Write(data => data.Company.RemoveGroup(FindGroup(data.Company, groupName)));

    /// <summary>Sets the maximum number of active accounts.</summary>
    /// <param name="licenses">The number; null for no limit.</param>
    public void SetLicensePool(int? licenses) => state.Write(data => data.Company.LicensePool = licenses);

    /// <summary>Turns the extension of this project on or off; without it, this is a plain SCIM server.</summary>
    /// <param name="offered">Whether the server supports the extension.</param>
    public void OfferExtension(bool offered) => state.Write(data => data.Company.OffersExtension = offered);

    private void SetState(string email, AccountState state) => Change(email, account => account with { State = state });

    private void Change(string email, Func<CompanyAccount, CompanyAccount> change) => state.Write(data =>
        data.Company.ReplaceAccount(change(Find(data.Company, email)) with { LastModified = state.Now }));

    private static CompanyAccount Find(PasswordBossCompany company, string email) =>
        company.FindAccountByUserName(email ?? throw new ArgumentNullException(nameof(email)))
        ?? throw new ConnectorException(Problems.SandboxUserUnknown(email).About(email));

    private static CompanyGroup FindGroup(PasswordBossCompany company, string name) =>
        company.FindGroupByName(name ?? throw new ArgumentNullException(nameof(name)))
        ?? throw new ConnectorException(Problems.SandboxUserUnknown(name).About(name));
}
