namespace PasswordBoss.EntraConnector.Sandbox;

/// <summary>
/// The credentials of the sandbox. None of them is a secret: they are the same in every copy of this assembly, and the tenant and the company exist only in the
/// sandbox's own state file.
/// </summary>
public static class SandboxCredentials
{
    /// <summary>The tenant id.</summary>
    public const string TenantId = "5a9db0c5-0000-4000-8000-000000000001";
    /// <summary>The verified domain of the tenant, which sign-in accepts instead of the id.</summary>
    public const string TenantDomain = "fjordlight.example";
    /// <summary>The application (client) id.</summary>
    public const string ClientId = "5a9db0c5-0000-4000-8000-000000000002";
    /// <summary>The client secret; not a secret, see above.</summary>
    public const string ClientSecret = "sandbox+client/secret=not&a%secret";
    /// <summary>The authentication token of the Password Boss connector; not a secret, see above.</summary>
    public const string PasswordBossToken = "sandbox-connector-token-not-a-secret";
    /// <summary>The object id of the group <c>Password Boss Users</c> in the initial company.</summary>
    public const string UserGroupId = "f10d1194-0000-4000-9000-000000000001";
}
