using System;
using System.IO;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>Makes a file that only its owner can read, in a folder that is already private, or refuses it with the reason.</summary>
internal static class PrivateFile
{
    /// <summary>Creates an empty file that only its owner can read, in a private folder. Removes other users' rights to an existing file.</summary>
    /// <param name="path">The file.</param>
    public static void Prepare(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                try
                {
                    using var created = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
                }
                catch (IOException) when (File.Exists(path))
                {
                    return; // Another process created the file first and makes it private.
                }
            }

            try
            {
                RestrictToOwner(path);
            }
            catch (IOException) when (!File.Exists(path))
            {
                // Another process has just moved it aside. The next process that opens it gets the error.
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(UnusablePath.File(path, exception));
        }
    }

    /// <summary>
    /// Creates a file that only its owner can read, even in a folder that is open to others. On .NET it is private from the moment it exists. On Windows it has the
    /// access list of its folder. Throws <see cref="IOException"/> if something is in its place.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="share">What others may do with it while it is open.</param>
    public static FileStream CreateNew(string path, FileShare share)
    {
#if NET8_0_OR_GREATER
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = share, BufferSize = 1 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
#else
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, share, bufferSize: 1);
        try
        {
            RestrictToOwner(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
#endif
    }

    /// <summary>Refuses a file that is a link or belongs to another user. Changes nothing.</summary>
    /// <param name="path">The file; one that does not exist is not refused.</param>
    public static void RequireOwn(string path)
    {
        if (!Platform.IsWindows && UnixFile.Find(path, followLinks: false) is { } facts)
            PrivateEntry.RequireOwn(path, UnixFile.EffectiveUser, facts, isFile: true);
    }

    /// <summary>
    /// Removes other users' rights to a file of this user. Refuses a link, and a file of another user. On Windows a new file has the access list of its folder,
    /// and <see cref="PrivateFolder.Prepare"/> checks the existing files.
    /// </summary>
    /// <param name="path">The file.</param>
    public static void RestrictToOwner(string path)
    {
        if (Platform.IsWindows || UnixFile.Find(path, followLinks: false) is not { } facts)
            return;
        PrivateEntry.RequireOwn(path, UnixFile.EffectiveUser, facts, isFile: true);
        if (facts.IsOpenToOthers)
            PrivateEntry.SetMode(path, UnixMode.PrivateFile, isFile: true);
    }

    /// <summary>Refuses a key that other users have any rights to, as <see cref="PrivateFolder.RequirePrivateKeys"/> does for its folder.</summary>
    /// <param name="path">The file.</param>
    public static void RequirePrivateKey(string path) => PrivateEntry.RequirePrivate(path, isFile: true);
}
