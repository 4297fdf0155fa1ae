using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The settings to register the application with.</summary>
public sealed record ApplicationRegistration
{
    /// <summary>The application id of Microsoft Graph, the same in every cloud and tenant.</summary>
    public const string GraphClientId = "00000003-0000-0000-c000-000000000000";

    /// <summary>
    /// The application permissions, by name and id (https://learn.microsoft.com/graph/permissions-reference). The vendor's own connector, which may share the
    /// registration, requests the same ones.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Roles { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Group.Read.All"] = "5b567255-7703-4780-807c-7be8301ae99b",
        ["User.Read.All"] = "df021288-bdef-4463-88db-98f22de89214",
    };

    /// <summary>The addresses of the vendor's portals that Microsoft redirects to after an admin consents there.</summary>
    public static IReadOnlyList<string> PortalRedirectUris { get; } = new[]
    {
        "https://partner.passwordboss.com/azure/callback",
        "https://portal.passwordboss.com/business/connectors/azure/callback",
    };

    /// <summary>The display name.</summary>
    public required string DisplayName { get; init; }
    /// <summary>Whether other tenants may use it.</summary>
    public bool IsMultiTenant { get; init; }
    /// <summary>The redirect addresses of its web platform.</summary>
    public IReadOnlyList<string> RedirectUris { get; init; } = PortalRedirectUris;
    /// <summary>The ids of the application permissions of Microsoft Graph.</summary>
    public IReadOnlyList<string> RequiredRoles { get; init; } = Roles.Values.ToArray();

    /// <summary>The settings that a registration lacks; empty if it is complete.</summary>
    /// <param name="present">The registration.</param>
    internal IReadOnlyList<string> MissingIn(RegisteredApplication present)
    {
        var missing = RedirectUris.Except(present.RedirectUris, StringComparer.OrdinalIgnoreCase).ToList();
        missing.AddRange(Roles.Where(r => RequiredRoles.Contains(r.Value, EntraId.Comparer) && !present.RequiredRoles.Contains(r.Value, EntraId.Comparer)).Select(r => r.Key));
        if (IsMultiTenant && !present.IsMultiTenant)
            missing.Add("AzureADMultipleOrgs");
        return missing;
    }
}
