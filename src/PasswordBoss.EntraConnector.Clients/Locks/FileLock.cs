using System;
using System.IO;
using System.Text;
using PasswordBoss.EntraConnector.Clients.Files;

namespace PasswordBoss.EntraConnector.Clients.Locks;

/// <summary>
/// An exclusive lock that the operating system holds for an open file and drops when the process ends, however it ends. The file stays; in it stands what its holder
/// wants others to know. Also exclusive within one process. A link or a pipe in its place is neither followed nor waited for.
/// </summary>
internal sealed class FileLock : IDisposable
{
    /// <summary>What a holder may write, in bytes. It always writes as many, so that nothing remains of what a former holder wrote.</summary>
    public const int NoteSize = 1024;

    private const int Attempts = 10;

    private readonly FileStream? stream;
    private readonly UnixDescriptor? descriptor;

    private FileLock(FileStream stream) => this.stream = stream;

    private FileLock(UnixDescriptor descriptor) => this.descriptor = descriptor;

    /// <summary>Takes the lock; null when somebody holds it. Throws <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/> when the file cannot be used.</summary>
    /// <param name="path">The file, in a folder that only its owner can enter.</param>
    public static FileLock? TryTake(string path) => Platform.IsWindows ? TryTakeOnWindows(path) : TryTakeOnUnix(path);

    /// <summary>What the holder of a lock wrote last; null when that cannot be read. Somebody who was killed left it behind.</summary>
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

    /// <summary>Writes what others may know; nothing when it is empty. What is too long is left out.</summary>
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

    // Others may read what stands in it, and not open it for writing.
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
                // Who owns it could hold it for ever.
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

                // The name may have been taken away before the lock was there: the next one must find the very file that is locked here.
                if (UnixFile.Find(file) is not { } opened || (UnixFile.Find(path, followLinks: false) is { } named && named.Inode == opened.Inode && named.Device == opened.Device))
                    return new FileLock(file);
                file.Dispose();
            }

            if (attempt == Attempts)
                throw new FileNotFoundException(null, path);
        }
    }

    // Creating a file that must be new follows no link and opens no pipe.
    private static void Create(string path)
    {
        try
        {
            using (new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1))
            {
            }
        }
        catch (IOException) when (UnixFile.Find(path, followLinks: false) is not null)
        {
            return; // Created by somebody else between the two attempts; or a link, which opening refuses.
        }

        PrivateFile.Close(path);
    }
}
