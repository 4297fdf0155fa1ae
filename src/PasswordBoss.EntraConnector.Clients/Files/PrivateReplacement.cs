using System;
using System.IO;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>
/// Writes a file in one step: a process that dies leaves the old file or the new one, never a part. Only the owner can read it, also in a folder that is open to
/// others, and from the first moment on. On Windows the file has the access list of its folder.
/// </summary>
internal static class PrivateReplacement
{
    /// <summary>Writes a file. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    /// <param name="path">The file. A link at its place is replaced, and not followed.</param>
    /// <param name="content">The content.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    public static void Write(string path, byte[] content, bool overwrite)
    {
        // A name that no other user can have prepared.
        var draft = path + "." + Guid.NewGuid().ToString("N") + ".new";
        try
        {
            using (var file = Create(draft))
            {
                file.Write(content, 0, content.Length);
                file.Flush(flushToDisk: true);
            }

            Move(draft, path, overwrite);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static FileStream Create(string path)
    {
#if NET8_0_OR_GREATER
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
#else
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            PrivateFile.Close(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
#endif
    }

    private static void Move(string draft, string path, bool overwrite)
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
