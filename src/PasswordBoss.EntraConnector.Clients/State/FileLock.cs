using System;
using System.IO;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// An exclusive lock that the operating system holds for an open file and drops when the process ends, however it ends. The file itself carries nothing and
/// stays. Also exclusive within one process.
/// </summary>
internal sealed class FileLock : IDisposable
{
    // Reading is all that locking needs.
    private const uint ReadableByAll = 0x1A4;
    private const uint Private = 0x180;
    private const int Attempts = 10;

    private readonly FileStream stream;

    private FileLock(FileStream stream) => this.stream = stream;

    /// <summary>Takes the lock; null when somebody holds it. Throws <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/> when the file cannot be used.</summary>
    /// <param name="path">The file, in a folder that exists.</param>
    /// <param name="forAllUsers">Whether other users may take it, too.</param>
    public static FileLock? TryTake(string path, bool forAllUsers)
    {
        for (var attempt = 1; ; attempt++)
        {
            FileStream? stream = null;
            try
            {
                stream = Open(path, forAllUsers);
                if (Platform.IsWindows)
                    return new FileLock(stream);
                if (!UnixFile.TryLock(stream.SafeFileHandle))
                {
                    stream.Dispose();
                    return null;
                }

                // A cleaner of temporary files may have taken the name away before the lock was there, and somebody may have put a link in its place:
                // whoever comes next must find the very file that is locked here.
                var named = UnixFile.Find(path, followLinks: false);
                var opened = UnixFile.Find(stream.SafeFileHandle);
                if (named is { IsLink: true })
                    throw new IOException(path + " is a link.");
                if (opened is { IsRegularFile: false })
                    throw new IOException(path + " is not a file.");
                if (named is { } one && opened is { } other && (one.Inode != other.Inode || one.Device != other.Device))
                    throw new FileNotFoundException(null, path);
                return new FileLock(stream);
            }
            catch (FileNotFoundException) when (attempt < Attempts)
            {
                stream?.Dispose();
            }
            catch (IOException exception) when (IsSharingViolation(exception))
            {
                stream?.Dispose();
                return null;
            }
            catch
            {
                stream?.Dispose();
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    // First without, then with the wish to create: Linux may refuse that wish for another user's file in a folder that all share (fs.protected_regular).
    private static FileStream Open(string path, bool forAllUsers)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 1);
        }
        catch (FileNotFoundException)
        {
            FileStream created;
            try
            {
                created = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException exception) when (!IsSharingViolation(exception) && File.Exists(path))
            {
                throw new FileNotFoundException(null, path); // Created by somebody else between the two attempts.
            }

            if (!Platform.IsWindows)
                UnixFile.SetMode(path, forAllUsers ? ReadableByAll : Private);
            return created;
        }
    }

    private static bool IsSharingViolation(IOException exception) => exception.HResult switch
    {
        unchecked((int)0x80070020) or unchecked((int)0x80070021) => true, // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
        11 => Platform.IsLinux, // EAGAIN, as .NET reports a refused flock
        35 => Platform.IsMacOS,
        _ => false,
    };
}
