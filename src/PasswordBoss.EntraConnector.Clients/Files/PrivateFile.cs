using System;
using System.IO;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>Makes a file that only its owner can read, in a folder that is private already, or refuses it with the reason.</summary>
internal static class PrivateFile
{
    /// <summary>Creates an empty file that only its owner can read, in a folder that is private already; or takes from others what they may do with it.</summary>
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
                    return; // Another process was faster, and takes care of it.
                }
            }

            try
            {
                Close(path);
            }
            catch (IOException) when (!File.Exists(path))
            {
                // Another process has just kept it aside. Who opens it next is told.
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(UnusablePath.File(path, exception));
        }
    }

    /// <summary>Refuses a file that is a link or belongs to somebody else. Changes nothing.</summary>
    /// <param name="path">The file; nothing is refused when it is not there.</param>
    public static void RequireOwn(string path)
    {
        if (!Platform.IsWindows && UnixFile.Find(path, followLinks: false) is { } facts)
            PrivateEntry.RequireOwn(path, UnixFile.EffectiveUser, facts, isFile: true);
    }

    /// <summary>
    /// Takes from others what they may do with a file of this user; a link, or what belongs to somebody else, is refused. On Windows a new file has the list of its
    /// folder, and <see cref="PrivateFolder.Prepare"/> looks at those that are there.
    /// </summary>
    /// <param name="path">The file.</param>
    public static void Close(string path)
    {
        if (Platform.IsWindows || UnixFile.Find(path, followLinks: false) is not { } facts)
            return;
        PrivateEntry.RequireOwn(path, UnixFile.EffectiveUser, facts, isFile: true);
        if (facts.IsOpenToOthers)
            PrivateEntry.Close(path, UnixMode.PrivateFile, isFile: true);
    }

    /// <summary>Refuses a key when others can do anything with it, as <see cref="PrivateFolder.RequirePrivateKeys"/> refuses its folder.</summary>
    /// <param name="path">The file.</param>
    public static void RequirePrivateKey(string path) => PrivateEntry.RequireClosed(path, isFile: true);
}
