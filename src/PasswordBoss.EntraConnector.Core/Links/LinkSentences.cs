using PasswordBoss.EntraConnector.Matching;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Links;

/// <summary>Describes both sides of a link, so that an admin sees before the change which user is linked to which account.</summary>
internal static class LinkSentences
{
    /// <summary>A user: name, address, id.</summary>
    public static Message OfUser(string? name, string? address, string id) =>
        Texts.LinkUser(Shown(name), Shown(address), id);

    /// <summary>An account as the server returns it: address, name, id, state, manager, external ID.</summary>
    public static Message Of(Account account) =>
        Texts.LinkAccount(
            Shown(account.UserName),
            InertText.Of(NameAgreement.NameOf(account) ?? "").Trim() is { Length: > 0 } shown ? "'" + shown + "'" : Shown(null),
            Shown(account.Id),
            account.State.ToString(),
            account.ManagedBy == ManagedBy.Unspecified ? Texts.LinkNotShown : account.ManagedBy.ToString(),
            Shown(account.ExternalId));

    /// <summary>An account as stored in its link: address, id, last known state.</summary>
    public static Message Of(AccountLink link) => Texts.LinkKnownAccount(Shown(link.Email), Shown(link.AccountId), link.KnownState.ToString());

    // An admin decides by this prompt, so remove characters that could change how it reads. A text with nothing else in it counts as missing.
    private static MessageArgument Shown(string? text) => InertText.Of(text ?? "").Trim() is { Length: > 0 } shown ? shown : Texts.LinkNone;
}
