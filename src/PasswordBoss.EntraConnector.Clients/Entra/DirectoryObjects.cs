using System;
using System.Text.Json;
using Microsoft.Graph.Models;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>What is asked of users and groups, and what becomes of the answer.</summary>
internal static class DirectoryObjects
{
    /// <summary>The <c>@odata.type</c> of a user.</summary>
    public const string UserType = "#microsoft.graph.user";

    /// <summary>The <c>@odata.type</c> of a group.</summary>
    public const string GroupType = "#microsoft.graph.group";

    /// <summary>What is needed of a user; <c>accountEnabled</c> and <c>userType</c> come only when they are asked for (https://learn.microsoft.com/graph/api/user-list).</summary>
    public static readonly string[] UserProperties = ["id", "displayName", "givenName", "surname", "mail", "userPrincipalName", "accountEnabled", "userType"];

    /// <summary>What is needed of a group.</summary>
    public static readonly string[] GroupProperties = ["id", "displayName", "groupTypes", "mailEnabled", "securityEnabled", "visibility", "membershipRuleProcessingState"];

    /// <summary>What of a group is tracked: renames, and who comes and goes (https://learn.microsoft.com/graph/delta-query-groups).</summary>
    public static readonly string[] TrackedGroupProperties = ["displayName", "members"];

    /// <summary>
    /// A text within a filter (https://learn.microsoft.com/graph/query-parameters, "Escaping single quotes"); the SDK encodes the rest.
    /// </summary>
    /// <param name="text">The text.</param>
    public static string Quote(string text) => "'" + string.Join("''", text.Split('\'')) + "'";

    /// <summary>A user.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="user">The object.</param>
    public static DirectoryUser ReadUser(string id, JsonElement user) => new()
    {
        Id = id,
        DisplayName = GraphAnswer.Text(user, "displayName"),
        GivenName = GraphAnswer.Text(user, "givenName"),
        Surname = GraphAnswer.Text(user, "surname"),
        Mail = GraphAnswer.Text(user, "mail"),
        UserPrincipalName = GraphAnswer.Text(user, "userPrincipalName"),
        AccountEnabled = user.TryGetProperty("accountEnabled", out var enabled) && enabled.ValueKind is JsonValueKind.True or JsonValueKind.False ? enabled.GetBoolean() : null,
        // One string for everybody: a hundred thousand equal ones would be kept through the run.
        UserType = GraphAnswer.Text(user, "userType") switch { "Member" => "Member", "Guest" => "Guest", var other => other },
    };

    /// <summary>The user with this id; null when the object is somebody else.</summary>
    /// <param name="id">The id that was asked for.</param>
    /// <param name="user">The object.</param>
    public static DirectoryUser? TryReadUser(string id, JsonElement user) =>
        GraphAnswer.Text(user, "id") is { } found && EntraId.Same(found, id) ? ReadUser(found, user) : null;

    /// <summary>A user of a list.</summary>
    /// <param name="user">The object.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: its id is no GUID.</exception>
    public static DirectoryUser ReadUser(JsonElement user) => ReadUser(GraphPage.ObjectIdOf(user), user);

    /// <summary>A group (https://learn.microsoft.com/graph/api/resources/groups-overview).</summary>
    /// <param name="group">The SDK's model.</param>
    /// <param name="fallbackName">Its name when Graph does not tell it.</param>
    /// <exception cref="Errors.ConnectorException"><see cref="Errors.ErrorId.GraphAnswerInvalid"/>: its id is no GUID.</exception>
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
