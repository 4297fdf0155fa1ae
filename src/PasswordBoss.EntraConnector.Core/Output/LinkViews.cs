using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Output;

/// <summary>Converts links to the output of a command.</summary>
internal static class LinkViews
{
    /// <summary>A link.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="link">The link.</param>
    /// <param name="address">The address of the user; null if not known.</param>
    public static PBLink Render(ConnectionSettings connection, AccountLink link, string? address) => new()
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
        DeletesAt = link.WaitingDeletion is { Since: var registeredAt } ? connection.Rules.DeletionDue(registeredAt) : null,
        Held = link.NeedsConsent,
    };
}
