using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Locks;

/// <summary>
/// One run at a time for a connection of a store, across processes. A process that dies takes its lock with it. It lies in the state folder, which only its owner can
/// enter: other users could hold a lock for ever if they could open it.
/// </summary>
internal sealed class RunLock : IRunLock
{
    private readonly FileLock file;

    private RunLock(FileLock file) => this.file = file;

    /// <summary>Takes the lock of a connection; null when another run holds it, in this process or any other. Throws <see cref="ErrorId.StateFolderUnusable"/>.</summary>
    /// <param name="location">Where the store lies.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="holder">What it is taken for.</param>
    public static RunLock? TryAcquire(StateLocation location, ConnectionSettings connection, RunHolder holder)
    {
        location.Prepare();
        var path = PathOf(location, connection);
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
            throw StateFolder.UnusableFile(path, exception);
        }
    }

    /// <summary>Who holds the lock, asked after it was refused; null when nobody says so.</summary>
    /// <param name="location">Where the store lies.</param>
    /// <param name="connection">The connection.</param>
    public static RunHolder? FindHolder(StateLocation location, ConnectionSettings connection)
    {
        try
        {
            return FileLock.ReadNote(PathOf(location, connection)) is { Length: > 0 } note ? Read(note) : null;
        }
        catch (ConnectorException)
        {
            return null; // It is no such note.
        }
    }

    /// <inheritdoc/>
    public void Describe(RunHolder holder)
    {
        using var process = Process.GetCurrentProcess();
        TryWrite(JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("process", process.ProcessName + " " + process.Id.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("mode", holder.Mode.ToString());
            writer.WriteTime("since", holder.Since);
            writer.WriteTime("until", holder.Until);
            writer.WriteEndObject();
        }));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // What stands in a lock that nobody holds was left behind by somebody who was killed.
        TryWrite("");
        file.Dispose();
    }

    private static string PathOf(StateLocation location, ConnectionSettings connection) =>
        Path.Combine(location.Folder, "run-" + ConnectionKey.Of(connection).Fingerprint() + ".lock");

    private static RunHolder Read(string note) => JsonText.Read(note, element => new RunHolder
    {
        Process = element.FindText("process") ?? "",
        Mode = element.FindName("mode", SyncMode.Incremental),
        Since = element.GetProperty("since").GetDateTimeOffset(),
        Until = element.FindTime("until"),
    });

    private void TryWrite(string note)
    {
        try
        {
            file.WriteNote(note);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // On a full disk: the lock holds all the same, and the runs that are refused cannot name its holder.
        }
    }
}
