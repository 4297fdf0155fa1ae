using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector;

/// <summary>A user of the user group who has no account, and why.</summary>
public sealed class PBMissingLink
{
    /// <summary>The connection.</summary>
    public string Connection { get; init; } = "";
    /// <summary>The address of the user by rule; otherwise the user principal name.</summary>
    public string User { get; init; } = "";
    /// <summary>The display name.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The object id of the user.</summary>
    public string EntraId { get; init; } = "";
    /// <summary>The server's id of an account at the address of the user; null if there is none.</summary>
    public string? AccountId { get; init; }
    /// <summary>Why the user has no account, or what the next run does.</summary>
    public string Reason { get; init; } = "";
    /// <summary>The stable id of the error that prevents an account; null if none does.</summary>
    public string? ErrorId { get; init; }

    /// <summary>One line, safe to show.</summary>
    public override string ToString() => InertText.Of($"{User}: {Reason}");
}
