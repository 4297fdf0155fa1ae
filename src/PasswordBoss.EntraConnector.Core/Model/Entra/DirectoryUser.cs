namespace PasswordBoss.EntraConnector.Model;

/// <summary>
/// A user as Microsoft Graph reports it. Every property except the id may be null, for example because a permission is missing
/// (https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects).
/// </summary>
public sealed record DirectoryUser
{
    /// <summary>The object id: the only key of a user.</summary>
    public required string Id { get; init; }
    /// <summary>Display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>First name.</summary>
    public string? GivenName { get; init; }
    /// <summary>Last name.</summary>
    public string? Surname { get; init; }
    /// <summary>Mail address.</summary>
    public string? Mail { get; init; }
    /// <summary>User principal name.</summary>
    public string? UserPrincipalName { get; init; }
    /// <summary>Whether the user may sign in; null means unknown, not disabled.</summary>
    public bool? AccountEnabled { get; init; }
    /// <summary><c>Member</c> or <c>Guest</c>.</summary>
    public string? UserType { get; init; }

    /// <summary>False if Graph returned only the id, as it does when the application may not read users.</summary>
    public bool IsReadable =>
        DisplayName is not null || GivenName is not null || Surname is not null || Mail is not null
        || UserPrincipalName is not null || AccountEnabled is not null || UserType is not null;

    /// <summary>Whether the user is a guest of the tenant.</summary>
    public bool IsGuest => string.Equals(UserType, "Guest", System.StringComparison.OrdinalIgnoreCase);
}
