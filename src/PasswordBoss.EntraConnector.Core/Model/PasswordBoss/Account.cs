namespace PasswordBoss.EntraConnector.Model;

/// <summary>An account of Password Boss as its SCIM server reports it.</summary>
public sealed record Account
{
    /// <summary>The server's id (RFC 7643 section 3.1).</summary>
    public required string Id { get; init; }
    /// <summary>The account's e-mail address; cannot be changed.</summary>
    public required string UserName { get; init; }
    /// <summary>The Entra object id, set by the connector.</summary>
    public string? ExternalId { get; init; }
    /// <summary>First name.</summary>
    public string? GivenName { get; init; }
    /// <summary>Last name.</summary>
    public string? FamilyName { get; init; }
    /// <summary>Display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The state; <see cref="AccountState.Unknown"/> if missing, contradictory or not recognised.</summary>
    public AccountState State { get; init; }
    /// <summary>The state as the server returned it, for messages.</summary>
    public string? StateText { get; init; }
    /// <summary>Who manages the account.</summary>
    public ManagedBy ManagedBy { get; init; }
}
