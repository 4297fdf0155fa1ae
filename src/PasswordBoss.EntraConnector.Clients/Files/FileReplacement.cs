using System;
using System.IO;
using System.Text;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>Writes a file in one step: a process that dies leaves the old file or the new one, never a part.</summary>
internal static class FileReplacement
{
    /// <summary>
    /// Writes a file that only its owner can read, even in a folder that is open to others. On .NET it is private from the moment it exists. On Windows it has the
    /// access list of its folder. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    /// <param name="path">The file. A link there is replaced, and not followed.</param>
    /// <param name="content">The content.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    public static void WritePrivate(string path, byte[] content, bool overwrite) => Write(path, content, overwrite, draft => PrivateFile.CreateNew(draft, FileShare.None));

    /// <summary>Writes a file with the permissions of other new files of this user, in UTF-8. Throws <see cref="ErrorId.FileUnusable"/>.</summary>
    /// <param name="path">The file. An existing one is replaced; a link there is replaced, and not followed.</param>
    /// <param name="text">The content.</param>
    public static void WriteShared(string path, string text) => UnusablePath.Guard(
        path, () => Write(path, new UTF8Encoding(false).GetBytes(text), overwrite: true, draft => new FileStream(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None)));

    private static void Write(string path, byte[] content, bool overwrite, Func<string, FileStream> create)
    {
        using var draft = new FileDraft(path, overwrite, create);
        draft.Content.Write(content, 0, content.Length);
        draft.Commit();
    }

    /// <summary>
    /// Checks, without writing anything, that a user's file may be written to a path. Throws <see cref="ErrorId.FileUnusable"/>, or <see cref="ErrorId.FileExists"/>
    /// for a file that may not be replaced.
    /// </summary>
    /// <param name="location">The location of the state, where other files are refused.</param>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    public static void RequireWritablePath(StateLocation location, string path, bool overwrite)
    {
        location.RefuseOwn(path);
        if (!overwrite && (File.Exists(path) || Directory.Exists(path)))
            throw new ConnectorException(Problems.FileExists(path).About(path));
        UnusablePath.Guard(path, () => RefuseUnusable(path));
    }

    /// <summary>Refuses a path to which no file can be written. Throws <see cref="RefusedFileException"/>.</summary>
    /// <param name="path">The file.</param>
    public static void RefuseUnusable(string path)
    {
        // The system's error would name the draft.
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw new RefusedFileException(Texts.FileReasonNoFolder);
        // A rename would replace even a device, such as /dev/null.
        if (Directory.Exists(path) || (!Platform.IsWindows && UnixFile.Find(path) is { IsRegularFile: false }))
            throw new RefusedFileException(Texts.StateReasonNoFile);
    }

    /// <summary>Moves a finished file to its path, in one step.</summary>
    /// <param name="draft">The finished file.</param>
    /// <param name="path">The path.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    public static void Move(string draft, string path, bool overwrite)
    {
#if NET8_0_OR_GREATER
        File.Move(draft, path, overwrite);
#else
        if (overwrite && File.Exists(path))
            File.Replace(draft, path, null);
        else
            File.Move(draft, path);
#endif
    }
}
