using System;
using System.IO;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Locks;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Backups;

/// <summary>
/// A temporary copy of the database, in the same private folder, while a backup is written or restored. Only one process at a time has a draft. It never contains
/// a secret in plain text.
/// </summary>
internal sealed class StateDraft : IDisposable
{
    private readonly FileLock alone;

    private StateDraft(FileLock alone, string path)
    {
        this.alone = alone;
        FilePath = path;
    }

    /// <summary>The file. It exists and is empty at first.</summary>
    public string FilePath { get; }

    /// <summary>Creates the file, in a state folder that is private. A file that a killed process left is replaced.</summary>
    /// <param name="location">The location of the store.</param>
    public static StateDraft Create(StateLocation location)
    {
        StateFolder.Prepare(location);
        var path = Path.Combine(location.Folder, StateLocation.DraftPrefix + ".db");
        return Guard(path, () =>
        {
            var taken = FileLock.TryTake(Path.Combine(location.Folder, StateLocation.DraftPrefix + ".lock")) ?? throw new ConnectorException(Problems.StateBusy(path).About(path));
            var draft = new StateDraft(taken, path);
            try
            {
                draft.Delete();
                PrivateFile.Prepare(path);
                return draft;
            }
            catch
            {
                draft.Dispose();
                throw;
            }
        });
    }

    /// <summary>Works on the file, and translates the errors of SQLite and of the file system.</summary>
    /// <param name="database">The database that it belongs to.</param>
    /// <param name="work">The work.</param>
    public void Use(StateDatabase database, Action<SqliteConnection> work) => Guard(FilePath, () =>
    {
        try
        {
            using var connection = database.OpenDraft(FilePath);
            work(connection);
            return true;
        }
        catch (SqliteException exception)
        {
            throw new ConnectorException(database.Translate(exception));
        }
    });

    /// <summary>Runs work on files of the state folder, and translates its errors.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="work">The work.</param>
    /// <typeparam name="T">The type of the result.</typeparam>
    public static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(UnusablePath.File(path, exception));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Delete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A file that stays is harmless: it contains nothing that the database does not contain, and the next draft replaces it.
        }

        alone.Dispose();
    }

    private void Delete()
    {
        foreach (var suffix in new[] { "-wal", "-shm", "-journal", "" })
            File.Delete(FilePath + suffix);
    }
}
