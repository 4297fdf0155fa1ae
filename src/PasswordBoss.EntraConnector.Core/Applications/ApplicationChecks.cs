using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>Refuses invalid input before anyone is asked to sign in.</summary>
internal static class ApplicationChecks
{
    private const int LongestName = 120;
    private const int LongestGroupName = 256;

    public static void Validate(ApplicationRequest request)
    {
        RequireName("DisplayName", request.DisplayName, LongestName);
        RequireName("GroupName", request.Group, LongestGroupName);
        RequireId(request.ClientId, request.TenantId);
        RequireId(request.SignIn.ClientId, request.TenantId);
        if (request.LifetimeMonths is < 1 or > 24)
            throw new ConnectorException(Problems.RuleValueInvalid("LifetimeMonths", request.LifetimeMonths.ToString(System.Globalization.CultureInfo.CurrentCulture), Texts.RangeMonths));
        if (request.SignIn.AuthorityHost is { } authority)
            EndpointAddress.Validate("AuthorityHost", authority);
        if (request.SignIn.GraphEndpoint is { } graph)
            EndpointAddress.ValidateGraph("GraphEndpoint", graph);
    }

    // Microsoft's length limits (https://learn.microsoft.com/graph/api/resources/application, https://learn.microsoft.com/graph/api/resources/group).
    private static void RequireName(string parameter, string name, int longest)
    {
        if (name.Trim().Length == 0 || name.Length > longest)
            throw new ConnectorException(Problems.RuleValueInvalid(parameter, "'" + name + "'", Texts.RangeName(longest.ToString(System.Globalization.CultureInfo.CurrentCulture))));
    }

    private static void RequireId(string? clientId, string? tenantId)
    {
        if (clientId is not null && (!Guid.TryParse(clientId, out var id) || id == Guid.Empty))
            throw new ConnectorException(Problems.ApplicationUnknown(tenantId ?? "?", clientId, Texts.ObstacleNotAGuid).About(clientId));
    }
}
