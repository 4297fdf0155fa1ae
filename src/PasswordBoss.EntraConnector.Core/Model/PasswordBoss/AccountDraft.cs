using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The request to create an account.</summary>
public sealed record AccountDraft
{
    /// <summary>The user's address.</summary>
    public required string UserName { get; init; }
    /// <summary>The Entra object id.</summary>
    public required string ExternalId { get; init; }
    /// <summary>First name.</summary>
    public required string GivenName { get; init; }
    /// <summary>Last name.</summary>
    public required string FamilyName { get; init; }
    /// <summary>Display name.</summary>
    public required string DisplayName { get; init; }
    /// <summary>Whether an admin must approve the account before it can be used.</summary>
    public bool Pending { get; init; }
}

/// <summary>The request to change an account; null leaves an attribute unchanged.</summary>
public sealed record AccountPatch
{
    /// <summary>First name.</summary>
    public string? GivenName { get; init; }
    /// <summary>Last name.</summary>
    public string? FamilyName { get; init; }
    /// <summary>Display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The Entra object id.</summary>
    public string? ExternalId { get; init; }
    /// <summary>The new state; written as <c>accountState</c> if the server supports the extension, otherwise as <c>active</c>.</summary>
    public AccountState? State { get; init; }
    /// <summary>The new manager; not sent if the server does not support the extension.</summary>
    public ManagedBy? ManagedBy { get; init; }

    /// <summary>Whether it writes a name.</summary>
    public bool HasNames => GivenName is not null || FamilyName is not null || DisplayName is not null;
}

/// <summary>The result of a change to an account that the server accepted completely or in part.</summary>
/// <param name="Shown">
/// The account as the response shows it; null if the response contains something else or nothing, as with 204 (RFC 7644 section 3.5.2).
/// </param>
/// <param name="Refusal">The part that the server refused; null if it accepted everything.</param>
public readonly record struct PatchedAccount(Account? Shown, PatchRefusal? Refusal = null);

/// <summary>The attributes of a change that the server refused one by one, while it accepted the others.</summary>
/// <param name="Patch">The refused part.</param>
/// <param name="Error">The server's error for each attribute.</param>
public sealed record PatchRefusal(AccountPatch Patch, Problem Error);

/// <summary>The request to change a group; null leaves an attribute unchanged.</summary>
public sealed record AccountGroupPatch
{
    /// <summary>Display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The Entra object id of the group.</summary>
    public string? ExternalId { get; init; }
    /// <summary>The new manager; not sent if the server does not support the extension.</summary>
    public ManagedBy? ManagedBy { get; init; }
}

/// <summary>The names of an account as the server returns them; null for a missing name.</summary>
/// <param name="Given">First name.</param>
/// <param name="Family">Last name.</param>
/// <param name="Display">Display name.</param>
public readonly record struct AccountNames(string? Given, string? Family, string? Display);

/// <summary>An account or a group that was created, or that was found instead of being created.</summary>
/// <param name="Id">The server's id.</param>
/// <param name="Names">The names in the response; null if it contains none, and for a group.</param>
/// <param name="State">The state in the response; Unknown if it contains none.</param>
/// <param name="FoundAgain">Whether it existed before: the server refused to create it again, and it has the external ID.</param>
public readonly record struct CreationResult(string Id, AccountNames? Names, AccountState State = AccountState.Unknown, bool FoundAgain = false);
