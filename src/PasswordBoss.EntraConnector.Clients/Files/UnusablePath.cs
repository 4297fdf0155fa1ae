using System;
using System.Globalization;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>The errors for files and folders that cannot be used.</summary>
internal static class UnusablePath
{
    /// <summary>The error for a folder that cannot be used.</summary>
    /// <param name="path">Which.</param>
    /// <param name="reason">The name of the reason in <c>Messages.resx</c>.</param>
    /// <param name="arguments">What its gaps are filled with.</param>
    public static ConnectorException Folder(string path, string reason, params string[] arguments) => Folder(path, new Message(reason, arguments));

    /// <summary>The same with a reason that is a sentence already.</summary>
    /// <param name="path">Which.</param>
    /// <param name="reason">The reason.</param>
    public static ConnectorException Folder(string path, Message reason) => new(ErrorId.StateFolderUnusable, path, reason.Render()) { Target = path };

    /// <summary>The error for a file that cannot be used because of what stands in its place.</summary>
    /// <param name="path">Which.</param>
    /// <param name="reason">The reason.</param>
    public static ConnectorException File(string path, Message reason) => ConnectorException
        .Saying(ErrorId.StateFolderUnusable, new Message("StateFolderUnusable_File", path, reason.Render()), path, targetIsUnnamed: false)
        .Advising(new Message("Advice_StateFile", path));

    /// <summary>The error for a file that the system does not open: by what stands in its place, or else by what the system says.</summary>
    /// <param name="path">Which.</param>
    /// <param name="exception">What the system says.</param>
    public static ConnectorException File(string path, Exception exception)
    {
        var general = Folder(path, exception);
        if (UnusableState.OnlyForbidsWriting(general))
            return general;
        if (!Platform.IsWindows && UnixFile.Find(path, followLinks: false) is { } facts)
        {
            if (facts.IsLink)
                return File(path, new Message("StateReason_Link"));
            if (!facts.IsRegularFile)
                return File(path, new Message("StateReason_NoFile"));
            if (facts.Owner != UnixFile.EffectiveUser)
                return File(path, new Message("StateReason_Owner", facts.Owner.ToString(CultureInfo.InvariantCulture)));
        }

        return File(path, new Message("StateReason_System", exception.Message));
    }

    /// <summary>The error for what the system says of a folder.</summary>
    /// <param name="path">Which.</param>
    /// <param name="exception">What the system says.</param>
    public static ConnectorException Folder(string path, Exception exception) => UnusableState.Of(path, exception.HResult, exception.Message);
}
