using System;
using System.Text.Json;
using Microsoft.Graph.Models;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>The properties of users and groups that the connector requests, and how it reads them.</summary>
internal static class DirectoryObjects
{
    /// <summary>The <c>@odata.type</c> of a user.</summary>
    public const string UserType = "#microsoft.graph.user";

    /// <summary>The <c>@odata.type</c> of a group.</summary>
    public const string GroupType = "#microsoft.graph.group";

    /// <summary>The properties of a user; <c>accountEnabled</c> and <c>userType</c> are only returned on request (https://learn.microsoft.com/graph/api/user-list).</summary>
    public static readonly string[] UserProperties = ["id", "displayName", "givenName", "surname", "mail", "userPrincipalName", "accountEnabled", "userType"];

    /// <summary>The properties of a group.</summary>
    public static readonly string[] GroupProperties = ["id", "displayName", "groupTypes", "mailEnabled", "securityEnabled", "visibility", "membershipRuleProcessingState"];

    /// <summary>The tracked properties of a group: renames and membership changes (https://learn.microsoft.com/graph/delta-query-groups).</summary>
    public static readonly string[] TrackedGroupProperties = ["displayName", "members"];

    /// <summary>
    /// A text within a filter (https://learn.microsoft.com/graph/query-parameters, "Escaping single quotes"); the SDK encodes the rest.
    /// </summary>
    /// <param name="text">The text.</param>
    public static string Quote(string text) => "'" + string.Join("''", text.Split('\'')) + "'";

    /// <summary>A user.</summary>
    /// <param name="id">The id of the user.</param>
    /// <param name="user">The object.</param>
    public static DirectoryUser ReadUser(string id, JsonElement user) => new()
    {
        Id = id,
        DisplayName = GraphResponse.Text(user, "displayName"),
        GivenName = GraphResponse.Text(user, "givenName"),
        Surname = GraphResponse.Text(user, "surname"),
        Mail = GraphResponse.Text(user, "mail"),
        UserPrincipalName = GraphResponse.Text(user, "userPrincipalName"),
        AccountEnabled = user.TryGetProperty("accountEnabled", out var enabled) && enabled.ValueKind is JsonValueKind.True or JsonValueKind.False ? enabled.GetBoolean() : null,
        // One shared string: otherwise a hundred thousand equal ones would be kept during the run.
        UserType = GraphResponse.Text(user, "userType") switch { "Member" => "Member", "Guest" => "Guest", var other => other },
    };

    /// <summary>The user with this id; null if the object is another user.</summary>
    /// <param name="id">The requested id.</param>
    /// <param name="user">The object.</param>
    public static DirectoryUser? TryReadUser(string id, JsonElement user) =>
        GraphResponse.Text(user, "id") is { } found && EntraId.Same(found, id) ? ReadUser(found, user) : null;

    /// <summary>A user of a list.</summary>
    /// <param name="user">The object.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the id is not a GUID.</exception>
    public static DirectoryUser ReadUser(JsonElement user) => ReadUser(GraphPage.ObjectIdOf(user), user);

    /// <summary>A group (https://learn.microsoft.com/graph/api/resources/groups-overview).</summary>
    /// <param name="group">The SDK's model.</param>
    /// <param name="fallbackName">The name if Graph does not return one.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: the id is not a GUID.</exception>
    public static DirectoryGroup ReadGroup(Group group, string fallbackName)
    {
        var isDynamic = Has(group, "DynamicMembership");
        return new DirectoryGroup
        {
            Id = GraphPage.RequireObjectId(group.Id),
            DisplayName = group.DisplayName ?? fallbackName,
            Kind = KindOf(group, isDynamic),
            SecurityEnabled = group.SecurityEnabled == true,
            HiddenMembership = string.Equals(group.Visibility, "HiddenMembership", StringComparison.OrdinalIgnoreCase),
            RuleProcessingOn = isDynamic ? string.Equals(group.MembershipRuleProcessingState, "On", StringComparison.OrdinalIgnoreCase) : null,
        };
    }

    private static DirectoryGroupKind KindOf(Group group, bool isDynamic)
    {
        if (Has(group, "Unified"))
            return isDynamic ? DirectoryGroupKind.DynamicMicrosoft365 : DirectoryGroupKind.Microsoft365;
        if (isDynamic)
            return DirectoryGroupKind.DynamicSecurity;
        if (group.MailEnabled == true)
            return group.SecurityEnabled == true ? DirectoryGroupKind.MailEnabledSecurity : DirectoryGroupKind.Distribution;
        return DirectoryGroupKind.Security;
    }

    private static bool Has(Group group, string type) =>
        group.GroupTypes?.Exists(t => string.Equals(t, type, StringComparison.OrdinalIgnoreCase)) == true;
}
