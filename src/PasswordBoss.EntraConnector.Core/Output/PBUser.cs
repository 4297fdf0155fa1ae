using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector;

/// <summary>An account of Password Boss.</summary>
public sealed class PBUser
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The account's address.</summary>
    public string Email { get; init; } = "";
    /// <summary>Display name.</summary>
    public string DisplayName { get; init; } = "";
    /// <summary>The state.</summary>
    public AccountState State { get; init; }
    /// <summary>Who manages the account.</summary>
    public ManagedBy ManagedBy { get; init; }
    /// <summary>The names of the account's groups.</summary>
    public IReadOnlyList<string> Groups { get; init; } = Array.Empty<string>();
    /// <summary>The server's id.</summary>
    public string AccountId { get; init; } = "";
    /// <summary>The Entra object id in the account's external ID.</summary>
    public string? EntraId { get; init; }
}
