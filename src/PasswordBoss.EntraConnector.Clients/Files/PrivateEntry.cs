using System.Globalization;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>Rules that private files and private folders of a Unix system share.</summary>
internal static class PrivateEntry
{
    /// <summary>Refuses a link, and an entry of another user.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="user">The user that wants to use it.</param>
    /// <param name="facts">The facts about it.</param>
    /// <param name="isFile">Whether it is a file.</param>
    public static void RequireOwn(string path, uint user, UnixFile.Facts facts, bool isFile)
    {
        var reason = facts.IsLink ? Texts.StateReasonLink
            : facts.Owner != user ? Texts.StateReasonOwner(facts.Owner.ToString(CultureInfo.InvariantCulture))
            : null;
        if (reason is not null)
            throw new ConnectorException(isFile ? UnusablePath.File(path, reason) : UnusablePath.Folder(path, reason));
    }

    /// <summary>Sets the permissions of an entry of this user. Opens and checks it first: a link may have replaced it meanwhile.</summary>
    /// <param name="path">The file or folder; nothing happens if it does not exist.</param>
    /// <param name="mode">The permissions.</param>
    /// <param name="isFile">Whether it is a file.</param>
    public static void SetMode(string path, uint mode, bool isFile)
    {
        using var opened = UnixDescriptor.Open(path);
        if (opened is null)
            return;
        if (UnixFile.Find(opened) is { } facts)
            RequireOwn(path, UnixFile.EffectiveUser, facts, isFile);
        opened.SetMode(mode);
    }

    /// <summary>Refuses an entry that other users have any rights to; an entry that does not exist is not refused.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="isFile">Whether it is a file.</param>
    public static void RequirePrivate(string path, bool isFile)
    {
        if (Platform.IsWindows || UnixFile.Find(path, followLinks: false) is not { } facts)
            return;
        RequireOwn(path, UnixFile.EffectiveUser, facts, isFile);
        if (facts.IsOpenToOthers)
            throw new ConnectorException(Problems.KeysOpenToOthers(path, TrustedPath.ModeOf(facts)).About(path));
    }
}
