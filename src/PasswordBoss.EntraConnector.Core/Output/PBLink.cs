using System;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector;

/// <summary>A link between a user of Entra and an account of Password Boss.</summary>
public sealed class PBLink
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The address of the user as of the last run; if not known, the address of the account.</summary>
    public string User { get; init; } = "";
    /// <summary>The last known display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The object id of the user.</summary>
    public string EntraId { get; init; } = "";
    /// <summary>The server's id of the account.</summary>
    public string AccountId { get; init; } = "";
    /// <summary>The address of the account.</summary>
    public string Email { get; init; } = "";
    /// <summary>How the link was made. A rule only ever deletes accounts that the connector created.</summary>
    public LinkOrigin Origin { get; init; }
    /// <summary>Whether this is the user's account or a former one that is being retired; Retired for a link that was just removed.</summary>
    public LinkKind Kind { get; init; }
    /// <summary>The state in which the account was last read or left.</summary>
    public AccountState State { get; init; }
    /// <summary>When the account was created, adopted or linked, UTC.</summary>
    public DateTimeOffset Since { get; init; }
    /// <summary>When a full run last found the account, UTC, or when it was linked, if that was later; null if that is not known.</summary>
    public DateTimeOffset? LastSeen { get; init; }
    /// <summary>When the account will be deleted unless the user comes back, UTC; null if no deletion is waiting.</summary>
    public DateTimeOffset? DeletesAt { get; init; }
    /// <summary>Whether the link was recovered on a first run or restored from a backup, so that a removal of the account needs an admin's permission.</summary>
    public bool Held { get; init; }

    /// <summary>The user and the account, on one line and safe to show.</summary>
    public override string ToString() => InertText.Of($"{User} = {Email}");
}
