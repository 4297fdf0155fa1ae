using System;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using static SQLitePCL.raw;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>One connection to the database, opened on first use and used by one thread at a time.</summary>
internal sealed class StateSession : IDisposable
{
    private readonly object gate = new();
    private readonly StateDatabase database;
    private SqliteConnection? connection;
    private UnixFile.Facts? opened;
    private bool disposed;

    /// <summary>Creates a session; nothing is opened.</summary>
    /// <param name="database">The database.</param>
    public StateSession(StateDatabase database)
    {
        this.database = database;
        database.Add(this);
    }

    /// <summary>Reads in one transaction, so that all data is from one moment.</summary>
    /// <param name="work">Reads the data.</param>
    /// <typeparam name="T">The type of the data.</typeparam>
    public T Read<T>(Func<SqliteConnection, T> work) => InTransaction(deferred: true, work);

    /// <summary>Writes in one transaction, which waits for the writers of other connections and processes.</summary>
    /// <param name="work">Writes the data.</param>
    /// <typeparam name="T">The type of the result.</typeparam>
    public T Write<T>(Func<SqliteConnection, T> work) => InTransaction(deferred: false, work);

    /// <summary>Works outside a transaction.</summary>
    /// <param name="work">The work.</param>
    public void WithoutTransaction(Action<SqliteConnection> work) => Locked(writes: true, current =>
    {
        work(current);
        return true;
    });

    /// <summary>Closes the file once the current work has ended. The next use opens it again.</summary>
    public void Close()
    {
        lock (gate)
        {
            connection?.Dispose();
            connection = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            Close();
        }

        database.Remove(this);
    }

    private T InTransaction<T>(bool deferred, Func<SqliteConnection, T> work) => Locked(writes: !deferred, current =>
    {
        using var transaction = current.BeginTransaction(deferred);
        try
        {
            var result = work(current);
            transaction.Commit();
            return result;
        }
        catch (SqliteException) when (sqlite3_get_autocommit(current.Handle!) != 0)
        {
            // SQLite has already rolled back, but the transaction object may still count as open. A second rollback would fail, and its error would hide the
            // cause.
            _ = sqlite3_exec(current.Handle!, "BEGIN");
            transaction.Dispose();
            _ = sqlite3_exec(current.Handle!, "ROLLBACK");
            throw;
        }
    });

    // Guard must be outside the lock: if the database is damaged, it closes all sessions, which takes their locks.
    private T Locked<T>(bool writes, Func<SqliteConnection, T> work) => database.Guard(() =>
    {
        lock (gate)
            return work(Connection(writes));
    });

    private SqliteConnection Connection(bool writes)
    {
        if (connection is not null && HasMoved())
        {
            Close();
            throw new ConnectorException(Problems.StateMoved(database.FilePath).About(database.FilePath));
        }

        if (writes && !disposed)
            database.MakePrivate();
        if (connection is null)
        {
            connection = disposed ? throw new ObjectDisposedException(nameof(StateSession)) : database.Open();
            opened = Find();
        }

        return connection;
    }

    // SQLite would continue to use a file that was moved, removed or replaced. Windows does not allow that for an open file.
    private bool HasMoved() => opened is { } known && !(Find() is { } named && named.Inode == known.Inode && named.Device == known.Device);

    private UnixFile.Facts? Find() => Platform.IsWindows ? null : UnixFile.Find(database.FilePath, followLinks: false);
}
