using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Locks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;
using static SQLitePCL.raw;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// The database file: opens it, upgrades it to the current schema version, moves a damaged one aside, and translates SQLite's error codes into errors of the
/// catalogue.
/// </summary>
internal sealed class StateDatabase
{
    /// <summary>How long a process waits for the writes of other processes.</summary>
    public static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(30);

    private static readonly string[] OfAnotherSchema = { "duplicate column name", "already exists", "no such table", "no such column", "has no column named" };

    private readonly StateLocation location;
    private readonly IClock clock;
    private readonly IReadOnlyList<string> migrations;
    private readonly TimeSpan timeLimit;
    private readonly HashSet<StateSession> sessions = new();
    private volatile bool isFolderChecked;
    private volatile bool isPrivate;

    /// <summary>Creates the database object; nothing is opened or created on disk.</summary>
    /// <param name="location">The location of the store.</param>
    /// <param name="clock">The time, for the name of a damaged database that is moved aside.</param>
    /// <param name="migrations">The steps of its schema.</param>
    /// <param name="busyTimeout">How long to wait for other processes; null for <see cref="BusyTimeout"/>.</param>
    public StateDatabase(StateLocation location, IClock clock, IReadOnlyList<string> migrations, TimeSpan? busyTimeout = null)
    {
        timeLimit = busyTimeout ?? BusyTimeout;
        this.location = location;
        this.clock = clock;
        this.migrations = migrations;
    }

    /// <summary>The file.</summary>
    public string FilePath => location.Database;

    /// <summary>
    /// Whether there is a database. Reading a store without one leaves no trace. SQLite would open an empty file as a new database. But such a file is all that a crash of
    /// the machine left of a database, or another process is just creating it.
    /// </summary>
    public bool Exists
    {
        get
        {
            var file = new FileInfo(FilePath);
            if (file is { Exists: true, Length: > 0 })
                return true;

            // A file that is not visible may still exist: the folder may be closed to this user.
            if (Directory.Exists(location.Folder))
                CheckFolder();
            else
                PrivateFolder.Check(location.Folder);
            if (file.Exists)
                PrivateFile.RequireOwn(FilePath);
            return false;
        }
    }

