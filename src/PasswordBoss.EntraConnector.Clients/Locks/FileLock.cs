using System;
using System.IO;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Files;

namespace PasswordBoss.EntraConnector.Clients.Locks;

/// <summary>
/// An exclusive lock that the operating system holds for an open file and releases when the process ends, for whatever reason. The file is never deleted. It contains
/// a note that describes the holder to other processes. Also exclusive within one process. A link or a pipe in its place is neither followed nor waited for.
/// </summary>
internal sealed class FileLock : IDisposable
{
    /// <summary>The size of a note in bytes. The holder always writes the full size, so that nothing of an earlier note remains.</summary>
    public const int NoteSize = 1024;

    private const int Attempts = 10;

    private readonly FileStream? stream;
    private readonly UnixDescriptor? descriptor;

    private FileLock(FileStream stream) => this.stream = stream;

    private FileLock(UnixDescriptor descriptor) => this.descriptor = descriptor;

    /// <summary>
    /// Takes the lock; null if it is already held. Throws <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/> if the file cannot be used.
    /// </summary>
    /// <param name="path">The file, in a folder that only its owner can enter.</param>
    public static FileLock? TryTake(string path) => Platform.IsWindows ? TryTakeOnWindows(path) : TryTakeOnUnix(path);

    /// <summary>The last note that a holder wrote; null if it cannot be read. A process that was killed leaves its note behind.</summary>
    /// <param name="path">The file.</param>
    public static string? ReadNote(string path)
    {
        try
        {
            var note = new byte[NoteSize];
            int length;
            if (Platform.IsWindows)
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
                length = file.Read(note, 0, note.Length);
            }
            else
            {
                using var file = UnixDescriptor.OpenFile(path, forWriting: false);
                length = file?.Read(note) ?? 0;
            }

            return Encoding.UTF8.GetString(note, 0, length).Trim('\0');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a note for other processes; an empty one clears it. A note that is too long is left out.</summary>
    /// <param name="note">The text, of less than <see cref="NoteSize"/> bytes.</param>
    public void WriteNote(string note)
    {
        var bytes = new byte[NoteSize];
        if (Encoding.UTF8.GetByteCount(note) < NoteSize)
            Encoding.UTF8.GetBytes(note, 0, note.Length, bytes, 0);
        if (descriptor is not null)
        {
            descriptor.WriteAtStart(bytes);
            return;
        }

        stream!.Position = 0;
        stream.Write(bytes, 0, bytes.Length);
        stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stream?.Dispose();
        descriptor?.Dispose();
    }

    // Other processes may read the content but not open the file for writing.
    private static FileLock? TryTakeOnWindows(string path)
    {
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1));
        }
        catch (IOException exception) when (exception.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021))
        {
            return null; // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
        }
    }

    private static FileLock? TryTakeOnUnix(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            var file = UnixDescriptor.OpenFile(path, forWriting: true);
            if (file is null)
            {
                Create(path);
                file = UnixDescriptor.OpenFile(path, forWriting: true);
            }

            if (file is not null)
            {
                // Another user that owns the file could hold the lock forever.
                if (UnixFile.Find(file) is { } found && found.Owner != UnixFile.EffectiveUser)
                {
                    file.Dispose();
                    throw new UnauthorizedAccessException(path);
                }

                if (!file.TryLock())
                {
                    file.Dispose();
                    return null;
                }

                // The file may have been deleted or replaced before the lock was taken. The lock counts only if the path still names the locked file.
                if (UnixFile.Find(file) is not { } opened || (UnixFile.Find(path, followLinks: false) is { } named && named.Inode == opened.Inode && named.Device == opened.Device))
                    return new FileLock(file);
                file.Dispose();
            }

            if (attempt == Attempts)
                throw new FileNotFoundException(null, path);
        }
    }

    // CreateNew follows no link and opens no pipe.
    private static void Create(string path)
    {
        try
        {
            PrivateFile.CreateNew(path, FileShare.ReadWrite | FileShare.Delete).Dispose();
        }
        catch (IOException) when (UnixFile.Find(path, followLinks: false) is not null)
        {
            // Another process created it between the two attempts; or it is a link, which opening refuses.
        }
    }
}
