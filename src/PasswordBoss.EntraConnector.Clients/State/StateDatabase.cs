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
/// The database file: opens it, brings it to the current version, keeps a damaged one aside, and says in the words of the catalogue what SQLite says in
/// numbers.
/// </summary>
internal sealed class StateDatabase
{
    /// <summary>How long one process waits for the writes of others.</summary>
    public static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(30);

    private static readonly string[] OfAnotherSchema = { "duplicate column name", "already exists", "no such table", "no such column", "has no column named" };

    private readonly StateLocation location;
    private readonly IClock clock;
    private readonly IReadOnlyList<string> migrations;
    private readonly TimeSpan patience;
    private readonly HashSet<StateSession> sessions = new();
    private volatile bool folderIsSeen;
    private volatile bool isPrivate;

    /// <summary>Names the database; nothing is opened or created.</summary>
    /// <param name="location">Where it lies.</param>
    /// <param name="clock">Names a damaged database that is kept aside.</param>
    /// <param name="migrations">The steps of its schema.</param>
    /// <param name="busyTimeout">How long to wait for others; null for <see cref="BusyTimeout"/>.</param>
    public StateDatabase(StateLocation location, IClock clock, IReadOnlyList<string> migrations, TimeSpan? busyTimeout = null)
    {
        patience = busyTimeout ?? BusyTimeout;
        this.location = location;
        this.clock = clock;
        this.migrations = migrations;
    }

    /// <summary>The file.</summary>
    public string FilePath => location.Database;

    /// <summary>Whether there is a database. Reading of a store that nobody has written to leaves no trace.</summary>
    public bool Exists
    {
        get
        {
            if (File.Exists(FilePath))
                return true;

            // Not to be seen is not the same as not to be there: the folder may be closed to this user.
            if (Directory.Exists(location.Folder))
                LookAtFolder();
            else
                PrivateFolder.Check(location.Folder);
            return false;
        }
    }