    /// <summary>
    /// Opens the database and creates it if there is none. The permissions of an existing one stay as they are (<see cref="MakePrivate"/>). Called within
    /// <see cref="Guard"/>.
    /// </summary>
    public SqliteConnection Open()
    {
        SqliteNative.EnsureLoaded();
        if (File.Exists(FilePath))
        {
            CheckFolder();
            PrivateFile.RequireOwn(FilePath);
        }
        else
        {
            StateFolder.Prepare(location);
            PrivateFile.Prepare(FilePath);
        }

        var connection = Connect(FilePath, SqliteOpenMode.ReadWrite);
        try
        {
            if (timeLimit != BusyTimeout)
                connection.Run("PRAGMA busy_timeout = " + timeLimit.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
            BringUpToDate(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs work on the database and translates SQLite's exceptions. A damaged database is moved aside.</summary>
    /// <param name="work">The work.</param>
    /// <typeparam name="T">The type of the result.</typeparam>
    public T Guard<T>(Func<T> work)
    {
        SqliteException failure;
        try
        {
            return work();
        }
        catch (SqliteException exception)
        {
            failure = exception;
        }

        // Thrown outside the handler, so that no exception of the SQLite package becomes the cause.
        if (!IsDamage(failure))
            throw new ConnectorException(Translate(failure));
        CloseSessions();
        throw new ConnectorException(Quarantine(failure.Message));
    }

    /// <summary>
    /// Reads the file as it is, when it cannot be opened for writing. Changes that are only in SQLite's log are not visible, and nothing is created or changed.
    /// For data that is needed even then, such as the names of connections. Null if that fails too.
    /// </summary>
    /// <param name="read">Reads the data.</param>
    /// <typeparam name="T">The type of the data.</typeparam>
    public T? TryReadUnchanged<T>(Func<SqliteConnection, T> read)
        where T : class
    {
        try
        {
            // Without "immutable" SQLite would try to create the index of the log.
            using var connection = Connect(AddressOf(FilePath, "immutable=1"), SqliteOpenMode.ReadOnly);
            return read(connection);
        }
        catch (SqliteException)
        {
            return null;
        }
    }

    /// <summary>Reads a file that can be opened for writing, without upgrading its schema. Null if that fails.</summary>
    /// <param name="read">Reads the data.</param>
    /// <typeparam name="T">The type of the data.</typeparam>
    public T? TryReadWithoutUpgrade<T>(Func<SqliteConnection, T> read)
        where T : class
    {
        try
        {
            using var connection = Connect(FilePath, SqliteOpenMode.ReadWrite);
            return read(connection);
        }
        catch (SqliteException)
        {
            return null;
        }
    }

    /// <summary>The URI of a file with parameters, as SQLite reads it (https://www.sqlite.org/uri.html).</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">The parameters.</param>
    internal static string AddressOf(string path, string parameters) => new Uri(path).AbsoluteUri + "?" + parameters;

    /// <summary>Opens a copy of a database beside this one, and brings it to the current schema version.</summary>
    /// <param name="path">The copy.</param>
    public SqliteConnection OpenDraft(string path)
    {
        SqliteNative.EnsureLoaded();
        var connection = Connect(path, SqliteOpenMode.ReadWrite);
        try
        {
            // The mode is stored in the file, but a copy that SQLite makes does not have it.
            UseWriteAheadLog(connection);
            BringUpToDate(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Registers a session that may hold the file open.</summary>
    /// <param name="session">The session.</param>
    public void Add(StateSession session)
    {
        lock (sessions)
            sessions.Add(session);
    }

    /// <summary>Removes a disposed session.</summary>
    /// <param name="session">The session.</param>
    public void Remove(StateSession session)
    {
        lock (sessions)
            sessions.Remove(session);
    }

    // Windows cannot rename an open file. On other systems a session would continue to write into the file that was moved aside.
    private void CloseSessions()
    {
        StateSession[] open;
        lock (sessions)
            open = sessions.ToArray();
        foreach (var session in open)
            session.Close();
    }

    /// <summary>Opens a connection to an existing file and applies the settings that SQLite keeps per connection.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether to open it for writing.</param>
    internal static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            // SQLite waits by itself, in shorter steps. This timeout covers cases where SQLite does not wait.
            DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            connection.Run("PRAGMA busy_timeout = " + BusyTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
            connection.Run("PRAGMA foreign_keys = ON");
            connection.Run("PRAGMA secure_delete = ON");
            connection.Run("PRAGMA synchronous = FULL");
            // Temporary tables and rebuilt files must not be written to a shared folder for temporary files.
            connection.Run("PRAGMA temp_store = MEMORY");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Removes other users' rights to the folder and the database. Called before a write; a caller that only reads changes no permission.</summary>
    public void MakePrivate()
    {
        if (isPrivate)
            return;
        StateFolder.Prepare(location);
        if (File.Exists(FilePath))
            PrivateFile.Prepare(FilePath);
        isPrivate = true;
    }

    private void CheckFolder()
    {
        if (isFolderChecked)
            return;
        StateFolder.CheckForReading(location);
        isFolderChecked = true;
    }

    private void BringUpToDate(SqliteConnection connection)
    {
        var version = connection.Number("PRAGMA user_version");
        if (version == migrations.Count)
            return;
        RefuseUnknown(version);
        UseWriteAheadLog(connection);
        var secrets = new SecretUpgrade(location);
        SchemaFunctions.Register(connection, secrets);
        if (version is > 0 and < SchemaMigrations.CleanTexts && migrations.Count >= SchemaMigrations.CleanTexts)
        {
            Apply(connection, secrets, SchemaMigrations.CleanTexts - 1);
            CleanTexts(connection);
        }

        Apply(connection, secrets, migrations.Count);
    }

    private void Apply(SqliteConnection connection, SecretUpgrade secrets, int target)
    {
        long version;
        using (var transaction = connection.BeginTransaction(deferred: false))
        {
            version = connection.Number("PRAGMA user_version");
            RefuseUnknown(version); // Another process may have upgraded it meanwhile.
            if (version >= target)
                return;
            try
            {
                for (var step = (int)version; step < target; step++)
                    connection.Run(migrations[step]);
            }
            catch (SqliteException) when (secrets.Failure is not null)
            {
                throw secrets.Failure;
            }

            connection.Run("PRAGMA user_version = " + target.ToString(CultureInfo.InvariantCulture));
            transaction.Commit();
        }

        if (version < SecretUpgrade.Schema && target >= SecretUpgrade.Schema)
            secrets.Remember(connection, migrations.Count);
    }

    // The old texts must be removed from the files, not only from the rows: secure_delete overwrites changed rows, VACUUM drops content that was deleted
    // earlier, and the log still holds the old pages. The version is raised afterwards, so that the next process repeats the work if this one ends in between.
    private void CleanTexts(SqliteConnection connection)
    {
        using (var transaction = connection.BeginTransaction(deferred: false))
        {
            connection.Run(migrations[SchemaMigrations.CleanTexts - 1]);
            transaction.Commit();
        }

        connection.Run("VACUUM");
        if (connection.Number("PRAGMA wal_checkpoint(TRUNCATE)") != 0)
            throw new ConnectorException(Problems.StateBusy(FilePath).About(FilePath));
    }

    private void RefuseUnknown(long version)
    {
        if (version < 0)
            throw new ConnectorException(UnusableState.OfAnotherSchema(FilePath, "user_version " + version.ToString(CultureInfo.InvariantCulture)));
        if (version > migrations.Count)
        {
            throw new ConnectorException(Problems.StateFromNewerVersion(
                FilePath,
                version.ToString(CultureInfo.InvariantCulture),
                migrations.Count.ToString(CultureInfo.InvariantCulture)).About(FilePath));
        }
    }

    // SQLite does not wait for other users of the file when it changes this mode, which is stored in the file.
    private static void UseWriteAheadLog(SqliteConnection connection)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                connection.Run("PRAGMA journal_mode = WAL");
                return;
            }
            catch (SqliteException exception) when (exception.SqliteErrorCode is SQLITE_BUSY or SQLITE_LOCKED && waited.Elapsed < BusyTimeout)
            {
                Thread.Sleep(10);
            }
        }
    }

    /// <summary>Whether SQLite reports that the file is not a database, or is incomplete.</summary>
    /// <param name="exception">The error that SQLite reports.</param>
    internal static bool IsDamage(SqliteException exception) => exception.SqliteErrorCode is SQLITE_CORRUPT or SQLITE_NOTADB;

    // SQLite's errors when a table or column to be created already exists, or a required one is missing: someone changed the schema or its version number.
    private static bool MeansAnotherSchema(string message) => OfAnotherSchema.Any(part => message.Contains(part, StringComparison.Ordinal));

    /// <summary>The error of the catalogue for an error of SQLite.</summary>
    /// <param name="exception">The error that SQLite reports.</param>
    public Problem Translate(SqliteException exception)
    {
        switch (exception.SqliteErrorCode)
        {
            case SQLITE_BUSY:
            case SQLITE_LOCKED:
            // Another process has just moved the damaged database aside.
            case SQLITE_CANTOPEN when !File.Exists(FilePath):
                return Problems.StateBusy(FilePath).About(FilePath);
            case SQLITE_FULL:
            // The log or its index cannot be created or extended.
            case SQLITE_IOERR or SQLITE_CANTOPEN or SQLITE_READONLY when StateFolder.HasNoRoom(location):
                return UnusableState.Full(location.Folder);
            case SQLITE_READONLY:
            case SQLITE_CANTOPEN:
            case SQLITE_PERM:
                return UnusableState.ReadOnly(location.Folder);
            case SQLITE_ERROR when MeansAnotherSchema(exception.Message):
                return UnusableState.OfAnotherSchema(FilePath, exception.Message);
            case SQLITE_IOERR:
                return Problems.StateFolderUnusable(location.Folder, Texts.StateReasonSystem(exception.Message)).About(location.Folder);
            default:
                return Problems.InternalError(exception.Message).About(FilePath);
        }
    }

    /// <summary>
    /// Renames the damaged database, under a lock and after a second check. If several processes find the damage, only one acts, and none moves aside the
    /// fresh database that another has created meanwhile.
    /// </summary>
    private Problem Quarantine(string damage)
    {
        try
        {
            using var alone = WaitForLock();
            if (alone is null || !File.Exists(FilePath) || !IsStillDamaged())
                return Problems.StateBusy(FilePath).About(FilePath);
            var aside = NameAside();

            // The log first: SQLite would replay it into a fresh database of the same name.
            foreach (var suffix in new[] { "-wal", "-shm", "-journal", "" })
            {
                if (File.Exists(FilePath + suffix))
                    File.Move(FilePath + suffix, aside + suffix);
            }

            return Problems.StateDamaged(FilePath, damage, aside).About(FilePath);
        }
        catch (SqliteException exception)
        {
            return Translate(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Problems.StateFolderUnusable(location.Folder, Texts.StateReasonDamagedInUse(damage, RefusedFileException.ReasonOf(exception))).About(location.Folder);
        }
    }

    private FileLock? WaitForLock()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (FileLock.TryTake(Path.Combine(location.Folder, StateLocation.DamageLock)) is { } taken)
                return taken;
            if (waited.Elapsed > BusyTimeout)
                return null;
            Thread.Sleep(20);
        }
    }

    private bool IsStillDamaged()
    {
        try
        {
            using var connection = Connect(FilePath, SqliteOpenMode.ReadWrite);
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA integrity_check(1)";
            return command.ExecuteScalar() is not "ok";
        }
        catch (SqliteException exception) when (IsDamage(exception))
        {
            return true;
        }
    }

    private string NameAside()
    {
        var stamp = clock.UtcNow.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var name = Path.Combine(location.Folder, StateLocation.DamagedPrefix + stamp + ".db");
        for (var number = 2; File.Exists(name); number++)
            name = Path.Combine(location.Folder, StateLocation.DamagedPrefix + stamp + "-" + number.ToString(CultureInfo.InvariantCulture) + ".db");
        return name;
    }
}
