using System;
using System.Globalization;
using System.IO;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>The errors for files and folders that cannot be used.</summary>
internal static class UnusablePath
{
    /// <summary>The error for a folder that cannot be used, although this user may be able to write to it.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="reason">The reason.</param>
    public static Problem Folder(string path, Message reason) => Problems.StateFolderUnusable(path, reason).About(path).Advising(Texts.AdviceStateFolder);

    /// <summary>The error for a file that cannot be used because of what is in its place.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">The reason.</param>
    public static Problem File(string path, Message reason) =>
        new Problem(ErrorId.StateFolderUnusable, Texts.StateFolderUnusableFile(path, reason), Texts.AdviceStateFile(path)).WithReason(reason).About(path);

    /// <summary>The error for a file that the system cannot open. The reason is what is in its place, or else the system's error.</summary>
    /// <param name="path">The file.</param>
    /// <param name="exception">The system's error.</param>
    public static Problem File(string path, Exception exception)
    {
        var general = Folder(path, exception);
        if (UnusableState.OnlyForbidsWriting(general))
            return general;
        if (!Platform.IsWindows && UnixFile.Find(path, followLinks: false) is { } facts)
        {
            if (facts.IsLink)
                return File(path, Texts.StateReasonLink);
            if (!facts.IsRegularFile)
                return File(path, Texts.StateReasonNoFile);
            if (facts.Owner != UnixFile.EffectiveUser)
                return File(path, Texts.StateReasonOwner(facts.Owner.ToString(CultureInfo.InvariantCulture)));
        }

        return File(path, exception is RefusedFileException { Reason: var reason } ? reason : Texts.StateReasonSystem(exception.Message));
    }

    /// <summary>Reads or writes a file at a path that the user chose. Throws <see cref="ErrorId.FileUnusable"/> for the system's errors.</summary>
    /// <param name="path">The file.</param>
    /// <param name="work">The read or write.</param>
    public static void Guard(string path, Action work) => Guard(path, () =>
    {
        work();
        return true;
    });

    /// <summary>Reads or writes a file at a path that the user chose. Throws <see cref="ErrorId.FileUnusable"/> for the system's errors.</summary>
    /// <param name="path">The file.</param>
    /// <param name="work">The read or write.</param>
    /// <typeparam name="T">The type of the result.</typeparam>
    public static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ConnectorException(Problems.FileUnusable(path, RefusedFileException.ReasonOf(exception)).About(path));
        }
    }

    /// <summary>The error for a folder, from the system's error.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="exception">The system's error.</param>
    public static Problem Folder(string path, Exception exception) => UnusableState.Of(path, exception.HResult, RefusedFileException.ReasonOf(exception));
}
