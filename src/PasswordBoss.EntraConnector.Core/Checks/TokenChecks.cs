using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>The claims of the token: tenant, application and permissions.</summary>
internal static class TokenChecks
{
    // Any one of each list is enough (https://learn.microsoft.com/graph/permissions-reference).
    private static readonly string[] GroupRoles = { "GroupMember.Read.All", "Group.Read.All", "Directory.Read.All", "Group.ReadWrite.All", "Directory.ReadWrite.All" };
    private static readonly string[] UserRoles = { "User.Read.All", "Directory.Read.All", "User.ReadWrite.All", "Directory.ReadWrite.All" };

    // The permissions that the connector uses. Member.Read.Hidden is for groups with hidden membership, Application.Read.All for the expiry of its own secret.
    private static readonly string[] UsefulRoles = { "GroupMember.Read.All", "Group.Read.All", "User.Read.All", "Member.Read.Hidden", "Application.Read.All" };

    /// <summary>The permission to read the properties of members.</summary>
    public static string UserRole => UserRoles[0];

    public static void Run(ConnectionSettings connection, SignInFacts facts, CheckList list)
    {
        CheckApplication(connection, facts, list);
        CheckPermissions(connection, facts, list);
    }

    private static void CheckApplication(ConnectionSettings connection, SignInFacts facts, CheckList list)
    {
        if (facts.TenantId is null)
            list.Add("Application", CheckStatus.Skipped, Texts.CheckTokenOpaque);
        else if (Guid.TryParse(connection.TenantId, out _) && !EntraId.Same(facts.TenantId, connection.TenantId))
            list.Add("Application", CheckStatus.Failed, Texts.CheckOtherTenant(facts.TenantId), Texts.CheckFixOtherTenant);
        else if (connection.ClientId.Length > 0 && facts.ClientId is not null && !EntraId.Same(facts.ClientId, connection.ClientId))
            list.Add("Application", CheckStatus.Warning, Texts.CheckOtherApplication(facts.ClientId), Texts.CheckFixOtherApplication);
        else
            list.Add("Application", CheckStatus.Passed, Texts.CheckApplication(facts.ClientId ?? "?", facts.TenantId));
    }

    private static void CheckPermissions(ConnectionSettings connection, SignInFacts facts, CheckList list)
    {
        if (facts.Roles is not { } roles)
        {
            list.Add("Permissions", CheckStatus.Skipped, Texts.CheckRolesUnknown);
            return;
        }

        var missing = new List<string>();
        if (!roles.Intersect(GroupRoles, StringComparer.OrdinalIgnoreCase).Any())
            missing.Add(GroupRoles[0]);
        if (!roles.Intersect(UserRoles, StringComparer.OrdinalIgnoreCase).Any())
            missing.Add(UserRole);
        var unneeded = roles.Except(UsefulRoles, StringComparer.OrdinalIgnoreCase).ToList();
        if (missing.Count > 0)
        {
            var names = string.Join(", ", missing);
            var link = ConsentLink.For(connection.AuthorityHost, facts.TenantId ?? connection.TenantId, facts.ClientId ?? connection.ClientId);
            list.Add("Permissions", CheckStatus.Failed, Texts.CheckRolesMissing(names), Texts.CheckFixRolesMissing(names, link));
        }
        else if (unneeded.Count > 0)
        {
            list.Add("Permissions", CheckStatus.Warning, Texts.CheckRolesUnneeded(string.Join(", ", unneeded)), Texts.CheckFixRolesUnneeded);
        }
        else
        {
            list.Add("Permissions", CheckStatus.Passed, Texts.CheckRoles(string.Join(", ", roles)));
        }
    }
}
