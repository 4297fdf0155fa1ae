using System.Globalization;
using System.Linq;
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
            string.IsNullOrWhiteSpace(name) ? Shown(null) : "'" + Shown(name) + "'",
            Shown(account.Id),
            account.State.ToString(),
            account.ManagedBy == ManagedBy.Unspecified ? new Message("Link_NotTold").Render() : account.ManagedBy.ToString(),
            Shown(account.ExternalId)).Render();
    }

    /// <summary>An account as it is remembered: address, id, last known state.</summary>
    public static string Of(AccountLink link) => new Message("Link_KnownAccount", Shown(link.Email), Shown(link.AccountId), link.KnownState.ToString()).Render();

    // The prompt is what an admin decides by: a line break, an escape sequence or a reversed direction in a name must not change how it reads.
    private static string Shown(string? text) => string.IsNullOrWhiteSpace(text)
        ? new Message("Link_None").Render()
        : new string(text!.Trim().Select(c => IsInert(c) ? c : ' ').ToArray());

    private static bool IsInert(char c) => CharUnicodeInfo.GetUnicodeCategory(c)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
