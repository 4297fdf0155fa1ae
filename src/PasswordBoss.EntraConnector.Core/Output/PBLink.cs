using System;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector;

/// <summary>What ties a user of Entra to an account of Password Boss.</summary>
public sealed class PBLink
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The address of the user as the last run knew it; that of the account where it knew none.</summary>
    public string User { get; init; } = "";
    /// <summary>The display name that was last seen.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The object id of the user.</summary>
    public string EntraId { get; init; } = "";
    /// <summary>The server's id of the account.</summary>
    public string AccountId { get; init; } = "";
    /// <summary>The address of the account.</summary>
    public string Email { get; init; } = "";
    /// <summary>How the link came to be. Only an account that the connector created is ever deleted by a rule.</summary>
    public LinkOrigin Origin { get; init; }
    /// <summary>Whether this is the account of the user, or a former one that is being retired; Retired for a link that was just untied.</summary>
    public LinkKind Kind { get; init; }
    /// <summary>The state in which the account was last read or left.</summary>
    public AccountState State { get; init; }
    /// <summary>When the account was created or adopted, UTC.</summary>
    public DateTimeOffset Since { get; init; }
    /// <summary>When the account is deleted unless the user comes back, UTC; null when no deletion waits.</summary>
    public DateTimeOffset? DeletesAt { get; init; }
    /// <summary>Whether the link was found again on a first run and an admin must allow the removal of the account.</summary>
    public bool Held { get; init; }

    /// <summary>One line, inert.</summary>
    public override string ToString() => InertText.Of($"{User} = {Email}");
}
