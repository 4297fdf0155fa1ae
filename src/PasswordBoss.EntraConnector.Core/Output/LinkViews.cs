using System;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts links to the output of a command.</summary>
internal static class LinkViews
{
    /// <summary>A link.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="link">The link.</param>
    /// <param name="address">The address of the user; null if not known.</param>
    /// <param name="listedAt">When a full run last listed the accounts, UTC; null if that is not known.</param>
    public static PBLink Render(ConnectionSettings connection, AccountLink link, string? address, DateTimeOffset? listedAt) => new()
    {
        Connection = connection.Name,
        User = address ?? link.Email,
        DisplayName = link.DisplayName,
        EntraId = link.EntraId,
        AccountId = link.AccountId,
        Email = link.Email,
        Origin = link.Origin,
        Kind = link.Kind,
        State = link.KnownState,
        Since = link.LinkedAt,
        LastSeen = link.LastSeenAt ?? (listedAt < link.LinkedAt ? link.LinkedAt : listedAt),
        DeletesAt = link.WaitingDeletion is { Since: var registeredAt } ? connection.Rules.DeletionDue(registeredAt) : null,
        Held = link.NeedsConsent,
    };

    /// <summary>A user without an account.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="user">The user.</param>
    /// <param name="address">The address of the user; null if there is none.</param>
    /// <param name="accountId">An account at the address; null if there is none.</param>
    /// <param name="reason">Why the user has no account.</param>
    /// <param name="error">The error that prevents the account; null if none does.</param>
    public static PBMissingLink RenderMissing(ConnectionSettings connection, DirectoryUser user, string? address, string? accountId, Message reason, ErrorId? error) => new()
    {
        Connection = connection.Name,
        User = address ?? "",
        DisplayName = user.DisplayName,
        EntraId = user.Id,
        AccountId = accountId,
        Reason = reason.Render(),
        ErrorId = error?.ToString(),
    };
}
