using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>An admin's request for an application that can read users and groups, and for the group of users who get accounts.</summary>
public sealed record ApplicationRequest
{
    /// <summary>The tenant; null for the admin's own.</summary>
    public string? TenantId { get; init; }
    /// <summary>The display name of the application.</summary>
    public string DisplayName { get; init; } = "Password Boss Connector";
    /// <summary>The user group, by id or display name.</summary>
    public string Group { get; init; } = "Password Boss Users";
    /// <summary>The client id of an existing application; null to search by display name.</summary>
    public string? ClientId { get; init; }
    /// <summary><see cref="CredentialKind.Certificate"/>, <see cref="CredentialKind.ClientSecret"/> or <see cref="CredentialKind.None"/>.</summary>
    public CredentialKind Credential { get; init; } = CredentialKind.Certificate;
    /// <summary>The lifetime of the credential in months.</summary>
    public int LifetimeMonths { get; init; } = 12;
    /// <summary>Whether other tenants may use the application; with <see cref="ClientId"/>, whether it is registered in another tenant.</summary>
    public bool MultiTenant { get; init; }
    /// <summary>How the admin signs in.</summary>
    public AdminSignIn SignIn { get; init; } = new();
}
