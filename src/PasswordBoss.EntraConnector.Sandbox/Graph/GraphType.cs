using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Sandbox.State;

namespace PasswordBoss.EntraConnector.Sandbox.Graph;

/// <summary>
/// One type of directory object: its properties, those returned without <c>$select</c>, and those that can be filtered.
/// </summary>
internal sealed class GraphType
{
    /// <summary>https://learn.microsoft.com/graph/api/resources/user</summary>
    public static readonly GraphType User = new GraphType("user")
        .Default("businessPhones", _ => Array.Empty<string>())
        .Default<EntraUser>("displayName", u => u.DisplayName, filter: true)
        .Default<EntraUser>("givenName", u => u.GivenName, filter: true)
        .Default<EntraUser>("id", u => u.Id, filter: true)
        .Default<EntraUser>("jobTitle", u => u.JobTitle, filter: true)
        .Default<EntraUser>("mail", u => u.Mail, filter: true)
        .Default("mobilePhone", _ => null)
        .Default("officeLocation", _ => null)
        .Default("preferredLanguage", _ => null)
        .Default<EntraUser>("surname", u => u.Surname, filter: true)
        // While a user is in deleted items, another user can take the name, so Entra prefixes it with the object id.
        .Default<EntraUser>("userPrincipalName", u => u.DeletedDateTime is null ? u.UserPrincipalName : Guid.Parse(u.Id).ToString("N") + u.UserPrincipalName, filter: true)
        .Selected<EntraUser>("accountEnabled", u => u.AccountEnabled, filter: true)
        .Selected<EntraUser>("companyName", _ => null)
        .Selected<EntraUser>("createdDateTime", u => u.CreatedDateTime)
        .Selected<EntraUser>("deletedDateTime", u => u.DeletedDateTime)
        .Selected<EntraUser>("department", u => u.Department, filter: true)
        .Selected<EntraUser>("employeeId", u => u.EmployeeId, filter: true)
        .Selected<EntraUser>("externalUserState", u => u.ExternalUserState)
        .Selected<EntraUser>("mailNickname", u => u.UserPrincipalName.Split('@')[0])
        .Selected<EntraUser>("onPremisesImmutableId", _ => null)
        .Selected<EntraUser>("onPremisesSyncEnabled", _ => null)
        .Selected<EntraUser>("otherMails", _ => Array.Empty<string>())
        .Selected<EntraUser>("proxyAddresses", u => u.Mail is null ? Array.Empty<string>() : new[] { "SMTP:" + u.Mail })
        .Selected<EntraUser>("userType", u => u.UserType, filter: true);

    /// <summary>https://learn.microsoft.com/graph/api/resources/group</summary>
    public static readonly GraphType Group = new GraphType("group")
        .Default<EntraGroup>("id", g => g.Id, filter: true)
        .Default<EntraGroup>("deletedDateTime", g => g.DeletedDateTime)
        .Default("classification", _ => null)
        .Default<EntraGroup>("createdDateTime", g => g.CreatedDateTime)
        .Default<EntraGroup>("description", g => g.Description)
        .Default<EntraGroup>("displayName", g => g.DisplayName, filter: true)
        .Default<EntraGroup>("groupTypes", g => g.GroupTypes, filter: true)
        .Default("isAssignableToRole", _ => null)
        .Default<EntraGroup>("mail", g => g.Mail, filter: true)
        .Default<EntraGroup>("mailEnabled", g => g.MailEnabled, filter: true)
        .Default<EntraGroup>("mailNickname", g => g.MailNickname, filter: true)
        .Default<EntraGroup>("membershipRule", g => g.MembershipRule)
        .Default<EntraGroup>("membershipRuleProcessingState", g => g.IsDynamic ? "On" : null)
        .Default("onPremisesSyncEnabled", _ => null)
        .Default<EntraGroup>("proxyAddresses", g => g.Mail is null ? Array.Empty<string>() : new[] { "SMTP:" + g.Mail })
        .Default<EntraGroup>("securityEnabled", g => g.SecurityEnabled, filter: true)
        .Default<EntraGroup>("visibility", g => g.Visibility);

    /// <summary>https://learn.microsoft.com/graph/api/resources/device</summary>
    public static readonly GraphType Device = new GraphType("device")
        .Default<EntraDevice>("id", d => d.Id, filter: true)
        .Default<EntraDevice>("displayName", d => d.DisplayName, filter: true)
        .Default<EntraDevice>("operatingSystem", d => d.OperatingSystem)
        .Default<EntraDevice>("deviceId", d => d.Id)
        .Default("accountEnabled", _ => true);

    private readonly Dictionary<string, GraphProperty> properties = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<GraphProperty> defaults = new();

    private GraphType(string name) => Name = name;

    public string Name { get; }

    public string ODataType => "#microsoft.graph." + Name;

    public IReadOnlyList<GraphProperty> Defaults => defaults;

    public static GraphType Of(object directoryObject) => directoryObject switch
    {
        EntraUser => User,
        EntraGroup => Group,
        _ => Device,
    };

    /// <summary>The type of a cast segment: <c>microsoft.graph.user</c>, or <c>graph.user</c> as in Microsoft's SDKs.</summary>
    public static GraphType? FromCast(string segment)
    {
        foreach (var type in new[] { User, Group, Device })
        {
            if (string.Equals(segment, "microsoft.graph." + type.Name, StringComparison.OrdinalIgnoreCase) || string.Equals(segment, "graph." + type.Name, StringComparison.OrdinalIgnoreCase))
                return type;
        }

        return null;
    }

    public GraphProperty? Find(string name) => properties.TryGetValue(name, out var property) ? property : null;

    /// <summary>The properties to return; null for all default properties.</summary>
    public IEnumerable<GraphProperty> Choose(IReadOnlyList<string>? select) =>
        select is null ? defaults : select.Select(Find).Where(property => property is not null).Select(property => property!);

    private GraphType Default(string name, Func<object, object?> read) => Add(new GraphProperty(name, read, false), true);

    private GraphType Default<T>(string name, Func<T, object?> read, bool filter = false) => Add(new GraphProperty(name, o => read((T)o), filter), true);

    private GraphType Selected<T>(string name, Func<T, object?> read, bool filter = false) => Add(new GraphProperty(name, o => read((T)o), filter), false);

    private GraphType Add(GraphProperty property, bool isDefault)
    {
        properties.Add(property.Name, property);
        if (isDefault)
            defaults.Add(property);
        return this;
    }
}

/// <summary>One property of a type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Read">Its value: a string, a boolean, a time, a list of strings or null.</param>
/// <param name="CanFilter">Whether <c>$filter</c> supports it.</param>
internal sealed record GraphProperty(string Name, Func<object, object?> Read, bool CanFilter)
{
    public static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case DateTimeOffset time:
                writer.WriteStringValue(time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
                break;
            case IReadOnlyList<string> list:
                writer.WriteStartArray();
                foreach (var item in list)
                    writer.WriteStringValue(item);
                writer.WriteEndArray();
                break;
            default:
                throw new InvalidOperationException(value.GetType().Name);
        }
    }
}
