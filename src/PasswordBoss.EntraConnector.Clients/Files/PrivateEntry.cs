using System.Globalization;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>What holds for private files and private folders of a Unix system alike.</summary>
internal static class PrivateEntry
{
    /// <summary>Refuses a link, and what belongs to another user.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="user">The user who wants to use it.</param>
    /// <param name="facts">What is known of it.</param>
    /// <param name="isFile">Whether it is a file.</param>
    public static void RequireOwn(string path, uint user, UnixFile.Facts facts, bool isFile)
    {
        var reason = facts.IsLink ? Texts.StateReasonLink
            : facts.Owner != user ? Texts.StateReasonOwner(facts.Owner.ToString(CultureInfo.InvariantCulture))
            : null;
        if (reason is not null)
            throw new ConnectorException(isFile ? UnusablePath.File(path, reason) : UnusablePath.Folder(path, reason));
    }

    /// <summary>Sets the permissions of what belongs to this user, by way of what was opened and looked at: a link may have come into its place meanwhile.</summary>
    /// <param name="path">The file or folder; nothing is done when it is not there.</param>
    /// <param name="mode">The permissions.</param>
    /// <param name="isFile">Whether it is a file.</param>
    public static void Close(string path, uint mode, bool isFile)
    {
        using var opened = UnixDescriptor.Open(path);
        if (opened is null)
            return;
        if (UnixFile.Find(opened) is { } facts)
            RequireOwn(path, UnixFile.EffectiveUser, facts, isFile);
        opened.SetMode(mode);
    }

    /// <summary>Refuses what others can do anything with; nothing is refused when it is not there.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="isFile">Whether it is a file.</param>
    public static void RequireClosed(string path, bool isFile)
    {
        if (Platform.IsWindows || UnixFile.Find(path, followLinks: false) is not { } facts)
            return;
        RequireOwn(path, UnixFile.EffectiveUser, facts, isFile);
        if (facts.IsOpenToOthers)
            throw new ConnectorException(Problems.KeysOpenToOthers(path, TrustedPath.ModeOf(facts)).About(path));
    }
}
