using System.Linq;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Links;

/// <summary>The two sides of a link in words, so that an admin sees what is tied to what before it happens.</summary>
internal static class LinkSentences
{
    /// <summary>A user: name, address, id.</summary>
    public static string OfUser(string? name, string? address, string id) =>
        new Message("Link_User", Shown(name), Shown(address), id).Render();

    /// <summary>An account as the server shows it: address, name, id, state, manager, external id.</summary>
    public static string Of(Account account)
    {
        var name = account.DisplayName ?? string.Join(" ", new[] { account.GivenName, account.FamilyName }.Where(n => !string.IsNullOrEmpty(n)));
        return new Message(
            "Link_Account",
            Shown(account.UserName),
            InertText.Of(name).Trim() is { Length: > 0 } shown ? "'" + shown + "'" : Shown(null),
            Shown(account.Id),
            account.State.ToString(),
            account.ManagedBy == ManagedBy.Unspecified ? new Message("Link_NotTold").Render() : account.ManagedBy.ToString(),
            Shown(account.ExternalId)).Render();
    }

    /// <summary>An account as it is remembered: address, id, last known state.</summary>
    public static string Of(AccountLink link) => new Message("Link_KnownAccount", Shown(link.Email), Shown(link.AccountId), link.KnownState.ToString()).Render();

    // The prompt is what an admin decides by: what could change how it reads is left out, and what is empty without it counts as none.
    private static string Shown(string? text) => InertText.Of(text ?? "").Trim() is { Length: > 0 } shown ? shown : new Message("Link_None").Render();
}
