using System;
using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace PasswordBoss.EntraConnector.Sandbox.State;

/// <summary>A user of the tenant (https://learn.microsoft.com/graph/api/resources/user).</summary>
internal sealed class EntraUser
{
    public required string Id { get; init; }
    public string? DisplayName { get; set; }
    public string? GivenName { get; set; }
    public string? Surname { get; set; }
    public string? Mail { get; set; }
    public required string UserPrincipalName { get; set; }
    public bool AccountEnabled { get; set; } = true;
    public string UserType { get; set; } = "Member";
    public string? ExternalUserState { get; set; }
    public string? JobTitle { get; set; }
    public string? Department { get; set; }
    public string? EmployeeId { get; set; }
    public DateTimeOffset CreatedDateTime { get; set; }
    public DateTimeOffset? DeletedDateTime { get; set; }
}

/// <summary>A group of the tenant (https://learn.microsoft.com/graph/api/resources/group).</summary>
internal sealed class EntraGroup
{
    public required string Id { get; init; }
    public required string DisplayName { get; set; }
    public string? Description { get; set; }
    public string MailNickname { get; set; } = "";
    public string? Mail { get; set; }
    public IReadOnlyList<string> GroupTypes { get; set; } = Array.Empty<string>();
    public bool MailEnabled { get; set; }
    public bool SecurityEnabled { get; set; } = true;
    public string? Visibility { get; set; }
    public string? MembershipRule { get; set; }
    public DateTimeOffset CreatedDateTime { get; set; }
    public DateTimeOffset? DeletedDateTime { get; set; }

    /// <summary>The direct members: users (including those in deleted items, who keep their memberships), groups and devices.</summary>
    [JsonIgnore]
    public SortedIds Members { get; private set; } = new();

    /// <summary>The members in their stored form.</summary>
    public IReadOnlyList<string> MemberIds
    {
        get => Members.All;
        set => Members = new SortedIds(value);
    }

    [JsonIgnore]
    public bool IsDynamic => Contains("DynamicMembership");

    [JsonIgnore]
    public bool IsMicrosoft365 => Contains("Unified");

    [JsonIgnore]
    public bool HidesMembers => string.Equals(Visibility, "HiddenMembership", StringComparison.Ordinal);

    private bool Contains(string type)
    {
        foreach (var groupType in GroupTypes)
        {
            if (string.Equals(groupType, type, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}

/// <summary>A device: a kind of group member that is not a user.</summary>
internal sealed class EntraDevice
{
    public required string Id { get; init; }
    public required string DisplayName { get; init; }
    public string OperatingSystem { get; init; } = "Windows";
}

/// <summary>The app registration of the connector.</summary>
internal sealed class EntraApplication
{
    /// <summary>The application permissions with admin consent; a token contains those from the time it was issued.</summary>
    public IReadOnlyList<string> Roles { get; set; } = new[] { "Group.Read.All", "User.Read.All" };
    public bool Disabled { get; set; }
    public bool SecretExpired { get; set; }
}