    /// <summary>
    /// Opens the database, creating it when there is none. The permissions of one that is there stay as they are (<see cref="MakePrivate"/>). Called within
    /// <see cref="Guard"/>.
    /// </summary>
    public SqliteConnection Open()
    {
        SqliteNative.EnsureLoaded();
        if (File.Exists(FilePath))
        {
            LookAtFolder();
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
            if (patience != BusyTimeout)
                connection.Run("PRAGMA busy_timeout = " + patience.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
            BringUpToDate(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Does something with the database and translates what SQLite throws. A damaged database is kept aside.</summary>
    /// <param name="work">What to do.</param>
    /// <typeparam name="T">What comes of it.</typeparam>
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

        // Outside of the handler, so that no type of the package travels as a cause.
        if (!IsDamage(failure))
            throw new ConnectorException(Translate(failure));
        CloseSessions();
        throw new ConnectorException(Quarantine(failure.Message));
    }

    /// <summary>
    /// Reads the file as it stands, where it cannot be opened for writing: what SQLite may still have in its log is not seen, and nothing is created or changed. For
    /// what must be known although nothing can be done, such as the names of connections. Null when that fails too.
    /// </summary>
    /// <param name="read">The reading.</param>
    /// <typeparam name="T">What is read.</typeparam>
    public T? TryReadAsItStands<T>(Func<SqliteConnection, T> read)
        where T : class
    {
        try
        {
            // Immutable, or SQLite would want to make the index of the log.
            using var connection = Connect(AddressOf(FilePath, "immutable=1"), SqliteOpenMode.ReadOnly);
            return read(connection);
        }
        catch (SqliteException)
        {
            return null;
        }
    }

    /// <summary>Reads a file that can be opened for writing without bringing it up to date. Null when that fails.</summary>
    /// <param name="read">The reading.</param>
    /// <typeparam name="T">What is read.</typeparam>
    public T? TryReadAsItIs<T>(Func<SqliteConnection, T> read)
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

    /// <summary>A file as SQLite takes it with parameters (https://www.sqlite.org/uri.html).</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">The parameters.</param>
    internal static string AddressOf(string path, string parameters) => new Uri(path).AbsoluteUri + "?" + parameters;

    /// <summary>Counts a session as one that may hold the file open.</summary>
    /// <param name="session">The session.</param>
    public void Add(StateSession session)
    {
        lock (sessions)
            sessions.Add(session);
    }

    /// <summary>Forgets a session that was disposed of.</summary>
    /// <param name="session">The session.</param>
    public void Remove(StateSession session)
    {
        lock (sessions)
            sessions.Remove(session);
    }

    // Windows renames no file that is open, and elsewhere a session would go on writing into the file that was kept aside.
    private void CloseSessions()
    {
        StateSession[] open;
        lock (sessions)
            open = sessions.ToArray();
        foreach (var session in open)
            session.Close();
    }

    /// <summary>Opens a connection to an existing file, with everything that SQLite keeps per connection.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether to write.</param>
    internal static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            // SQLite waits by itself, in shorter steps; this is for what it refuses to wait for.
            DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            connection.Run("PRAGMA busy_timeout = " + BusyTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
            connection.Run("PRAGMA foreign_keys = ON");
            connection.Run("PRAGMA secure_delete = ON");
            connection.Run("PRAGMA synchronous = FULL");
            // What SQLite sorts or rebuilds aside must not lie in a folder for temporary files.
            connection.Run("PRAGMA temp_store = MEMORY");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Takes from others what they may do with folder and database. Called before something is written; who only reads changes no permission.</summary>
    public void MakePrivate()
    {
        if (isPrivate)
            return;
        StateFolder.Prepare(location);
        if (File.Exists(FilePath))
            PrivateFile.Prepare(FilePath);
        isPrivate = true;
    }

    private void LookAtFolder()
    {
        if (folderIsSeen)
            return;
        StateFolder.Look(location);
        folderIsSeen = true;
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
            RefuseUnknown(version); // Another process may have been here first.
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

    // The former texts must be gone from the files, not only from the rows: rows that are overwritten leave nothing behind (secure_delete), VACUUM leaves out what was
    // deleted before, and the log still holds pages as they were. The version is raised afterwards, so that a process that ends in between leaves the rest to the next.
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

    // SQLite does not wait for other users of the file when it changes this mode, which is kept in the file.
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

    /// <summary>Whether this is what SQLite says of a file that is no database, or not a whole one.</summary>
    /// <param name="exception">What it says.</param>
    internal static bool IsDamage(SqliteException exception) => exception.SqliteErrorCode is SQLITE_CORRUPT or SQLITE_NOTADB;

    // What SQLite says when a table or column that a statement makes is there already, or one that it needs is not: somebody changed the schema, or its number.
    private static bool MeansAnotherSchema(string message) => OfAnotherSchema.Any(part => message.Contains(part, StringComparison.Ordinal));

    private Problem Translate(SqliteException exception)
    {
        switch (exception.SqliteErrorCode)
        {
            case SQLITE_BUSY:
            case SQLITE_LOCKED:
            // Another process has kept it aside between two steps.
            case SQLITE_CANTOPEN when !File.Exists(FilePath):
                return Problems.StateBusy(FilePath).About(FilePath);
            case SQLITE_FULL:
            // The log and its index can be neither made nor grown.
            case SQLITE_IOERR or SQLITE_CANTOPEN or SQLITE_READONLY when StateFolder.HasNoRoom(location):
                return UnusableState.Full(location.Folder);
            case SQLITE_READONLY:
            case SQLITE_CANTOPEN:
            case SQLITE_PERM:
                return UnusableState.ReadOnly(location.Folder);
            case SQLITE_ERROR when MeansAnotherSchema(exception.Message):
                return UnusableState.OfAnotherSchema(FilePath, exception.Message);
            case SQLITE_IOERR:
                return UnusablePath.Folder(location.Folder, Texts.StateReasonSystem(exception.Message));
            default:
                return Problems.InternalError(exception.Message).About(FilePath);
        }
    }

    /// <summary>
    /// Renames the damaged database, under a lock and after a second look: of several processes that find the damage only one acts, and none takes away the
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

            // The log first: beside a fresh database of the same name SQLite would replay it.
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
            return UnusablePath.Folder(location.Folder, Texts.StateReasonDamagedInUse(damage, exception.Message));
        }
    }

    private FileLock? WaitForLock()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (FileLock.TryTake(Path.Combine(location.Folder, "state.lock")) is { } taken)
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
        var name = Path.Combine(location.Folder, "state.damaged-" + stamp + ".db");
        for (var number = 2; File.Exists(name); number++)
            name = Path.Combine(location.Folder, "state.damaged-" + stamp + "-" + number.ToString(CultureInfo.InvariantCulture) + ".db");
        return name;
    }
}
