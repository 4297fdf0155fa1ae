using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Locks;

/// <summary>Allows one run at a time, across processes. The lock of a process that dies is released.</summary>
internal sealed class RunLock : IRunLock
{
    private readonly FileLock file;

    private RunLock(FileLock file) => this.file = file;

    /// <summary>Takes a lock; null if another run holds it, in this process or any other. Throws <see cref="ErrorId.StateFolderUnusable"/>.</summary>
    /// <param name="path">Its file, in a private folder.</param>
    /// <param name="holder">Details of the run that takes the lock.</param>
    public static RunLock? TryAcquire(string path, RunLockHolder holder)
    {
        try
        {
            if (FileLock.TryTake(path) is not { } taken)
                return null;
            var runLock = new RunLock(taken);
            runLock.Describe(holder);
            return runLock;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(UnusablePath.File(path, exception));
        }
    }

    /// <summary>The holder of a lock, for a caller that did not get it; null if the file names none.</summary>
    /// <param name="path">Its file.</param>
    public static RunLockHolder? FindHolder(string path)
    {
        try
        {
            return FileLock.ReadNote(path) is { Length: > 0 } note ? StoredDocuments.Holder.Read(note) : null;
        }
        catch (ConnectorException)
        {
            return null; // The file does not contain a holder.
        }
    }

    /// <inheritdoc/>
    public void Describe(RunLockHolder holder)
    {
        using var process = Process.GetCurrentProcess();
        TryWrite(StoredDocuments.Holder.Write(holder with { Process = process.ProcessName + " " + process.Id.ToString(CultureInfo.InvariantCulture) }));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Clear the note: a note in a free lock then means that its holder was killed.
        TryWrite("");
        file.Dispose();
    }

    private void TryWrite(string note)
    {
        try
        {
            file.WriteNote(note);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // The disk may be full. The lock still holds, but refused runs cannot name its holder.
        }
    }
}
