using System;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>
/// The page where an admin of a tenant consents to the permissions of an application
/// (https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent, "Construct the URL").
/// </summary>
public static class ConsentLink
{
    /// <summary>The address.</summary>
    /// <param name="authorityHost">The sign-in host.</param>
    /// <param name="tenant">The tenant id or domain; <c>organizations</c> for the admin's own tenant.</param>
    /// <param name="clientId">The application id.</param>
    public static string For(Uri authorityHost, string tenant, string clientId) =>
        authorityHost.GetLeftPart(UriPartial.Authority) + "/" + Uri.EscapeDataString(tenant) + "/adminconsent?client_id=" + Uri.EscapeDataString(clientId);
}
