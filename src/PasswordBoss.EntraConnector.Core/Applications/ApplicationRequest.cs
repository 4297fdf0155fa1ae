using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>What an admin asks for: an application that can read users and groups, and the group of those who get accounts.</summary>
public sealed record ApplicationRequest
{
    /// <summary>The tenant; null for that of the admin.</summary>
    public string? TenantId { get; init; }
    /// <summary>The display name of the application.</summary>
    public string DisplayName { get; init; } = "Password Boss Connector";
    /// <summary>The user group, by id or display name.</summary>
    public string Group { get; init; } = "Password Boss Users";
    /// <summary>An application that is there already; null to go by the display name.</summary>
    public string? ClientId { get; init; }
    /// <summary><see cref="CredentialKind.Certificate"/>, <see cref="CredentialKind.ClientSecret"/> or <see cref="CredentialKind.None"/>.</summary>
    public CredentialKind Credential { get; init; } = CredentialKind.Certificate;
    /// <summary>For how many months the credential is valid.</summary>
    public int LifetimeMonths { get; init; } = 12;
    /// <summary>Whether other tenants may use the application; with <see cref="ClientId"/>, that it is registered in another tenant.</summary>
    public bool MultiTenant { get; init; }
    /// <summary>How the admin signs in.</summary>
    public AdminSignIn SignIn { get; init; } = new();
}
