using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The changes that a safety limit refused. An admin can allow exactly these with <c>-Force</c>.</summary>
public sealed record PauseRecord
{
    private const string VanishedPrefix = "Vanished|";

    /// <summary>The run that was refused.</summary>
    public required Guid RunId { get; init; }
    /// <summary>When the run was refused, UTC.</summary>
    public required DateTimeOffset At { get; init; }
    /// <summary>
    /// What an admin may allow: the keys of the refused changes (<see cref="PlannedChange.Key"/>) and of the vanished accounts (<see cref="VanishedKey"/>). One
    /// list, because earlier versions store both in it.
    /// </summary>
    public required IReadOnlyList<string> RefusedKeys { get; init; }
    /// <summary>The reason, for the status.</summary>
    public required Message Reason { get; init; }
    /// <summary>The recommended action; null if none is known.</summary>
    public Message? Recommendation { get; init; }

    /// <summary>Whether an admin may allow that vanished accounts are created again.</summary>
    public bool HasVanishedAccounts => RefusedKeys.Any(key => key.StartsWith(VanishedPrefix, StringComparison.Ordinal));

    /// <summary>The key of a vanished account. No action has a name that begins with its prefix.</summary>
    /// <param name="link">The link of the account.</param>
    public static string VanishedKey(AccountLink link) => VanishedPrefix + link.EntraId + "|" + link.AccountId;
}
