namespace PasswordBoss.EntraConnector.Model;

/// <summary>A group as Microsoft Graph reports it.</summary>
public sealed record DirectoryGroup
{
    /// <summary>The object id.</summary>
    public required string Id { get; init; }
    /// <summary>The display name; not unique in Entra.</summary>
    public required string DisplayName { get; init; }
    /// <summary>The kind of the group.</summary>
    public DirectoryGroupKind Kind { get; init; }
    /// <summary>Whether the group is security-enabled.</summary>
    public bool SecurityEnabled { get; init; }
    /// <summary>Whether the members are hidden from readers without <c>Member.Read.Hidden</c>.</summary>
    public bool HiddenMembership { get; init; }
    /// <summary>Whether the membership rule of a dynamic group is processed; null for groups with assigned members.</summary>
    public bool? RuleProcessingOn { get; init; }
}
