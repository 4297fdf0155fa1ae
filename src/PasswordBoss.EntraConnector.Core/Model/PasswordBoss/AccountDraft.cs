using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What is sent to create an account.</summary>
public sealed record AccountDraft
{
    /// <summary>The person's address.</summary>
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

/// <summary>What is sent to change an account; null leaves an attribute as it is.</summary>
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
    /// <summary>The new state; written as <c>accountState</c> where the extension is offered, else as <c>active</c>.</summary>
    public AccountState? State { get; init; }
    /// <summary>The new manager; not sent where the extension is not offered.</summary>
    public ManagedBy? ManagedBy { get; init; }
}

/// <summary>What became of a change of an account that the server took, all of it or a part.</summary>
/// <param name="Shown">The account as the answer shows it; null when it shows another thing or nothing, as 204 does (RFC 7644 section 3.5.2).</param>
/// <param name="Refusal">What the server refused of it; null when it took everything.</param>
public readonly record struct PatchedAccount(Account? Shown, PatchRefusal? Refusal = null);

/// <summary>The attributes of a change that a server refused one by one, while it took the others.</summary>
/// <param name="Patch">The refused part.</param>
/// <param name="Error">What the server said, attribute by attribute.</param>
public sealed record PatchRefusal(AccountPatch Patch, ConnectorException Error)
{
    /// <summary>Whether a name is among what was refused.</summary>
    public bool OfNames => Patch is { GivenName: not null } or { FamilyName: not null } or { DisplayName: not null };
}

/// <summary>What is sent to change a group; null leaves an attribute as it is.</summary>
public sealed record AccountGroupPatch
{
    /// <summary>Display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The Entra object id of the group.</summary>
    public string? ExternalId { get; init; }
    /// <summary>The new manager; not sent where the extension is not offered.</summary>
    public ManagedBy? ManagedBy { get; init; }
}

/// <summary>The names of an account as the server shows them; null where it shows none.</summary>
/// <param name="Given">First name.</param>
/// <param name="Family">Last name.</param>
/// <param name="Display">Display name.</param>
public readonly record struct AccountNames(string? Given, string? Family, string? Display);

/// <summary>An account that was created, or found where one was to be created.</summary>
/// <param name="Id">The server's id.</param>
/// <param name="Names">The names as the answer shows them; null when it shows none.</param>
/// <param name="State">The state as the answer shows it; Unknown when it shows none.</param>
/// <param name="FoundAgain">Whether it was there before: the server refused to create it once more, and it bears the external id.</param>
public readonly record struct CreatedAccount(string Id, AccountNames? Names, AccountState State = AccountState.Unknown, bool FoundAgain = false);
